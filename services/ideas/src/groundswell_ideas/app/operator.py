"""What operators run: making topics and indexes, and events that could not be handled."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from groundswell_ideas.app.stores import SERVICE, TOPICS, Stores
from groundswell_ideas.settings import Settings
from groundswell_kit.dead_letters import DeadLetters
from groundswell_kit.kafka import ensure_topics
from groundswell_kit.mongo import connected


async def prepare(settings: Settings) -> None:
    """Makes the topics and indexes that are missing; a repeat changes nothing."""
    await ensure_topics(settings.kafka_bootstrap, TOPICS, settings.replication_factor)
    async with connected(settings.mongo_uri, settings.database(SERVICE)) as database:
        await Stores(database).ensure_indexes()


@asynccontextmanager
async def dead_letters(settings: Settings) -> AsyncIterator[DeadLetters]:
    """The events that the service could not handle."""
    async with connected(settings.mongo_uri, settings.database(SERVICE)) as database:
        yield Stores(database).dead_letters
