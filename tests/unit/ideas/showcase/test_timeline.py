"""The story of an idea, from its traces."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from groundswell_ideas.amendments.rules import Amendment
from groundswell_ideas.audit.rules import Act, ActedBy, Subject, Verb, Why
from groundswell_ideas.contests.rules import Contest, Milestone, PhaseReached, Veto, Winner
from groundswell_ideas.merging.rules import MergeRecord
from groundswell_ideas.polls.rules import IdeaMerge, Poll, PollChange, PollRules
from groundswell_ideas.reviews.rules import Review
from groundswell_ideas.showcase.rules.timeline import VERBS_TOLD, Moment, Traces, timeline
from groundswell_ideas.showcase.rules.votes import Place, Step
from groundswell_ideas.submissions.rules import Change, Idea, Merge, Provenance

START = datetime(2026, 3, 1, tzinfo=UTC)


def hour(number: int) -> datetime:
    return START + timedelta(hours=number)


IDEA = Idea(
    brand_id="nerc",
    contest_id="con_1",
    id="idea_1",
    participant_id="per_1",
    title="RRS Boaty",
    summary="It floats.",
    fields={},
    status="approved",
    submitted_at=hour(2),
    decided_at=hour(4),
)
POLL = Poll(
    id="poll_1", name="", rules=PollRules(), idea_ids=("idea_1", "idea_2"), closes_at=hour(50)
)


def voting(draft: Contest, **changes: object) -> Contest:
    """A contest in which people vote since hour 10."""
    phases = (
        PhaseReached("draft", hour(0)),
        PhaseReached("submission", hour(1)),
        PhaseReached("moderation", hour(8)),
        PhaseReached("voting", hour(10)),
    )
    contest = replace(
        draft,
        phases=phases,
        polls=(POLL,),
        shortlist=("idea_1", "idea_2"),
        shortlisted_at=hour(9),
    )
    return replace(contest, **changes)  # type: ignore[arg-type]  # fields by name, as tests need them


def act(verb: Verb, at: datetime, **details: str) -> Act:
    return Act(
        id=f"act_{at}",
        subject=Subject("nerc", "con_1", "idea", "idea_1"),
        verb=verb,
        by=ActedBy("staff", "sta_1"),
        at=at,
        why=Why(code="duplicate", words="Secret words."),
        details=details,
    )


def told(
    idea: Idea, contest: Contest, traces: Traces | None = None, *, record: bool = False
) -> list[tuple[int, str]]:
    """The hours and kinds of all moments."""
    found = timeline(idea, contest, traces or Traces(), record=record)
    return [(int((moment.at - START).total_seconds() // 3600), moment.kind) for moment in found]


def test_it_begins_when_it_was_had(draft: Contest) -> None:
    had = Provenance(kind="import", original_at=hour(-90))
    assert told(replace(IDEA, provenance=had), draft) == [
        (-90, "had"),
        (2, "submitted"),
        (4, "approved"),
    ]


def test_it_is_shortlisted_voted_on_and_wins(draft: Contest) -> None:
    contest = voting(
        draft,
        winners=(Winner("idea_1", "Best.", 2, hour(60), confirmed_at=hour(62)),),
        milestones=(
            Milestone(id="mil_1", title="t", words="w", reached_at=hour(70)),
            Milestone(id="mil_2", title="t", words="w", reached_at=hour(71), idea_id="idea_2"),
        ),
    )
    contest = replace(contest, phases=(*contest.phases, PhaseReached("decided", hour(61))))
    place = Place(poll_id="poll_1", certified_at=hour(55), votes=9, rank=2, channels=(("web", 9),))
    assert told(IDEA, contest, Traces(places=[place])) == [
        (2, "submitted"),
        (4, "approved"),
        (9, "shortlisted"),
        (10, "ballot_opened"),
        (55, "tally_certified"),
        (60, "winner"),
        (61, "contest_decided"),
        (62, "win_confirmed"),
        (70, "milestone"),
    ]


def amendments(*changes: PollChange) -> Sequence[Amendment]:
    return [
        Amendment(
            contest_id="con_1",
            number=number,
            reason="r",
            amended_at=hour(20 + number),
            poll_changed=change,
        )
        for number, change in enumerate(changes)
    ]


def test_it_comes_on_a_ballot_late_and_leaves_it(draft: Contest) -> None:
    changes = amendments(
        PollChange(poll_id="poll_1", added_idea_ids=("idea_1",)),
        PollChange(poll_id="poll_1", removed_idea_ids=("idea_1",)),
    )
    gone = replace(POLL, idea_ids=("idea_2",), removed_idea_ids=("idea_1",))
    found = told(IDEA, voting(draft, polls=(gone,)), Traces(amendments=changes))
    assert found[2:] == [(20, "shortlisted"), (20, "ballot_opened"), (21, "ballot_left")]


def test_votes_go_to_another_idea_and_come_back(draft: Contest) -> None:
    merge = IdeaMerge("idea_1", "idea_2")
    changes = amendments(
        PollChange(poll_id="poll_1", merged=(merge,)),
        PollChange(poll_id="poll_2", merged=(merge,)),
        PollChange(poll_id="poll_1", unmerged=(merge,)),
        PollChange(poll_id="poll_1", merged=(IdeaMerge("idea_3", "idea_2"),)),
    )
    contest, traces = voting(draft), Traces(amendments=changes)

    def moved(idea: Idea, contest: Contest) -> list[tuple[str, str | None, str | None]]:
        found = timeline(idea, contest, traces, record=False)
        return [(m.kind, m.poll_id, m.idea_id) for m in found if m.kind.startswith("votes_")]

    given = ("votes_given", "poll_1", "idea_2")
    assert moved(IDEA, contest) == [given, ("votes_back", "poll_1", "idea_2")]
    assert moved(replace(IDEA, id="idea_2"), contest) == [
        ("votes_taken_in", "poll_1", "idea_1"),
        ("votes_returned", "poll_1", "idea_1"),
        ("votes_taken_in", "poll_1", "idea_3"),
    ]
    away = voting(draft, polls=(replace(POLL, idea_ids=("idea_2",), merged=(merge,)),))
    gone = timeline(IDEA, away, Traces(amendments=changes[:1]), record=False)
    assert [m.kind for m in gone[-3:]] == ["shortlisted", "ballot_opened", "votes_given"]


def test_a_ladder_is_climbed_step_by_step(draft: Contest) -> None:
    steps = [
        Step(
            brand_id="nerc",
            idea_id="idea_1",
            poll_id="poll_1",
            step=number,
            votes=100,
            reached=reached,
            at=hour(30 + number),
        )
        for number, reached in ((1, True), (2, False))
    ]
    review = Review(
        brand_id="nerc",
        contest_id="con_1",
        idea_id="idea_1",
        poll_id="poll_1",
        votes=100,
        qualified_at=hour(33),
        outcome="declined",
        answered_at=hour(40),
    )
    found = timeline(IDEA, voting(draft), Traces(steps=steps, review=review), record=False)
    assert [(m.kind, m.step, m.outcome) for m in found[-3:]] == [
        ("step_reached", 1, None),
        ("step_missed", 2, None),
        ("answered", None, "declined"),
    ]


def test_merges_and_vetoes_are_told(draft: Contest) -> None:
    record = MergeRecord(
        id="merge_1",
        brand_id="nerc",
        contest_id="con_1",
        idea_id="idea_9",
        into_idea_id="idea_1",
        merged_by="sta_1",
        why=Why(words="Same."),
        merged_at=hour(6),
    )
    contest = voting(draft, vetoes=(Veto("idea_1", "No.", hour(58)),))
    found = timeline(IDEA, contest, Traces(taken_in=[record]), record=False)
    assert [(m.kind, m.idea_id) for m in found if m.kind in ("took_in", "vetoed")] == [
        ("took_in", "idea_9"),
        ("vetoed", None),
    ]
    merged = replace(IDEA, status="merged", merge=Merge("idea_2", "approved", hour(7)))
    assert told(merged, draft)[-2:] == [(4, "approved"), (7, "merged")]


def test_what_editors_do_among_themselves_is_never_told(draft: Contest) -> None:
    verbs: tuple[Verb, ...] = (
        "queued",
        "claimed",
        "released",
        "rejected",
        "reported",
        "appealed",
        "appeal_answered",
        "approved",
        "held",
    )
    acts = [act(verb, hour(10 + n), outcome="upheld") for n, verb in enumerate(verbs)]
    traces = Traces(acts=acts, changes=[Change(3, hour(9))])
    assert told(IDEA, draft, traces) == [(2, "submitted"), (4, "approved"), (9, "revised")]
    seen = timeline(IDEA, draft, traces, record=True)
    assert [m.kind for m in seen[3:]] == [
        "rejected",
        "appealed",
        "appeal_answered",
        "approved",
        "held",
    ]
    assert {moment.kind for moment in seen[3:]} == set(VERBS_TOLD)
    assert "Secret words." not in str(seen)
    assert "sta_1" not in str(seen)


def test_a_withdrawal_is_for_its_people(draft: Contest) -> None:
    gone = replace(IDEA, status="withdrawn", withdrawn_at=hour(5))
    assert told(gone, draft, record=True)[-1] == (5, "withdrawn")
    assert (5, "withdrawn") not in told(gone, draft)


def test_a_draft_has_no_story(draft: Contest) -> None:
    idea = replace(IDEA, status="draft", submitted_at=None, decided_at=None)
    assert timeline(idea, draft, Traces(), record=True) == list[Moment]()
