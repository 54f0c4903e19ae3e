"""What becomes of a vote: each verdict, each rule of a poll."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell_voting.counting.rules import (
    MAX_REVISION,
    Ballot,
    Poll,
    Stage,
    Verdict,
    is_full,
    judge,
)
from groundswell_voting.voteslog.rules import Rules, Vote
from tests.unit.voting.logs import CHANNELS, CLOSES_AT_MS, IDEAS, RULES, WEIGHTS, ballot, vote

ORDINALS = {"boaty": 0, "poppy": 1, "henry": 2}


def poll_of(**rules: Any) -> Poll:
    return Poll(1, Stage.OPEN, ORDINALS, Rules(**rules), CLOSES_AT_MS)


def standing(*ideas: int) -> Ballot:
    return Ballot(ideas, ("web",) * len(ideas))


def stated(*ideas: int, revision: int = 1) -> Ballot:
    return Ballot(ideas, ("web",) * len(ideas), revision=revision)


OPEN = poll_of()
DAILY = poll_of(period="day")
TWO = poll_of(ideas_per_ballot=2)
ANY = poll_of(ideas_per_ballot=None)
CHANGEABLE = poll_of(kind="changeable", ideas_per_ballot=2)
ASIDE = frozenset({"voter_0"})

Row = tuple[Verdict, Poll | None, Ballot | None, Vote]

WHATEVER_THE_VOTE: list[Row] = [
    (Verdict.TOO_EARLY, None, None, vote()),
    (Verdict.HALTED, replace(OPEN, halted=True), None, vote()),
    (Verdict.AFTER_SEAL, replace(OPEN, stage=Stage.SEALED), None, vote()),
    (Verdict.AFTER_SEAL, replace(OPEN, stage=Stage.RETIRED), None, vote()),
    (Verdict.TOO_LATE, replace(OPEN, stage=Stage.CLOSED), None, vote()),
    (Verdict.TOO_LATE, replace(OPEN, stage=Stage.CLOSED), standing(0), vote()),
    (Verdict.TOO_LATE, replace(OPEN, stage=Stage.CLOSED, set_aside=ASIDE), None, vote()),
]
STANDING: list[Row] = [
    (Verdict.NOT_A_VOTE, OPEN, None, ballot(ideas=())),
    (Verdict.NOT_A_VOTE, OPEN, None, ballot(ideas=IDEAS)),
    (Verdict.NOT_A_VOTE, OPEN, None, vote(revision=1)),
    (Verdict.NOT_A_VOTE, OPEN, None, vote(period="2026-11-22")),
    (Verdict.NOT_A_VOTE, DAILY, None, vote()),
    (Verdict.NOT_A_VOTE, DAILY, None, vote(period="2026-11-2")),
    (Verdict.NOT_A_VOTE, DAILY, None, vote(period="2026-11-22 ")),
    (Verdict.COUNTED, DAILY, None, vote(period="2026-11-22")),
    (Verdict.NOT_ON_BALLOT, OPEN, None, vote(idea="nonsense")),
    (Verdict.IDEA_REMOVED, replace(OPEN, removed=frozenset({0})), None, vote()),
    (Verdict.IDEA_REMOVED, replace(OPEN, removed=frozenset({0})), standing(0), vote()),
    (Verdict.COUNTED, OPEN, None, vote()),
    (Verdict.REPEAT, OPEN, standing(0), vote()),
    (Verdict.OVER_LIMIT, OPEN, standing(1), vote()),
    (Verdict.COUNTED, replace(OPEN, removed=frozenset({1})), standing(1), vote()),
    (Verdict.COUNTED, TWO, standing(1), vote()),
    (Verdict.OVER_LIMIT, TWO, standing(1, 2), vote()),
    (Verdict.COUNTED, replace(TWO, removed=frozenset({2})), standing(1, 2), vote()),
    (Verdict.COUNTED, ANY, standing(1, 2), vote()),
    (Verdict.SET_ASIDE, replace(OPEN, set_aside=ASIDE), None, vote()),
    (Verdict.REPEAT, replace(OPEN, set_aside=ASIDE), standing(0), vote()),
    (Verdict.OVER_LIMIT, replace(OPEN, set_aside=ASIDE), standing(1), vote()),
]
STATED: list[Row] = [
    (Verdict.NOT_A_VOTE, CHANGEABLE, None, vote()),
    (Verdict.NOT_A_VOTE, CHANGEABLE, None, vote(revision=0)),
    (Verdict.NOT_A_VOTE, CHANGEABLE, None, vote(revision=MAX_REVISION + 1)),
    (Verdict.NOT_A_VOTE, CHANGEABLE, None, ballot(ideas=("boaty", "boaty"), revision=1)),
    (Verdict.NOT_A_VOTE, CHANGEABLE, None, vote(period="2026-11-22", revision=1)),
    (Verdict.NOT_ON_BALLOT, CHANGEABLE, None, ballot(ideas=("boaty", "nonsense"), revision=1)),
    (Verdict.COUNTED, CHANGEABLE, None, ballot(revision=MAX_REVISION)),
    (Verdict.COUNTED, CHANGEABLE, None, ballot(ideas=("boaty", "henry"), revision=3)),
    (Verdict.OVER_LIMIT, CHANGEABLE, None, ballot(ideas=IDEAS, revision=1)),
    (Verdict.OVER_LIMIT, CHANGEABLE, stated(1), ballot(ideas=IDEAS, revision=2)),
    (Verdict.IDEA_REMOVED, replace(CHANGEABLE, removed=frozenset({0})), None, vote(revision=1)),
    (Verdict.REPEAT, CHANGEABLE, stated(0), vote(revision=1)),
    (Verdict.REPEAT, replace(CHANGEABLE, removed=frozenset({0})), stated(0), vote(revision=1)),
    (Verdict.REPEAT, CHANGEABLE, stated(0, 2), ballot(ideas=("henry", "boaty"), revision=1)),
    (Verdict.REPLACED, CHANGEABLE, stated(1), vote(revision=1)),
    (Verdict.REPLACED, CHANGEABLE, stated(0, revision=3), vote(revision=2)),
    (Verdict.REPLACED, CHANGEABLE, stated(0, revision=3), ballot(ideas=IDEAS, revision=2)),
    (Verdict.COUNTED, CHANGEABLE, stated(0, revision=3), ballot(revision=4)),
    (Verdict.SET_ASIDE, replace(CHANGEABLE, set_aside=ASIDE), stated(0), ballot(revision=2)),
]
ROWS = [*WHATEVER_THE_VOTE, *STANDING, *STATED]


class TestVerdicts:
    @pytest.mark.parametrize(("verdict", "poll", "before", "cast"), ROWS)
    def test_of_each_rule(
        self, verdict: Verdict, poll: Poll | None, before: Ballot | None, cast: Vote
    ) -> None:
        judged, later = judge(poll, before, cast, CLOSES_AT_MS - 1)
        assert judged is verdict
        if verdict in (Verdict.COUNTED, Verdict.SET_ASIDE):
            assert poll is not None
            assert later not in (None, before)
        else:
            assert later is before

    def test_every_verdict_has_its_example(self) -> None:
        assert {row[0] for row in ROWS} | {Verdict.WRONG_PARTITION} == set(Verdict)

    @pytest.mark.parametrize("poll", [OPEN, replace(OPEN, stage=Stage.CLOSED)])
    def test_a_misplaced_vote_is_refused_whatever_it_says(self, poll: Poll) -> None:
        judged, later = judge(poll, standing(0), vote(), 0, misplaced=True)
        assert (judged, later) == (Verdict.WRONG_PARTITION, standing(0))

    @pytest.mark.parametrize("milliseconds", [-1, 0, 1])
    @pytest.mark.parametrize("before", [None, standing(0)])
    def test_the_closing_time_itself_is_too_late(
        self, milliseconds: int, before: Ballot | None
    ) -> None:
        judged, _ = judge(OPEN, before, vote(), CLOSES_AT_MS + milliseconds)
        in_time = Verdict.COUNTED if before is None else Verdict.REPEAT
        assert judged is (in_time if milliseconds < 0 else Verdict.TOO_LATE)


class TestStanding:
    def test_a_ballot_keeps_the_order_the_channels_and_its_first_weight(self) -> None:
        poll = poll_of(ideas_per_ballot=3, weights=WEIGHTS, channels=CHANNELS)
        _, first = judge(poll, None, vote(idea="henry", segment="silver", channel="shop"), 0)
        _, second = judge(poll, first, vote(idea="boaty", segment="gold"), 0)
        assert second == Ballot((2, 0), ("shop", "web"), weight=2)

    @pytest.mark.parametrize(("segment", "weight"), [("gold", 3), ("", 1), ("unheard of", 1)])
    def test_the_weight_follows_from_the_segment(self, segment: str, weight: int) -> None:
        _, first = judge(poll_of(weights=WEIGHTS), None, vote(segment=segment), 0)
        assert first == Ballot((0,), ("web",), weight)

    @given(
        st.lists(st.integers(0, 5), max_size=6, unique=True).map(tuple),
        st.frozensets(st.integers(0, 5)),
        st.none() | st.integers(1, 6),
    )
    def test_a_ballot_is_full_by_the_ideas_that_are_left(
        self, ideas: tuple[int, ...], removed: frozenset[int], limit: int | None
    ) -> None:
        taken = len(set(ideas) - removed)
        full = is_full(limit, standing(*ideas), 6, removed)
        assert full == (limit is not None and taken >= limit)


class TestStated:
    def test_a_ballot_is_stated_anew_in_the_order_of_the_ballot(self) -> None:
        poll = poll_of(kind="changeable", ideas_per_ballot=3, weights=WEIGHTS)
        first = Ballot((0, 1), ("web", "web"), 1, 1)
        cast = ballot(ideas=("henry", "boaty"), revision=7, segment="gold", channel="shop")
        assert judge(poll, first, cast, 0) == (
            Verdict.COUNTED,
            Ballot((0, 2), ("shop", "shop"), 3, 7),
        )

    def test_a_vote_is_taken_back_by_a_ballot_without_it(self) -> None:
        assert judge(CHANGEABLE, stated(0), ballot(revision=2), 0) == (
            Verdict.COUNTED,
            Ballot((), (), 1, 2),
        )


@given(
    RULES,
    st.lists(st.integers(0, 2), max_size=3, unique=True).map(tuple) | st.none(),
    st.sampled_from([*IDEAS, "nonsense"]),
    st.none() | st.integers(1, 3),
    st.frozensets(st.integers(0, 2), max_size=2),
    st.booleans(),
)
def test_a_ballot_changes_only_when_a_vote_is_counted(
    rules: Rules,
    ideas: tuple[int, ...] | None,
    idea: str,
    revision: int | None,
    removed: frozenset[int],
    aside: bool,
) -> None:
    poll = replace(
        poll_of(), rules=rules, removed=removed, set_aside=ASIDE if aside else frozenset()
    )
    kept = 2 if rules.kind == "changeable" else 0
    before = None if ideas is None else Ballot(ideas, ("web",) * len(ideas), 1, kept)
    cast = vote(idea=idea, revision=revision, period="2026-11-22" if rules.period == "day" else "")
    verdict, later = judge(poll, before, cast, 0)
    if verdict not in (Verdict.COUNTED, Verdict.SET_ASIDE):
        assert later is before
        return
    assert (verdict is Verdict.SET_ASIDE) == aside
    assert later is not None
    assert poll.ideas[idea] in later.ideas
    assert poll.ideas[idea] not in removed
    assert len(later.channels) == len(later.ideas)
    # The same vote once more changes nothing.
    assert judge(poll, later, cast, 0) == (Verdict.REPEAT, later)
