"""Reads of standings: live ones summed over partitions in Redis, certified ones from MongoDB."""

import asyncio
import math
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime

from groundswell_voting.certification.queries import TallyQueries
from groundswell_voting.certification.rules import rank
from groundswell_voting.counting.log_ends import LogEnds
from groundswell_voting.counting.projection import CountedTally, Projection
from groundswell_voting.polls.queries import PollQueries
from groundswell_voting.polls.rules import Poll, PollStage
from groundswell_voting.standings.schemas import Standing, Standings

REFRESH_SECONDS = 0.25
KEPT_POLLS = 100


@dataclass(slots=True)
class _Kept:
    """What the last refresh of a poll gave; the lock lets one reader refresh for all that wait."""

    outcome: Standings | Exception = field(default_factory=LookupError)
    read_at: float = -math.inf
    refreshing: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(frozen=True)
class StandingsQueries:
    """Refreshed only for polls that somebody reads, at most four times a second each."""

    polls: PollQueries
    tallies: TallyQueries
    projection: Projection
    log_ends: LogEnds
    partitions: int
    _kept: dict[str, _Kept] = field(default_factory=dict)

    async def read(self, poll_id: str) -> Standings:
        """The standings of a poll. Raises a 404 problem, or Redis' errors.

        Many readers share one refresh, and its error as well: an engine that is away is asked
        again after the refresh time, not by each of them in turn.
        """
        if poll_id not in self._kept:
            await self.polls.find(poll_id)
            if len(self._kept) >= KEPT_POLLS:
                self._kept.clear()
        kept = self._kept.setdefault(poll_id, _Kept())
        async with kept.refreshing:
            if time.monotonic() - kept.read_at > REFRESH_SECONDS:
                try:
                    kept.outcome = await self._read(poll_id)
                except Exception as error:  # noqa: BLE001 - raised below, to every reader
                    kept.outcome = error
                kept.read_at = time.monotonic()
        if isinstance(kept.outcome, Exception):
            raise kept.outcome
        return kept.outcome

    async def _read(self, poll_id: str) -> Standings:
        poll = await self.polls.recent(poll_id)
        if poll.stage in (PollStage.CERTIFIED, PollStage.RETIRED):
            return await self._certified(poll)
        # Ends first: what is counted meanwhile must not look like less than nothing waiting.
        ends = await self.log_ends.read()
        tallies = await asyncio.gather(
            *(self.projection.tally(number, poll_id) for number in range(self.partitions))
        )
        return _live(poll, tallies, ends)

    async def _certified(self, poll: Poll) -> Standings:
        tally = await self.tallies.find(poll.poll_id)
        if tally is None:
            raise RuntimeError(f"{poll.poll_id} is certified without a tally")
        return Standings(
            poll_id=poll.poll_id,
            status="certified",
            counted_up_to=tally.certified_at,
            not_counted_yet=0,
            votes=sum(idea.votes for idea in tally.tally),
            ideas=[Standing(**idea.model_dump()) for idea in tally.tally],
        )


def _live(poll: Poll, tallies: list[CountedTally], ends: list[int] | None) -> Standings:
    votes: Counter[str] = Counter()
    for counted in tallies:
        votes.update(counted.tally.votes)
    behind = None
    if ends is not None:
        behind = [max(0, e - counted.offset) for e, counted in zip(ends, tallies, strict=True)]
    up_to_ms = _counted_up_to_ms(tallies, behind)
    return Standings(
        poll_id=poll.poll_id,
        status="live",
        counted_up_to=datetime.fromtimestamp(up_to_ms / 1000, UTC) if up_to_ms else None,
        not_counted_yet=None if behind is None else sum(behind),
        votes=votes.total(),
        ideas=[
            Standing(idea_id=idea.idea_id, votes=idea.votes, rank=idea.rank)
            for idea in rank(poll.idea_ids, votes)
        ],
    )


def _counted_up_to_ms(tallies: list[CountedTally], behind: list[int] | None) -> int:
    """The latest record counted; where partitions lag, how far the slowest of them has come."""
    lagging = [t for t, records in zip(tallies, behind or (), strict=False) if records > 0]
    if lagging:
        return min(tally.counted_up_to_ms for tally in lagging)
    return max(tally.counted_up_to_ms for tally in tallies)
