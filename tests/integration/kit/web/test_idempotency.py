"""The same request twice acts once and is answered twice, also when both come at once."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from pydantic import BaseModel
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_kit.idempotency import KEPT, Idempotency, StoredResponse
from groundswell_kit.ids import new_id
from groundswell_kit.mongo import Document, connect, transaction
from groundswell_kit.problems import Problem, conflict
from groundswell_local.engines import Engines


class Made(BaseModel):
    id: str
    title: str


@pytest.fixture
async def database(engines: Engines) -> AsyncIterator[AsyncDatabase[Document]]:
    database = connect(engines.mongo.address, new_id("test_idempotency"))
    await Idempotency(database).ensure_indexes()
    yield database
    await database.client.drop_database(database.name)
    await database.client.close()


class Maker:
    """Makes things behind idempotency keys, as a route does."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._idempotency = Idempotency(database)
        self._things = database["things"]
        self.began = 0

    async def make(
        self, key: str | None, title: str = "a", scope: str = "ann", seconds: float = 0
    ) -> StoredResponse:
        async def act() -> Made:
            self.began += 1
            made = Made(id=new_id("thing"), title=title)
            await self._things.insert_one({"_id": made.id, "title": title})
            await asyncio.sleep(seconds)
            if title == "refused":
                raise conflict("Not this one.")
            return made

        return await self._idempotency.run(
            key, scope, title, 201, act, headers=lambda made: {"Location": f"/v1/{made.id}"}
        )

    async def count(self) -> int:
        return await self._things.count_documents({})


@pytest.fixture
def maker(database: AsyncDatabase[Document]) -> Maker:
    return Maker(database)


async def test_a_repeat_gets_the_first_answer_and_does_nothing(maker: Maker) -> None:
    first = await maker.make("key-1")
    made = Made.model_validate_json(first.body)
    assert (first.status, first.replayed) == (201, False)
    assert first.headers == {"Location": f"/v1/{made.id}"}
    again = await maker.make("key-1")
    assert again.replayed
    assert (again.status, again.body, again.headers) == (201, first.body, first.headers)
    assert (maker.began, await maker.count()) == (1, 1)


async def test_another_request_under_the_same_key_is_refused(maker: Maker) -> None:
    await maker.make("key-1", "a")
    with pytest.raises(Problem) as refused:
        await maker.make("key-1", "b")
    assert refused.value.kind.slug == "idempotency-key-reused"
    assert await maker.count() == 1


async def test_keys_of_different_callers_do_not_meet(maker: Maker) -> None:
    await maker.make("key-1", "a", scope="ann")
    await maker.make("key-1", "b", scope="ben")
    assert await maker.count() == 2


async def test_without_a_key_every_request_acts(maker: Maker) -> None:
    answers = [await maker.make(None), await maker.make(None)]
    assert not any(answer.replayed for answer in answers)
    assert await maker.count() == 2


async def test_many_at_once_act_once(maker: Maker) -> None:
    answers = await asyncio.gather(*(maker.make("key-1", seconds=0.2) for _ in range(8)))
    assert len({answer.body for answer in answers}) == 1
    assert [answer.replayed for answer in answers].count(False) == 1
    assert await maker.count() == 1


async def test_of_two_different_at_once_one_is_refused(maker: Maker) -> None:
    answers = await asyncio.gather(
        maker.make("key-1", "a", seconds=0.1),
        maker.make("key-1", "b", seconds=0.1),
        return_exceptions=True,
    )
    assert {type(answer) for answer in answers} == {StoredResponse, Problem}
    assert await maker.count() == 1


async def test_what_was_refused_may_be_tried_again(maker: Maker) -> None:
    with pytest.raises(Problem):
        await maker.make("key-1", "refused")
    assert await maker.count() == 0
    assert not (await maker.make("key-1", "better")).replayed


async def test_a_request_may_be_part_of_a_larger_transaction(
    database: AsyncDatabase[Document], maker: Maker
) -> None:
    async def make_and_fail() -> None:
        await maker.make("key-1")
        raise conflict("The rest failed.")

    with pytest.raises(Problem):
        await transaction(database.client, make_and_fail)
    assert await maker.count() == 0
    assert not (await maker.make("key-1")).replayed


async def test_keys_are_forgotten_after_two_days(
    database: AsyncDatabase[Document], maker: Maker
) -> None:
    await maker.make("key-1")
    indexes = await database["idempotency"].index_information()
    assert indexes["created_at_1"]["expireAfterSeconds"] == KEPT.total_seconds() == 48 * 3600
    row = await database["idempotency"].find_one({})
    assert row is not None
    assert row["created_at"].tzinfo is not None
