"""What happened to an idea, put in order from what is kept of it. Pure; called by the queries."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from groundswell_ideas.amendments.rules import Amendment
from groundswell_ideas.audit.rules import Act, Verb
from groundswell_ideas.contests.rules import Contest
from groundswell_ideas.merging.rules import MergeRecord
from groundswell_ideas.polls.rules import IdeaMerge, Poll
from groundswell_ideas.reviews.rules import Review
from groundswell_ideas.selection.rules import region_of
from groundswell_ideas.selection.rules.shortlists import takes_all
from groundswell_ideas.showcase.rules.votes import Place, Step
from groundswell_ideas.submissions.rules import Change, Idea, is_public

MOMENTS_MAXIMUM = 500
"""As many moments of an idea are told, the newest ones."""

VERBS_TOLD: tuple[Verb, ...] = ("approved", "rejected", "held", "appealed", "appeal_answered")
"""Those acts of the trail that are moments of an idea."""

Kind = Literal[
    "had",
    "submitted",
    "revised",
    "approved",
    "shortlisted",
    "ballot_opened",
    "ballot_left",
    "votes_given",
    "votes_taken_in",
    "votes_back",
    "votes_returned",
    "votes_unmoved",
    "step_reached",
    "step_missed",
    "tally_certified",
    "vetoed",
    "winner",
    "win_confirmed",
    "dropped_out",
    "answered",
    "contest_decided",
    "milestone",
    "merged",
    "took_in",
    "rejected",
    "held",
    "appealed",
    "appeal_answered",
    "withdrawn",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Something that happened to an idea, without anybody's words; facts that say nothing are None.

    `idea_id` is the other idea of a merge, or of votes that moved or could not, or the winner of a
    milestone, None if it is of all.
    """

    at: datetime
    kind: Kind
    revision: int | None = None
    idea_id: str | None = None
    poll_id: str | None = None
    region: str | None = None
    step: int | None = None
    votes: int | None = None
    rank: int | None = None
    outcome: str | None = None
    milestone_id: str | None = None
    reason_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """What an idea has left elsewhere; `acts` only where the reader may know of them."""

    changes: Sequence[Change] = ()
    amendments: Sequence[Amendment] = ()
    places: Sequence[Place] = ()
    steps: Sequence[Step] = ()
    review: Review | None = None
    taken_in: Sequence[MergeRecord] = ()
    acts: Sequence[Act] = ()


def timeline(idea: Idea, contest: Contest, traces: Traces, *, record: bool) -> list[Moment]:
    """All that happened to an idea, the oldest first.

    `record` is for its people and the brand's staff: they also read what was decided against it.
    """
    found = [
        *_entry(idea, traces.changes),
        *_decisions(idea, traces.acts if record else ()),
        *_ballots(idea, contest, traces.amendments),
        *_votes(traces),
        *_outcome(idea, contest),
        *_merges(idea, traces.taken_in),
    ]
    if record and idea.withdrawn_at is not None:
        found.append(Moment(at=idea.withdrawn_at, kind="withdrawn"))
    return sorted(found, key=lambda moment: moment.at)


def _entry(idea: Idea, changes: Sequence[Change]) -> Iterator[Moment]:
    if idea.submitted_at is None:
        return
    had = idea.original_at
    if had is not None and had < idea.submitted_at:
        yield Moment(at=had, kind="had")
    yield Moment(at=idea.submitted_at, kind="submitted")
    for change in changes:
        yield Moment(at=change.made_at, kind="revised", revision=change.number)


def _decisions(idea: Idea, acts: Sequence[Act]) -> Iterator[Moment]:
    """The approval that stands; and by the trail those before it, and what spoke against it."""
    if is_public(idea) and idea.decided_at is not None:
        yield Moment(at=idea.decided_at, kind="approved")
    for act in acts:
        match act.verb:
            case "approved" if act.at != idea.decided_at or not is_public(idea):
                yield Moment(at=act.at, kind="approved")
            case "rejected":
                yield Moment(at=act.at, kind="rejected", reason_code=act.why.code)
            case "held":
                yield Moment(at=act.at, kind="held")
            case "appealed":
                yield Moment(at=act.at, kind="appealed")
            case "appeal_answered":
                outcome = act.details.get("outcome")
                yield Moment(at=act.at, kind="appeal_answered", outcome=outcome)
            case _:
                pass


def _ballots(idea: Idea, contest: Contest, amendments: Sequence[Amendment]) -> Iterator[Moment]:
    """How it came on the shortlist and on ballots, and left those."""
    voting = _reached(contest, "voting")
    stays = [
        _stay(idea, poll, amendments, voting)
        for poll in contest.polls
        if idea.id in poll.all_idea_ids
    ]
    if idea.id in contest.shortlist:
        listed = voting if takes_all(contest) else contest.shortlisted_at or voting
        first = min((since for _, since, _ in stays if since is not None), default=None)
        # What was not on a ballot from the start came on the shortlist with its first one.
        if first is not None and voting is not None and first > voting:
            listed = first
        if listed is not None:
            yield Moment(at=listed, kind="shortlisted", region=region_of(contest, idea.id))
    for poll, since, until in stays:
        if since is not None:
            yield _of_poll("ballot_opened", since, poll)
        if until is not None:
            yield _of_poll("ballot_left", until, poll)
        yield from _moved_votes(idea, poll, amendments)


def _stay(
    idea: Idea, poll: Poll, amendments: Sequence[Amendment], voting: datetime | None
) -> tuple[Poll, datetime | None, datetime | None]:
    """Since when, and until when, an idea was on a ballot."""
    since, until = voting, None
    for amendment in amendments:
        change, opened = amendment.poll_done, amendment.poll_opened
        if opened is not None and opened.id == poll.id:
            since = amendment.amended_at
        elif change is not None and change.poll_id == poll.id:
            if idea.id in change.added_idea_ids:
                since = amendment.amended_at
            if idea.id in change.removed_idea_ids:
                until = amendment.amended_at
    return poll, since, until


def _moved_votes(idea: Idea, poll: Poll, amendments: Sequence[Amendment]) -> Iterator[Moment]:
    """When votes for it went to another idea of the ballot, came from one, or went back."""
    for amendment in amendments:
        change, at = amendment.poll_done, amendment.amended_at
        if change is None or change.poll_id != poll.id:
            continue
        told: tuple[tuple[Sequence[IdeaMerge], Kind, Kind], ...] = (
            (change.merged, "votes_given", "votes_taken_in"),
            (change.unmerged, "votes_back", "votes_returned"),
        )
        for merges, as_merged, as_other in told:
            for merge in merges:
                if merge.idea_id == idea.id:
                    yield replace(_of_poll(as_merged, at, poll), idea_id=merge.into_idea_id)
                elif merge.into_idea_id == idea.id:
                    yield replace(_of_poll(as_other, at, poll), idea_id=merge.idea_id)
        yield from _unmoved_votes(idea, poll, amendment)


def _unmoved_votes(idea: Idea, poll: Poll, amendment: Amendment) -> Iterator[Moment]:
    """When it was told that votes for it did not go to another idea, or come back from it."""
    for refusal in amendment.refusals:
        for merge in (*refusal.refused.merged, *refusal.refused.unmerged):
            if merge.idea_id == idea.id:
                moment = _of_poll("votes_unmoved", refusal.refused_at, poll)
                yield replace(moment, idea_id=merge.into_idea_id, reason_code=refusal.code)


def _votes(traces: Traces) -> Iterator[Moment]:
    for step in traces.steps:
        yield Moment(
            at=step.at,
            kind="step_reached" if step.reached else "step_missed",
            poll_id=step.poll_id,
            step=step.step,
            votes=step.votes,
        )
    for place in traces.places:
        yield Moment(
            at=place.certified_at,
            kind="tally_certified",
            poll_id=place.poll_id,
            votes=place.votes,
            rank=place.rank,
        )
    review = traces.review
    if review is not None and review.answered_at is not None:
        yield Moment(at=review.answered_at, kind="answered", outcome=review.outcome)


def _outcome(idea: Idea, contest: Contest) -> Iterator[Moment]:
    for veto in contest.vetoes:
        if veto.idea_id == idea.id:
            yield Moment(at=veto.vetoed_at, kind="vetoed")
    for dropout in contest.dropouts:
        if dropout.idea_id == idea.id:
            yield Moment(at=dropout.dropped_at, kind="dropped_out")
    won = False
    for winner in contest.winners:
        if winner.idea_id == idea.id:
            won = True
            yield Moment(
                at=winner.selected_at, kind="winner", rank=winner.rank, region=winner.region
            )
            if winner.confirmed_at is not None:
                yield Moment(at=winner.confirmed_at, kind="win_confirmed")
    decided = _reached(contest, "decided")
    if decided is not None and idea.status == "approved":
        yield Moment(at=decided, kind="contest_decided")
    for milestone in contest.milestones:
        if milestone.idea_id == idea.id or (milestone.idea_id is None and won):
            yield Moment(
                at=milestone.reached_at,
                kind="milestone",
                milestone_id=milestone.id,
                idea_id=milestone.idea_id,
            )


def _merges(idea: Idea, taken_in: Sequence[MergeRecord]) -> Iterator[Moment]:
    if idea.merge is not None:
        yield Moment(at=idea.merge.at, kind="merged", idea_id=idea.merge.into)
    for record in taken_in:
        yield Moment(at=record.merged_at, kind="took_in", idea_id=record.idea_id)


def _of_poll(kind: Kind, at: datetime, poll: Poll) -> Moment:
    return Moment(at=at, kind=kind, poll_id=poll.id, region=poll.region)


def _reached(contest: Contest, phase: str) -> datetime | None:
    return next((p.reached_at for p in contest.phases if p.phase == phase), None)
