"""Intervals of a poll's tally: when one is noted, and what stands in it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

INTERVAL_SECONDS = 10.0
MAX_POINTS = 1_000


@dataclass(frozen=True, slots=True)
class Noted:
    """A poll's votes as the intervals up to one of them tell, by ordinal of the idea.

    `counted_up_to` is the append time (UTC) of the last record counted, `offsets` how far each
    partition of the votes log was. Before the first interval `number` is 0.
    """

    number: int
    counted_up_to: datetime
    offsets: tuple[int, ...]
    votes: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Point:
    """New totals of the ideas whose votes changed up to a moment, by ordinal."""

    counted_up_to: datetime
    votes: Mapping[int, int]


def next_interval(last: Noted | None, counted: Noted) -> Noted | None:
    """The interval that follows, with the ideas whose votes changed; None when there is none.

    None also while a partition stands behind the last interval: the count is being made again.
    """
    if last is None:
        changed = {ordinal: votes for ordinal, votes in counted.votes.items() if votes}
        return Noted(1, counted.counted_up_to, counted.offsets, changed) if changed else None
    if any(now < then for now, then in zip(counted.offsets, last.offsets, strict=True)):
        return None
    changed = {
        ordinal: votes
        for ordinal, votes in counted.votes.items()
        if votes != last.votes.get(ordinal, 0)
    }
    if not changed:
        return None
    return Noted(
        last.number + 1,
        max(last.counted_up_to, counted.counted_up_to),
        counted.offsets,
        changed,
    )


def last_interval(last: Noted | None, final: Noted) -> Noted | None:
    """The interval that ends a poll's history at its final votes; None when they stand there.

    Unlike the count that it was noted of, what is final never stands behind.
    """
    if last is None:
        return next_interval(None, final)
    furthest = tuple(map(max, last.offsets, final.offsets))
    return next_interval(last, replace(final, offsets=furthest))


def merged(last: Noted | None, later: Noted | None) -> Noted | None:
    """What stands after further intervals."""
    if last is None or later is None:
        return later or last
    return Noted(later.number, later.counted_up_to, later.offsets, {**last.votes, **later.votes})


def bucket_seconds(since: datetime, until: datetime) -> float:
    """How far the points of a plot lie apart, so that there are not too many."""
    return max(INTERVAL_SECONDS, (until - since) / timedelta(seconds=1) / MAX_POINTS)


def by_idea(votes: Mapping[int, int], idea_ids: Sequence[str]) -> dict[str, int]:
    """Votes by idea from votes by ordinal."""
    return {idea_ids[n]: votes[n] for n in sorted(votes) if n < len(idea_ids)}
