"""Voting in this process: its stores, its state machine, and polls that go through their life."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase
from redis.asyncio import Redis

from groundswell_contracts.cloudevents import CloudEvent, from_kafka
from groundswell_contracts.polls import PollAnnounced
from groundswell_contracts.topics import POLLS
from groundswell_kit.clock import utc_now
from groundswell_kit.health import Heartbeat
from groundswell_kit.ids import new_id
from groundswell_kit.leases import Lease
from groundswell_kit.mongo import Document
from groundswell_voting.app.archiver import archiver_role
from groundswell_voting.app.counter import counter_role
from groundswell_voting.app.stores import Stores
from groundswell_voting.certification.commands import CertificationCommands
from groundswell_voting.control.history import LogHistory
from groundswell_voting.control.machine import PollMachine
from groundswell_voting.control.writer import LogWriter
from groundswell_voting.counting.projection import Projection
from groundswell_voting.polls.rules import Poll, PollStage
from groundswell_voting.settings import Settings
from groundswell_voting.voteslog.codec import decode
from groundswell_voting.voteslog.rules import Record
from tests.integration.voting.world import BRAND, IDEAS, Log, RawRecord, eventually, running


@dataclass
class Voting:
    """One installation; what is planned here is moved on by the machines that a test runs."""

    settings: Settings
    database: AsyncDatabase[Document]
    redis: Redis
    votes_log: Log
    writer: LogWriter
    stores: Stores = field(init=False)
    projection: Projection = field(init=False)

    def __post_init__(self) -> None:
        self.stores = Stores(self.settings, self.database)
        self.projection = Projection(self.redis)

    async def plan(
        self,
        *,
        closes_at: datetime | None = None,
        brand_id: str = BRAND,
        idea_ids: Sequence[str] = IDEAS,
    ) -> Poll:
        """A poll as its contest has planned it, with the key of its voters."""
        poll = Poll(
            poll_id=new_id("poll"),
            brand_id=brand_id,
            contest_id=new_id("con"),
            idea_ids=tuple(idea_ids),
            ideas_per_ballot=1,
            closes_at=closes_at or utc_now() + timedelta(hours=1),
        )
        await self.stores.contest_keys.create(brand_id, poll.contest_id)
        await self.stores.polls.insert(poll)
        return poll

    async def poll(self, poll: Poll | str) -> Poll:
        """As it is now."""
        poll_id = poll if isinstance(poll, str) else poll.poll_id
        found = await self.stores.polls.find_public(poll_id)
        assert found is not None
        return found

    async def close(self, poll: Poll) -> None:
        """What its contest's end of voting asks for."""
        await self.stores.polls.request_closing(poll.brand_id, poll.contest_id)

    async def reaches(self, poll: Poll, stage: PollStage, within_seconds: float = 15.0) -> Poll:
        """The poll, once it has come to a stage or behind it."""
        order = list(PollStage)

        async def has_come() -> bool:
            return order.index((await self.poll(poll)).stage) >= order.index(stage)

        await eventually(has_come, f"{poll.poll_id} is {stage}", within_seconds)
        return await self.poll(poll)

    def machine(
        self, announce_seconds: float = 0.5, holder: str | None = None, **parts: Any
    ) -> PollMachine:
        """A state machine as the worker wires it, but for the parts given."""
        partitions = self.settings.voting_partitions
        certification = CertificationCommands(
            self.database.client,
            self.stores.archive,
            self.projection,
            self.stores.tallies,
            self.stores.polls,
            partitions,
        )
        wired: dict[str, Any] = {
            "lease": Lease(self.database, "polls", holder or new_id("machine")),
            "polls": self.stores.polls,
            "history": LogHistory(self.settings.kafka_bootstrap, self.stores.archive, partitions),
            "writer": self.writer,
            "certification": certification,
            "heartbeat": Heartbeat(60),
            "announce_seconds": announce_seconds,
        }
        return PollMachine(**wired | parts)

    @asynccontextmanager
    async def counted(self) -> AsyncIterator[None]:
        """A counter and an archiver of the installation's log."""
        counter, archiver = counter_role(self.settings), archiver_role(self.settings)
        try:
            async with running(*counter.tasks, *archiver.tasks):
                yield
        finally:
            await counter.close()
            await archiver.close()

    async def archived(self) -> None:
        """Waits until all that is in the log now has been archived and counted."""

        async def is_archived() -> bool:
            for partition, records in (await self.votes_log.read()).items():
                archived = (await self.stores.archive.position(partition)).offset
                counted = (await self.projection.position(partition)).offset
                if not archived == counted == len(records):
                    return False
            return True

        await eventually(is_archived, "all is archived and counted")

    async def open(self, **plan: Any) -> Poll:
        """A poll that takes votes."""
        poll = await self.plan(**plan)
        async with running(self.machine().run):
            return await self.reaches(poll, PollStage.OPEN)

    async def log_of(self, poll: Poll) -> dict[int, list[Record]]:
        """The poll's records in the log, by partition."""
        return {
            partition: [r for r in map(decode, records) if _is_of(r, poll)]
            for partition, records in (await self.votes_log.read()).items()
        }

    async def announcements(self, poll: Poll) -> list[tuple[int, PollAnnounced]]:
        """What was announced of a poll, each with the broker's time of it."""
        log = Log(self.votes_log.bootstrap, POLLS.name, 1, self.votes_log.producer)
        found = [(raw.timestamp, event_of(raw).data) for raw in (await log.read())[0]]
        return [
            (at_ms, data)
            for at_ms, data in found
            if isinstance(data, PollAnnounced) and data.poll_id == poll.poll_id
        ]


def event_of(raw: RawRecord) -> CloudEvent:
    return from_kafka(raw.topic, raw.key, raw.value, raw.headers)


def _is_of(record: Record, poll: Poll) -> bool:
    return getattr(record.body, "poll_id", None) == poll.poll_id


def bodies(records: list[Record]) -> list[str]:
    """What kinds of records these are."""
    return [type(record.body).__name__ for record in records]
