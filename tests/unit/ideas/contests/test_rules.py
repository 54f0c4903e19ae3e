from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundswell_ideas.contests.phases import (
    decided_at,
    enter,
    is_overdue,
    obstacles_to_entering,
    overdue,
)
from groundswell_ideas.contests.rules import (
    Contest,
    Dropout,
    Pause,
    PhaseReached,
    Veto,
    Winner,
    may_see,
    obstacles_to_editing,
    obstacles_to_taking_ideas,
    promised_polls,
    stands_for_vote,
    terms_in_force,
    with_polls,
    with_terms,
)
from groundswell_ideas.polls.rules import (
    BALLOT_MAXIMUM,
    BALLOTS_MAXIMUM,
    Eligibility,
    IdeaMerge,
    Poll,
    PollRules,
    PollTerms,
)
from groundswell_ideas.templates.catalogue import Templates
from groundswell_ideas.terms.rules import (
    PHASES,
    Obstacle,
    Phase,
    Pilot,
    Region,
    Selection,
    Shortlisting,
    Terms,
    TermsOfEntry,
    Timetable,
)

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
    def test_every_programme_leads_from_the_draft_to_its_end_and_never_back(
        self, templates: Templates
    ) -> None:
        for template in templates.values():
            assert "closed" in template.programme.ahead_of("draft")
            for step in template.programme.steps:
                assert all(PHASES.index(on) > PHASES.index(step.phase) for on in step.onward)

    def test_nothing_but_moderation_can_be_left_out_of_name_it(self, draft: Contest) -> None:
        skipped = {
            PHASES[between]
            for step in draft.programme.steps
            for after in step.onward
            for between in range(PHASES.index(step.phase) + 1, PHASES.index(after))
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
            allowed = step in contest.programme.step(contest.phase).onward
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

    @pytest.mark.parametrize(
        ("time_zone", "fits"),
        [("Asia/Tokyo", False), ("UTC", True), ("America/Los_Angeles", True)],
    )
    def test_the_day_of_the_answer_is_one_of_the_place(
        self, draft: Contest, now: datetime, time_zone: str, fits: bool
    ) -> None:
        """The vote ends on 16 April at 23:00 UTC, which is the 17th in Tokyo."""
        terms = replace(draft.terms, time_zone=time_zone, answer_by=date(2026, 4, 16))
        found = obstacles_to_entering(replace(draft, terms=terms), "submission", now)
        assert fields(found) == ([] if fits else ["answer_by"])

    def test_the_day_of_the_answer_is_not_over(self, draft: Contest, now: datetime) -> None:
        terms = replace(draft.terms, timetable=Timetable(), answer_by=now.date())
        today = replace(draft, terms=terms)
        assert "answer_by" not in fields(obstacles_to_entering(today, "submission", now))
        late = obstacles_to_entering(today, "submission", now + timedelta(days=1))
        assert "answer_by" in fields(late)


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
        contest = replace(in_phase(draft, phase), shortlist=("idea_1",))
        decided = replace(contest, winners=(Winner("idea_1", "the best", 1, now),))
        assert fields(obstacles_to_entering(contest, onward, now)) == ["winners"]
        assert obstacles_to_entering(decided, onward, now) == []

    def test_a_contest_in_which_nobody_can_win_any_more_ends_without_a_winner(
        self, draft: Contest, now: datetime
    ) -> None:
        contest = replace(in_phase(draft, "deliberation"), shortlist=("idea_1", "idea_2"))
        vetoed = replace(contest, vetoes=(Veto("idea_1", "No.", now),))
        assert fields(obstacles_to_entering(vetoed, "decided", now)) == ["winners"]
        nobody = replace(vetoed, dropouts=(Dropout("idea_2", "Declined.", now),))
        assert obstacles_to_entering(nobody, "decided", now) == []

    def test_where_no_vote_was_held_the_deliberation_needs_the_shortlist(
        self, draft: Contest, templates: Templates, now: datetime
    ) -> None:
        """None can be set any more, and without one nobody could ever win."""
        themed = replace(
            in_phase(draft, "moderation"), programme=templates["themed-contest"].programme
        )
        assert fields(obstacles_to_entering(themed, "deliberation", now)) == ["shortlist"]
        listed = replace(themed, shortlist=("idea_1",))
        assert obstacles_to_entering(listed, "deliberation", now) == []
        sized = replace(
            listed.terms, selection=Selection(shortlist=Shortlisting(by="jury", size=2))
        )
        short = obstacles_to_entering(replace(listed, terms=sized), "deliberation", now)
        assert fields(short) == ["shortlist"]

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


class TestTakingIdeas:
    CLOSING = datetime(2026, 3, 10, tzinfo=UTC)

    @pytest.mark.parametrize("phase", PHASES)
    def test_ideas_are_taken_in_the_phases_of_the_programme(
        self, draft: Contest, templates: Templates, now: datetime, phase: Phase
    ) -> None:
        contest = in_phase(draft, phase)
        assert bool(obstacles_to_taking_ideas(contest, None, now)) == (phase != "submission")
        ladder = replace(contest, programme=templates["support-ladder"].programme)
        assert bool(obstacles_to_taking_ideas(ladder, None, now)) == (phase != "voting")

    def test_none_is_taken_for_which_no_ballot_has_room(
        self, draft: Contest, templates: Templates, now: datetime
    ) -> None:
        ladder = in_phase(draft, "voting")
        ladder = replace(ladder, programme=templates["support-ladder"].programme)
        half = BALLOTS_MAXIMUM // 2
        for ideas, found in (
            ([BALLOT_MAXIMUM - 1], []),
            ([BALLOT_MAXIMUM], ["polls"]),
            ([half, half - 1], []),
            ([half, half], ["polls"]),
        ):
            polls = tuple(self.poll(number) for number in ideas)
            full = replace(ladder, polls=polls)
            assert fields(obstacles_to_taking_ideas(full, None, now)) == found

    def test_a_full_ballot_keeps_nothing_from_the_others(
        self, draft: Contest, templates: Templates, now: datetime
    ) -> None:
        ladder = in_phase(draft, "voting")
        ladder = replace(ladder, programme=templates["support-ladder"].programme)
        north = replace(ladder, polls=(replace(self.poll(BALLOT_MAXIMUM), region="north"),))
        assert fields(obstacles_to_taking_ideas(north, "north", now)) == ["polls"]
        assert obstacles_to_taking_ideas(north, "south", now) == []
        over = replace(ladder, polls=(replace(self.poll(BALLOT_MAXIMUM), closes_at=now),))
        assert obstacles_to_taking_ideas(over, None, now) == []

    def poll(self, ideas: int) -> Poll:
        return Poll(
            id="poll_1",
            name="",
            rules=PollRules(),
            idea_ids=("an_idea",) * ideas,
            closes_at=self.CLOSING,
        )

    def test_until_the_published_moment(self, draft: Contest) -> None:
        contest = in_phase(draft, "submission")
        before = self.CLOSING - timedelta(milliseconds=1)
        assert obstacles_to_taking_ideas(contest, None, before) == []
        assert fields(obstacles_to_taking_ideas(contest, None, self.CLOSING)) == [
            "timetable.submission_closes_at"
        ]

    def test_a_region_closes_by_its_own_clocks(self, draft: Contest) -> None:
        java = Region(
            name="Java",
            time_zone="Asia/Jakarta",
            submission_closes=datetime(2026, 3, 9, 20),  # noqa: DTZ001 - on Java's clocks
        )
        terms = replace(draft.terms, regions=(java, Region(name="Bali")))
        contest = replace(in_phase(draft, "submission"), terms=terms)
        closing = datetime(2026, 3, 9, 13, tzinfo=UTC)
        assert obstacles_to_taking_ideas(contest, "Java", closing - timedelta(minutes=1)) == []
        assert obstacles_to_taking_ideas(contest, "Java", closing)
        assert obstacles_to_taking_ideas(contest, "Bali", closing) == []

    def test_not_while_it_is_paused(self, draft: Contest, now: datetime) -> None:
        contest = replace(in_phase(draft, "submission"), pause=Pause("Why", now))
        assert fields(obstacles_to_taking_ideas(contest, None, now)) == ["pause"]

    def test_a_pilot_ends_after_its_days_unless_it_is_widened(
        self, draft: Contest, now: datetime
    ) -> None:
        terms = replace(draft.terms, pilot=Pilot(people=30, days=3))
        pilot = enter(replace(draft, terms=terms), "submission", now)
        end = now + timedelta(days=3)
        assert obstacles_to_taking_ideas(pilot, None, end - timedelta(seconds=1)) == []
        assert fields(obstacles_to_taking_ideas(pilot, None, end)) == ["pilot.days"]
        wide = replace(pilot, pilot_widened_at=now)
        assert obstacles_to_taking_ideas(wide, None, end) == []

    def test_the_terms_of_entry_in_force_are_the_last_that_have_begun(
        self, draft: Contest, now: datetime
    ) -> None:
        first = TermsOfEntry(1, "Be kind.", now - timedelta(days=1))
        second = TermsOfEntry(2, "Be kind to all.", now + timedelta(days=1))
        terms = replace(draft.terms, terms_of_entry=(first, second))
        assert terms_in_force(terms, now - timedelta(days=2)) is None
        assert terms_in_force(terms, now) == first
        assert terms_in_force(terms, now + timedelta(days=1)) == second


class TestProgrammes:
    def test_each_region_votes_on_its_own_shortlist(self, draft: Contest, now: datetime) -> None:
        regions = (
            Region(
                name="Java",
                time_zone="Asia/Jakarta",
                countries=("ID",),
                voting_closes=datetime(2026, 4, 16, 20),  # noqa: DTZ001 - on Java's clocks
            ),
            Region(name="Bali"),
        )
        contest = replace(
            draft,
            terms=replace(draft.terms, regions=regions),
            shortlist=("idea_1", "idea_2"),
            shortlists={"Java": ("idea_1",), "Bali": ("idea_2",)},
        )
        voting = in_phase(contest, "moderation")
        assert obstacles_to_entering(voting, "voting", now) == []
        forgotten = replace(voting, shortlists={"Java": ("idea_1",)})
        assert fields(obstacles_to_entering(forgotten, "voting", now)) == ["shortlists.Bali"]
        # Nobody took part there, and whoever set the shortlist has said so.
        empty = replace(voting, shortlists={"Java": ("idea_1",), "Bali": ()})
        assert obstacles_to_entering(empty, "voting", now) == []
        assert [poll.region for poll in promised_polls(empty)] == ["Java"]
        java, bali = promised_polls(contest)
        assert (java.name, java.region, java.idea_ids) == ("Java", "Java", ("idea_1",))
        assert java.closes_at == datetime(2026, 4, 16, 13, tzinfo=UTC)
        assert java.rules.time_zone == "Asia/Jakarta"
        assert java.rules.eligibility == Eligibility(regions=("ID",))
        assert (bali.idea_ids, bali.closes_at) == (("idea_2",), TestPolls.CLOSING)
        decided = replace(
            in_phase(contest, "deliberation"),
            winners=(Winner("idea_1", "the best", 1, now, region="Java"),),
        )
        assert fields(obstacles_to_entering(decided, "decided", now)) == ["winners.Bali"]
        none_left = replace(decided, vetoes=(Veto("idea_2", "No.", now),))
        assert obstacles_to_entering(none_left, "decided", now) == []

    @pytest.mark.parametrize(
        ("phase", "to", "closing", "field"),
        [
            ("draft", "submission", {"submission_closes": (2026, 3, 1)}, "0.submission_closes"),
            ("moderation", "voting", {"voting_closes": (2026, 3, 1)}, "0.voting_closes"),
        ],
    )
    def test_the_time_of_a_region_is_not_over_before_it_begins(
        self,
        draft: Contest,
        now: datetime,
        phase: Phase,
        to: Phase,
        closing: dict[str, tuple[int, int, int]],
        field: str,
    ) -> None:
        times: dict[str, Any] = {name: datetime(*day) for name, day in closing.items()}  # noqa: DTZ001 - local
        java = Region(name="Java", time_zone="Asia/Jakarta", **times)
        contest = replace(
            in_phase(draft, phase),
            terms=replace(draft.terms, regions=(java,)),
            shortlist=("idea_1",),
            shortlists={"Java": ("idea_1",)},
        )
        assert fields(obstacles_to_entering(contest, to, now)) == [f"regions.{field}"]
        before = now - timedelta(days=2)
        assert obstacles_to_entering(contest, to, before) == []

    def test_the_answer_is_not_due_before_the_last_region_has_voted(
        self, draft: Contest, now: datetime
    ) -> None:
        late = datetime(2026, 5, 7, 1)  # noqa: DTZ001 - on Java's clocks, still the 6th in UTC
        for more, wrong in ((timedelta(0), []), (timedelta(hours=7), ["answer_by"])):
            java = Region(name="Java", time_zone="Asia/Jakarta", voting_closes=late + more)
            contest = replace(draft, terms=replace(draft.terms, regions=(java,)))
            assert fields(obstacles_to_entering(contest, "submission", now)) == wrong

    def test_what_a_poll_asks_of_its_voters_stays_where_a_region_names_no_countries(
        self, draft: Contest
    ) -> None:
        rules = PollRules(eligibility=Eligibility(invited_only=True, regions=("ID",)))
        terms = replace(draft.terms, polls=(PollTerms("", rules),), regions=(Region(name="Bali"),))
        listed = {"Bali": ("idea_1",)}
        (bali,) = promised_polls(replace(draft, terms=terms, shortlists=listed))
        assert bali.rules.eligibility == rules.eligibility

    def test_a_ladder_opens_its_vote_without_a_shortlist(
        self, draft: Contest, templates: Templates, now: datetime
    ) -> None:
        timetable = Timetable(None, now, now + timedelta(days=300))
        terms = replace(
            draft.terms,
            timetable=timetable,
            people=("The review board",),
            prizes=(),
            answer_by=date(2027, 1, 1),
        )
        ladder = replace(draft, programme=templates["support-ladder"].programme, terms=terms)
        assert fields(obstacles_to_entering(ladder, "voting", now)) == ["prizes"]
        assert fields(obstacles_to_entering(ladder, "submission", now)) == ["to"]

    def test_the_end_of_a_vote_that_comes_for_sure_is_set_before_the_opening(
        self, draft: Contest, templates: Templates, now: datetime
    ) -> None:
        terms = replace(draft.terms, timetable=Timetable(now + timedelta(days=1)))
        contest = replace(draft, terms=terms)
        missing = ["timetable.voting_closes_at"]
        assert fields(obstacles_to_entering(contest, "submission", now)) == missing
        pizza = replace(contest, programme=templates["make-and-earn"].programme)
        assert missing[0] not in fields(obstacles_to_entering(pizza, "submission", now))

    def test_a_paused_contest_stays_where_it_is(self, draft: Contest, now: datetime) -> None:
        contest = replace(in_phase(draft, "submission"), pause=Pause("Why", now))
        assert fields(obstacles_to_entering(contest, "moderation", now)) == ["pause"]


class TestTheWord:
    def test_a_contest_that_decides_is_overdue_until_it_has(
        self, draft: Contest, now: datetime
    ) -> None:
        late = in_phase(draft, "deliberation")
        assert is_overdue(late, to_answer=3, answered=3)
        assert not is_overdue(overdue(late, now), to_answer=3, answered=0)
        told: tuple[Phase, ...] = ("decided", "delivery", "closed")
        for phase in told:
            late = enter(late, phase, now)
            assert not is_overdue(late, to_answer=3, answered=0)

    def test_one_without_a_decision_answers_each_idea(
        self, draft: Contest, templates: Templates
    ) -> None:
        ladder = replace(in_phase(draft, "voting"), programme=templates["support-ladder"].programme)
        assert is_overdue(ladder, to_answer=3, answered=2)
        assert not is_overdue(ladder, to_answer=3, answered=3)

    def test_to_close_is_not_to_answer(
        self, draft: Contest, templates: Templates, now: datetime
    ) -> None:
        ladder = replace(in_phase(draft, "voting"), programme=templates["support-ladder"].programme)
        closed = enter(ladder, "closed", now)
        assert is_overdue(closed, to_answer=3, answered=2)
        assert decided_at(closed) is None

    def test_when_it_was_decided(self, draft: Contest, now: datetime) -> None:
        assert decided_at(draft) is None
        decided = enter(in_phase(draft, "deliberation"), "decided", now)
        assert decided_at(enter(decided, "delivery", now + timedelta(days=9))) == now


def test_what_people_vote_on_stands_until_it_is_decided(draft: Contest, now: datetime) -> None:
    listed = replace(draft, shortlist=("idea_1", "idea_2"))
    poll = Poll(id="poll_1", name="", rules=PollRules(), idea_ids=("idea_1",), closes_at=now)
    voting = replace(listed, polls=(poll,))
    assert [stands_for_vote(listed, f"idea_{n}") for n in (1, 2, 3)] == [True, True, False]
    assert [stands_for_vote(voting, f"idea_{n}") for n in (1, 2)] == [True, False]
    won = (Winner("idea_2", "It won.", 1, now),)
    won_meanwhile = replace(enter(voting, "voting", now), winners=won)
    assert [stands_for_vote(won_meanwhile, f"idea_{n}") for n in (1, 2, 3)] == [True, True, False]
    decided = enter(replace(voting, winners=won, alternates=("idea_3",)), "decided", now)
    assert [stands_for_vote(decided, f"idea_{n}") for n in (1, 2, 3)] == [False, True, True]


def test_what_went_on_in_another_idea_is_left_out_of_those_who_can_win(
    draft: Contest, now: datetime
) -> None:
    merged = (IdeaMerge("idea_1", "idea_2"),)
    poll = Poll(
        id="poll_1", name="", rules=PollRules(), idea_ids=("idea_2",), merged=merged, closes_at=now
    )
    voting = replace(draft, shortlist=("idea_1", "idea_2"), polls=(poll,))
    assert voting.still_listed == ("idea_2",)
