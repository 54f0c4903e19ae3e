"""A ballot that the ideas service lets grow is one that voting takes."""

from groundswell_ideas.contests.rules import SHORTLIST_MAXIMUM
from groundswell_ideas.polls.rules import BALLOT_MAXIMUM
from groundswell_voting.polls.rules import MAX_IDEAS


def test_voting_takes_every_ballot_with_room_for_what_comes_at_once() -> None:
    assert max(BALLOT_MAXIMUM, SHORTLIST_MAXIMUM) + 500 <= MAX_IDEAS
