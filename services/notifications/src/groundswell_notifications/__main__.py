"""The roles and commands of the service: `python -m groundswell_notifications --help`."""

from groundswell_kit.cli import service_commands
from groundswell_notifications.app import SERVICE, api_role, dead_letters, prepare, worker_role
from groundswell_notifications.settings import Settings

main = service_commands(SERVICE, Settings, api_role, worker_role, prepare, dead_letters)

if __name__ == "__main__":
    main()
