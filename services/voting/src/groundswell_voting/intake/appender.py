"""Gathers the votes of a few milliseconds, looks their ballots up, and appends them to the log.

One look-up in Redis and one batch per partition for all of them; each vote learns what became of
it. Used by the ballot box, which answers.
"""

import asyncio
import time
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.producer.message_accumulator import BatchBuilder

from groundswell_contracts.cloudevents import timestamp
from groundswell_contracts.topics import VOTES
from groundswell_kit.clock import utc_now
from groundswell_kit.observability import get_logger
from groundswell_kit.waiting import pause
from groundswell_voting.counting.fold import BallotKey, ballot_key
from groundswell_voting.counting.projection import REDIS_AWAY, Projection
from groundswell_voting.counting.rules import Ballot
from groundswell_voting.intake.rules import KnownPoll, Outdated, Settled, settle
from groundswell_voting.metrics import LOOK_UPS_FAILED, WAITING
from groundswell_voting.voteslog.codec import encode_vote, vote_headers
from groundswell_voting.voteslog.rules import Vote, partition_of

log = get_logger()

# A look-up begins as soon as there is enough for one: under load nobody waits for the clock.
GATHER_SECONDS = 0.010
GATHER_VOTES = 256
LOOK_UP_PAUSE_SECONDS = 1.0
LOG_APPEND_TIME = 1
GIVE_UP_SECONDS = 30.0
# Who is not ready gets no votes, and without votes nobody learns that they get through again.
FORGET_FAILURE_SECONDS = 10.0


class OutcomeUnknown(Exception):
    """The log did not acknowledge a vote in time; it may or may not have it."""


@dataclass(frozen=True, slots=True)
class Appended:
    """The log has the vote since this moment of the broker's clock, or since an earlier one.

    Earlier, if it got the vote by a try whose acknowledgement was lost.
    """

    at_ms: int


Outcome = Appended | Settled | Outdated


@dataclass(slots=True, eq=False)
class _Waiting:
    vote: Vote
    poll: KnownPoll
    partition: int
    ballot: BallotKey
    outcome: asyncio.Future[Outcome]


@dataclass(slots=True, eq=False)
class _Round:
    """Votes that came within a few milliseconds share a look-up and a deadline."""

    deadline: asyncio.TimerHandle
    votes: list[_Waiting] = field(default_factory=list)
    unanswered: int = 0


class Appender:
    """The way of votes into the log. Each waits for its outcome until the deadline."""

    def __init__(
        self,
        projection: Projection,
        producer: AIOKafkaProducer,
        partitions: int,
        deadline_seconds: float,
    ) -> None:
        self._projection = projection
        self._producer = producer
        self._partitions = partitions
        self._deadline_seconds = deadline_seconds
        self._waiting = 0
        self._gathering: _Round | None = None
        self._queues: dict[int, list[_Waiting]] = {}
        self._under_way: set[asyncio.Task[None]] = set()
        self._look_up_after = 0.0
        self._failing_since: float | None = None
        self._failed_at = 0.0
        WAITING.set_function(lambda: self._waiting)

    async def append(self, vote: Vote, poll: KnownPoll) -> Outcome:
        """Append a vote, or learn that its voter's counted ballot settles it already.

        Raises OutcomeUnknown after the deadline. A repeat is safe. As many wait as the server of
        the box lets in.
        """
        mine = self._gathering or self._begin()
        outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        partition = partition_of(vote.voter, self._partitions)
        mine.votes.append(_Waiting(vote, poll, partition, ballot_key(vote), outcome))
        if len(mine.votes) == GATHER_VOTES:
            self._look_up_soon(mine)
        mine.unanswered += 1
        self._waiting += 1
        try:
            return await outcome
        finally:
            self._waiting -= 1
            mine.unanswered -= 1
            if not mine.unanswered and mine is not self._gathering:
                mine.deadline.cancel()

    async def ready(self) -> None:
        """Raises OutcomeUnknown while batches fail and none has been acknowledged for a while."""
        if self._failing_for() > self._deadline_seconds:
            raise OutcomeUnknown

    async def watch(self, stop: asyncio.Event) -> None:
        """Until `stop`; raises when nothing gets through: a new process gets a new producer."""
        while not stop.is_set():
            if self._failing_for() > GIVE_UP_SECONDS:
                raise OutcomeUnknown(f"no batch was acknowledged for {GIVE_UP_SECONDS:.0f} s")
            await pause(stop, 1.0)

    def _failing_for(self) -> float:
        """From the first to the last of the failures that have no success behind them; 0 if old."""
        old = time.monotonic() - self._failed_at > FORGET_FAILURE_SECONDS
        return 0.0 if self._failing_since is None or old else self._failed_at - self._failing_since

    async def drain(self) -> None:
        """Wait for what is under way; each batch ends within the deadline."""
        while self._under_way:
            await asyncio.wait(set(self._under_way))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        # A task of its own: a caller that goes away must not cancel what others wait for.
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    def _begin(self) -> _Round:
        loop = asyncio.get_running_loop()
        votes: list[_Waiting] = []
        mine = _Round(loop.call_later(self._deadline_seconds, _give_up, votes), votes)
        loop.call_later(GATHER_SECONDS, self._look_up_soon, mine)
        self._gathering = mine
        return mine

    def _look_up_soon(self, gathered: _Round) -> None:
        """Take up a round, once: when it is large enough or its time has come."""
        if gathered is self._gathering:
            self._gathering = None
            self._start(self._look_up_gathered(gathered))

    async def _look_up_gathered(self, gathered: _Round) -> None:
        """Settle what counted ballots settle, and queue the rest for their partitions."""
        ballots = await self._look_up(gathered.votes)
        for waiting in gathered.votes:
            settled = settle(waiting.poll, ballots.get(waiting.ballot), waiting.vote)
            if settled is None:
                self._queue(waiting)
            elif not waiting.outcome.done():
                waiting.outcome.set_result(settled)

    def _queue(self, waiting: _Waiting) -> None:
        # One batch under way per partition: of several that wait for one partition, aiokafka lets
        # some wait until they time out, on a Kafka in good health.
        queue = self._queues.get(waiting.partition)
        if queue is not None:
            queue.append(waiting)
            return
        self._queues[waiting.partition] = [waiting]
        self._start(self._send_queue(waiting.partition))

    async def _send_queue(self, partition: int) -> None:
        """Send what is queued for a partition, and what comes meanwhile."""
        try:
            while votes := self._queues[partition]:
                self._queues[partition] = []
                await self._send(partition, [vote for vote in votes if not vote.outcome.done()])
        finally:
            _give_up(self._queues.pop(partition))

    async def _look_up(self, gathered: Sequence[_Waiting]) -> dict[BallotKey, Ballot]:
        """The counted ballots; none while Redis is away, because the log decides anyway."""
        if time.monotonic() < self._look_up_after:
            return {}
        try:
            return await self._projection.ballots(
                (waiting.partition, waiting.ballot) for waiting in gathered
            )
        except (*REDIS_AWAY, OSError, ValueError) as error:  # ValueError: not a ballot of ours
            log.warning("ballots not looked up", error=repr(error))
            LOOK_UPS_FAILED.inc()
            self._look_up_after = time.monotonic() + LOOK_UP_PAUSE_SECONDS
            return {}

    async def _send(self, partition: int, votes: Sequence[_Waiting]) -> None:
        """Append votes as one batch, or as several where one would be too large."""
        if not votes:
            return
        time_text = timestamp(utc_now())
        left = list(votes)
        try:
            async with asyncio.timeout(self._deadline_seconds):
                while left:
                    batch, taken = self._producer.create_batch(), 0
                    while taken < len(left) and _add(batch, left[taken], time_text):
                        taken += 1
                    await self._send_batch(batch, partition, left[:taken])
                    left = left[taken:]
        except (KafkaError, OSError, TimeoutError) as error:
            # Only this partition's votes are in doubt.
            log.warning("votes not acknowledged", partition=partition, error=repr(error))
            self._failed_at = time.monotonic()
            self._failing_since = self._failing_since or self._failed_at
        else:
            self._failing_since = None
        finally:
            _give_up(left)

    async def _send_batch(
        self, batch: BatchBuilder, partition: int, votes: Sequence[_Waiting]
    ) -> None:
        acknowledged = await self._producer.send_batch(batch, VOTES.name, partition=partition)
        metadata = await acknowledged
        if metadata.timestamp_type != LOG_APPEND_TIME:
            raise KafkaError(f"{VOTES.name} does not take the broker's time of append")
        appended = Appended(metadata.timestamp)
        for waiting in votes:
            if not waiting.outcome.done():
                waiting.outcome.set_result(appended)


def _give_up(votes: Iterable[_Waiting]) -> None:
    for waiting in votes:
        if not waiting.outcome.done():
            waiting.outcome.set_exception(OutcomeUnknown())


def _add(batch: BatchBuilder, waiting: _Waiting, time_text: str) -> bool:
    added = batch.append(
        timestamp=None,
        key=waiting.vote.voter.encode(),
        value=encode_vote(waiting.vote),
        headers=vote_headers(waiting.vote, waiting.poll.brand_id, time_text),
    )
    return added is not None
