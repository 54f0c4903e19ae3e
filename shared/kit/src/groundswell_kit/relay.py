"""Publishes the rows of the outbox, in order within each topic and key. Runs in each worker."""

import asyncio
import time
from collections.abc import Sequence
from itertools import groupby

import pymongo
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from pymongo import ASCENDING
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import PyMongoError
from pymongo.read_concern import ReadConcern

from groundswell_kit.clock import utc_now
from groundswell_kit.kafka import close, new_producer
from groundswell_kit.leases import Lease
from groundswell_kit.metrics import OUTBOX_OLDEST_AGE_SECONDS, OUTBOX_UNSENT
from groundswell_kit.mongo import Document, is_unavailable
from groundswell_kit.observability import get_logger
from groundswell_kit.waiting import growing_delay, pause

log = get_logger()

LEASE_SECONDS = 6.0
BATCH_ROWS = 200
IDLE_SECONDS = 0.05
SEND_SECONDS = 4.0
MONGO_SECONDS = 2.5
RELEASE_SECONDS = 1.0
MEASURE_SECONDS = 2.0
SILENCE_SECONDS = 30.0

# The bound on the topic lets MongoDB use the index of unsent rows; sent ones are many.
UNSENT: Document = {"sent_at": None, "topic": {"$gt": ""}}

Lane = tuple[str, bytes | None]


class RelayStalled(Exception):
    """The relay does not get on; rows wait in the outbox."""


class Relay:
    """The publisher of a service's outbox; of several, the one that holds the lease works.

    A row may be published more than once (a crash between the send and its note, a holder that was
    paused); it is never published before an earlier row of its topic and key has been.
    """

    def __init__(
        self, database: AsyncDatabase[Document], bootstrap: str, lease_holder: str
    ) -> None:
        # What a majority has not got may be rolled back, and an event cannot be taken back.
        self._rows = database["outbox"].with_options(read_concern=ReadConcern("majority"))
        self._lease = Lease(database, "outbox-relay", lease_holder, LEASE_SECONDS)
        self._bootstrap = bootstrap
        self._producer: AIOKafkaProducer | None = None
        self._held: set[Lane] = set()
        self._held_until = 0.0
        self._failures = 0
        self._trouble: str | None = None
        self._turned_at = time.monotonic()
        self._measured_at = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Publishes until `stop` is set; outages of Kafka or MongoDB are waited out."""
        try:
            while not stop.is_set():
                delay = await self._turn_safely(stop)
                self._turned_at = time.monotonic()
                await pause(stop, delay)
        finally:
            await self._close_producer()
            await self._release_lease()

    async def ready(self) -> None:
        """A readiness probe. Raises RelayStalled while rows cannot be published."""
        if self._trouble is not None:
            raise RelayStalled(self._trouble)
        if time.monotonic() - self._turned_at > SILENCE_SECONDS:
            raise RelayStalled(f"no turn for more than {SILENCE_SECONDS:g} s")

    async def _turn_safely(self, stop: asyncio.Event) -> float:
        """One turn; the seconds to wait before the next one."""
        try:
            return await self._turn(stop)
        except (KafkaError, TimeoutError, PyMongoError) as error:
            if isinstance(error, PyMongoError) and not is_unavailable(error):
                raise
            self._failures += 1
            self._trouble = repr(error)
            log.warning("relay interrupted", error=self._trouble, failures=self._failures)
            # A producer of aiokafka may be dead for good, and a new one costs little.
            await self._close_producer()
            return growing_delay(self._failures)

    async def _turn(self, stop: asyncio.Event) -> float:
        with pymongo.timeout(MONGO_SECONDS):
            await self._measure()
            held = self._lease.remaining() > LEASE_SECONDS * 2 / 3
            if not held and not await self._lease.acquire_or_renew():
                self._recovered()
                return LEASE_SECONDS / 6
            rows = await self._unsent()
        if not rows:
            if not self._held:
                self._recovered()
            return IDLE_SECONDS
        sent, failed = await self._send(rows, stop)
        with pymongo.timeout(MONGO_SECONDS):
            await self._rows.update_many({"_id": {"$in": sent}}, {"$set": {"sent_at": utc_now()}})
        if failed:
            self._hold(failed, any_sent=bool(sent))
        elif not self._held:
            self._recovered()
        return 0.0

    def _recovered(self) -> None:
        if self._trouble is not None:
            log.info("relay goes on")
        self._trouble, self._failures = None, 0

    async def _unsent(self) -> list[Document]:
        if time.monotonic() >= self._held_until:
            self._held.clear()
        query = dict(UNSENT)
        if self._held:
            query["$nor"] = [{"topic": topic, "key": key} for topic, key in self._held]
        order = [("topic", ASCENDING), ("key", ASCENDING), ("sequence", ASCENDING)]
        return await self._rows.find(query).sort(order).limit(BATCH_ROWS).to_list()

    async def _send(
        self, rows: Sequence[Document], stop: asyncio.Event
    ) -> tuple[list[str], dict[Lane, Exception]]:
        """The ids of the rows that Kafka acknowledged, and the lanes whose next row failed."""
        producer = await self._connect()
        lanes = {lane: list(group) for lane, group in groupby(rows, _lane)}
        ends = await asyncio.gather(
            *(self._send_lane(producer, group, stop) for group in lanes.values())
        )
        sent = [row_id for row_ids, _ in ends for row_id in row_ids]
        failed = {
            lane: error for lane, (_, error) in zip(lanes, ends, strict=True) if error is not None
        }
        return sent, failed

    async def _send_lane(
        self, producer: AIOKafkaProducer, rows: Sequence[Document], stop: asyncio.Event
    ) -> tuple[list[str], Exception | None]:
        sent: list[str] = []
        for row in rows:
            if stop.is_set() or self._lease.remaining() == 0:
                break
            try:
                async with asyncio.timeout(SEND_SECONDS):
                    await producer.send_and_wait(
                        row["topic"],
                        key=row["key"],
                        value=row["value"],
                        headers=[(name, value) for name, value in row["headers"]],
                    )
            except (KafkaError, TimeoutError) as error:
                return sent, error
            sent.append(row["_id"])
        return sent, None

    def _hold(self, failed: dict[Lane, Exception], any_sent: bool) -> None:
        """Leaves failing lanes alone for a while, so that they do not hold up the others."""
        error = next(iter(failed.values()))
        if not any_sent:
            self._held.clear()
            raise error
        self._failures += 1
        self._trouble = f"{len(failed)} keys cannot be sent: {error!r}"
        log.warning("events not accepted by kafka", keys=len(failed), error=repr(error))
        self._held |= failed.keys()
        self._held_until = time.monotonic() + growing_delay(self._failures)

    async def _measure(self) -> None:
        if time.monotonic() - self._measured_at < MEASURE_SECONDS:
            return
        totals = await self._rows.aggregate(
            [
                {"$match": UNSENT},
                {"$group": {"_id": None, "n": {"$sum": 1}, "oldest": {"$min": "$created_at"}}},
            ]
        )
        total = next(iter(await totals.to_list()), None)
        OUTBOX_UNSENT.set(total["n"] if total else 0)
        age = (utc_now() - total["oldest"]).total_seconds() if total else 0.0
        OUTBOX_OLDEST_AGE_SECONDS.set(max(0.0, age))
        self._measured_at = time.monotonic()

    async def _connect(self) -> AIOKafkaProducer:
        if self._producer is None:
            # Short, because a stop waits for the send in hand.
            self._producer = new_producer(self._bootstrap, request_timeout_seconds=SEND_SECONDS - 1)
            async with asyncio.timeout(SEND_SECONDS):
                await self._producer.start()
        return self._producer

    async def _close_producer(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            await close(producer, SEND_SECONDS)

    async def _release_lease(self) -> None:
        try:
            with pymongo.timeout(RELEASE_SECONDS):
                await self._lease.release()
        except PyMongoError as error:
            log.warning("lease not released, it ends by itself", error=repr(error))


def _lane(row: Document) -> Lane:
    return row["topic"], row["key"]
