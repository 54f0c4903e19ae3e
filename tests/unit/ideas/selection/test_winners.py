from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundswell_ideas.contests.rules import Contest, Dropout, PhaseReached, Veto
from groundswell_ideas.juries.rules.scoring import Judged
from groundswell_ideas.polls.rules import Poll, PollRules
from groundswell_ideas.selection.rules import (
    CertifiedTally,
    RankedIdea,
    deciding_poll,
    needs_tally,
    obstacles_to_vetoing,
    with_veto,
)
from groundswell_ideas.selection.rules.winners import (
    Choice,
    obstacles_to_lining_up,
    obstacles_to_selecting,
    with_winners,
)
from groundswell_ideas.templates.catalogue import Templates
from groundswell_ideas.terms.rules import (
    Obstacle,
    Region,
    Selection,
    Shortlisting,
    VoteStanding,
    Winning,
)

By = Literal["tally", "jury", "weighted", "editorial"]
NOW = datetime(2026, 4, 20, tzinfo=UTC)
IDEAS = tuple(f"idea_{n}" for n in range(1, 7))


def tally_of(*votes: int) -> CertifiedTally:
    """Of idea_1, idea_2 ...; the most votes first."""
    return CertifiedTally(
        poll_id="poll_1",
        ideas=tuple(
            RankedIdea(f"idea_{n}", count, 1 + sum(other > count for other in votes))
            for n, count in enumerate(votes, start=1)
        ),
        verdicts={},
        log_hash="ab" * 32,
        certified_at=NOW,
    )


TALLY = tally_of(60, 50, 40, 30, 20, 10)


def judged_as(points: Mapping[str, int]) -> list[Judged]:
    return [Judged(idea_id=i, points=n, maximum=100, jurors=3, rank=1) for i, n in points.items()]


@pytest.fixture
def contest(draft: Contest) -> Contest:
    return replace(draft, phases=(PhaseReached("deliberation", NOW),), shortlist=IDEAS)


def selecting(contest: Contest, selection: Selection, vote: VoteStanding = "advisory") -> Contest:
    return replace(contest, terms=replace(contest.terms, selection=selection, vote=vote))


def choice(*idea_ids: str, alternates: tuple[str, ...] | None = None) -> Choice:
    return Choice(idea_ids=idea_ids, reason="the best", alternates=alternates)


def rules(obstacles: list[Obstacle]) -> list[str]:
    return [obstacle.rule for obstacle in obstacles]


class TestCount:
    FIVE = Selection(winners=Winning(by="tally", count=5))

    def test_as_many_win_as_were_promised(self, contest: Contest) -> None:
        five = selecting(contest, self.FIVE)
        assert rules(obstacles_to_selecting(five, TALLY, IDEAS[:4])) == ["count"]
        assert rules(obstacles_to_selecting(five, TALLY, IDEAS)) == ["count"]
        assert obstacles_to_selecting(five, TALLY, IDEAS[:5]) == []

    def test_where_fewer_can_win_all_of_them_do(self, contest: Contest) -> None:
        vetoes = tuple(Veto(idea_id, "no", NOW) for idea_id in IDEAS[:2])
        five = replace(selecting(contest, self.FIVE), vetoes=vetoes)
        assert rules(obstacles_to_selecting(five, TALLY, IDEAS[2:5])) == ["count"]
        assert obstacles_to_selecting(five, TALLY, IDEAS[2:]) == []

    def test_what_takes_part_no_longer_takes_no_place(self, contest: Contest) -> None:
        five, out = selecting(contest, self.FIVE), IDEAS[:2]
        for others in ((*IDEAS[2:], "idea_1"), IDEAS[1:5]):
            found = obstacles_to_selecting(five, TALLY, others, out=out)
            assert set(rules(found)) >= {"approved"}
        assert obstacles_to_selecting(five, TALLY, IDEAS[2:], out=out) == []
        two = selecting(contest, Selection(winners=Winning(by="tally", count=2), alternates=2))
        chosen = with_winners(two, TALLY, choice("idea_1", "idea_2"), NOW, out=["idea_3"])
        assert chosen.alternates == ("idea_4", "idea_5")

    def test_a_place_that_a_veto_left_free_is_filled(self, contest: Contest) -> None:
        five = with_winners(
            selecting(contest, self.FIVE, "binding"), TALLY, choice(*IDEAS[:5]), NOW
        )
        assert rules(obstacles_to_selecting(five, TALLY, ["idea_6"])) == ["selected"]
        four = with_veto(five, "idea_1", "not their own", NOW)
        assert obstacles_to_selecting(four, TALLY, ["idea_6"]) == []
        filled = with_winners(four, TALLY, choice("idea_6"), NOW)
        assert [winner.idea_id for winner in filled.winners] == [*IDEAS[1:5], "idea_6"]


class TestJury:
    SELECTION = Selection(winners=Winning(by="jury", count=1), alternates=2)
    JUDGED = judged_as({"idea_1": 50, "idea_2": 90, "idea_3": 70})

    def test_it_is_followed_whatever_the_vote_says(self, contest: Contest) -> None:
        by_jury = selecting(contest, self.SELECTION)
        found = obstacles_to_selecting(by_jury, TALLY, ["idea_1"], judged=self.JUDGED)
        assert [(o.field, o.rule, o.message) for o in found] == [
            ("jury", "jury", "idea_2 at rank 1 comes first"),
            ("jury", "jury", "idea_3 at rank 2 comes first"),
        ]
        assert obstacles_to_selecting(by_jury, TALLY, ["idea_2"], judged=self.JUDGED) == []
        vetoed = with_veto(by_jury, "idea_2", "not to be built", NOW)
        assert obstacles_to_selecting(vetoed, TALLY, ["idea_3"], judged=self.JUDGED) == []

    def test_nobody_wins_before_its_round_is_closed(self, contest: Contest) -> None:
        by_jury = selecting(contest, self.SELECTION)
        assert rules(obstacles_to_selecting(by_jury, TALLY, ["idea_1"])) == ["open"]

    def test_an_idea_without_the_quorum_cannot_win(self, contest: Contest) -> None:
        by_jury = selecting(contest, self.SELECTION)
        found = obstacles_to_selecting(by_jury, TALLY, ["idea_4"], judged=self.JUDGED)
        assert found[0].rule == "quorum"

    def test_the_next_ones_stand_behind(self, contest: Contest) -> None:
        by_jury = selecting(contest, self.SELECTION)
        decided = with_winners(by_jury, TALLY, choice("idea_2"), NOW, judged=self.JUDGED)
        assert (decided.winners[0].rank, decided.alternates) == (1, ("idea_3", "idea_1"))

    def test_of_equals_the_brand_picks_one(self, contest: Contest) -> None:
        by_jury = selecting(contest, self.SELECTION)
        tied = judged_as({"idea_1": 70, "idea_2": 70, "idea_3": 10})
        for idea_id in ("idea_1", "idea_2"):
            assert obstacles_to_selecting(by_jury, TALLY, [idea_id], judged=tied) == []
        assert len(obstacles_to_selecting(by_jury, TALLY, ["idea_3"], judged=tied)) == 2


class TestThreshold:
    def test_only_who_has_the_votes_can_win(self, contest: Contest) -> None:
        listing = Shortlisting(by="threshold", threshold_votes=40)
        cut = selecting(contest, Selection(shortlist=listing, alternates=9))
        assert rules(obstacles_to_selecting(cut, TALLY, ["idea_1", "idea_4"])) == ["threshold"]
        decided = with_winners(cut, TALLY, choice("idea_1"), NOW)
        assert decided.alternates == ("idea_2", "idea_3")


class TestLine:
    SELECTION = Selection(winners=Winning(by="tally"), alternates=2)

    def test_it_is_the_next_ones_in_the_tally(self, contest: Contest) -> None:
        two = replace(
            selecting(contest, self.SELECTION),
            vetoes=(Veto("idea_2", "no", NOW),),
            dropouts=(Dropout("idea_3", "no", NOW),),
        )
        decided = with_winners(two, TALLY, choice("idea_1"), NOW)
        assert decided.alternates == ("idea_4", "idea_5")

    def test_of_equal_votes_who_came_first_stands_first(self, contest: Contest) -> None:
        decided = with_winners(
            selecting(contest, self.SELECTION), tally_of(9, 5, 5, 5), choice("idea_1"), NOW
        )
        assert decided.alternates == ("idea_2", "idea_3")

    def test_an_editor_names_it_and_a_ranking_that_binds_does_not_let_them(
        self, contest: Contest
    ) -> None:
        free = selecting(contest, replace(self.SELECTION, winners=Winning(by="editorial")))
        named = choice("idea_3", alternates=("idea_6", "idea_1"))
        assert obstacles_to_lining_up(free, named) == []
        assert with_winners(free, None, named, NOW).alternates == ("idea_6", "idea_1")
        assert with_winners(free, None, choice("idea_3"), NOW).alternates == ()
        bound = selecting(contest, self.SELECTION, "binding")
        assert rules(obstacles_to_lining_up(bound, named)) == ["ranking"]

    @pytest.mark.parametrize(
        ("alternates", "rule"),
        [(("idea_4", "idea_5", "idea_6"), "maximum"), (("idea_3",), "able"), (("idea_9",), "able")],
    )
    def test_who_cannot_win_stands_in_no_line(
        self, contest: Contest, alternates: tuple[str, ...], rule: str
    ) -> None:
        named = choice("idea_3", alternates=alternates)
        assert rules(obstacles_to_lining_up(selecting(contest, self.SELECTION), named)) == [rule]

    def test_who_stands_in_it_is_vetoed_only_when_nobody_wins(self, contest: Contest) -> None:
        decided = with_winners(selecting(contest, self.SELECTION), TALLY, choice("idea_1"), NOW)
        assert rules(obstacles_to_vetoing(decided, "idea_2")) == ["selected"]
        none_left = with_veto(decided, "idea_1", "no", NOW)
        assert obstacles_to_vetoing(none_left, "idea_2") == []
        assert with_veto(none_left, "idea_2", "no", NOW).alternates == ("idea_3",)


def test_a_contest_may_know_no_veto(contest: Contest) -> None:
    assert rules(obstacles_to_vetoing(selecting(contest, Selection(veto=False)), "idea_1")) == [
        "none"
    ]


class TestRegions:
    REGIONS = (Region(name="north", winners=2), Region(name="south"))

    @pytest.fixture
    def regional(self, contest: Contest) -> Contest:
        selection = Selection(winners=Winning(by="tally", count=1), alternates=1)
        terms = replace(contest.terms, selection=selection, vote="binding", regions=self.REGIONS)
        return replace(contest, terms=terms, shortlists={"north": IDEAS[:3], "south": IDEAS[3:]})

    def test_each_has_its_winners_and_its_line(self, regional: Contest) -> None:
        north = tally_of(60, 50, 40)
        picked = replace(choice("idea_1", "idea_2"), region="north")
        one = obstacles_to_selecting(regional, north, ["idea_1"], region="north")
        assert rules(one) == ["count"]
        assert obstacles_to_selecting(regional, north, picked.idea_ids, region="north") == []
        decided = with_winners(regional, north, picked, NOW)
        assert decided.alternates == ("idea_3",)
        assert rules(obstacles_to_selecting(decided, north, ["idea_3"], region="north")) == [
            "selected"
        ]
        south = replace(north, ideas=(RankedIdea("idea_4", 7, 1), RankedIdea("idea_5", 3, 2)))
        assert obstacles_to_selecting(decided, south, ["idea_4"], region="south") == []
        both = with_winners(decided, south, replace(choice("idea_4"), region="south"), NOW)
        assert [(w.idea_id, w.region) for w in both.winners] == [
            ("idea_1", "north"),
            ("idea_2", "north"),
            ("idea_4", "south"),
        ]
        assert both.alternates == ("idea_3", "idea_5")

    def test_nobody_wins_elsewhere(self, regional: Contest) -> None:
        found = obstacles_to_selecting(regional, None, ["idea_4", "idea_1"], region="north")
        assert found[0].rule == "region"

    def test_each_has_its_poll(self, regional: Contest) -> None:
        polls = tuple(
            Poll(
                id=f"poll_{name}",
                name=name,
                region=name,
                rules=PollRules(),
                idea_ids=(),
                closes_at=NOW,
            )
            for name in ("north", "south")
        )
        voted = replace(regional, polls=polls)
        assert deciding_poll(voted, "south") == polls[1]
        assert deciding_poll(regional, "south") is None


class TestTallyNeeded:
    @pytest.mark.parametrize(
        ("template", "by", "needed"),
        [
            ("name-it", "tally", True),
            ("name-it", "editorial", False),
            ("themed-contest", "jury", False),
            ("support-ladder", "editorial", False),
            ("make-and-earn", "editorial", False),
            ("make-and-earn", "tally", True),
        ],
    )
    def test_without_a_poll(
        self, contest: Contest, templates: Templates, template: str, by: By, needed: bool
    ) -> None:
        selection = Selection(winners=Winning(by=by))
        here = replace(
            selecting(contest, selection), programme=templates[template].programme, polls=()
        )
        assert needs_tally(here) == needed

    def test_who_voted_is_heard_before_anybody_is_selected(self, contest: Contest) -> None:
        poll = Poll(id="poll_1", name="", rules=PollRules(), idea_ids=(), closes_at=NOW)
        by_jury = selecting(contest, Selection(winners=Winning(by="jury")))
        assert needs_tally(replace(by_jury, polls=(poll,)))


@given(
    points=st.dictionaries(st.sampled_from(IDEAS), st.integers(1, 5), min_size=1),
    vetoed=st.sets(st.sampled_from(IDEAS)),
    count=st.integers(1, 4),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_walking_down_the_ranking_always_gives_winners(
    contest: Contest, points: dict[str, int], vetoed: set[str], count: int
) -> None:
    """Whatever the ties and vetoes are, the best ones that are left may win, then those behind."""
    selection = Selection(winners=Winning(by="jury", count=count), alternates=2)
    vetoes = tuple(Veto(idea_id, "no", NOW) for idea_id in vetoed)
    by_jury = replace(selecting(contest, selection), vetoes=vetoes)
    judged = judged_as(points)
    able = sorted(points.keys() - vetoed, key=lambda i: (-points[i], i))
    if not able:
        return
    assert obstacles_to_selecting(by_jury, None, able[:count], judged=judged) == []
    decided = with_winners(by_jury, None, choice(*able[:count]), NOW, judged=judged)
    assert decided.alternates == tuple(able[count : count + 2])
