"""The two roles of a service that keeps its things in MongoDB. Built by its `app`."""

from collections.abc import Sequence

from pymongo.asynchronous.database import AsyncDatabase

from groundswell_kit.asgi import AsgiApp
from groundswell_kit.health import Health
from groundswell_kit.ids import new_id
from groundswell_kit.mongo import Document, probe
from groundswell_kit.relay import Relay
from groundswell_kit.serve import Role, Task


def api(port: int, database: AsyncDatabase[Document], health: Health, app: AsgiApp) -> Role:
    """Serves `app`. Ready when MongoDB answers; closes the database's client at its end."""
    health.add("mongodb", probe(database))
    return Role("api", port, health, app=app, close=database.client.close)


def worker(
    port: int,
    database: AsyncDatabase[Document],
    bootstrap: str,
    health: Health,
    tasks: Sequence[Task],
) -> Role:
    """Runs `tasks`, and publishes the outbox. Ready when MongoDB answers and the relay gets on.

    Closes the database's client at its end.
    """
    health.add("mongodb", probe(database))
    relay = Relay(database, bootstrap, lease_holder=new_id("relay"))
    health.add("relay", relay.ready)
    return Role("worker", port, health, tasks=[*tasks, relay.run], close=database.client.close)
