"""Which events tell somebody something, whom, and with which facts. Called by the handlers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from groundswell_contracts.contests import ContestPhaseChanged
from groundswell_contracts.event import Event
from groundswell_contracts.ideas import IdeaApproved, IdeaRejected, IdeaShortlisted, IdeaSubmitted
from groundswell_contracts.rewards import RewardGranted, RewardOffered, RewardReversed
from groundswell_contracts.winners import WinnerSelected, WinnerVetoed
from groundswell_notifications.audience.rules import Kind
from groundswell_notifications.messages.rules import amount_text, moment_text

ToOnePerson = (
    IdeaSubmitted
    | IdeaApproved
    | IdeaRejected
    | IdeaShortlisted
    | WinnerVetoed
    | WinnerSelected
    | RewardOffered
    | RewardGranted
    | RewardReversed
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """Something to tell: to one person, or to all of a contest when `person_id` is None.

    `facts` are what its wording may name, as others wrote them; None for what is not known.
    """

    kind: Kind
    person_id: str | None
    contest_id: str
    idea_id: str | None
    path: str
    facts: Mapping[str, str | None] = field(default_factory=dict)


def occasion(data: Event) -> Occasion | None:
    """What an event tells, None when it tells nobody anything."""
    match data:
        case ContestPhaseChanged():
            return _of_contest(data)
        case IdeaSubmitted():
            return _of_idea("idea_received", data, _idea(data.idea_id))
        case IdeaApproved():
            return _of_idea("idea_approved", data, _idea(data.idea_id), data.reason)
        case IdeaRejected():
            return _of_idea("idea_rejected", data, _idea(data.idea_id), data.reason)
        case IdeaShortlisted():
            return _of_idea("idea_shortlisted", data, _idea(data.idea_id))
        case WinnerVetoed():
            return _of_idea("idea_vetoed", data, _decision(data.contest_id), data.reason)
        case WinnerSelected():
            return _of_idea("won", data, _decision(data.contest_id), data.reason)
        case RewardOffered():
            return _of_reward("reward_offered", data)
        case RewardGranted():
            return _of_reward("reward_granted", data)
        case RewardReversed():
            return _of_reward("reward_reversed", data, data.reason)
    return None


def _of_contest(changed: ContestPhaseChanged) -> Occasion | None:
    match changed.to_phase:
        case "voting":
            ends = [poll.closes_at for poll in changed.polls]
            closes_at = moment_text(max(ends)) if ends else None
            kind: Kind = "voting_opened"
            path, facts = _contest(changed.contest_id), {"closes_at": closes_at}
        case "decided":
            kind = "result_published"
            path, facts = _decision(changed.contest_id), {}
        case _:
            return None
    return Occasion(
        kind=kind,
        person_id=None,
        contest_id=changed.contest_id,
        idea_id=None,
        path=path,
        facts={"contest": changed.title, **facts},
    )


def _of_idea(
    kind: Kind,
    data: IdeaSubmitted
    | IdeaApproved
    | IdeaRejected
    | IdeaShortlisted
    | WinnerVetoed
    | WinnerSelected,
    path: str,
    reason: str | None = None,
) -> Occasion:
    return Occasion(
        kind=kind,
        person_id=data.participant_id,
        contest_id=data.contest_id,
        idea_id=data.idea_id,
        path=path,
        facts={"idea": data.title, "reason": reason},
    )


def _of_reward(
    kind: Kind, data: RewardOffered | RewardGranted | RewardReversed, reason: str | None = None
) -> Occasion:
    return Occasion(
        kind=kind,
        person_id=data.payee_id,
        contest_id=data.contest_id,
        idea_id=data.idea_id,
        path="/rewards",
        facts={
            "idea": data.idea_title,
            "amount": amount_text(data.amount.amount_minor, data.amount.currency),
            "reason": reason,
        },
    )


def _idea(idea_id: str) -> str:
    return f"/ideas/{quote(idea_id, safe='')}"


def _contest(contest_id: str) -> str:
    return f"/contests/{quote(contest_id, safe='')}"


def _decision(contest_id: str) -> str:
    return f"{_contest(contest_id)}/decision"
