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
from groundswell_kit.mongo import Document, transaction
from groundswell_voting.app.archiver import archiver_role
from groundswell_voting.app.counter import counter_role
from groundswell_voting.app.stores import Stores
from groundswell_voting.certification.commands import CertificationCommands
from groundswell_voting.control.changes import PendingChanges
from groundswell_voting.control.history import LogHistory
from groundswell_voting.control.life import Conclusion, PollLife
from groundswell_voting.control.machine import PollMachine
from groundswell_voting.control.scribe import Scribe
from groundswell_voting.control.voters import VoterSearch
from groundswell_voting.control.watch import Watch, Watcher
from groundswell_voting.control.writer import LogWriter
from groundswell_voting.counting.log_ends import LogEnds
from groundswell_voting.counting.projection import Projection
from groundswell_voting.counting.totals import Totals
from groundswell_voting.polls.commands import PollCommands
from groundswell_voting.polls.rules import Change, ChangeState, Poll, PollStage, What
from groundswell_voting.polls.store import ChangeStore, PollStore
from groundswell_voting.settings import Settings
from groundswell_voting.voteslog.codec import decode
from groundswell_voting.voteslog.rules import Record, Rules
from tests.integration.voting.world import (
    BRAND,
    IDEAS,
    PATIENCE_SECONDS,
    Log,
    RawRecord,
    eventually,
    running,
)


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
    ends: LogEnds = field(init=False)

    def __post_init__(self) -> None:
        self.stores = Stores(self.settings, self.database)
        self.projection = Projection(self.redis)
        self.ends = LogEnds(self.settings.kafka_bootstrap, self.settings.voting_partitions)

    async def plan(
        self,
        *,
        closes_at: datetime | None = None,
        brand_id: str = BRAND,
        idea_ids: Sequence[str] = IDEAS,
        rules: Rules | None = None,
    ) -> Poll:
        """A poll as its contest has planned it, with the key of its voters."""
        poll = Poll(
            poll_id=new_id("poll"),
            brand_id=brand_id,
            contest_id=new_id("con"),
            idea_ids=tuple(idea_ids),
            rules=rules or Rules(),
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

    async def ask(self, poll: Poll, what: What) -> Change:
        """Queues a change of the poll."""
        commands = PollCommands(self.stores.polls, self.stores.poll_changes)

        async def work() -> Change | None:
            return await commands.ask(poll.brand_id, poll.poll_id, new_id("change"), what)

        change = await transaction(self.database.client, work)
        assert change is not None
        return change

    async def settled(self, change: Change, within_seconds: float = PATIENCE_SECONDS) -> Change:
        """The change, once it has been carried out or refused."""

        async def now() -> Change:
            found = await self.stores.poll_changes.find(change.brand_id, change.change_id)
            assert found is not None
            return found

        async def is_settled() -> bool:
            return (await now()).state is not ChangeState.PENDING

        await eventually(is_settled, f"{change.what.kind} is settled", within_seconds)
        return await now()

    async def reaches(
        self, poll: Poll, stage: PollStage, within_seconds: float = PATIENCE_SECONDS
    ) -> Poll:
        """The poll, once it has come to a stage or behind it."""
        order = list(PollStage)

        async def has_come() -> bool:
            return order.index((await self.poll(poll)).stage) >= order.index(stage)

        await eventually(has_come, f"{poll.poll_id} is {stage}", within_seconds)
        return await self.poll(poll)

    def life(
        self,
        announce_seconds: float = 0.5,
        writer: LogWriter | None = None,
        certification: Any = None,
        polls: PollStore | None = None,
        conclusions: Sequence[Conclusion] = (),
    ) -> PollLife:
        """The steps of polls as the worker wires them, but for the parts given."""
        stores, store = self.stores, polls or self.stores.polls
        certification = certification or CertificationCommands(
            self.database.client,
            stores.archive,
            self.projection,
            stores.tallies,
            stores.attributions,
            store,
            self.settings.voting_partitions,
        )
        scribe = Scribe(store, writer or self.writer, announce_seconds)
        search = VoterSearch(stores.archive, self.ends, scribe.partitions)
        changes = PendingChanges(
            store, ChangeStore(self.database, store, stores.outbox), scribe, search
        )
        return PollLife(store, changes, scribe, certification, stores.tallies, conclusions)

    def machine(
        self,
        announce_seconds: float = 0.5,
        holder: str | None = None,
        watchers: Sequence[Watcher] = (),
        **parts: Any,
    ) -> PollMachine:
        """A state machine as the worker wires it, but for the parts of `life` given."""
        stores, partitions = self.stores, self.settings.voting_partitions
        return PollMachine(
            lease=Lease(self.database, "polls", holder or new_id("machine")),
            polls=stores.polls,
            history=LogHistory(self.settings.kafka_bootstrap, stores.archive, partitions),
            life=self.life(announce_seconds, **parts),
            watch=Watch(watchers),
            heartbeat=Heartbeat(60),
        )

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
        return (await self.logs_of([poll]))[poll.poll_id]

    async def logs_of(self, polls: Sequence[Poll]) -> dict[str, dict[int, list[Record]]]:
        """The records of polls in the log, by poll and partition."""
        log = {
            partition: [decode(raw) for raw in records]
            for partition, records in (await self.votes_log.read()).items()
        }
        return {
            poll.poll_id: {p: [r for r in records if _is_of(r, poll)] for p, records in log.items()}
            for poll in polls
        }

    async def announcements(self, poll: Poll) -> list[tuple[int, PollAnnounced]]:
        """What was announced of a poll, each with the broker's time of it."""
        return (await self.announcements_of([poll]))[poll.poll_id]

    async def announcements_of(
        self, polls: Sequence[Poll]
    ) -> dict[str, list[tuple[int, PollAnnounced]]]:
        """What was announced of polls, each with the broker's time of it."""
        log = Log(self.votes_log.bootstrap, POLLS.name, 1, self.votes_log.producer)
        found: dict[str, list[tuple[int, PollAnnounced]]] = {poll.poll_id: [] for poll in polls}
        for raw in (await log.read())[0]:
            data = event_of(raw).data
            if isinstance(data, PollAnnounced) and data.poll_id in found:
                found[data.poll_id].append((raw.timestamp, data))
        return found

    async def votes(self, poll: Poll) -> dict[str, int]:
        """What each idea has now, as all partitions have counted it."""
        totals = Totals(self.projection, poll.poll_id, self.settings.voting_partitions)
        await totals.refresh()
        counted = totals.tally.votes()
        return {idea: counted[n] for n, idea in enumerate((await self.poll(poll)).idea_ids)}


def event_of(raw: RawRecord) -> CloudEvent:
    return from_kafka(raw.topic, raw.key, raw.value, raw.headers)


def _is_of(record: Record, poll: Poll) -> bool:
    return getattr(record.body, "poll_id", None) == poll.poll_id


def bodies(records: list[Record]) -> list[str]:
    """What kinds of records these are."""
    return [type(record.body).__name__ for record in records]
