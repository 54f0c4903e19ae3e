"""Wires the operator's commands: recount, rebuild, dead letters."""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager

from groundswell_kit.dead_letters import DeadLetters
from groundswell_kit.mongo import connected
from groundswell_voting.app import SERVICE
from groundswell_voting.app.clients import redis
from groundswell_voting.app.stores import Stores
from groundswell_voting.certification.queries import TallyQueries
from groundswell_voting.certification.recount_command import Recount, Recounting
from groundswell_voting.counting.projection import Projection
from groundswell_voting.polls.queries import PollQueries
from groundswell_voting.settings import Settings
from groundswell_voting.voteslog.rules import Rules


async def recounted(
    settings: Settings,
    poll_id: str,
    other_rules: Rules | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Recount:
    """A poll counted from the log, by its own rules or others, beside its certified tally."""
    async with connected(settings.mongo_uri, settings.database(SERVICE)) as database:
        stores = Stores(settings, database)
        recounting = Recounting(
            settings.kafka_bootstrap,
            settings.voting_partitions,
            PollQueries(stores.polls),
            TallyQueries(stores.tallies),
            tell,
        )
        return await recounting.recount(poll_id, other_rules)


async def set_back(settings: Settings, partitions: Iterable[int]) -> None:
    """Drop the count of these partitions, one after the other."""
    client = redis(settings)
    try:
        for partition in partitions:
            await Projection(client).drop(partition)
    finally:
        await client.aclose()


@asynccontextmanager
async def dead_letters(settings: Settings) -> AsyncIterator[DeadLetters]:
    """The events that voting could not handle."""
    async with connected(settings.mongo_uri, settings.database(SERVICE)) as database:
        yield Stores(settings, database).dead_letters
