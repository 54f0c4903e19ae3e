"""Everything in a transaction joins it, or nothing of it remains."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from pymongo import UpdateOne
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import InvalidOperation, PyMongoError

from groundswell_kit import mongo
from groundswell_kit.mongo import Document, connect, in_transaction, is_unavailable, transaction

Things = AsyncCollection[Document]


class Undo(Exception):
    """Raised by a test to undo its transaction."""


@pytest.fixture
async def things(database: AsyncDatabase[Document]) -> Things:
    await database["things"].insert_one({"_id": "old", "n": 1})
    return database["things"]


async def test_what_work_returns_is_committed(things: Things) -> None:
    client = things.database.client

    async def work() -> bool:
        await things.insert_one({"_id": "new"})
        return in_transaction(client)

    assert await transaction(client, work) is True
    assert not in_transaction(client)
    assert await things.count_documents({}) == 2


WRITES: dict[str, Callable[[Things], Awaitable[Any]]] = {
    "insert_one": lambda c: c.insert_one({"_id": 1}),
    "insert_many": lambda c: c.insert_many([{"_id": 1}, {"_id": 2}]),
    "update_one": lambda c: c.update_one({"_id": "old"}, {"$inc": {"n": 1}}),
    "upsert": lambda c: c.update_one({"_id": 1}, {"$set": {"n": 1}}, upsert=True),
    "update_many": lambda c: c.update_many({}, {"$inc": {"n": 1}}),
    "replace_one": lambda c: c.replace_one({"_id": "old"}, {"n": 5}),
    "delete_one": lambda c: c.delete_one({"_id": "old"}),
    "delete_many": lambda c: c.delete_many({}),
    "find_one_and_update": lambda c: c.find_one_and_update({"_id": "old"}, {"$inc": {"n": 1}}),
    "find_one_and_replace": lambda c: c.find_one_and_replace({"_id": "old"}, {"n": 5}),
    "find_one_and_delete": lambda c: c.find_one_and_delete({"_id": "old"}),
    "bulk_write": lambda c: c.bulk_write([UpdateOne({"_id": "old"}, {"$inc": {"n": 1}})]),
}


@pytest.mark.parametrize("name", WRITES)
async def test_every_write_joins_and_is_undone(things: Things, name: str) -> None:
    async def work() -> None:
        await WRITES[name](things)
        raise Undo

    with pytest.raises(Undo):
        await transaction(things.database.client, work)

    assert await things.find().to_list() == [{"_id": "old", "n": 1}]


async def test_every_read_joins(things: Things) -> None:
    async def work() -> list[int]:
        await things.insert_one({"_id": "new", "n": 2})
        found = await things.find({}).batch_size(1).to_list()
        grouped = await things.aggregate([{"$group": {"_id": None, "n": {"$sum": 1}}}])
        return [
            len(found),
            (await grouped.to_list())[0]["n"],
            await things.count_documents({}),
            len(await things.distinct("n")),
            int(await things.find_one({"_id": "new"}) is not None) + 1,
        ]

    assert await transaction(things.database.client, work) == [2] * 5


async def test_a_transaction_inside_is_part_of_the_outer_one(things: Things) -> None:
    client = things.database.client

    async def inner() -> None:
        await things.insert_one({"_id": "inner"})

    async def outer() -> None:
        await transaction(client, inner)
        raise Undo

    with pytest.raises(Undo):
        await transaction(client, outer)

    assert await things.count_documents({}) == 1


async def test_another_client_cannot_take_part(things: Things, engines: Any) -> None:
    stranger = connect(engines.mongo.address, things.database.name)

    async def write() -> None:
        await stranger["things"].insert_one({"_id": "stray"})

    async def nest() -> None:
        await transaction(stranger.client, write)

    with pytest.raises(InvalidOperation):
        await transaction(things.database.client, write)
    with pytest.raises(RuntimeError):
        await transaction(things.database.client, nest)
    assert await things.count_documents({}) == 1
    await stranger.client.close()


async def test_conflicting_work_runs_again_until_it_fits(things: Things) -> None:
    runs, all_have_read = 0, asyncio.Barrier(8)

    async def count_up() -> None:
        nonlocal runs
        runs += 1
        row = await things.find_one({"_id": "old"})
        assert row is not None
        if runs <= 8:
            await all_have_read.wait()
        await things.update_one({"_id": "old"}, {"$set": {"n": row["n"] + 1}})

    await asyncio.gather(*(transaction(things.database.client, count_up) for _ in range(8)))

    assert await things.find_one({"_id": "old"}) == {"_id": "old", "n": 9}
    assert runs > 8


async def test_a_conflict_that_stays_ends_in_bounded_time(
    things: Things, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mongo, "TRANSACTION_SECONDS", 0.5)
    client = things.database.client
    async with client.start_session() as rival:
        await rival.start_transaction()
        await things.update_one({"_id": "old"}, {"$inc": {"n": 10}}, session=rival)

        with pytest.raises(PyMongoError) as caught:
            await transaction(client, lambda: things.update_one({"_id": "old"}, {"$inc": {"n": 1}}))
        await rival.abort_transaction()

    assert is_unavailable(caught.value)
    assert await things.find_one({"_id": "old"}) == {"_id": "old", "n": 1}


async def test_a_cancelled_transaction_leaves_nothing(things: Things) -> None:
    began = asyncio.Event()

    async def work() -> None:
        await things.insert_one({"_id": "new"})
        began.set()
        await asyncio.sleep(60)

    task = asyncio.create_task(transaction(things.database.client, work))
    await began.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert await things.count_documents({}) == 1


async def test_transactions_of_different_tasks_do_not_mix(things: Things) -> None:
    client = things.database.client
    inside, outside = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        await things.insert_one({"_id": "new"})
        inside.set()
        await outside.wait()
        raise Undo

    task = asyncio.create_task(transaction(client, work))
    await inside.wait()
    assert not in_transaction(client)
    assert await things.count_documents({}) == 1
    outside.set()
    with pytest.raises(Undo):
        await task


async def test_a_task_that_outlives_the_transaction_fails_loudly(things: Things) -> None:
    is_over = asyncio.Event()

    async def late() -> None:
        await is_over.wait()
        await things.insert_one({"_id": "late"})

    async def work() -> "asyncio.Task[None]":
        await things.insert_one({"_id": "new"})
        return asyncio.create_task(late())

    task = await transaction(things.database.client, work)
    is_over.set()
    with pytest.raises(InvalidOperation):
        await task
    assert await things.count_documents({}) == 2


def test_errors_of_the_caller_are_no_outage() -> None:
    assert not is_unavailable(InvalidOperation("closed"))
    assert not is_unavailable(TimeoutError())
