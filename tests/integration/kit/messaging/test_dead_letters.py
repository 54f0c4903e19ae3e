"""Poison is set aside with everything behind it, and comes back in order when it is released."""

import asyncio
from functools import partial

import pytest
from aiokafka.errors import KafkaConnectionError
from prometheus_client import REGISTRY
from pymongo.errors import AutoReconnect

from groundswell_contracts.cloudevents import CloudEvent, KafkaMessage, to_kafka
from groundswell_contracts.topics import dead_letters
from groundswell_kit import handling
from groundswell_kit.dead_letters import DeadLetters
from groundswell_kit.handling import EventHandling, Handlers
from groundswell_kit.mongo import transaction
from tests.integration.kit.messaging.world import (
    Happened,
    World,
    event,
    eventually,
    happenings,
    log_of,
    publish,
    running,
)


class Choosy:
    """A handler that fails for some numbers of some things, as long as a test wants it to."""

    def __init__(self, world: World, **poison: set[int]) -> None:
        self.poison = poison
        self.tries: list[tuple[str, int]] = []
        self._world = world

    async def __call__(self, event: CloudEvent) -> None:
        data = event.data
        assert isinstance(data, Happened)
        self.tries.append((data.thing, data.n))
        await self._world.note(event)
        if data.n in self.poison.get(data.thing, ()):
            raise ValueError(f"no place for {data.thing} {data.n}")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("groundswell_kit.handling.RETRY_DELAYS", (0.01, 0.02))
    monkeypatch.setattr("groundswell_kit.consumer.RELEASED_SECONDS", 0.05)
    monkeypatch.setattr("groundswell_kit.partition_worker.POLL_SECONDS", 0.1)


async def saw(world: World, thing: str, *numbers: int) -> bool:
    return await world.seen(thing) == list(numbers)


async def reasons(letters: DeadLetters) -> dict[str, str]:
    return {event.id: event.reason for event in await letters.list(100)}


async def holds_parked(world: World, number: int) -> bool:
    return len(await world.parked()) == number


async def holds_released(world: World, number: int) -> bool:
    return [event.released for event in await world.dead_letters.list(100)].count(True) == number


async def test_poison_is_tried_again_and_then_parked_as_it_came(world: World) -> None:
    handler = Choosy(world, shoe={2})
    async with running(world.relay().run, world.consumer(handler).run):
        await world.tell(*happenings("shoe", 1, 2))
        await eventually(lambda: holds_parked(world, 1), "it is parked")
        await eventually(lambda: sent(world), "and its letter sent")

    assert handler.tries == [("shoe", 1)] + [("shoe", 2)] * 3
    assert await world.seen("shoe") == [1]
    [parked] = await world.dead_letters.list(10)
    [_, original] = await log_of(world.bootstrap, Happened.topic.name)
    assert (parked.key, parked.value) == (original.key, original.value)
    assert parked.reason == "ValueError('no place for shoe 2')"
    assert "in __call__" in parked.stack
    assert await world.dead_letters.show(parked.id) == parked

    [letter] = await log_of(world.bootstrap, dead_letters(world.service).name)
    assert (letter.key, letter.value) == (original.key, original.value)
    headers = dict(letter.headers)
    assert set(original.headers) <= set(letter.headers)
    assert headers["dlt_service"] == world.service.encode()
    assert headers["dlt_reason"] == b"ValueError('no place for shoe 2')"
    assert b"in __call__" in headers["dlt_stack"]
    assert (headers["dlt_topic"], headers["dlt_partition"], headers["dlt_offset"]) == (
        original.topic.encode(),
        str(original.partition).encode(),
        str(original.offset).encode(),
    )


async def test_what_follows_of_the_key_waits_and_other_keys_go_on(world: World) -> None:
    handler = Choosy(world, shoe={1})
    # The same partition, so that the others must pass.
    others = [f"thing_{n}" for n in range(6)]
    async with running(world.relay().run, world.consumer(handler).run):
        await world.tell(*happenings("shoe", 1, 2, 3))
        await eventually(lambda: holds_parked(world, 3), "three are parked")
        for thing in others:
            await world.tell(*happenings(thing, 1))
        for thing in others:
            await eventually(partial(saw, world, thing, 1), f"{thing} goes on")
        await world.tell(*happenings("shoe", 4))
        await eventually(lambda: holds_parked(world, 4), "a later one waits too")

    assert await world.seen("shoe") == []
    first, *behind = (await reasons(world.dead_letters)).values()
    assert first == "ValueError('no place for shoe 1')"
    assert set(behind) == {"an earlier event of this key is parked"}
    assert ("shoe", 2) not in handler.tries


async def test_a_release_brings_all_back_in_order(world: World) -> None:
    handler = Choosy(world, shoe={1}, pizza={1})
    async with running(world.relay().run, world.consumer(handler).run):
        await world.tell(*happenings("shoe", 1, 2, 3), *happenings("pizza", 1))
        await eventually(lambda: holds_parked(world, 4), "four are parked")
        handler.poison = {}
        assert await world.dead_letters.release("shoe") == 3
        await eventually(lambda: saw(world, "shoe", 1, 2, 3), "the shoe's come back in order")
        await world.tell(*happenings("shoe", 4))
        await eventually(lambda: saw(world, "shoe", 1, 2, 3, 4), "the key is free")
        assert await world.seen("pizza") == []
        assert await world.dead_letters.release() == 1
        await eventually(lambda: saw(world, "pizza", 1), "the pizza's too")
        await eventually(lambda: holds_parked(world, 0), "nothing is parked")


async def test_events_that_come_during_a_release_keep_their_place(world: World) -> None:
    handler = Choosy(world, shoe={1})
    async with running(world.relay().run, world.consumer(handler).run):
        await world.tell(*happenings("shoe", 1, 2))
        await eventually(lambda: holds_parked(world, 2), "two are parked")
        handler.poison = {}
        telling = asyncio.create_task(tell_one_by_one(world, range(3, 30)))
        await world.dead_letters.release("shoe")
        await telling
        await eventually(lambda: saw(world, "shoe", *range(1, 30)), "all in order")
        await eventually(lambda: holds_parked(world, 0), "nothing is left")


async def test_what_arrived_between_release_and_retry_is_released_with_it(world: World) -> None:
    handler = Choosy(world, shoe={1})
    async with running(world.relay().run, world.consumer(handler).run):
        await world.tell(*happenings("shoe", 1))
        await eventually(lambda: holds_parked(world, 1), "it is parked")
    # Nobody consumes: the release stands, and more comes before the service is back.
    await world.dead_letters.release("shoe")
    async with running(world.relay().run):
        await world.tell(*happenings("shoe", 2, 3))
        await eventually(lambda: sent(world), "more has come")
    async with running(world.consumer(Choosy(world)).run):
        await eventually(lambda: saw(world, "shoe", 1, 2, 3), "all in order")
        await eventually(lambda: holds_parked(world, 0), "nothing is left")


async def test_what_fails_again_is_parked_again(world: World) -> None:
    handler = Choosy(world, shoe={1, 3})
    async with running(world.relay().run, world.consumer(handler).run):
        await world.tell(*happenings("shoe", 1, 2, 3, 4))
        await eventually(lambda: holds_parked(world, 4), "all are parked")
        handler.poison = {"shoe": {3}}
        await world.dead_letters.release("shoe")
        await eventually(lambda: holds_parked(world, 2), "two are done")
        await eventually(lambda: holds_released(world, 0), "two are parked again")
        again = await world.dead_letters.list(10)
        assert again[0].reason == "ValueError('no place for shoe 3')"
        assert await world.seen("shoe") == [1, 2]
        handler.poison = {}
        await world.dead_letters.release("shoe")
        await eventually(lambda: saw(world, "shoe", 1, 2, 3, 4), "at last")


async def test_a_repeat_of_what_is_parked_changes_nothing(world: World) -> None:
    handler = Choosy(world, shoe={1})
    first, second = (to_kafka(event(n)) for n in (1, 2))
    async with running(world.relay().run, world.consumer(handler).run):
        await publish(world.bootstrap, [first, second])
        await eventually(lambda: holds_parked(world, 2), "both are parked")
        # A crash before the commit of offsets brings the same records again: here as new ones.
        await publish(world.bootstrap, [first, second])
        await eventually(lambda: holds_parked(world, 4), "the repeats wait behind")
        handler.poison = {}
        await world.dead_letters.release("shoe")
        await eventually(lambda: holds_parked(world, 0), "all are done")
    assert await world.seen("shoe") == [1, 2]


async def test_the_same_record_is_parked_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: object) -> None:
        await asyncio.sleep(60)

    handler = Choosy(world, shoe={1})
    await publish(world.bootstrap, [to_kafka(event(n)) for n in (1, 2)])
    with monkeypatch.context() as patch:
        patch.setattr("aiokafka.AIOKafkaConsumer.commit", never)
        patch.setattr("groundswell_kit.partition_worker.COMMIT_SECONDS", 0.1)
        async with running(world.consumer(handler).run):
            await eventually(lambda: holds_parked(world, 2), "parked, but not committed")
    await publish(world.bootstrap, [to_kafka(event(3))])
    async with running(world.consumer(handler).run):
        await eventually(lambda: holds_parked(world, 3), "the third is parked")
    letters = await world.database["outbox"].count_documents({})
    assert letters == 3
    assert handler.tries == [("shoe", 1)] * 3


async def test_what_cannot_be_read_is_parked_at_once(world: World) -> None:
    good = to_kafka(event(1))
    broken = [
        good._replace(value=b"not json"),
        good._replace(headers=[]),
        KafkaMessage(good.topic, b"\xff\xfe", b"\x00\x01", [("any", b"\xff")]),
    ]
    handler = Choosy(world)
    async with running(world.relay().run, world.consumer(handler).run):
        await publish(world.bootstrap, broken, partition=0)
        await publish(world.bootstrap, [to_kafka(event(1, "pizza"))])
        await eventually(lambda: holds_parked(world, 3), "the broken ones are parked")
        await eventually(lambda: saw(world, "pizza", 1), "others go on")
        await eventually(lambda: sent(world), "letters are sent")

    parked = await world.dead_letters.list(10)
    assert {event.value for event in parked} == {b"not json", good.value, b"\x00\x01"}
    letters = await log_of(world.bootstrap, dead_letters(world.service).name)
    assert {(r.key, r.value) for r in letters} == {(m.key, m.value) for m in broken}
    assert handler.tries == [("pizza", 1)]
    assert await world.dead_letters.release("//4=") == 1


@pytest.mark.parametrize("outage", [AutoReconnect("gone"), KafkaConnectionError("gone")])
async def test_an_outage_parks_nothing_however_long(world: World, outage: Exception) -> None:
    tries, is_well = 0, False

    async def away(event: CloudEvent) -> None:
        nonlocal tries
        tries += 1
        if not is_well:
            raise outage
        await world.note(event)

    async def complains() -> bool:
        reason = (await world.health.ready()).get("consumer", "")
        return type(outage).__name__ in reason and tries > len(handling.RETRY_DELAYS) + 1

    async with running(world.consumer(away).run):
        await publish(world.bootstrap, [to_kafka(event(1))])
        await eventually(complains, "readiness tells")
        is_well = True
        await eventually(lambda: saw(world, "shoe", 1), "it takes effect when all is well")
    assert await world.parked() == []


async def test_an_event_that_another_member_has_done_is_not_parked(world: World) -> None:
    # It failed here while its partition went to another member, which succeeded.
    overtaken = event(1)
    await publish(world.bootstrap, [to_kafka(overtaken)])
    [record] = await log_of(world.bootstrap, Happened.topic.name)
    await transaction(world.database.client, lambda: world.inbox.take(overtaken))

    handlers: Handlers = {Happened: world.note}
    stores = (world.inbox, world.dead_letters)
    member = EventHandling(world.database.client, handlers, *stores)
    assert await member._park(record, ValueError("failed here")) == "repeated"
    assert await world.parked() == []


async def test_the_gauge_tells_how_much_is_parked(world: World) -> None:
    async def gauge_is(number: int) -> bool:
        return REGISTRY.get_sample_value("groundswell_parked_now") == number

    handler = Choosy(world, shoe={1})
    async with running(world.relay().run, world.consumer(handler).run):
        await world.tell(*happenings("shoe", 1, 2))
        await eventually(lambda: gauge_is(2), "the gauge rises")
        handler.poison = {}
        await world.dead_letters.release()
        await eventually(lambda: gauge_is(0), "and falls")


async def sent(world: World) -> bool:
    return await world.unsent() == 0


async def tell_one_by_one(world: World, numbers: range) -> None:
    for n in numbers:
        await world.tell(*happenings("shoe", n))
        await asyncio.sleep(0.01)
