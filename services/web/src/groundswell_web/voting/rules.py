"""What a visitor is told of their own vote. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class VoteState(StrEnum):
    """How far a visitor's vote has come."""

    NONE = "none"
    RECORDED = "recorded"
    COUNTED = "counted"
    NOT_COUNTED = "not_counted"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class OwnVote:
    """A visitor's vote: where it stands, and the ideas that it is for."""

    state: VoteState
    idea_ids: Sequence[str] = ()


NO_VOTE = OwnVote(VoteState.NONE)


def own_vote(
    counted: Sequence[str] | None, cast: str | None = None, verdict: str | None = None
) -> OwnVote:
    """The vote of a visitor.

    `counted` are the ideas on their counted ballot, None when voting does not say; `cast` is the
    idea of a vote that was taken in this session, and `verdict` the state of its receipt. The
    count is a moment behind the log: an empty ballot is no reason to doubt what was taken.
    """
    if counted:
        return OwnVote(VoteState.COUNTED, tuple(counted))
    if cast is None:
        return OwnVote(VoteState.UNKNOWN) if counted is None else NO_VOTE
    if verdict == "counted":
        return OwnVote(VoteState.COUNTED, (cast,))
    if verdict in (None, "not_known_yet"):
        return OwnVote(VoteState.RECORDED, (cast,))
    return OwnVote(VoteState.NOT_COUNTED, (cast,))
