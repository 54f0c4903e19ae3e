"""An event is taken once, with its effect or not at all."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pytest
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_contracts.cloudevents import CloudEvent
from groundswell_kit.inbox import Inbox
from groundswell_kit.mongo import Document, transaction
from tests.integration.kit.messaging.world import Happened

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


class Undo(Exception):
    """Raised by a test to undo its transaction."""


@pytest.fixture
async def inbox(database: AsyncDatabase[Document]) -> Inbox:
    inbox = Inbox(database)
    await inbox.ensure_indexes()
    await inbox.ensure_indexes()
    return inbox


def event(number: int | None, event_id: str | None = None, thing: str = "shoe") -> CloudEvent:
    return CloudEvent(
        id=event_id or f"evt_{number}",
        source="/groundswell/kit-tests",
        time=NOW,
        brand_id="brand_1",
        data=Happened(thing=thing, n=number or 0),
        sequence=number,
    )


async def take(database: AsyncDatabase[Document], inbox: Inbox, *events: CloudEvent) -> list[bool]:
    return [await transaction(database.client, partial(inbox.take, event)) for event in events]


async def test_a_repeat_is_not_taken(database: AsyncDatabase[Document], inbox: Inbox) -> None:
    for first in (event(1), event(None, "evt_unnumbered")):
        assert not await inbox.has_taken(first)
        assert await take(database, inbox, first, first) == [True, False]
        assert await inbox.has_taken(first)


async def test_what_is_older_than_the_last_taken_is_not_taken(
    database: AsyncDatabase[Document], inbox: Inbox
) -> None:
    assert await take(database, inbox, event(5), event(4), event(6)) == [True, False, True]
    assert await inbox.has_taken(event(4))


async def test_sequences_count_per_key_and_source(
    database: AsyncDatabase[Document], inbox: Inbox
) -> None:
    pizza = event(1, "evt_pizza", thing="pizza")
    foreign = replace(event(1, "evt_foreign"), source="/elsewhere")
    assert await take(database, inbox, event(5), pizza, foreign) == [True, True, True]


async def test_the_same_id_under_another_number_is_a_repeat(
    database: AsyncDatabase[Document], inbox: Inbox
) -> None:
    assert await take(database, inbox, event(1, "evt_x"), event(2, "evt_x")) == [True, False]


async def test_an_abort_gives_the_event_back(
    database: AsyncDatabase[Document], inbox: Inbox
) -> None:
    async def fail() -> None:
        assert await inbox.take(event(1))
        raise Undo

    with pytest.raises(Undo):
        await transaction(database.client, fail)
    assert await take(database, inbox, event(1)) == [True]


async def test_of_many_at_once_one_takes_it(
    database: AsyncDatabase[Document], inbox: Inbox
) -> None:
    takes = await asyncio.gather(*(take(database, inbox, event(1)) for _ in range(10)))
    assert sorted(taken for (taken,) in takes) == [False] * 9 + [True]


async def test_without_a_transaction_nothing_is_taken(inbox: Inbox) -> None:
    with pytest.raises(RuntimeError):
        await inbox.take(event(1))
    assert not await inbox.has_taken(event(1))
