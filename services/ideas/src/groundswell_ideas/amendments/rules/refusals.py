"""What a poll could not take of an amendment, and how its contest stands by that. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from groundswell_ideas.contests.rules import Contest
from groundswell_ideas.polls.rules import IdeaMerge, Poll, PollChange


@dataclass(frozen=True, slots=True)
class Refusal:
    """A part of an amendment of which nothing was done, as voting told it."""

    refused: PollChange
    code: str
    reason: str
    refused_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How voting has the poll: which of the ideas named are on its ballot, or went on in others."""

    on_ballot: tuple[str, ...]
    merged: tuple[IdeaMerge, ...]
    closes_at: datetime


def done_of(change: PollChange, refusals: Sequence[Refusal]) -> PollChange:
    """What a poll took of a change; all of it if nothing was refused."""
    for refusal in refusals:
        part = refusal.refused
        if part.added_idea_ids or part.removed_idea_ids:
            change = replace(change, added_idea_ids=(), removed_idea_ids=())
        change = replace(
            change,
            merged=tuple(merge for merge in change.merged if merge not in part.merged),
            unmerged=tuple(merge for merge in change.unmerged if merge not in part.unmerged),
            closes_at=change.closes_at if part.closes_at is None else None,
            paused=change.paused if part.paused is None else None,
        )
    return change


def as_it_stands(
    contest: Contest, refused: PollChange, standing: Standing, later: Sequence[PollChange]
) -> Contest:
    """The contest with its poll as voting has it, in what was refused.

    What `later` amendments of the poll have changed since is told, or done, by itself.
    """
    touched = {idea_id for change in later for idea_id in _moved(change)}
    own = _moved(refused) - touched
    closes_at = None
    if refused.closes_at is not None and all(change.closes_at is None for change in later):
        closes_at = standing.closes_at
    polls = tuple(
        _standing(poll, own, refused, standing, closes_at) if poll.id == refused.poll_id else poll
        for poll in contest.polls
    )
    if polls == contest.polls:
        return contest
    return replace(contest, version=contest.version + 1, polls=polls)


def _moved(change: PollChange) -> set[str]:
    """The ideas that a change brings on the ballot, or takes off it."""
    pairs = (*change.merged, *change.unmerged)
    return {*change.added_idea_ids, *change.removed_idea_ids, *(pair.idea_id for pair in pairs)}


def _standing(
    poll: Poll,
    own: set[str],
    refused: PollChange,
    standing: Standing,
    closes_at: datetime | None,
) -> Poll:
    here = [idea_id for idea_id in standing.on_ballot if idea_id in own]
    kept = [idea_id for idea_id in poll.idea_ids if idea_id not in own or idea_id in here]
    others = [merge for merge in poll.merged if merge.idea_id not in own]
    merged = [merge for merge in standing.merged if merge.idea_id in own]
    # What was on the ballot, and is in neither place, was taken off for good, as a ladder does.
    gone = own.difference(here, refused.added_idea_ids, (merge.idea_id for merge in merged))
    removed = [idea_id for idea_id in poll.removed_idea_ids if idea_id not in here]
    return replace(
        poll,
        idea_ids=tuple(dict.fromkeys((*kept, *here))),
        removed_idea_ids=tuple(dict.fromkeys((*removed, *sorted(gone)))),
        merged=(*others, *merged),
        closes_at=closes_at or poll.closes_at,
    )
