"""Follows the announcements of polls: what the ballot box may accept, and how fresh that is."""

import asyncio
import math
from datetime import datetime

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError, OffsetOutOfRangeError

from groundswell_contracts.cloudevents import CloudEvent, from_kafka
from groundswell_contracts.polls import PollAnnounced
from groundswell_contracts.topics import POLLS
from groundswell_kit.clock import seconds_since_boot
from groundswell_kit.kafka import close
from groundswell_kit.observability import get_logger
from groundswell_kit.waiting import pause
from groundswell_voting.intake.rules import KnownPoll
from groundswell_voting.voteslog.codec import milliseconds, rules_from

log = get_logger()

LEASE_SECONDS = 2.0
CONFIRM_SECONDS = 0.3
CLOSE_SECONDS = 1.0

_PARTITION = TopicPartition(POLLS.name, 0)


class NotFollowing(Exception):
    """The position in the announcements is not confirmed: an announcement may be unknown here."""


class NotReadable(Exception):
    """An announcement that this version cannot follow; going on without it would break promises."""


class Announcements:
    """All polls ever announced, kept up to date by `run`.

    The lease: the broker was asked for the end of the topic, and everything before that end has
    been read. It is dated from the moment of asking, so an announcement acknowledged earlier than
    `LEASE_SECONDS` ago is known here whenever `confirmed()` is true.
    """

    def __init__(self, bootstrap: str) -> None:
        self.polls: dict[str, KnownPoll] = {}
        self._bootstrap = bootstrap
        self._confirmed_at = -math.inf
        self._next = 0
        self._unreadable: str | None = None

    def confirmed(self) -> bool:
        """Whether the lease holds now."""
        return seconds_since_boot() - self._confirmed_at <= LEASE_SECONDS

    async def ready(self) -> None:
        """Raises while the lease does not hold: NotReadable with the place, or NotFollowing."""
        if self._unreadable is not None:
            raise NotReadable(self._unreadable)
        if not self.confirmed():
            raise NotFollowing

    async def run(self, stop: asyncio.Event) -> None:
        """Follow until `stop`. What keeps it from that lets the lease run out; it tries on."""
        while not stop.is_set():
            try:
                await self._follow(stop)
            except (KafkaError, NotReadable, OSError, TimeoutError) as error:
                log.warning("announcements cannot be followed", error=repr(error))
                await pause(stop, CONFIRM_SECONDS)

    async def _follow(self, stop: asyncio.Event) -> None:
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap,
            enable_auto_commit=False,
            auto_offset_reset="none",
            request_timeout_ms=2_000,
            fetch_max_wait_ms=100,
        )
        try:
            async with asyncio.timeout(2 * LEASE_SECONDS):
                await consumer.start()
            consumer.assign([_PARTITION])
            consumer.seek(_PARTITION, self._next)
            while not stop.is_set():
                await self._confirm(consumer)
                await pause(stop, CONFIRM_SECONDS)
        finally:
            await close(consumer, CLOSE_SECONDS)

    async def _confirm(self, consumer: AIOKafkaConsumer) -> None:
        asked_at = seconds_since_boot()
        async with asyncio.timeout(2 * LEASE_SECONDS):
            end = (await consumer.end_offsets([_PARTITION]))[_PARTITION]
            if end < self._next:
                raise OffsetOutOfRangeError({_PARTITION: self._next})
            while self._next < end:
                for records in (await consumer.getmany(timeout_ms=100)).values():
                    for record in records:
                        self._take(record)
        self._confirmed_at = asked_at

    def _take(self, record: ConsumerRecord[bytes, bytes]) -> None:
        event, change = self._read(record)
        self._next = record.offset + 1
        poll = self.polls.setdefault(change.poll_id, KnownPoll(change.poll_id, event.brand_id))
        _tell(poll, change)

    def _read(self, record: ConsumerRecord[bytes, bytes]) -> tuple[CloudEvent, PollAnnounced]:
        self._unreadable = f"{record.topic}, offset {record.offset}"
        try:
            event = from_kafka(record.topic, record.key, record.value, record.headers)
        except ValueError as error:
            raise NotReadable(f"{self._unreadable}: {error}") from error
        if not isinstance(event.data, PollAnnounced):
            raise NotReadable(f"{self._unreadable}: {event.data.type}")
        self._unreadable = None
        return event, event.data


def _tell(poll: KnownPoll, change: PollAnnounced) -> None:
    poll.announce(
        change.number,
        accepting=change.accepting,
        accepts_until_ms=_milliseconds(change.accepts_until),
        closes_at_ms=_milliseconds(change.closes_at),
        rules=None if change.rules is None else rules_from(change.rules),
    )
    if change.ideas is not None:
        poll.announce_ideas(change.number, change.ideas.first_ordinal, change.ideas.idea_ids)
    poll.announce_ideas(
        change.number,
        withdrawn=change.withdrawn_idea_ids,
        removed=change.removed_idea_ids,
        returned=change.returned_idea_ids,
    )


def _milliseconds(moment: datetime | None) -> int | None:
    return None if moment is None else milliseconds(moment)
