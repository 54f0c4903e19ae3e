from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundswell_ideas.contests.rules import (
    NEXT_PHASES,
    Contest,
    Obstacle,
    Phase,
    PhaseReached,
    Terms,
    Timetable,
    Winner,
    enter,
    may_see,
    obstacles_to_editing,
    obstacles_to_entering,
    with_polls,
    with_terms,
)
from groundswell_ideas.polls.rules import BALLOTS_MAXIMUM, Poll, PollRules, PollTerms

PHASES: tuple[Phase, ...] = get_args(Phase)
moments = st.datetimes(
    min_value=datetime(2026, 1, 1),  # noqa: DTZ001 - Hypothesis adds the zone
    max_value=datetime(2026, 1, 3),  # noqa: DTZ001
    timezones=st.just(UTC),
)


def in_phase(contest: Contest, phase: Phase) -> Contest:
    return replace(contest, phases=(PhaseReached(phase, datetime(2026, 3, 1, tzinfo=UTC)),))


def fields(obstacles: list[Obstacle]) -> list[str]:
    return [obstacle.field for obstacle in obstacles]


class TestPhases:
    def test_every_phase_can_be_reached_from_the_draft(self) -> None:
        reached: set[Phase] = {"draft"}
        frontier: list[Phase] = ["draft"]
        while frontier:
            onward = set(NEXT_PHASES[frontier.pop()]) - reached
            reached |= onward
            frontier += onward
        assert reached == set(PHASES)

    def test_no_phase_leads_back_and_only_closed_leads_nowhere(self) -> None:
        assert set(NEXT_PHASES) == set(PHASES)
        for phase, following in NEXT_PHASES.items():
            assert all(PHASES.index(after) > PHASES.index(phase) for after in following)
            assert (phase == "closed") == (not following)

    def test_nothing_but_moderation_can_be_left_out(self) -> None:
        skipped = {
            PHASES[between]
            for phase, following in NEXT_PHASES.items()
            for after in following
            for between in range(PHASES.index(phase) + 1, PHASES.index(after))
        }
        assert skipped == {"moderation"}

    @given(steps=st.lists(st.sampled_from(PHASES), max_size=30))
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_any_walk_keeps_to_the_table_and_is_remembered(
        self, draft: Contest, now: datetime, steps: list[Phase]
    ) -> None:
        contest = replace(
            draft, shortlist=("idea_1",), winners=(Winner("idea_1", "the best", 1, now),)
        )
        taken: list[Phase] = ["draft"]
        for step in steps:
            allowed = step in NEXT_PHASES[contest.phase]
            assert bool(obstacles_to_entering(contest, step, now)) != allowed
            if allowed:
                contest = enter(contest, step, now)
                taken.append(step)
        assert [reached.phase for reached in contest.phases] == taken
        assert contest.version == len(taken)


class TestOpening:
    def test_a_complete_draft_opens(self, draft: Contest, now: datetime) -> None:
        assert obstacles_to_entering(draft, "submission", now) == []

    @pytest.mark.parametrize("field", ["owner", "rules", "timetable", "answer_by"])
    def test_a_contest_without_a_promise_cannot_open(
        self, draft: Contest, now: datetime, field: str
    ) -> None:
        without: dict[str, Any] = {field: None}
        incomplete = replace(draft, terms=replace(draft.terms, **without))
        assert fields(obstacles_to_entering(incomplete, "submission", now)) == [field]

    def test_all_that_is_missing_is_named_at_once(self, draft: Contest, now: datetime) -> None:
        empty = replace(draft, terms=Terms(title="Name our ship", vote="advisory"))
        assert fields(obstacles_to_entering(empty, "submission", now)) == [
            "owner",
            "rules",
            "timetable",
            "answer_by",
        ]

    def test_submissions_must_still_be_possible(self, draft: Contest) -> None:
        closing = datetime(2026, 3, 10, tzinfo=UTC)
        assert not obstacles_to_entering(draft, "submission", closing - timedelta(seconds=1))
        assert fields(obstacles_to_entering(draft, "submission", closing)) == [
            "timetable.submission_closes_at"
        ]

    def test_the_answer_is_not_due_before_the_vote_ends(
        self, draft: Contest, now: datetime
    ) -> None:
        early = replace(draft, terms=replace(draft.terms, answer_by=date(2026, 4, 15)))
        same_day = replace(draft, terms=replace(draft.terms, answer_by=date(2026, 4, 16)))
        assert fields(obstacles_to_entering(early, "submission", now)) == ["answer_by"]
        assert obstacles_to_entering(same_day, "submission", now) == []


class TestLaterGuards:
    @pytest.mark.parametrize("phase", ["submission", "moderation"])
    def test_a_vote_needs_a_shortlist(self, draft: Contest, now: datetime, phase: Phase) -> None:
        contest = in_phase(draft, phase)
        listed = replace(contest, shortlist=("idea_1",))
        assert fields(obstacles_to_entering(contest, "voting", now)) == ["shortlist"]
        assert obstacles_to_entering(listed, "voting", now) == []

    def test_a_vote_that_is_over_cannot_begin(self, draft: Contest) -> None:
        contest = replace(in_phase(draft, "moderation"), shortlist=("idea_1",))
        closing = datetime(2026, 4, 16, 23, tzinfo=UTC)
        assert fields(obstacles_to_entering(contest, "voting", closing)) == [
            "timetable.voting_closes_at"
        ]

    @pytest.mark.parametrize(
        ("phase", "onward"), [("deliberation", "decided"), ("decided", "delivery")]
    )
    def test_a_decision_and_its_delivery_need_a_winner(
        self, draft: Contest, now: datetime, phase: Phase, onward: Phase
    ) -> None:
        contest = in_phase(draft, phase)
        decided = replace(contest, winners=(Winner("idea_1", "the best", 1, now),))
        assert fields(obstacles_to_entering(contest, onward, now)) == ["winners"]
        assert obstacles_to_entering(decided, onward, now) == []

    def test_a_contest_closes_also_when_its_winner_was_vetoed_at_last(
        self, draft: Contest, now: datetime
    ) -> None:
        assert obstacles_to_entering(in_phase(draft, "delivery"), "closed", now) == []

    @pytest.mark.parametrize("phase", PHASES)
    def test_the_terms_are_frozen_from_opening_on(self, draft: Contest, phase: Phase) -> None:
        assert bool(obstacles_to_editing(in_phase(draft, phase))) == (phase != "draft")

    def test_editing_makes_the_next_version(self, draft: Contest) -> None:
        renamed = with_terms(draft, replace(draft.terms, title="Name our boat"))
        assert (renamed.terms.title, renamed.version) == ("Name our boat", draft.version + 1)

    def test_a_contest_opens_with_its_first_phase_behind_the_draft(
        self, draft: Contest, now: datetime
    ) -> None:
        opened = enter(draft, "submission", now + timedelta(days=1))
        voted = enter(opened, "voting", now + timedelta(days=2))
        assert [c.opened_at for c in (draft, opened, voted)] == [
            None,
            now + timedelta(days=1),
            now + timedelta(days=1),
        ]

    def test_only_a_draft_may_lack_a_timetable(self, draft: Contest) -> None:
        with pytest.raises(ValueError, match="no timetable"):
            _ = replace(draft, terms=replace(draft.terms, timetable=None)).timetable

    def test_a_draft_is_seen_by_its_brand_alone(self, draft: Contest, now: datetime) -> None:
        opened = enter(draft, "submission", now)
        assert [may_see(draft, brand) for brand in ("nerc", "other", None)] == [True, False, False]
        assert [may_see(opened, brand) for brand in ("nerc", "other", None)] == [True] * 3


class TestPolls:
    CLOSING = datetime(2026, 4, 16, 23, tzinfo=UTC)

    def voting(self, draft: Contest, now: datetime, *names: str) -> Contest:
        polls = tuple(PollTerms(name, PollRules(period="day")) for name in names)
        contest = replace(
            in_phase(draft, "moderation"),
            terms=replace(draft.terms, polls=polls),
            shortlist=("idea_1", "idea_2"),
        )
        return with_polls(enter(contest, "voting", now), [f"poll_{name}" for name in names])

    def test_each_promised_poll_opens_with_the_whole_shortlist(
        self, draft: Contest, now: datetime
    ) -> None:
        assert self.voting(draft, now, "north", "south").polls == tuple(
            Poll(
                id=f"poll_{name}",
                name=name,
                rules=PollRules(period="day"),
                idea_ids=("idea_1", "idea_2"),
                closes_at=self.CLOSING,
            )
            for name in ("north", "south")
        )

    def test_every_poll_needs_an_id(self, draft: Contest) -> None:
        with pytest.raises(ValueError, match="longer"):
            with_polls(draft, [])

    def test_polls_stay_known_after_the_vote(self, draft: Contest, now: datetime) -> None:
        voting = self.voting(draft, now, "north", "south")
        assert enter(voting, "deliberation", now).polls == voting.polls

    def test_the_first_decides_unless_an_amendment_opened_another(
        self, draft: Contest, now: datetime
    ) -> None:
        assert draft.deciding_poll is None
        voting = self.voting(draft, now, "north", "south")
        assert voting.deciding_poll == voting.polls[0]
        final = replace(voting.polls[0], id="poll_final")
        later = replace(voting, polls=(*voting.polls, final))
        assert later.deciding_poll == final

    def test_voting_closes_with_the_last_poll(self, draft: Contest, now: datetime) -> None:
        assert draft.voting_closes_at == self.CLOSING
        north, south = self.voting(draft, now, "north", "south").polls
        for moved in (timedelta(days=1), -timedelta(days=1)):
            changed = replace(south, closes_at=self.CLOSING + moved)
            contest = replace(draft, polls=(north, changed))
            assert contest.voting_closes_at == max(self.CLOSING, changed.closes_at)

    def test_ballots_have_room_together(self, draft: Contest, now: datetime) -> None:
        polls = (PollTerms("north"), PollTerms("south"))
        full = tuple(f"idea_{n}" for n in range(BALLOTS_MAXIMUM // 2))
        contest = replace(in_phase(draft, "moderation"), terms=replace(draft.terms, polls=polls))
        assert not obstacles_to_entering(replace(contest, shortlist=full), "voting", now)
        over = replace(contest, shortlist=(*full, "one_more"))
        assert fields(obstacles_to_entering(over, "voting", now)) == ["polls"]


@given(a=moments, b=moments, c=moments)
def test_a_timetable_is_in_order_or_not_at_all(a: datetime, b: datetime, c: datetime) -> None:
    in_order = sorted([a, b, c]) == [a, b, c] and b != c
    try:
        Timetable(a, b, c)
    except ValueError:
        assert not in_order
    else:
        assert in_order
