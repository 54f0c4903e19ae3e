"""What becomes of a ballot when votes go from one idea to another, or come back. Pure.

Called by the fold, for each ballot of the voters that a control record names.
"""

import msgspec

from groundswell_voting.counting.rules import Ballot


def merge(
    ballot: Ballot, idea: int, into: int, limit: int | None, removed: frozenset[int]
) -> Ballot:
    """The ballot once its votes for an idea count for another one.

    A ballot without such a vote is the same. What the voter has voted for after the idea left may
    have taken its place: then its vote is off the ballot.
    """
    if idea not in ballot.counted() or ballot.goes_to(into) == idea:
        return ballot
    after = msgspec.structs.replace(ballot, merged=(*ballot.merged, (idea, into)))
    return _within(limit, after, after.goes_to(idea), removed)


def part(
    ballot: Ballot, idea: int, into: int, limit: int | None, removed: frozenset[int]
) -> Ballot:
    """The ballot once its votes for an idea count for that idea again; undoes `merge`.

    A ballot that `merge` left as it was, or that was stated anew since, is the same. What the
    voter has voted for since may leave no place for one idea more: then it is off the ballot.
    """
    if (idea, into) not in ballot.merged:
        return ballot
    left = tuple(pair for pair in ballot.merged if pair != (idea, into))
    after = msgspec.structs.replace(ballot, merged=_needed(left, ballot.ideas))
    return _within(limit, after, after.goes_to(idea), removed)


def _within(limit: int | None, ballot: Ballot, moved: int, removed: frozenset[int]) -> Ballot:
    """The ballot, without all that counts for the idea moved when that is one too many."""
    if limit is None or len(ballot.counted().keys() - removed) <= limit:
        return ballot
    kept = [place for place, idea in enumerate(ballot.ideas) if ballot.goes_to(idea) != moved]
    ideas = tuple(ballot.ideas[place] for place in kept)
    return msgspec.structs.replace(
        ballot,
        ideas=ideas,
        channels=tuple(ballot.channels[place] for place in kept),
        merged=_needed(ballot.merged, ideas),
    )


def _needed(
    merged: tuple[tuple[int, int], ...], ideas: tuple[int, ...]
) -> tuple[tuple[int, int], ...]:
    """The pairs that votes for these ideas go by: of others a later vote must not."""
    into, needed = dict(merged), set[int]()
    for idea in ideas:
        on = idea
        while on in into:
            needed.add(on)
            on = into[on]
    return tuple(pair for pair in merged if pair[0] in needed)
