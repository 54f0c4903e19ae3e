"""What can be amended while people vote, and what stands in the way."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest

from groundswell_ideas.amendments.rules import (
    Amendment,
    newly_shortlisted,
    obstacles_to_amending,
    obstacles_to_changing,
    obstacles_to_opening,
    obstacles_to_pausing,
    obstacles_to_resuming,
    obstacles_to_widening,
    paused,
    resumed,
    widened,
    with_change,
    with_poll,
)
from groundswell_ideas.contests.rules import Contest, PhaseReached
from groundswell_ideas.polls.rules import (
    BALLOT_MAXIMUM,
    BALLOTS_MAXIMUM,
    IdeaMerge,
    Poll,
    PollChange,
    PollRules,
)
from groundswell_ideas.submissions.rules import Idea, Status
from groundswell_ideas.terms.rules import PHASES, Phase, Pilot, Region

NOW = datetime(2026, 4, 1, tzinfo=UTC)
CLOSING = datetime(2026, 4, 16, 23, tzinfo=UTC)
LAST_DAY = datetime(2026, 5, 6, 23, 59, tzinfo=UTC)
POLL = Poll(
    id="poll_1",
    name="north",
    rules=PollRules(),
    idea_ids=("a", "b"),
    removed_idea_ids=("gone",),
    closes_at=CLOSING,
)
SOUTH = replace(POLL, id="poll_2", name="south", removed_idea_ids=())


@pytest.fixture
def voting(draft: Contest) -> Contest:
    return replace(
        draft,
        phases=(PhaseReached("voting", NOW),),
        shortlist=("a", "b", "gone"),
        polls=(POLL, SOUTH),
        amendments=4,
    )


def idea(idea_id: str, status: Status = "approved", contest_id: str = "con_1") -> Idea:
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


IDEAS = {
    "late": idea("late"),
    "a": idea("a"),
    "b": idea("b"),
    "gone": idea("gone"),
    "waiting": idea("waiting", "submitted"),
    "elsewhere": idea("elsewhere", contest_id="con_2"),
}


def refusals(
    contest: Contest, now: datetime = NOW, ideas: Mapping[str, Idea] = IDEAS, **change: Any
) -> list[tuple[str, str]]:
    """Fields and rules that keep poll_1 from being changed so."""
    wanted = PollChange(**({"poll_id": "poll_1"} | change))
    found = obstacles_to_changing(contest, wanted, ideas, now)
    return [(o.field.removeprefix("body.poll_changed"), o.rule) for o in found]


@pytest.mark.parametrize("phase", get_args(Phase))
def test_a_contest_is_amended_while_people_vote(voting: Contest, phase: Phase) -> None:
    here = replace(voting, phases=(PhaseReached(phase, NOW),))
    assert bool(obstacles_to_amending(here)) == (phase != "voting")


class TestChanging:
    @pytest.mark.parametrize(
        "change",
        [
            {"added_idea_ids": ("late",)},
            {"removed_idea_ids": ("a", "b")},
            {"closes_at": NOW + timedelta(milliseconds=1)},
            {"closes_at": LAST_DAY},
            {"paused": True},
            {"paused": True, "removed_idea_ids": ("a",), "added_idea_ids": ("late",)},
        ],
    )
    def test_what_can_be_changed(self, voting: Contest, change: dict[str, Any]) -> None:
        assert refusals(voting, **change) == []

    @pytest.mark.parametrize(
        ("change", "field", "rule"),
        [
            ({"poll_id": "poll_x"}, ".poll_id", "unknown"),
            ({"added_idea_ids": ("waiting",)}, ".added_idea_ids.0", "approved"),
            ({"added_idea_ids": ("late", "nowhere")}, ".added_idea_ids.1", "approved"),
            ({"added_idea_ids": ("elsewhere",)}, ".added_idea_ids.0", "approved"),
            ({"added_idea_ids": ("a",)}, ".added_idea_ids.0", "on-ballot"),
            ({"added_idea_ids": ("gone",)}, ".added_idea_ids.0", "removed"),
            ({"removed_idea_ids": ("late",)}, ".removed_idea_ids.0", "on-ballot"),
            ({"removed_idea_ids": ("a", "gone")}, ".removed_idea_ids.1", "on-ballot"),
            ({"closes_at": NOW}, ".closes_at", "past"),
            ({"closes_at": LAST_DAY + timedelta(days=1)}, ".closes_at", "order"),
            ({}, "", "change"),
            ({"paused": False}, "", "change"),
            ({"closes_at": CLOSING}, "", "change"),
        ],
    )
    def test_what_cannot(
        self, voting: Contest, change: dict[str, Any], field: str, rule: str
    ) -> None:
        assert refusals(voting, **change) == [(field, rule)]

    def test_everything_wrong_is_named_at_once(self, voting: Contest) -> None:
        found = refusals(
            voting, added_idea_ids=("waiting",), removed_idea_ids=("late",), closes_at=NOW
        )
        assert [field for field, _ in found] == [
            ".added_idea_ids.0",
            ".removed_idea_ids.0",
            ".closes_at",
        ]

    def test_a_poll_whose_time_is_over_stays_as_it_is(self, voting: Contest) -> None:
        before = CLOSING - timedelta(milliseconds=1)
        assert refusals(voting, before, paused=True) == []
        assert refusals(voting, CLOSING, paused=True) == [(".poll_id", "closed")]

    def test_ballots_have_room_together(self, voting: Contest) -> None:
        crowd = tuple(f"c{n}" for n in range(BALLOTS_MAXIMUM - 10))
        voting = replace(voting, polls=(*voting.polls, replace(SOUTH, id="p", idea_ids=crowd)))
        room = 10 - 5  # a, b, gone on the one, a, b on the other
        fits = tuple(f"n{n}" for n in range(room))
        ideas = {idea_id: idea(idea_id) for idea_id in (*fits, "one_more")}
        assert refusals(voting, ideas=ideas, added_idea_ids=fits) == []
        over = refusals(voting, ideas=ideas, added_idea_ids=(*fits, "one_more"))
        assert over == [(".added_idea_ids", "maximum")]

    def test_a_ballot_has_room(self, voting: Contest) -> None:
        fits = tuple(f"n{n}" for n in range(BALLOT_MAXIMUM - 3))  # a, b, gone
        ideas = {idea_id: idea(idea_id) for idea_id in (*fits, "one_more")}
        assert refusals(voting, ideas=ideas, added_idea_ids=fits) == []
        over = refusals(voting, ideas=ideas, added_idea_ids=(*fits, "one_more"))
        assert over == [(".added_idea_ids", "maximum")]

    def test_it_touches_one_poll_and_lists_what_came(self, voting: Contest) -> None:
        change = PollChange(
            poll_id="poll_1", added_idea_ids=("late",), removed_idea_ids=("a",), paused=True
        )
        amended = with_change(voting, change)
        north, south = amended.polls
        assert (north.idea_ids, north.removed_idea_ids) == (("b", "late"), ("gone", "a"))
        assert (north.paused, south) == (True, SOUTH)
        assert amended.shortlist == ("a", "b", "gone", "late")
        assert (amended.amendments, amended.version) == (5, voting.version + 1)

    def test_an_idea_that_is_listed_already_is_not_listed_again(self, voting: Contest) -> None:
        change = PollChange(poll_id="poll_2", added_idea_ids=("gone", "late"))
        assert newly_shortlisted(voting, change) == ["late"]
        assert with_change(voting, change).shortlist == ("a", "b", "gone", "late")

    def test_a_poll_closes_before_the_day_of_the_answer_is_over_at_the_place(
        self, voting: Contest
    ) -> None:
        tokyo = replace(voting, terms=replace(voting.terms, time_zone="Asia/Tokyo"))
        midnight = datetime(2026, 5, 6, 15, tzinfo=UTC)
        assert refusals(tokyo, closes_at=midnight - timedelta(minutes=1)) == []
        assert refusals(tokyo, closes_at=midnight) == [(".closes_at", "order")]


class TestOpening:
    FINAL = Poll(
        id="poll_3", name="final", rules=PollRules(), idea_ids=("b", "gone"), closes_at=CLOSING
    )

    def test_another_poll_joins_the_others(self, voting: Contest) -> None:
        assert obstacles_to_opening(voting, self.FINAL, IDEAS, NOW) == []
        amended = with_poll(voting, self.FINAL)
        assert amended.polls == (POLL, SOUTH, self.FINAL)
        assert amended.deciding_poll == self.FINAL
        assert (amended.amendments, amended.version) == (5, voting.version + 1)
        assert amended.shortlist == voting.shortlist

    @pytest.mark.parametrize(
        ("change", "field", "rule"),
        [
            ({"name": "south"}, ".name", "unique"),
            ({"idea_ids": ("b", "late")}, ".idea_ids.1", "shortlisted"),
            ({"closes_at": NOW}, ".closes_at", "past"),
            ({"closes_at": LAST_DAY + timedelta(days=1)}, ".closes_at", "order"),
        ],
    )
    def test_what_stands_in_the_way(
        self, voting: Contest, change: dict[str, Any], field: str, rule: str
    ) -> None:
        (obstacle,) = obstacles_to_opening(voting, replace(self.FINAL, **change), IDEAS, NOW)
        assert (obstacle.field, obstacle.rule) == (f"body.poll_opened{field}", rule)

    @pytest.mark.parametrize("status", ["withdrawn", "merged"])
    def test_who_takes_part_no_longer_comes_on_no_other_ballot(
        self, voting: Contest, status: Status
    ) -> None:
        ideas = IDEAS | {"b": idea("b", status)}
        (obstacle,) = obstacles_to_opening(voting, self.FINAL, ideas, NOW)
        assert (obstacle.field, obstacle.rule) == ("body.poll_opened.idea_ids.0", "approved")

    def test_a_contest_has_fifty_polls_at_most(self, voting: Contest) -> None:
        many = tuple(replace(SOUTH, id=f"p{n}", name=f"{n}") for n in range(50))
        almost = replace(voting, polls=many[:49])
        assert obstacles_to_opening(almost, self.FINAL, IDEAS, NOW) == []
        (obstacle,) = obstacles_to_opening(replace(voting, polls=many), self.FINAL, IDEAS, NOW)
        assert (obstacle.field, obstacle.rule) == ("body.poll_opened", "maximum")

    def test_ballots_have_room_together(self, voting: Contest) -> None:
        full = replace(POLL, idea_ids=tuple(f"n{n}" for n in range(BALLOTS_MAXIMUM - 2)))
        crowded = replace(voting, polls=(full,))
        (obstacle,) = obstacles_to_opening(crowded, self.FINAL, IDEAS, NOW)
        assert (obstacle.field, obstacle.rule) == ("body.poll_opened.idea_ids", "maximum")


class TestRegions:
    JAVA = replace(POLL, name="Java", region="Java", idea_ids=("a",), removed_idea_ids=())
    BALI = replace(SOUTH, name="Bali", region="Bali", idea_ids=("b",))

    @pytest.fixture
    def islands(self, voting: Contest) -> Contest:
        regions = (Region(name="Java"), Region(name="Bali"))
        return replace(
            voting,
            terms=replace(voting.terms, regions=regions),
            polls=(self.JAVA, self.BALI),
            shortlist=("a", "b"),
            shortlists={"Java": ("a",), "Bali": ("b",)},
        )

    def test_an_idea_that_comes_on_a_ballot_is_on_the_shortlist_of_its_region(
        self, islands: Contest
    ) -> None:
        change = PollChange(poll_id="poll_1", added_idea_ids=("late",))
        amended = with_change(islands, change)
        assert amended.shortlist == ("a", "b", "late")
        assert amended.shortlists == {"Java": ("a", "late"), "Bali": ("b",)}

    def test_it_belongs_there(self, islands: Contest) -> None:
        for region, wrong in (("Java", []), ("Bali", [(".added_idea_ids.0", "region")])):
            late = {"late": replace(idea("late"), region=region)}
            assert refusals(islands, ideas=late, added_idea_ids=("late",)) == wrong

    @pytest.mark.parametrize(
        ("region", "idea_ids", "wrong"),
        [
            ("Java", ("a",), []),
            ("Java", ("b",), ["idea_ids.0"]),
            (None, ("a",), ["region"]),
            ("Atlantis", ("a",), ["region"]),
        ],
    )
    def test_a_further_round_is_that_of_a_region(
        self, islands: Contest, region: str | None, idea_ids: tuple[str, ...], wrong: list[str]
    ) -> None:
        final = replace(TestOpening.FINAL, region=region, idea_ids=idea_ids)
        found = obstacles_to_opening(islands, final, IDEAS, NOW)
        assert [o.field for o in found] == [f"body.poll_opened.{field}" for field in wrong]


class TestPaused:
    def test_no_poll_goes_on_or_opens_before_its_contest_does(self, voting: Contest) -> None:
        still, _ = paused(voting, "We look into it.", NOW)
        assert refusals(still, paused=False) == [(".paused", "paused")]
        assert refusals(still, closes_at=LAST_DAY) == []
        (obstacle,) = obstacles_to_opening(still, TestOpening.FINAL, IDEAS, NOW)
        assert (obstacle.field, obstacle.rule) == ("body.poll_opened", "paused")


def test_amendments_sort_by_their_number() -> None:
    ids = [
        Amendment(contest_id="con_1", number=number, reason="r", amended_at=NOW).id
        for number in (1, 2, 10, 100, 20_000)
    ]
    assert sorted(ids) == ids


def test_an_amendment_is_about_the_ideas_whose_place_on_a_ballot_it_changed() -> None:
    change = PollChange(
        poll_id="poll_1",
        added_idea_ids=("late",),
        removed_idea_ids=("gone",),
        merged=(IdeaMerge("a", "b"),),
        unmerged=(IdeaMerge("c", "b"),),
    )
    amendment = Amendment(contest_id="con_1", number=1, reason="r", amended_at=NOW)
    assert amendment.idea_ids == ()
    told = replace(amendment, poll_changed=change)
    assert told.idea_ids == ("late", "gone", "a", "b", "c")


class TestStandingStill:
    def going(self, draft: Contest) -> Contest:
        south = replace(POLL, id="poll_south", name="south", paused=True)
        over = replace(POLL, id="poll_over", name="over", closes_at=NOW)
        return replace(
            draft, phases=(PhaseReached("voting", NOW),), polls=(POLL, south, over), amendments=4
        )

    def test_polls_that_go_on_are_paused_with_their_contest(self, draft: Contest) -> None:
        contest = self.going(draft)
        still, changes = paused(contest, "We look into it.", NOW)
        assert changes == [PollChange(poll_id=POLL.id, paused=True)]
        assert [poll.paused for poll in still.polls] == [True, True, False]
        assert (still.amendments, still.version) == (6, contest.version + 1)
        again, back = resumed(still, NOW)
        assert back == [PollChange(poll_id=POLL.id, paused=False)]
        assert (again.polls, again.pause) == (contest.polls, None)

    def test_a_poll_that_closed_meanwhile_is_not_resumed(self, draft: Contest) -> None:
        still, _ = paused(self.going(draft), "We look into it.", NOW)
        _, changes = resumed(still, CLOSING)
        assert changes == []

    @pytest.mark.parametrize("phase", PHASES)
    def test_what_is_open_can_be_paused(self, draft: Contest, phase: Phase) -> None:
        contest = replace(draft, phases=(PhaseReached(phase, NOW),))
        assert bool(obstacles_to_pausing(contest)) == (phase in ("draft", "closed"))
        assert obstacles_to_resuming(contest)

    def test_only_a_pilot_can_be_widened_and_only_once(self, draft: Contest) -> None:
        contest = replace(draft, phases=(PhaseReached("submission", NOW),))
        assert obstacles_to_widening(contest)
        pilot = replace(contest, terms=replace(contest.terms, pilot=Pilot(people=3, days=4)))
        assert obstacles_to_widening(pilot) == []
        assert obstacles_to_widening(widened(pilot, NOW))
