from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundswell_ideas.contests.rules import Contest, PhaseReached, Veto, Winner
from groundswell_ideas.selection.rules import (
    CertifiedTally,
    RankedIdea,
    obstacles_to_vetoing,
    unfit_for_shortlist,
    unlisted,
    with_veto,
)
from groundswell_ideas.selection.rules.rankings import passed_over
from groundswell_ideas.selection.rules.shortlists import obstacles_to_shortlisting, with_shortlist
from groundswell_ideas.selection.rules.winners import Choice, obstacles_to_selecting, with_winners
from groundswell_ideas.submissions.rules import Idea, Status
from groundswell_ideas.terms.rules import Phase

NOW = datetime(2026, 4, 20, tzinfo=UTC)
SHIPS = ("idea_1", "idea_2", "idea_3", "idea_4", "idea_5")


def tally_of(votes: Sequence[int]) -> CertifiedTally:
    """Ideas idea_1, idea_2 ... with these votes; equal votes share a rank."""
    ranked = sorted(enumerate(votes, start=1), key=lambda pair: -pair[1])
    return CertifiedTally(
        poll_id="poll_1",
        ideas=tuple(
            RankedIdea(f"idea_{n}", count, 1 + sum(other > count for other in votes))
            for n, count in ranked
        ),
        verdicts={"counted": sum(votes)},
        log_hash="ab" * 32,
        certified_at=NOW,
    )


def won(contest: Contest, tally: CertifiedTally, idea_ids: Sequence[str], why: str) -> Contest:
    """The contest after these ideas were selected."""
    return with_winners(contest, tally, Choice(idea_ids=tuple(idea_ids), reason=why), NOW)


TALLY = tally_of([124109, 34371, 15231, 10679, 10284])


@pytest.fixture
def contest(draft: Contest) -> Contest:
    return replace(draft, phases=(PhaseReached("deliberation", NOW),), shortlist=SHIPS)


class TestShortlist:
    @pytest.mark.parametrize("phase", get_args(Phase))
    def test_it_can_be_set_before_the_vote(self, draft: Contest, phase: Phase) -> None:
        contest = replace(draft, phases=(PhaseReached(phase, NOW),))
        settable = phase in ("submission", "moderation")
        assert bool(obstacles_to_shortlisting(contest)) != settable

    def test_only_approved_ideas_of_the_contest_fit(self, contest: Contest) -> None:
        ideas = {
            "idea_ok": self.idea("idea_ok", contest.id, "approved"),
            "idea_new": self.idea("idea_new", contest.id, "submitted"),
            "idea_bad": self.idea("idea_bad", contest.id, "rejected"),
            "idea_far": self.idea("idea_far", "con_2", "approved"),
        }
        named = {f"body.{idea_id}": idea_id for idea_id in [*ideas, "idea_none"]}
        unfit = [o.field for o in unfit_for_shortlist(contest, named, ideas)]
        assert unfit == ["body.idea_new", "body.idea_bad", "body.idea_far", "body.idea_none"]

    def test_it_replaces_the_one_before(self, contest: Contest) -> None:
        changed = with_shortlist(contest, ["idea_9"])
        assert changed.shortlist == ("idea_9",)
        assert changed.version == contest.version + 1

    @staticmethod
    def idea(idea_id: str, contest_id: str, status: Status) -> Idea:
        return Idea(
            brand_id="nerc",
            contest_id=contest_id,
            id=idea_id,
            participant_id="per_1",
            title="A name",
            summary="",
            fields={},
            status=status,
            submitted_at=NOW,
        )


class TestVeto:
    def test_while_winners_stand_only_they_can_be_vetoed(self, contest: Contest) -> None:
        decided = replace(contest, winners=(Winner("idea_2", "the best", 2, NOW),))
        (obstacle,) = obstacles_to_vetoing(decided, "idea_1")
        assert obstacle.rule == "selected"
        assert obstacles_to_vetoing(decided, "idea_2") == []

    def test_a_winner_that_is_vetoed_wins_no_longer(self, contest: Contest) -> None:
        decided = won(contest, TALLY, ["idea_1", "idea_2"], "the best")
        vetoed = with_veto(decided, "idea_1", "not their own", NOW)
        assert [winner.idea_id for winner in vetoed.winners] == ["idea_2"]
        assert vetoed.vetoes == (Veto("idea_1", "not their own", NOW, was_selected=True),)
        assert not with_veto(contest, "idea_1", "a joke", NOW).vetoes[0].was_selected

    @pytest.mark.parametrize("phase", get_args(Phase))
    def test_it_comes_before_the_contest_is_closed(self, contest: Contest, phase: Phase) -> None:
        here = replace(
            contest,
            phases=(PhaseReached(phase, NOW),),
            winners=(Winner("idea_1", "the best", 1, NOW),),
        )
        assert bool(obstacles_to_vetoing(here, "idea_1")) == (phase == "closed")

    def test_it_is_told_once(self, contest: Contest) -> None:
        vetoed = with_veto(contest, "idea_1", "a joke", NOW)
        assert [o.rule for o in obstacles_to_vetoing(vetoed, "idea_1")] == ["vetoed"]
        assert obstacles_to_vetoing(vetoed, "idea_2") == []

    def test_only_shortlisted_ideas_are_spoken_of(self, contest: Contest) -> None:
        named = {"body.idea_ids.0": "idea_1", "body.idea_ids.1": "idea_9"}
        assert [o.field for o in unlisted(contest, named)] == ["body.idea_ids.1"]


class TestSelecting:
    @pytest.mark.parametrize("phase", get_args(Phase))
    def test_winners_are_selected_from_deliberation_on(
        self, contest: Contest, phase: Phase
    ) -> None:
        here = replace(contest, phases=(PhaseReached(phase, NOW),))
        allowed = phase in ("deliberation", "decided", "delivery")
        assert bool(obstacles_to_selecting(here, TALLY, ["idea_1"])) != allowed

    def test_others_are_selected_once_nobody_stands(self, contest: Contest) -> None:
        decided = won(contest, TALLY, ["idea_1", "idea_2"], "the best")
        one_left = with_veto(decided, "idea_1", "not their own", NOW)
        for standing in (decided, one_left):
            (obstacle,) = obstacles_to_selecting(standing, TALLY, ["idea_3"])
            assert obstacle.rule == "selected"
        none_left = with_veto(one_left, "idea_2", "nor theirs", NOW)
        assert obstacles_to_selecting(none_left, TALLY, ["idea_3"]) == []
        (obstacle,) = obstacles_to_selecting(none_left, TALLY, ["idea_1"])
        assert obstacle.rule == "vetoed"

    def test_a_binding_vote_binds_again_after_a_veto(self, contest: Contest) -> None:
        decided = won(self.binding(contest), TALLY, ["idea_1"], "the best")
        vetoed = with_veto(decided, "idea_1", "not their own", NOW)
        (obstacle,) = obstacles_to_selecting(vetoed, TALLY, ["idea_3"])
        assert obstacle.message == "idea_2 at rank 2 comes first"
        assert obstacles_to_selecting(vetoed, TALLY, ["idea_2"]) == []

    def test_an_advisory_vote_may_be_overruled(self, contest: Contest) -> None:
        assert obstacles_to_selecting(contest, TALLY, ["idea_5"]) == []
        assert [idea.idea_id for idea in passed_over(TALLY, ["idea_5"])] == list(SHIPS[:4])
        (winner,) = won(contest, TALLY, ["idea_5"], "a good name").winners
        assert winner == Winner("idea_5", "a good name", 5, NOW)

    def test_a_vetoed_idea_cannot_win_even_then(self, contest: Contest) -> None:
        vetoed = with_veto(contest, "idea_1", "a joke", NOW)
        (obstacle,) = obstacles_to_selecting(vetoed, TALLY, ["idea_2", "idea_1"])
        assert (obstacle.field, obstacle.rule) == ("idea_ids.1", "vetoed")

    def test_a_binding_vote_names_those_who_come_first(self, contest: Contest) -> None:
        binding = replace(self.binding(contest), vetoes=(Veto("idea_1", "a joke", NOW),))
        messages = [o.message for o in obstacles_to_selecting(binding, TALLY, ["idea_4"])]
        assert messages == ["idea_2 at rank 2 comes first", "idea_3 at rank 3 comes first"]

    def test_an_idea_without_votes_comes_behind_all_that_have_some(self, contest: Contest) -> None:
        tally = tally_of([3, 1])
        winners = won(contest, tally, ["idea_5"], "a good name").winners
        assert winners[0].rank is None
        assert [idea.idea_id for idea in passed_over(tally, ["idea_5"])] == ["idea_1", "idea_2"]

    @given(
        votes=st.lists(st.integers(0, 4), min_size=1, max_size=7),
        vetoed=st.sets(st.integers(1, 7)),
        chosen=st.sets(st.integers(1, 7), min_size=1),
    )
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_a_binding_vote_is_obeyed_from_the_top_down(
        self, contest: Contest, votes: list[int], vetoed: set[int], chosen: set[int]
    ) -> None:
        """Winners must be what walking down the tally past the vetoed ideas can give."""
        present = range(1, len(votes) + 1)
        winners = [f"idea_{n}" for n in sorted(chosen) if n in present]
        tally = tally_of(votes)
        binding = replace(
            self.binding(contest),
            vetoes=tuple(Veto(f"idea_{n}", "no", NOW) for n in vetoed if n in present),
        )
        eligible = [i for i in tally.ideas if i.idea_id not in {v.idea_id for v in binding.vetoes}]
        best_ranks = [idea.rank for idea in eligible][: len(winners)]
        won_ranks = sorted(i.rank for i in eligible if i.idea_id in winners)
        allowed = len(won_ranks) == len(winners) and won_ranks == best_ranks
        assert (obstacles_to_selecting(binding, tally, winners) == []) == allowed

    @staticmethod
    def binding(contest: Contest) -> Contest:
        return replace(contest, terms=replace(contest.terms, vote="binding"))
