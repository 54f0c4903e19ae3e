"""The roles and commands of the service: `python -m groundswell_ideas --help` lists them."""

from groundswell_ideas.app import SERVICE, api_role, dead_letters, prepare, worker_role
from groundswell_ideas.settings import Settings
from groundswell_kit.cli import service_commands

main = service_commands(SERVICE, Settings, api_role, worker_role, prepare, dead_letters)

if __name__ == "__main__":
    main()
