"""What control records make of a poll: each once, in order; whatever else halts it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell_voting.counting.rules import Poll, Stage, advance
from groundswell_voting.voteslog.rules import (
    BallotChanged,
    Body,
    Closed,
    Control,
    DeadlinePassed,
    Malformed,
    Merged,
    Opened,
    Parted,
    Reinstated,
    Retired,
    Rules,
    Sealed,
    SetAside,
    Vote,
)
from tests.unit.voting.logs import CLOSES_AT_MS, IDEAS, NEXT, amendments, life, numbered, opened

STAGES = list(Stage)
OPEN = Poll(1, Stage.OPEN, {"boaty": 0, "poppy": 1, "henry": 2}, Rules(), CLOSES_AT_MS)
AMENDMENTS: list[Control] = [
    BallotChanged("ship", NEXT, added=("cold",)),
    DeadlinePassed("ship", NEXT, ("boaty",)),
    SetAside("ship", NEXT, ("voter_1",)),
    Reinstated("ship", NEXT, ("voter_1",)),
    Merged("ship", NEXT, "boaty", "poppy", ("voter_1",)),
    Parted("ship", NEXT, "boaty", "poppy", ("voter_1",)),
]
CONTROLS = st.one_of(
    st.builds(opened, number=st.integers(1, 6)),
    st.integers(1, 6).flatmap(lambda number: amendments("ship", number)),
    *(st.builds(kind, st.just("ship"), st.integers(1, 6)) for kind in (Closed, Sealed, Retired)),
)


def after(*bodies: Body) -> Poll | None:
    poll = None
    for body in numbered(bodies):
        assert not isinstance(body, Vote | Malformed)
        poll = advance(poll, body)
    return poll


def changed(*controls: Control) -> Poll:
    """An open poll after these."""
    poll = after(opened(number=NEXT), *controls)
    assert poll is not None
    assert not poll.halted
    return poll


class TestLife:
    def test_an_opening_brings_the_ballot_and_the_rules(self) -> None:
        rules = Rules(kind="changeable", ideas_per_ballot=2)
        poll = after(Opened("ship", 1, IDEAS, rules, 1_500))
        assert poll == Poll(1, Stage.OPEN, {"boaty": 0, "poppy": 1, "henry": 2}, rules, 1_500)

    def test_an_idea_named_twice_is_on_the_ballot_once(self) -> None:
        poll = after(
            Opened("ship", 1, ("boaty", "poppy", "boaty"), Rules(), CLOSES_AT_MS),
            BallotChanged("ship", 2, added=("henry", "poppy", "henry")),
        )
        assert poll is not None
        assert poll.ideas == {"boaty": 0, "poppy": 1, "henry": 2}

    @pytest.mark.parametrize(("length", "stage"), list(enumerate(STAGES, 1)))
    def test_stages_follow_each_other(self, length: int, stage: Stage) -> None:
        poll = after(*life()[:length])
        assert poll is not None
        assert (poll.stage, poll.number, poll.halted) == (stage, length, False)

    def test_a_retired_poll_keeps_nothing_but_its_end(self) -> None:
        amended = [*AMENDMENTS, SetAside("ship", NEXT, ("voter_2",))]
        poll = changed(*amended, Closed("ship", NEXT), Sealed("ship", NEXT))
        retired = advance(replace(poll, periods=("",)), Retired("ship", poll.number + 1))
        assert retired == Poll(
            poll.number + 1, Stage.RETIRED, {}, poll.rules, poll.closes_at_ms, halted=False
        )

    @given(st.lists(st.integers(0, 3), max_size=12))
    def test_what_is_known_is_ignored_and_a_gap_halts(self, order: list[int]) -> None:
        """Whatever order a poll's four control records come in, and however often."""
        poll: Poll | None = None
        last, halted = 0, False
        for number in (index + 1 for index in order):
            control = life()[number - 1]
            poll = advance(poll, control)
            halted = halted or number > last + 1
            if not halted:
                last = max(last, number)
            assert poll is not None
            assert poll.halted == halted
            if not halted:
                assert (poll.number, poll.stage) == (last, STAGES[last - 1])

    @pytest.mark.parametrize("known", range(4))
    def test_the_right_step_with_a_number_too_high_is_a_gap(self, known: int) -> None:
        step = life()[known]
        poll = advance(after(*life()[:known]), replace(step, number=known + 2))
        assert poll is not None
        assert poll.halted

    @given(st.lists(CONTROLS, max_size=10), CONTROLS)
    def test_a_halted_poll_stays_as_it_is(self, before: list[Control], control: Control) -> None:
        poll = after(*before)
        later = advance(poll, control)
        assert later is not None
        if poll is not None:
            assert later.number >= poll.number
            assert STAGES.index(later.stage) >= STAGES.index(poll.stage)
            if poll.halted:
                assert later == poll

    def test_a_halted_poll_keeps_the_number_it_had(self) -> None:
        assert after(opened(), Sealed("ship", 3)) == replace(OPEN, halted=True)


MAY_COME: dict[type[Control], set[int]] = {
    Opened: {0},
    BallotChanged: {1, 2},
    DeadlinePassed: {1},
    SetAside: {1, 2},
    Reinstated: {1, 2},
    Merged: {1, 2},
    Parted: {1, 2},
    Closed: {1},
    Sealed: {2},
    Retired: {3},
}
"""Behind how many records of a plain life each kind may come."""


class TestWhen:
    """The right number with a record that must not come is as bad as a gap."""

    @pytest.mark.parametrize("known", range(5))
    @pytest.mark.parametrize("control", [*life(), *AMENDMENTS], ids=lambda c: type(c).__name__)
    def test_it_is_taken_at_its_stage_alone(self, known: int, control: Control) -> None:
        poll = advance(after(*life()[:known]), replace(control, number=known + 1))
        assert poll is not None
        assert poll.halted == (known not in MAY_COME[type(control)])
        if not poll.halted:
            assert poll.number == known + 1


class TestBallotChanged:
    def test_ideas_get_the_ordinals_behind_those_there_are(self) -> None:
        poll = changed(
            BallotChanged("ship", NEXT, added=("cold", "david")),
            BallotChanged("ship", NEXT, added=("emma",)),
        )
        assert poll.ideas == {"boaty": 0, "poppy": 1, "henry": 2, "cold": 3, "david": 4, "emma": 5}

    def test_a_removed_idea_keeps_its_ordinal_and_never_returns(self) -> None:
        poll = changed(
            BallotChanged("ship", NEXT, removed=("poppy",)),
            BallotChanged("ship", NEXT, added=("poppy", "cold")),
        )
        assert poll.removed == {1}
        assert poll.ideas == {"boaty": 0, "poppy": 1, "henry": 2, "cold": 3}

    def test_an_idea_that_was_merged_returns_once(self) -> None:
        away = BallotChanged("ship", NEXT, removed=("boaty", "henry"))
        merged = Merged("ship", NEXT, "boaty", "poppy", ())
        back = BallotChanged("ship", NEXT, added=("boaty", "henry"))
        assert changed(away, merged).merged == {0}
        assert changed(away, merged, back) == replace(OPEN, number=4, removed=frozenset({2}))
        assert changed(away, merged, back, away, back).removed == {0, 2}

    def test_an_idea_that_was_merged_and_then_removed_does_not_return(self) -> None:
        away = BallotChanged("ship", NEXT, removed=("boaty",))
        merged = Merged("ship", NEXT, "boaty", "poppy", ())
        back = BallotChanged("ship", NEXT, added=("boaty",))
        poll = changed(away, merged, away, back)
        assert (poll.removed, poll.merged) == (frozenset({0}), frozenset())

    def test_only_what_has_left_is_merged(self) -> None:
        assert changed(Merged("ship", NEXT, "boaty", "poppy", ())).merged == frozenset()
        assert changed(Merged("ship", NEXT, "nonsense", "poppy", ())).merged == frozenset()

    def test_what_is_not_on_the_ballot_cannot_leave_it(self) -> None:
        assert changed(BallotChanged("ship", NEXT, removed=("nonsense",))).removed == frozenset()

    @pytest.mark.parametrize(
        ("closes_at_ms", "then"), [(None, CLOSES_AT_MS), (500, 500), (2_000, 2_000)]
    )
    def test_the_closing_moves_or_stays(self, closes_at_ms: int | None, then: int) -> None:
        change = BallotChanged("ship", NEXT, ("cold",), (), closes_at_ms)
        assert changed(change).closes_at_ms == then


class TestSetAside:
    def test_voters_gather_and_leave_again(self) -> None:
        poll = changed(
            SetAside("ship", NEXT, ("voter_1", "voter_2")),
            SetAside("ship", NEXT, ("voter_2", "voter_3")),
            Reinstated("ship", NEXT, ("voter_1", "voter_4")),
        )
        assert poll.set_aside == {"voter_2", "voter_3"}

    def test_it_is_possible_until_the_seal(self) -> None:
        poll = changed(
            Closed("ship", NEXT),
            SetAside("ship", NEXT, ("voter_1", "voter_2")),
            Reinstated("ship", NEXT, ("voter_1",)),
            Sealed("ship", NEXT),
        )
        assert (poll.stage, poll.set_aside) == (Stage.SEALED, frozenset({"voter_2"}))
