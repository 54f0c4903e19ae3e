"""State and event are one write, and events of a key are numbered in the order of the writes."""

import asyncio
from collections import defaultdict

import pytest
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_contracts.cloudevents import from_kafka
from groundswell_kit import outbox
from groundswell_kit.mongo import Document, transaction
from groundswell_kit.observability import use_traceparent
from groundswell_kit.outbox import Outbox
from tests.integration.kit.messaging.world import Happened, happenings

pytestmark = pytest.mark.usefixtures("topic")

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


class Undo(Exception):
    """Raised by a test to undo its transaction."""


@pytest.fixture
async def box(database: AsyncDatabase[Document]) -> Outbox:
    box = Outbox(database, "/groundswell/kit-tests")
    await box.ensure_indexes()
    await box.ensure_indexes()
    return box


async def rows(database: AsyncDatabase[Document]) -> list[Document]:
    return await database["outbox"].find().sort([("key", 1), ("sequence", 1)]).to_list()


async def test_an_event_waits_complete_and_readable(
    database: AsyncDatabase[Document], box: Outbox
) -> None:
    with use_traceparent(TRACE):
        await transaction(database.client, lambda: box.add("brand_1", happenings("shoe", 1, 2)))

    first, second = await rows(database)
    event = from_kafka(first["topic"], first["key"], first["value"], first["headers"])
    assert event.data == Happened(thing="shoe", n=1)
    assert (event.id, event.source, event.brand_id, event.sequence, event.traceparent) == (
        first["_id"],
        "/groundswell/kit-tests",
        "brand_1",
        1,
        TRACE,
    )
    assert (second["sequence"], second["sent_at"]) == (2, None)


async def test_without_a_transaction_nothing_is_added(
    database: AsyncDatabase[Document], box: Outbox
) -> None:
    with pytest.raises(RuntimeError):
        await box.add("brand_1", happenings("shoe", 1))
    with pytest.raises(RuntimeError):
        await box.add_raw("some.topic", b"shoe", b"{}", [])
    assert await rows(database) == []


async def test_an_abort_takes_back_state_event_and_number(
    database: AsyncDatabase[Document], box: Outbox
) -> None:
    async def work(fail: bool) -> None:
        await database["things"].insert_one({})
        await box.add("brand_1", happenings("shoe", 1))
        if fail:
            raise Undo

    with pytest.raises(Undo):
        await transaction(database.client, lambda: work(fail=True))
    assert (await rows(database), await database["things"].count_documents({})) == ([], 0)

    await transaction(database.client, lambda: work(fail=False))
    assert [row["sequence"] for row in await rows(database)] == [1]
    assert await database["things"].count_documents({}) == 1


async def test_rivals_on_one_key_are_numbered_without_gap_or_repeat(
    database: AsyncDatabase[Document], box: Outbox
) -> None:
    async def tell(n: int) -> None:
        events = [*happenings("shoe", n, n), *happenings("pizza", n)]
        await transaction(database.client, lambda: box.add("brand_1", events))

    await asyncio.gather(*(tell(n) for n in range(12)))

    numbers = defaultdict(list)
    for row in await rows(database):
        numbers[row["key"]].append(row["sequence"])
    assert numbers == {b"shoe": list(range(1, 25)), b"pizza": list(range(1, 13))}


async def test_an_event_that_kafka_would_refuse_fails_where_it_is_made(
    database: AsyncDatabase[Document], box: Outbox
) -> None:
    huge = happenings("x" * outbox.MAX_EVENT_BYTES, 1)
    with pytest.raises(ValueError, match="too large"):
        await transaction(database.client, lambda: box.add("brand_1", huge))
    assert await rows(database) == []


async def test_ten_thousand_events_fit_into_one_transaction(
    database: AsyncDatabase[Document], box: Outbox
) -> None:
    events = [Happened(thing=f"idea_{n}", n=n) for n in range(10_000)]
    await transaction(database.client, lambda: box.add("brand_1", events))
    assert await database["outbox"].count_documents({"sent_at": None, "sequence": 1}) == 10_000
