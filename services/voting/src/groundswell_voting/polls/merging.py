"""Merging an idea on an open poll's ballot into another one, and undoing it. Pure.

Each is two changes, one after the other: of the ballot, then of the votes. Used by the rules of
polls and by the state machine.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from groundswell_voting.polls.refusals import Refusal


@dataclass(frozen=True, slots=True)
class MergedIdea:
    """An idea that left the ballot for another one, by the control record of this number.

    `votes_moved`: the votes log says so of its votes, too. `for_good`: it was taken off the ballot
    as well, so it does not come back.
    """

    idea_id: str
    into_idea_id: str
    number: int
    votes_moved: bool = False
    for_good: bool = False


@dataclass(frozen=True, slots=True)
class MergedIdeaChange:
    """An idea leaves the ballot to go on in another one, or is on it again."""

    idea_id: str
    into_idea_id: str
    kind: Literal["leave", "return"]


@dataclass(frozen=True, slots=True)
class MergedVotesChange:
    """The votes for an idea that has left go to the other one, or come back to where it is again.

    `voters_per_record` is how many of a partition one control record takes; None until the change
    begins.
    """

    idea_id: str
    into_idea_id: str
    kind: Literal["merge", "unmerge"]
    voters_per_record: int | None = None


MergingChange = MergedIdeaChange | MergedVotesChange


def merge_of(merged: Sequence[MergedIdea], change: MergingChange) -> MergedIdea | None:
    """The merge that a change belongs to; None before there is one, and when it is undone."""
    pair = (change.idea_id, change.into_idea_id)
    return next((each for each in merged if (each.idea_id, each.into_idea_id) == pair), None)


def sources(merged: Sequence[MergedIdea], idea_id: str) -> frozenset[str]:
    """The ideas that votes counting for this one were given to: itself, and what went on in it."""
    found = {idea_id}
    while more := {m.idea_id for m in merged if m.into_idea_id in found} - found:
        found |= more
    return frozenset(found)


def refusal_of_merging(
    change: MergingChange, on_ballot: Collection[str], merged: Sequence[MergedIdea]
) -> Refusal | None:
    """Why a change cannot be made; None when it can."""
    idea_id, into_id, own = change.idea_id, change.into_idea_id, merge_of(merged, change)
    match change.kind:
        case "leave":
            if idea_id == into_id:
                return Refusal("contradiction", "An idea cannot be merged into itself.")
            both = idea_id in on_ballot and into_id in on_ballot
            gone = Refusal("not_on_ballot", "One of the two ideas is not on the ballot.")
            return None if both else gone
        case "merge":
            has_left = own is not None and not own.votes_moved
            stays = Refusal("merged", "The idea has not left the ballot for the other one.")
            return None if has_left else stays
        case "return":
            if own is None or own.for_good or idea_id in on_ballot:
                return Refusal("merged", "The idea has not left for the other one alone.")
            # The last one first: then whose votes come back is found as when they went.
            if any(each.idea_id == into_id for each in merged):
                return Refusal("merged", "The other idea is merged itself: undo that first.")
            return None
        case "unmerge":
            is_back = own is not None and idea_id in on_ballot
            away = Refusal("merged", "The idea has not come back from the other one.")
            return None if is_back else away


def after_idea(
    change: MergedIdeaChange, removed: Sequence[str], merged: Sequence[MergedIdea], number: int
) -> dict[str, Any]:
    """The fields of a poll that are different once control record `number` has changed the ballot.

    A merge that is undone is kept until its votes are back: it tells whose they are.
    """
    others = [idea_id for idea_id in removed if idea_id != change.idea_id]
    if change.kind == "return":
        return {"removed_idea_ids": others}
    left = MergedIdea(change.idea_id, change.into_idea_id, number)
    return {"removed_idea_ids": [*others, change.idea_id], "merged": _stored((*merged, left))}


def after_votes(change: MergedVotesChange, merged: Sequence[MergedIdea]) -> dict[str, Any]:
    """The fields of a poll that are different once the votes have moved."""
    own = merge_of(merged, change)
    if change.kind == "unmerge":
        return {"merged": _stored(each for each in merged if each is not own)}
    moved = (replace(each, votes_moved=True) if each is own else each for each in merged)
    return {"merged": _stored(moved)}


def after_removal(removed: Collection[str], merged: Sequence[MergedIdea]) -> dict[str, Any]:
    """The fields of a poll that are different once ideas were taken off for good."""
    after = (replace(m, for_good=True) if m.idea_id in removed else m for m in merged)
    return {"merged": _stored(after)}


def _stored(merged: Iterable[MergedIdea]) -> list[dict[str, Any]]:
    return [asdict(each) for each in merged]
