"""A lease has one holder, and a dead holder loses it."""

import asyncio
import time

from pymongo.asynchronous.database import AsyncDatabase

from groundswell_kit.leases import Lease
from groundswell_kit.mongo import Document
from tests.integration.kit.messaging.world import eventually


async def test_one_holds_it_until_released(database: AsyncDatabase[Document]) -> None:
    first, second = (Lease(database, "timers", name, ttl_seconds=60) for name in "ab")

    assert await first.acquire_or_renew()
    assert not await second.acquire_or_renew()
    assert await first.acquire_or_renew()
    assert first.remaining() > 30
    assert second.remaining() == 0

    await second.release()
    assert not await second.acquire_or_renew()
    await first.release()
    assert first.remaining() == 0
    assert await second.acquire_or_renew()


async def test_a_silent_holder_loses_it_when_it_runs_out(
    database: AsyncDatabase[Document],
) -> None:
    dead = Lease(database, "timers", "a", ttl_seconds=0.4)
    heir = Lease(database, "timers", "b", ttl_seconds=60)
    asked_at = time.monotonic()
    assert await dead.acquire_or_renew()

    await eventually(heir.acquire_or_renew, "the heir takes the lease")

    assert time.monotonic() - asked_at > 0.35
    assert dead.remaining() == 0
    assert not await dead.acquire_or_renew()


async def test_of_many_that_ask_first_one_gets_it(database: AsyncDatabase[Document]) -> None:
    rivals = [Lease(database, "timers", f"holder-{n}") for n in range(10)]
    answers = await asyncio.gather(*(rival.acquire_or_renew() for rival in rivals))
    assert sum(answers) == 1


async def test_leases_of_other_names_are_free(database: AsyncDatabase[Document]) -> None:
    assert await Lease(database, "timers", "a").acquire_or_renew()
    assert await Lease(database, "outbox-relay", "b").acquire_or_renew()
