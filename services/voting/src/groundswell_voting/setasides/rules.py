"""How much may be set aside, and what of it is public. Pure."""

from groundswell_voting.polls.rules import Change, ChangeState, Poll, PollStage, VotersChange

MAX_NAMED = 5_000
"""Voters and passes in one request."""
MAX_SET_ASIDE = 100_000
"""Voters and passes that all set-asides of a poll may name; every partition keeps its own."""


def has_room(named_before: int, change: VotersChange) -> bool:
    """Whether a poll takes a change, with so many voters and passes set aside before."""
    if change.kind == "reinstate":
        return True
    return named_before + len(change.voters) + len(change.pass_ids) <= MAX_SET_ASIDE


def shown_number(poll: Poll, change: Change) -> int | None:
    """How many voters a change concerned, for everybody.

    None until it is done; where tallies are hidden, until the tally is certified.
    """
    what = change.what
    if change.state is not ChangeState.DONE or not isinstance(what, VotersChange):
        return None
    is_certified = poll.stage in (PollStage.CERTIFIED, PollStage.RETIRED)
    if poll.rules.tallies == "hidden" and not is_certified:
        return None
    return len(what.resolved or ())
