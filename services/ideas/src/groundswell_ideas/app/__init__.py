"""The only wiring of the service: settings, clients, stores, commands, routes, handlers, roles.

What is here is what its program, and the tests, ask of it.
"""

from groundswell_ideas.app.api import api_role, create_api
from groundswell_ideas.app.operator import dead_letters, prepare
from groundswell_ideas.app.parts import contest_commands, screening_commands
from groundswell_ideas.app.stores import SERVICE, TOPICS, Stores
from groundswell_ideas.app.worker import worker_role

__all__ = [
    "SERVICE",
    "TOPICS",
    "Stores",
    "api_role",
    "contest_commands",
    "create_api",
    "dead_letters",
    "prepare",
    "screening_commands",
    "worker_role",
]
