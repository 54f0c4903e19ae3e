from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell_voting.counting.rules import Ballot, Poll, Stage, Verdict, advance, judge
from groundswell_voting.voteslog.rules import Closed, Control, Opened, Retired, Sealed, Vote
from tests.unit.voting.logs import CLOSES_AT_MS, IDEAS, life, opened, vote

STAGES = list(Stage)
OPEN = Poll(1, Stage.OPEN, {"boaty": 0, "poppy": 1, "henry": 2}, 1, CLOSES_AT_MS)
CONTROLS = st.one_of(
    st.builds(opened, number=st.integers(1, 6)),
    *(st.builds(kind, st.just("ship"), st.integers(1, 6)) for kind in (Closed, Sealed, Retired)),
)


def after(*controls: Control) -> Poll | None:
    poll = None
    for control in controls:
        poll = advance(poll, control)
    return poll


def numbered(step: int, number: int) -> Control:
    """The control record of this step of a poll's life, under another number."""
    controls: list[Control] = [opened(number=number)]
    controls += [Closed("ship", number), Sealed("ship", number), Retired("ship", number)]
    return controls[step]


class TestAdvance:
    def test_an_opening_brings_the_ballot_and_the_rules(self) -> None:
        poll = after(Opened("ship", 1, IDEAS, 2, 1_500))
        assert poll == Poll(1, Stage.OPEN, {"boaty": 0, "poppy": 1, "henry": 2}, 2, 1_500)

    @pytest.mark.parametrize(("length", "stage"), list(enumerate(STAGES, 1)))
    def test_stages_follow_each_other(self, length: int, stage: Stage) -> None:
        poll = after(*life()[:length])
        assert poll is not None
        assert (poll.stage, poll.number, poll.halted) == (stage, length, False)

    @given(st.lists(st.integers(0, 3), max_size=12))
    def test_what_is_known_is_ignored_and_a_gap_halts(self, order: list[int]) -> None:
        """Whatever order a poll's four control records come in, and however often."""
        poll: Poll | None = None
        last, halted = 0, False
        for number in (index + 1 for index in order):
            poll = advance(poll, life()[number - 1])
            halted = halted or number > last + 1
            if not halted:
                last = max(last, number)
            assert poll is not None
            assert poll.halted == halted
            if not halted:
                assert (poll.number, poll.stage) == (last, STAGES[last - 1])

    @pytest.mark.parametrize("known", range(5))
    @pytest.mark.parametrize("step", range(4))
    def test_only_the_next_step_is_taken(self, known: int, step: int) -> None:
        """The right number with the wrong kind of record is as bad as a gap."""
        poll = advance(after(*life()[:known]), numbered(step, known + 1))
        assert poll is not None
        assert poll.halted == (step != known)

    @pytest.mark.parametrize("known", range(4))
    def test_the_right_step_with_a_number_too_high_is_a_gap(self, known: int) -> None:
        poll = advance(after(*life()[:known]), numbered(known, known + 2))
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
        poll = after(opened(), Sealed("ship", 3))
        assert poll == replace(OPEN, halted=True)


VERDICTS = [
    (Verdict.TOO_EARLY, None, None, vote(), 0, False),
    (Verdict.HALTED, replace(OPEN, halted=True), None, vote(), 0, False),
    (Verdict.AFTER_SEAL, replace(OPEN, stage=Stage.SEALED), None, vote(), 0, False),
    (Verdict.AFTER_SEAL, replace(OPEN, stage=Stage.RETIRED), None, vote(), 0, False),
    (Verdict.WRONG_PARTITION, OPEN, None, vote(), 0, True),
    (Verdict.TOO_LATE, replace(OPEN, stage=Stage.CLOSED), None, vote(), 0, False),
    (Verdict.TOO_LATE, OPEN, None, vote(), CLOSES_AT_MS, False),
    (Verdict.TOO_LATE, OPEN, Ballot((0,)), vote(), CLOSES_AT_MS, False),
    (Verdict.NOT_A_VOTE, OPEN, None, replace(vote(), idea_ids=()), 0, False),
    (Verdict.NOT_A_VOTE, OPEN, None, replace(vote(), idea_ids=IDEAS), 0, False),
    (Verdict.NOT_A_VOTE, OPEN, None, replace(vote(), revision=1), 0, False),
    (Verdict.NOT_A_VOTE, OPEN, None, vote(weight=0), 0, False),
    (Verdict.NOT_A_VOTE, OPEN, None, vote(weight=-1), 0, False),
    (Verdict.NOT_ON_BALLOT, OPEN, None, vote(idea="nonsense"), 0, False),
    (Verdict.COUNTED, OPEN, None, vote(), CLOSES_AT_MS - 1, False),
    (Verdict.REPEAT, OPEN, Ballot((0,)), vote(), 0, False),
    (Verdict.OVER_LIMIT, OPEN, Ballot((0,)), vote(idea="poppy"), 0, False),
    (Verdict.COUNTED, replace(OPEN, ideas_per_ballot=2), Ballot((1,)), vote(), 0, False),
]


class TestJudge:
    @pytest.mark.parametrize(("verdict", "poll", "ballot", "cast", "at_ms", "misplaced"), VERDICTS)
    def test_verdicts(
        self,
        verdict: Verdict,
        poll: Poll | None,
        ballot: Ballot | None,
        cast: Vote,
        at_ms: int,
        misplaced: bool,
    ) -> None:
        judged, later = judge(poll, ballot, cast, at_ms, misplaced=misplaced)
        assert judged is verdict
        if verdict is not Verdict.COUNTED:
            assert later == ballot

    def test_every_verdict_has_its_example(self) -> None:
        assert {row[0] for row in VERDICTS} == set(Verdict)

    @pytest.mark.parametrize("milliseconds", [-1, 0, 1])
    def test_the_closing_time_itself_is_too_late(self, milliseconds: int) -> None:
        judged, _ = judge(OPEN, None, vote(), CLOSES_AT_MS + milliseconds)
        assert judged is (Verdict.COUNTED if milliseconds < 0 else Verdict.TOO_LATE)

    def test_a_ballot_keeps_the_order_and_its_first_weight(self) -> None:
        poll = replace(OPEN, ideas_per_ballot=3)
        _, first = judge(poll, None, vote(idea="henry", weight=2), 0)
        _, second = judge(poll, first, vote(idea="boaty", weight=5), 0)
        assert second == Ballot((2, 0), weight=2)

    @given(
        st.builds(Ballot, st.lists(st.integers(0, 2), max_size=3, unique=True).map(tuple))
        | st.none(),
        st.integers(1, 3),
        st.sampled_from([*IDEAS, "nonsense"]),
        st.integers(0, 2 * CLOSES_AT_MS),
        st.booleans(),
    )
    def test_a_ballot_changes_only_when_a_vote_is_counted(
        self, ballot: Ballot | None, limit: int, idea: str, at_ms: int, misplaced: bool
    ) -> None:
        poll = replace(OPEN, ideas_per_ballot=limit)
        verdict, later = judge(poll, ballot, vote(idea=idea), at_ms, misplaced=misplaced)
        before = () if ballot is None else ballot.ideas
        if verdict is Verdict.COUNTED:
            assert later is not None
            assert later.ideas == (*before, poll.ideas[idea])
            assert len(later.ideas) <= limit
            assert at_ms < CLOSES_AT_MS
            assert not misplaced
            # The same vote once more changes nothing.
            assert judge(poll, later, vote(idea=idea), at_ms) == (Verdict.REPEAT, later)
        else:
            assert later == ballot
