from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from groundswell_ideas.contests.rules import Contest, Dropout, Pause, PhaseReached, Veto
from groundswell_ideas.juries.rules import (
    Juror,
    Panel,
    Purpose,
    Recusal,
    Round,
    closed,
    is_own,
    obstacles_to_appointing,
    obstacles_to_changing,
    obstacles_to_planning,
    obstacles_to_scoring,
    obstacles_to_timing,
    opened,
    with_juror,
    with_recusal,
    without,
    wrong_scores,
)
from groundswell_ideas.submissions.rules import Idea, Member
from groundswell_ideas.terms.rules import (
    Criterion,
    Jury,
    Obstacle,
    Phase,
    Selection,
    Shortlisting,
    Winning,
)

NOW = datetime(2026, 4, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)
JURY = Jury(criteria=(Criterion("Originality"), Criterion("Use")))


@pytest.fixture
def contest(draft: Contest) -> Contest:
    selection = Selection(
        shortlist=Shortlisting(by="jury"), winners=Winning(by="jury", count=1), jury=JURY
    )
    return replace(
        draft,
        terms=replace(draft.terms, selection=selection),
        phases=(PhaseReached("deliberation", NOW),),
        shortlist=("idea_1", "idea_2"),
    )


@pytest.fixture
def idea(contest: Contest) -> Idea:
    return Idea(
        brand_id="nerc",
        contest_id=contest.id,
        id="idea_1",
        participant_id="per_1",
        title="A car for five",
        summary="",
        fields={},
        status="approved",
        submitted_at=NOW,
    )


def juror(juror_id: str, participant_id: str | None = None) -> Juror:
    return Juror(
        juror_id=juror_id, office="Design", participant_id=participant_id, appointed_at=NOW
    )


def panel(*jurors: Juror) -> Panel:
    return Panel(brand_id="nerc", contest_id="con_1", jurors=jurors)


def round_(
    purpose: Purpose = "winners",
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
) -> Round:
    return Round(
        brand_id="nerc",
        contest_id="con_1",
        id="round_1",
        name="Final",
        purpose=purpose,
        opens_at=opens_at,
        closes_at=closes_at,
    )


def rules(obstacles: list[Obstacle]) -> list[str]:
    return [obstacle.rule for obstacle in obstacles]


class TestRounds:
    @pytest.mark.parametrize(
        ("opens", "closes", "state"),
        [
            (None, None, "planned"),
            (HOUR, 2 * HOUR, "planned"),
            (timedelta(0), HOUR, "open"),
            (-HOUR, None, "open"),
            (-2 * HOUR, timedelta(0), "closed"),
        ],
    )
    def test_the_calendar_opens_and_closes_them(
        self, opens: timedelta | None, closes: timedelta | None, state: str
    ) -> None:
        timed = round_(
            opens_at=None if opens is None else NOW + opens,
            closes_at=None if closes is None else NOW + closes,
        )
        assert timed.state(NOW) == state

    def test_by_hand_they_open_and_close_at_once_and_once(self) -> None:
        begun = opened(round_(), NOW)
        assert begun.state(NOW) == "open"
        assert rules(obstacles_to_changing(begun, NOW, opening=True)) == ["open"]
        over = closed(begun, NOW + HOUR)
        assert over.state(NOW + HOUR) == "closed"
        assert rules(obstacles_to_changing(over, NOW + HOUR, opening=True)) == ["closed"]
        assert rules(obstacles_to_changing(over, NOW + HOUR)) == ["closed"]

    def test_they_close_in_the_future_and_after_they_open(self) -> None:
        assert rules(obstacles_to_timing(round_(closes_at=NOW), NOW)) == ["past"]
        turned = round_(opens_at=NOW + 2 * HOUR, closes_at=NOW + HOUR)
        assert rules(obstacles_to_timing(turned, NOW)) == ["order"]
        assert obstacles_to_timing(round_(opens_at=NOW + HOUR), NOW) == []

    def test_they_are_about_what_the_jury_has_a_say_in(self, contest: Contest) -> None:
        assert obstacles_to_planning(contest, [], round_("shortlist"), NOW) == []
        by_curator = replace(contest.terms.selection, shortlist=Shortlisting())
        other = replace(contest, terms=replace(contest.terms, selection=by_curator))
        assert rules(obstacles_to_planning(other, [], round_("shortlist"), NOW)) == ["purpose"]
        assert obstacles_to_planning(other, [], round_("winners"), NOW) == []

    def test_a_contest_without_a_jury_has_none(self, draft: Contest) -> None:
        assert "missing" in rules(obstacles_to_planning(draft, [], round_(), NOW))
        assert rules(obstacles_to_appointing(draft, panel(), "jur_1")) == ["missing"]


class TestPanel:
    def test_nobody_is_on_it_twice(self, contest: Contest) -> None:
        seated = with_juror(panel(), juror("jur_1"))
        assert rules(obstacles_to_appointing(contest, seated, "jur_1")) == ["unique"]
        assert obstacles_to_appointing(contest, seated, "jur_2") == []

    def test_who_left_is_replaced_and_does_not_come_back(self, contest: Contest) -> None:
        left = without(panel(juror("jur_1")), "jur_1", "on leave", "jur_2", NOW)
        changed = with_juror(left, juror("jur_2"))
        assert changed.sitting("jur_1") is None
        assert changed.sitting("jur_2") is not None
        assert (left.jurors[0].left_because, left.jurors[0].replaced_by) == ("on leave", "jur_2")
        assert rules(obstacles_to_appointing(contest, changed, "jur_1")) == ["unique"]


class TestScoring:
    OPEN = round_(opens_at=NOW - HOUR)

    def test_an_open_round_takes_scores(self, contest: Contest, idea: Idea) -> None:
        seated = juror("jur_1")
        found = obstacles_to_scoring(contest, panel(seated), self.OPEN, seated, idea, NOW)
        assert found == []

    @pytest.mark.parametrize(
        "scored",
        [
            round_(),
            round_(opens_at=NOW + HOUR),
            round_(opens_at=NOW - HOUR, closes_at=NOW),
        ],
    )
    def test_another_one_does_not(self, contest: Contest, idea: Idea, scored: Round) -> None:
        found = obstacles_to_scoring(contest, panel(), scored, juror("jur_1"), idea, NOW)
        assert [obstacle.field for obstacle in found] == ["round"]

    @pytest.mark.parametrize("part", ["author", "team", "merged"])
    def test_nobody_scores_an_entry_of_their_own_or_of_their_team(
        self, contest: Contest, idea: Idea, part: str
    ) -> None:
        theirs = {
            "author": replace(idea, participant_id="per_9"),
            "team": replace(idea, team=(Member("per_8", 5_000), Member("per_9", 1_000, NOW))),
            "merged": replace(idea, also_by=("per_9",)),
        }[part]
        for conflicted in (juror("jur_1", participant_id="per_9"), juror("per_9")):
            found = obstacles_to_scoring(contest, panel(), self.OPEN, conflicted, theirs, NOW)
            assert rules(found) == ["own-entry"]
            assert not is_own(conflicted, idea)
        assert not is_own(juror("jur_1"), theirs)

    def test_who_stepped_aside_for_an_idea_does_not_score_it(
        self, contest: Contest, idea: Idea
    ) -> None:
        seated = juror("jur_1")
        aside = with_recusal(panel(seated), Recusal("jur_1", "idea_1", "a friend", NOW))
        found = obstacles_to_scoring(contest, aside, self.OPEN, seated, idea, NOW)
        assert rules(found) == ["recused"]
        other = replace(idea, id="idea_2")
        assert obstacles_to_scoring(contest, aside, self.OPEN, seated, other, NOW) == []
        second = juror("jur_2")
        assert obstacles_to_scoring(contest, aside, self.OPEN, second, idea, NOW) == []

    def test_only_what_is_left_of_the_shortlist_is_up_for_winning(
        self, contest: Contest, idea: Idea
    ) -> None:
        out = [
            replace(contest, shortlist=("idea_2",)),
            replace(contest, vetoes=(Veto("idea_1", "no", NOW),)),
            replace(contest, dropouts=(Dropout("idea_1", "no", NOW),)),
        ]
        for each in out:
            found = obstacles_to_scoring(each, panel(), self.OPEN, juror("jur_1"), idea, NOW)
            assert rules(found) == ["candidate"]
        waiting = replace(idea, status="submitted")
        found = obstacles_to_scoring(contest, panel(), self.OPEN, juror("j"), waiting, NOW)
        assert rules(found) == ["candidate"]

    @pytest.mark.parametrize("phase", get_args(Phase))
    def test_each_round_has_its_phases(self, contest: Contest, idea: Idea, phase: Phase) -> None:
        here = replace(contest, phases=(PhaseReached(phase, NOW),))
        phases = {
            "shortlist": ("submission", "moderation"),
            "winners": ("moderation", "voting", "deliberation"),
        }
        for purpose in get_args(Purpose):
            scored = round_(purpose, opens_at=NOW - HOUR)
            found = obstacles_to_scoring(here, panel(), scored, juror("j"), idea, NOW)
            assert (found == []) == (phase in phases[purpose])
        paused = replace(contest, pause=Pause("a storm", NOW))
        found = obstacles_to_scoring(paused, panel(), self.OPEN, juror("j"), idea, NOW)
        assert rules(found) == ["phase"]

    def test_a_sheet_has_a_score_for_each_criterion(self) -> None:
        assert wrong_scores(JURY, {"Originality": 3, "Use": 4}) == []
        wrong = wrong_scores(JURY, {"Originality": 3, "Beauty": 4})
        assert [(o.field, o.rule) for o in wrong] == [
            ("body.scores.Use", "missing"),
            ("body.scores.Beauty", "unknown"),
        ]
