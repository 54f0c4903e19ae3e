"""What a visitor is told of their own vote."""

import pytest

from groundswell_web.voting.rules import OwnVote, VoteState, own_vote

NONE, RECORDED, COUNTED = VoteState.NONE, VoteState.RECORDED, VoteState.COUNTED
NOT_COUNTED, UNKNOWN = VoteState.NOT_COUNTED, VoteState.UNKNOWN


@pytest.mark.parametrize(
    ("counted", "cast", "verdict", "expected"),
    [
        ((), None, None, OwnVote(NONE)),
        (None, None, None, OwnVote(UNKNOWN)),
        (("a",), None, None, OwnVote(COUNTED, ("a",))),
        (("a",), "b", "over_limit", OwnVote(COUNTED, ("a",))),
        ((), "a", None, OwnVote(RECORDED, ("a",))),
        (None, "a", None, OwnVote(RECORDED, ("a",))),
        ((), "a", "not_known_yet", OwnVote(RECORDED, ("a",))),
        ((), "a", "counted", OwnVote(COUNTED, ("a",))),
        ((), "a", "too_late", OwnVote(NOT_COUNTED, ("a",))),
        ((), "a", "refused", OwnVote(NOT_COUNTED, ("a",))),
    ],
)
def test_a_vote_that_was_taken_is_never_doubted_without_a_verdict(
    counted: tuple[str, ...] | None, cast: str | None, verdict: str | None, expected: OwnVote
) -> None:
    assert own_vote(counted, cast, verdict) == expected
