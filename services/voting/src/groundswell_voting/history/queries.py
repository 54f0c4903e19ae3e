"""Reads of a poll's history: as it stood at a moment, and how its votes came in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from groundswell_voting.history.rules import Noted, Point, bucket_seconds
from groundswell_voting.history.store import IntervalStore
from groundswell_voting.polls.rules import Poll


@dataclass(frozen=True, slots=True)
class Series:
    """Totals by ordinal of the idea: at the start, then what changed at each point."""

    start: dict[int, int]
    points: list[Point]


@dataclass(frozen=True)
class HistoryQueries:
    """Whoever asks sees to it that the poll shows its tally."""

    store: IntervalStore

    async def as_of(self, poll: Poll, moment: datetime, after: int = 0) -> Noted | None:
        """What was counted by a moment, as far as it is noted; None when nothing was.

        With `after`, what became different behind the interval of that number.
        """
        return await self.store.find_public(poll.poll_id, after, moment)

    async def counted_before(self, poll: Poll) -> tuple[int, ...] | None:
        """How far each partition was counted when the poll was noted last."""
        return await self.store.find_public_offsets(poll.poll_id)

    async def series(
        self, poll: Poll, idea_ids: Sequence[str], since: datetime | None, until: datetime
    ) -> Series:
        """How the votes of these ideas of the poll came in behind `since` and up to `until`.

        At most about a thousand points: of each stretch of time the last one.
        """
        ordinals = [poll.idea_ids.index(idea_id) for idea_id in idea_ids]
        start: Noted | None = None
        if since is not None:
            # Not later than `until`: who asks must not learn what is held back still.
            start = await self.store.find_public(poll.poll_id, 0, min(since, until), ordinals)
        began = since or await self.store.find_public_start(poll.poll_id)
        before = {ordinal: start.votes.get(ordinal, 0) if start else 0 for ordinal in ordinals}
        if began is None or began >= until:
            return Series(before, [])
        if since is None:
            began = datetime.fromtimestamp(began.timestamp() - 1, began.tzinfo)
        width = bucket_seconds(began, until)
        points = await self.store.find_public_series(poll.poll_id, ordinals, began, until, width)
        return Series(before, points)
