"""Which events tell somebody something, whom, and with which facts. Called by the handlers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from urllib.parse import quote

from groundswell_contracts.commitments import CommitmentOverdue, MilestoneReached
from groundswell_contracts.contests import ContestAmended, ContestPhaseChanged
from groundswell_contracts.event import Event
from groundswell_contracts.ideas import (
    IdeaAnswered,
    IdeaApproved,
    IdeaHeld,
    IdeaMerged,
    IdeaRejected,
    IdeaShortlisted,
    IdeaSubmitted,
    IdeaVotesStayed,
)
from groundswell_contracts.rewards import RewardGranted, RewardOffered, RewardReversed
from groundswell_contracts.staff import ReviewAsked, ScoresAsked, StaffBriefed
from groundswell_contracts.winners import WinnerDeclined, WinnerSelected, WinnerVetoed
from groundswell_notifications.audience.rules import Kind
from groundswell_notifications.messages.rules import amount_text, day_text, moment_text

ToAuthor = (
    IdeaSubmitted
    | IdeaApproved
    | IdeaRejected
    | IdeaHeld
    | IdeaMerged
    | IdeaVotesStayed
    | IdeaAnswered
    | IdeaShortlisted
    | WinnerVetoed
    | WinnerSelected
    | WinnerDeclined
)
ToPayee = RewardOffered | RewardGranted | RewardReversed
ToOnePerson = ToAuthor | ToPayee

_KINDS: Final[Mapping[type[ToOnePerson], Kind]] = {
    IdeaSubmitted: "idea_received",
    IdeaApproved: "idea_approved",
    IdeaRejected: "idea_rejected",
    IdeaHeld: "idea_held",
    IdeaMerged: "idea_merged",
    IdeaVotesStayed: "idea_merged",
    IdeaAnswered: "idea_answered",
    IdeaShortlisted: "idea_shortlisted",
    WinnerVetoed: "idea_vetoed",
    WinnerSelected: "won",
    WinnerDeclined: "win_ended",
    RewardOffered: "reward_offered",
    RewardGranted: "reward_granted",
    RewardReversed: "reward_reversed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """Something to tell: to one person, or when `person_id` is None to all whom the kind is for.

    Of a brand's staff it may be for those with `member_ids` alone.
    `facts` are what its wording may name, as others wrote them; None for what is not known.
    """

    kind: Kind
    person_id: str | None
    contest_id: str
    idea_id: str | None
    path: str
    facts: Mapping[str, str | None] = field(default_factory=dict)
    member_ids: tuple[str, ...] | None = None


def occasion(data: Event) -> Occasion | None:
    """What an event tells, None when it tells nobody anything.

    Nobody is told what they did themselves: who declined a win knows of it.
    """
    match data:
        case ContestPhaseChanged():
            return _of_phase(data)
        case ContestAmended():
            return _of_pause(data)
        case MilestoneReached():
            return _of_milestone(data)
        case StaffBriefed():
            return _of_briefing(data)
        case ScoresAsked():
            return _of_scores(data)
        case ReviewAsked():
            return _of_review(data)
        case CommitmentOverdue():
            return _of_overdue(data)
        case WinnerDeclined() if data.cause == "declined":
            return None
    if isinstance(data, ToAuthor):
        return _of_idea(data)
    return _of_reward(data) if isinstance(data, ToPayee) else None


def _of_phase(changed: ContestPhaseChanged) -> Occasion | None:
    match changed.to_phase:
        case "voting":
            ends = {poll.closes_at for poll in changed.polls}
            closes_at = moment_text(ends.pop()) if len(ends) == 1 else None
            kind: Kind = "voting_opened"
            path, facts = _contest(changed.contest_id), {"closes_at": closes_at}
        case "decided":
            kind = "result_published"
            path, facts = _decision(changed.contest_id), {}
        case _:
            return None
    return _of_contest(kind, changed.contest_id, path, {"contest": changed.title, **facts})


def _of_pause(amended: ContestAmended) -> Occasion | None:
    if amended.paused is None:
        return None
    facts = {"contest": amended.title, "reason": amended.reason}
    kind: Kind = "contest_paused" if amended.paused else "contest_resumed"
    return _of_contest(kind, amended.contest_id, _contest(amended.contest_id), facts)


def _of_milestone(reached: MilestoneReached) -> Occasion:
    facts = {"milestone": reached.title, "reason": reached.words}
    path = _decision(reached.contest_id)
    return _of_contest("milestone_reached", reached.contest_id, path, facts)


def _of_briefing(briefed: StaffBriefed) -> Occasion:
    opens_at = _moment(briefed.opens_at)
    facts = {"contest": briefed.title, "reason": briefed.words, "opens_at": opens_at}
    return _of_contest("staff_briefed", briefed.contest_id, _contest(briefed.contest_id), facts)


def _of_scores(asked: ScoresAsked) -> Occasion:
    return Occasion(
        kind="scores_asked",
        person_id=None,
        contest_id=asked.contest_id,
        idea_id=None,
        path=_contest(asked.contest_id),
        facts={
            "contest": asked.title,
            "round": asked.round,
            "closes_at": _moment(asked.closes_at),
        },
        member_ids=asked.juror_ids,
    )


def _of_review(asked: ReviewAsked) -> Occasion:
    return Occasion(
        kind="review_asked",
        person_id=None,
        contest_id=asked.contest_id,
        idea_id=asked.idea_id,
        path=_idea(asked.idea_id),
        facts={
            "contest": asked.title,
            "idea": asked.idea_title,
            "opens_at": _moment(asked.opens_at),
            "closes_at": _moment(asked.closes_at),
        },
        member_ids=(asked.expert_id,),
    )


def _of_overdue(overdue: CommitmentOverdue) -> Occasion:
    facts = {
        "contest": overdue.title,
        "answer_by": day_text(overdue.answer_by),
        "answered": f"{overdue.answered:,} of {overdue.to_answer:,}",
    }
    return _of_contest("answer_overdue", overdue.contest_id, _contest(overdue.contest_id), facts)


def _of_contest(
    kind: Kind, contest_id: str, path: str, facts: Mapping[str, str | None]
) -> Occasion:
    return Occasion(
        kind=kind, person_id=None, contest_id=contest_id, idea_id=None, path=path, facts=facts
    )


def _of_idea(data: ToAuthor) -> Occasion:
    match data:
        case WinnerVetoed() | WinnerSelected() | WinnerDeclined():
            path = _decision(data.contest_id)
        case IdeaMerged() | IdeaVotesStayed():
            path = _idea(data.into_idea_id)
        case _:
            path = _idea(data.idea_id)
    said = {name: getattr(data, name, None) for name in ("reason", "outcome", "entered_by")}
    if isinstance(data, IdeaMerged) and data.with_votes:
        said["votes"] = "along"
    if isinstance(data, IdeaVotesStayed):
        said["votes"] = "stayed"
    if isinstance(data, IdeaRejected) and data.after_appeal:
        said["appeal"] = "declined"
    return Occasion(
        kind=_KINDS[type(data)],
        person_id=data.participant_id,
        contest_id=data.contest_id,
        idea_id=data.idea_id,
        path=path,
        facts={"idea": data.title, **said},
    )


def _of_reward(data: ToPayee) -> Occasion:
    return Occasion(
        kind=_KINDS[type(data)],
        person_id=data.payee_id,
        contest_id=data.contest_id,
        idea_id=data.idea_id,
        path="/rewards",
        facts={
            "idea": data.idea_title,
            "amount": amount_text(data.amount.amount_minor, data.amount.currency),
            "reason": getattr(data, "reason", None),
        },
    )


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment_text(moment)


def _idea(idea_id: str) -> str:
    return f"/ideas/{quote(idea_id, safe='')}"


def _contest(contest_id: str) -> str:
    return f"/contests/{quote(contest_id, safe='')}"


def _decision(contest_id: str) -> str:
    return f"{_contest(contest_id)}/decision"
