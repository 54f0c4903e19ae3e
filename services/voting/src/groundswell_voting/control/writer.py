"""Appends control records and announcements; only the state machine of polls calls it."""

import asyncio
from collections.abc import Sequence

from aiokafka import AIOKafkaProducer

from groundswell_contracts.cloudevents import CloudEvent, to_kafka
from groundswell_contracts.polls import PollAnnounced
from groundswell_kit.clock import utc_now
from groundswell_voting.control.records import ControlEvent
from groundswell_voting.voteslog.codec import SOURCE

DEADLINE_SECONDS = 10


class LogWriter:
    """Writes on behalf of one installation, whose votes log has `partitions` partitions."""

    def __init__(self, producer: AIOKafkaProducer, partitions: int) -> None:
        self._producer = producer
        self.partitions = partitions

    async def append_control(self, brand_id: str, events: Sequence[ControlEvent]) -> int:
        """Append a control record: to each partition its own of these events, which are of one
        poll and number. Returns when all have it: the broker's time of the last, in milliseconds.

        A repeat is safe: the count takes each number of a poll once. Raises KafkaError or
        TimeoutError, after which some partitions may have it and others not.
        """
        appending = [
            self._append(brand_id, event, f"{event.poll_id}/{event.number}/{partition}", partition)
            for partition, event in zip(range(self.partitions), events, strict=True)
        ]
        async with asyncio.timeout(DEADLINE_SECONDS):
            # All are waited for, or those behind the first failure would go on unseen.
            outcomes = await asyncio.gather(*appending, return_exceptions=True)
        appended_at_ms = 0
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
            appended_at_ms = max(appended_at_ms, outcome)
        return appended_at_ms

    async def announce(self, brand_id: str, event: PollAnnounced) -> int:
        """Announce a change to all ballot boxes; the broker's time of it, in milliseconds.

        A repeat is safe: announcements are numbered. Raises KafkaError or TimeoutError.
        """
        async with asyncio.timeout(DEADLINE_SECONDS):
            return await self._append(brand_id, event, f"{event.poll_id}/a{event.number}", 0)

    async def _append(
        self, brand_id: str, event: ControlEvent | PollAnnounced, record_id: str, partition: int
    ) -> int:
        message = to_kafka(CloudEvent(record_id, SOURCE, utc_now(), brand_id, event))
        appended = await self._producer.send_and_wait(
            message.topic,
            value=message.value,
            key=message.key,
            partition=partition,
            headers=message.headers,
        )
        return int(appended.timestamp)
