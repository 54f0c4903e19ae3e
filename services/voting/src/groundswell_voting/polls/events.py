"""What is told of an amendment that a poll cannot take. Pure; the commands emit it."""

from groundswell_contracts.contests import IdeaMerge, PollChange
from groundswell_contracts.event import Event
from groundswell_contracts.tallies import AmendmentRefused
from groundswell_voting.polls.merging import MergedIdeaChange
from groundswell_voting.polls.rules import (
    Change,
    ClosingChange,
    IdeasChange,
    PauseChange,
    Poll,
    What,
)


def told_of_refusal(poll: Poll, change: Change) -> list[Event]:
    """The event about a refused part of an amendment; nothing of any other change.

    The two steps of a merge are one part, told of with the first.
    """
    part = _part(poll.poll_id, change.what)
    if change.amendment is None or part is None:
        return []
    if change.refusal is None or change.settled_at is None:
        raise ValueError(f"{change.change_id} was not refused")
    named = {*part.added_idea_ids, *part.removed_idea_ids}
    named |= {pair.idea_id for pair in (*part.merged, *part.unmerged)}
    gone = set(poll.removed_idea_ids)
    refused = AmendmentRefused(
        contest_id=poll.contest_id,
        number=change.amendment,
        refused=part,
        code=change.refusal.code,
        reason=change.refusal.words,
        refused_at=change.settled_at,
        closes_at=poll.closes_at,
        on_ballot=tuple(i for i in poll.idea_ids if i in named and i not in gone),
        merged=tuple(
            IdeaMerge(idea_id=merge.idea_id, into_idea_id=merge.into_idea_id)
            for merge in poll.merged
            if merge.idea_id in named & gone
        ),
    )
    return [refused]


def _part(poll_id: str, what: What) -> PollChange | None:
    """A step of an amendment as the amendment had it."""
    match what:
        case PauseChange():
            return PollChange(poll_id=poll_id, paused=what.paused)
        case ClosingChange():
            return PollChange(poll_id=poll_id, closes_at=what.closes_at)
        case IdeasChange():
            return PollChange(
                poll_id=poll_id, added_idea_ids=what.added, removed_idea_ids=what.removed
            )
        case MergedIdeaChange():
            pair = (IdeaMerge(idea_id=what.idea_id, into_idea_id=what.into_idea_id),)
            if what.kind == "leave":
                return PollChange(poll_id=poll_id, merged=pair)
            return PollChange(poll_id=poll_id, unmerged=pair)
    return None
