"""Note how a poll's tally grows, and tell everybody of it when they may know."""

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from groundswell_contracts.tallies import IdeaVotes, TallyCertified, VotesCounted
from groundswell_kit.clock import utc_now
from groundswell_kit.mongo import transaction
from groundswell_voting.counting.projection import Projection
from groundswell_voting.counting.totals import Totals
from groundswell_voting.history.rules import (
    INTERVAL_SECONDS,
    Noted,
    by_idea,
    last_interval,
    merged,
    next_interval,
)
from groundswell_voting.history.store import IntervalStore
from groundswell_voting.polls.rules import Poll, ended_at
from groundswell_voting.voteslog.rules import moment

PUBLISHED_AT_ONCE = 20
FORGOTTEN_SECONDS = 60.0


@dataclass(slots=True)
class _Watched:
    """A poll whose tally is noted: what was noted last, and when it is looked at again."""

    totals: Totals
    last: Noted | None
    look_at: float


@dataclass(frozen=True)
class HistoryCommands:
    """Called by the state machine, the one writer, for each poll that is under way."""

    store: IntervalStore
    projection: Projection
    partitions: int
    _watched: dict[str, _Watched] = field(default_factory=dict)

    async def note(self, poll: Poll) -> None:
        """Note an interval of the poll when its time has come and its votes have changed.

        To be called again and again; a poll that hides its tally is never noted. Of a poll that
        delays it, VotesCounted is emitted that much later. Redis' and MongoDB's errors pass
        through, and the next call begins from what is stored.
        """
        if poll.rules.tallies == "hidden":
            return
        watched = self._watched.get(poll.poll_id)
        if watched is not None and time.monotonic() < watched.look_at:
            return
        self._watched.pop(poll.poll_id, None)
        if watched is None:
            self._forget_others()
            last = await self.store.find_public(poll.poll_id)
            totals = Totals(self.projection, poll.poll_id, self.partitions)
            watched = _Watched(totals, last, 0.0)
        await self._look(poll, watched)
        if poll.rules.tallies == "delayed":
            await self._publish(poll, utc_now() - timedelta(seconds=poll.rules.delay_seconds))
        watched.look_at = time.monotonic() + INTERVAL_SECONDS
        self._watched[poll.poll_id] = watched

    async def conclude(self, poll: Poll, tally: TallyCertified) -> None:
        """Note the certified tally as the last interval, and tell all that is not told yet.

        Of a poll that delays its tally too: now everybody knows it. Safe to repeat; MongoDB's
        errors pass through.
        """
        if poll.rules.tallies == "hidden":
            return
        ordinals = {idea_id: ordinal for ordinal, idea_id in enumerate(poll.idea_ids)}
        final = Noted(
            number=0,
            counted_up_to=ended_at(poll),
            offsets=tuple(stretch.last_offset + 1 for stretch in tally.log_ranges),
            votes={ordinals[idea_id]: votes for idea_id, votes in _final(tally).items()},
        )
        interval = last_interval(await self.store.find_public(poll.poll_id), final)
        if interval is not None:
            await self._insert(poll, interval)
        # All of it, by nobody's clock: behind the retirement there is no further chance.
        while await self._publish(poll, until=None):
            pass

    def _forget_others(self) -> None:
        """Polls that nobody has asked about for long are no longer under way."""
        long_ago = time.monotonic() - FORGOTTEN_SECONDS
        for poll_id in [each for each, kept in self._watched.items() if kept.look_at < long_ago]:
            del self._watched[poll_id]

    async def _look(self, poll: Poll, watched: _Watched) -> None:
        await watched.totals.refresh()
        parts = watched.totals.parts
        at_ms = max(part.counted_up_to_ms for part in parts)
        counted = Noted(
            number=0,
            counted_up_to=moment(at_ms),
            offsets=tuple(part.offset for part in parts),
            votes=watched.totals.tally.votes(),
        )
        interval = next_interval(watched.last, counted)
        if interval is None:
            return
        await self._insert(poll, interval)
        watched.last = merged(watched.last, interval)

    async def _insert(self, poll: Poll, interval: Noted) -> None:
        events = [_told(poll, interval)] if poll.rules.tallies == "live" else []

        async def work() -> None:
            await self.store.insert(poll.brand_id, poll.poll_id, interval, events)

        await transaction(self.store.client, work)

    async def _publish(self, poll: Poll, until: datetime | None) -> int:
        """Tell the first intervals that are not told yet, up to a moment; how many they were."""

        async def work() -> int:
            due = await self.store.unpublished(
                poll.brand_id, poll.poll_id, until, PUBLISHED_AT_ONCE
            )
            if due:
                numbers = [interval.number for interval in due]
                events = [_told(poll, interval) for interval in due]
                await self.store.publish(poll.brand_id, poll.poll_id, numbers, events)
            return len(due)

        return await transaction(self.store.client, work)


def _final(tally: TallyCertified) -> dict[str, int]:
    votes = {idea.idea_id: idea.votes for idea in tally.tally}
    return votes | {idea.idea_id: idea.votes for idea in tally.removed}


def _told(poll: Poll, interval: Noted) -> VotesCounted:
    votes = by_idea(interval.votes, poll.idea_ids)
    # What became of the votes of a merged idea is told: they count for the other one by now.
    gone = set(poll.removed_idea_ids).difference(each.idea_id for each in poll.merged)
    return VotesCounted(
        contest_id=poll.contest_id,
        poll_id=poll.poll_id,
        interval=interval.number,
        counted_up_to=interval.counted_up_to,
        ideas=[
            IdeaVotes(idea_id=idea_id, votes=number)
            for idea_id, number in votes.items()
            if idea_id not in gone
        ],
    )
