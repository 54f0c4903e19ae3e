"""Brings one record to its end: handled once, skipped, or parked. The heart of the consumer.

The effect, the note in the inbox and the parking are each one MongoDB transaction, so a process
may die at any point, and two may hold the same record for a moment.
"""

import asyncio
import traceback
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiokafka.errors import KafkaError
from pymongo import AsyncMongoClient

from groundswell_contracts.cloudevents import (
    CloudEvent,
    MalformedEvent,
    UnknownEventType,
    from_kafka,
)
from groundswell_contracts.event import Event
from groundswell_kit.dead_letters import DeadLetters, ParkedEvent
from groundswell_kit.inbox import Inbox
from groundswell_kit.metrics import EVENTS_HANDLED
from groundswell_kit.mongo import Document, is_unavailable, transaction
from groundswell_kit.observability import get_logger, use_traceparent
from groundswell_kit.records import Record, event_type
from groundswell_kit.waiting import growing_delay, pause

log = get_logger()

RETRY_DELAYS = (0.1, 0.2, 0.5, 1.0, 2.0)

Handler = Callable[[CloudEvent], Awaitable[None]]
Handlers = Mapping[type[Event], Handler]


class EventHandling:
    """The handlers of a service, each run in one transaction with the note that its event is taken.

    A handler writes through its stores and does nothing else: it may run several times before its
    transaction commits.
    """

    def __init__(
        self,
        client: AsyncMongoClient[dict[str, Any]],
        handlers: Handlers,
        inbox: Inbox,
        dead_letters: DeadLetters,
    ) -> None:
        self._client = client
        self._handlers = handlers
        self._inbox = inbox
        self._dead_letters = dead_letters

    async def bring_to_end(
        self, record: Record, stop: asyncio.Event, tell: Callable[[str | None], None]
    ) -> bool:
        """True when the record is handled, skipped or parked; False when `stop` came first.

        A failing handler is tried again after growing delays, then its event is parked. While
        MongoDB or Kafka is away it waits, however long, and `tell`s why; `tell(None)` is the end
        of that.
        """
        failures = outages = 0
        fatal: Exception | None = None
        while not stop.is_set():
            try:
                if fatal is None:
                    outcome = await self._attempt(record)
                else:
                    outcome = await self._park(record, fatal)
            except Exception as error:
                if fatal is not None or _is_outage(error):
                    outages += 1
                    tell(type(error).__name__)
                    log.warning("event waits", **_where(record), error=repr(error))
                    await pause(stop, growing_delay(outages))
                elif isinstance(error, MalformedEvent) or failures == len(RETRY_DELAYS):
                    fatal = error
                else:
                    log.warning("event failed", **_where(record), exc_info=error)
                    failures += 1
                    await pause(stop, RETRY_DELAYS[failures - 1])
            else:
                EVENTS_HANDLED.labels(type=event_type(record), outcome=outcome).inc()
                tell(None)
                return True
        return False

    async def _attempt(self, record: Record) -> str:
        try:
            event: CloudEvent | MalformedEvent = _decode(record)
        except UnknownEventType:
            return await self._skip(record)
        except MalformedEvent as error:
            event = error
        if isinstance(event, CloudEvent) and type(event.data) not in self._handlers:
            return await self._skip(record)
        with use_traceparent(event.traceparent if isinstance(event, CloudEvent) else None):
            return await transaction(self._client, lambda: self._take(record, event))

    async def _take(self, record: Record, event: CloudEvent | MalformedEvent) -> str:
        """One transaction; a released event goes ahead of those behind it."""
        if not isinstance(record, ParkedEvent) and await self._dead_letters.is_parked(record):
            await self._dead_letters.park_behind(record)
            return "parked"
        if isinstance(event, MalformedEvent):
            raise event
        taken = await self._inbox.take(event)
        if taken:
            await self._handlers[type(event.data)](event)
        if isinstance(record, ParkedEvent):
            await self._dead_letters.done(record)
        return "handled" if taken else "repeated"

    async def _skip(self, record: Record) -> str:
        if isinstance(record, ParkedEvent):
            await transaction(self._client, lambda: self._dead_letters.done(record))
        return "skipped"

    async def _park(self, record: Record, error: Exception) -> str:
        async def work() -> str:
            # The next owner of the partition may have succeeded while this one was paused.
            malformed = isinstance(error, MalformedEvent)
            if not malformed and await self._inbox.has_taken(_decode(record)):
                return "repeated"
            stack = "".join(traceback.format_exception(error))
            await self._dead_letters.park(record, repr(error), stack)
            return "parked"

        outcome = await transaction(self._client, work)
        log.error("event parked", **_where(record), exc_info=error)
        return outcome


def _decode(record: Record) -> CloudEvent:
    return from_kafka(record.topic, record.key, record.value, record.headers)


def _is_outage(error: Exception) -> bool:
    return is_unavailable(error) or isinstance(error, KafkaError)


def _where(record: Record) -> Document:
    return {
        "event_type": event_type(record),
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
    }
