"""A small service made of the kit's messaging half, and waiting with a deadline."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_contracts.cloudevents import CloudEvent
from groundswell_contracts.event import Event
from groundswell_contracts.topics import Topic
from groundswell_kit.clock import utc_now
from groundswell_kit.consumer import EventConsumer
from groundswell_kit.dead_letters import DeadLetters
from groundswell_kit.handling import Handler, Handlers
from groundswell_kit.health import Health
from groundswell_kit.ids import new_id
from groundswell_kit.inbox import Inbox
from groundswell_kit.kafka import new_producer
from groundswell_kit.mongo import Document, transaction
from groundswell_kit.outbox import Outbox
from groundswell_kit.relay import Relay
from groundswell_local.engines import Engine

# For what is sure to come, also on a machine that has little time for it.
PATIENCE_SECONDS = 45.0
STOP_SECONDS = 25.0

Task = Callable[[asyncio.Event], Awaitable[None]]
Paused = Callable[[], AbstractAsyncContextManager[None]]


class Happened(Event):
    """What the tests' service tells: the n-th thing that happened to a thing."""

    topic: ClassVar[Topic] = Topic("groundswell.kit-tests.v1", key="thing", partitions=2)
    key_field: ClassVar[str] = "thing"

    thing: str
    n: int


class Ignored(Event):
    """On the same topic, and of no interest to the service."""

    topic: ClassVar[Topic] = Happened.topic
    key_field: ClassVar[str] = "thing"

    thing: str


@dataclass
class World:
    """One service under a name of its own, so that its group begins where the test says."""

    database: AsyncDatabase[Document]
    bootstrap: str
    service: str = field(default_factory=lambda: new_id("kit"))
    health: Health = field(default_factory=lambda: Health("worker"))

    def __post_init__(self) -> None:
        self.outbox = Outbox(self.database, "/groundswell/kit-tests")
        self.inbox = Inbox(self.database)
        self.dead_letters = DeadLetters(self.database, self.service, self.outbox)
        self.effects = self.database["effects"]

    async def ensure_indexes(self) -> None:
        for store in (self.outbox, self.inbox, self.dead_letters):
            await store.ensure_indexes()

    async def tell(self, *events: Event) -> None:
        """Writes events to the outbox in one transaction."""
        await transaction(self.database.client, lambda: self.outbox.add("brand_1", events))

    def relay(self, holder: str = "relay-1") -> Relay:
        return Relay(self.database, self.bootstrap, holder)

    def consumer(self, handler: Handler | None = None, **options: Any) -> EventConsumer:
        handlers: Handlers = {Happened: handler or self.note}
        stores = (self.inbox, self.dead_letters, self.health)
        return EventConsumer(
            self.database, self.bootstrap, self.service, handlers, *stores, **options
        )

    async def note(self, event: CloudEvent) -> None:
        """The usual handler: its effect is the list of what happened, by thing."""
        data = event.data
        assert isinstance(data, Happened)
        await self.effects.update_one({"_id": data.thing}, {"$push": {"seen": data.n}}, upsert=True)

    async def seen(self, thing: str) -> list[int]:
        row = await self.effects.find_one({"_id": thing})
        return [] if row is None else row["seen"]

    async def has_seen(self, **numbers: list[int]) -> bool:
        return [await self.seen(thing) for thing in numbers] == list(numbers.values())

    async def unsent(self) -> int:
        return await self.database["outbox"].count_documents({"sent_at": None})

    async def parked(self) -> list[int]:
        """The offsets of what is parked."""
        return [event.offset for event in await self.dead_letters.list(100)]


def event(number: int, thing: str = "shoe", event_id: str | None = None) -> CloudEvent:
    """The n-th event of a thing, as its outbox would have numbered it."""
    return CloudEvent(
        id=event_id or f"evt_{thing}_{number}",
        source="/groundswell/kit-tests",
        time=utc_now(),
        brand_id="brand_1",
        data=Happened(thing=thing, n=number),
        sequence=number,
    )


def happenings(thing: str, *numbers: int) -> list[Happened]:
    return [Happened(thing=thing, n=n) for n in numbers]


@asynccontextmanager
async def running(*tasks: Task) -> AsyncIterator[None]:
    """Runs tasks beside the test; then stops them, which they must heed."""
    stop = asyncio.Event()
    runs = [asyncio.ensure_future(task(stop)) for task in tasks]
    try:
        yield
    finally:
        stop.set()
        _, late = await asyncio.wait(runs, timeout=STOP_SECONDS)
        for task in late:
            task.cancel()
        await asyncio.gather(*runs, return_exceptions=bool(late))
        assert not late, "a task did not heed its stop"


@asynccontextmanager
async def paused(engine: Engine) -> AsyncIterator[None]:
    await engine.pause()
    try:
        yield
    finally:
        await engine.resume()


async def eventually(
    holds: Callable[[], Awaitable[bool]], what: str, within_seconds: float = PATIENCE_SECONDS
) -> None:
    deadline = time.monotonic() + within_seconds
    while not await holds():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within_seconds:g} s: {what}")
        await asyncio.sleep(0.02)


async def publish(bootstrap: str, messages: Sequence[Any], partition: int | None = None) -> None:
    """Puts records on Kafka past the outbox: repeats, strangers, poison."""
    producer = new_producer(bootstrap)
    await producer.start()
    try:
        for message in messages:
            await producer.send_and_wait(
                message.topic,
                key=message.key,
                value=message.value,
                headers=list(message.headers),
                partition=partition,
            )
    finally:
        await producer.stop()


async def log_of(bootstrap: str, topic: str) -> list[ConsumerRecord[bytes, bytes]]:
    """Every record of a topic, by partition and in order."""
    reader = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, auto_offset_reset="earliest", enable_auto_commit=False
    )
    await reader.start()
    try:
        await reader._client._wait_on_metadata(topic)
        partitions = reader.partitions_for_topic(topic) or set()
        owned = [TopicPartition(topic, partition) for partition in sorted(partitions)]
        reader.assign(owned)
        ends = await reader.end_offsets(owned)
        records: list[ConsumerRecord[bytes, bytes]] = []
        for partition in owned:
            await reader.seek_to_beginning(partition)
            while await reader.position(partition) < ends[partition]:
                fetched = await reader.getmany(partition, timeout_ms=1000)
                records += fetched.get(partition, [])
        return records
    finally:
        await reader.stop()
