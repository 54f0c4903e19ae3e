"""The events that notifications hears, in the envelope of their service, put on their topics."""

from datetime import UTC, date, datetime
from typing import Any

from groundswell_contracts.cloudevents import CloudEvent
from groundswell_contracts.commitments import CommitmentOverdue, MilestoneReached
from groundswell_contracts.contests import ContestAmended, ContestPhaseChanged, ContestPublished
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
from groundswell_contracts.money import Money
from groundswell_contracts.people import NO_BRAND, MemberInvited, MemberRemoved, PersonErased
from groundswell_contracts.rewards import RewardGranted, RewardOffered, RewardReversed
from groundswell_contracts.staff import ReviewAsked, ScoresAsked, StaffBriefed
from groundswell_contracts.winners import WinnerDeclined, WinnerSelected, WinnerVetoed
from groundswell_kit.clock import utc_now
from groundswell_kit.ids import new_id

BRAND = "nerc"
TITLE = "Name our ship"


def enveloped(data: Event, at: datetime | None = None, brand_id: str = BRAND) -> CloudEvent:
    """An event as it would come from its service, now or at that time."""
    return CloudEvent(
        id=new_id("evt"),
        source="/groundswell/tests",
        time=at or utc_now(),
        brand_id=brand_id,
        data=data,
    )


def published(contest_id: str) -> CloudEvent:
    now = utc_now().isoformat()
    data = {
        "contest_id": contest_id,
        "title": TITLE,
        "owner": "The ship's office",
        "vote": "advisory",
        "answer_by": "2027-01-31",
        "rules": "One vote each.",
        "timetable": dict.fromkeys(
            ("submission_closes_at", "voting_opens_at", "voting_closes_at"), now
        ),
    }
    return enveloped(ContestPublished.model_validate(data))


def voting_opened(contest_id: str, at: datetime | None = None) -> CloudEvent:
    poll = {"poll_id": "poll_1", "rules": {}, "idea_ids": [], "closes_at": utc_now()}
    return _entered(contest_id, "voting", at, [poll])


def decided(contest_id: str, at: datetime | None = None) -> CloudEvent:
    return _entered(contest_id, "decided", at, [])


def _entered(contest_id: str, phase: str, at: datetime | None, polls: Any) -> CloudEvent:
    data = {
        "contest_id": contest_id,
        "title": TITLE,
        "from_phase": "moderation",
        "to_phase": phase,
        "polls": polls,
    }
    return enveloped(ContestPhaseChanged.model_validate(data), at)


def _of_idea(contest_id: str, person_id: str, n: int) -> dict[str, Any]:
    return {
        "idea_id": f"idea_{contest_id}_{person_id}_{n}",
        "contest_id": contest_id,
        "participant_id": person_id,
        "title": f"Ship {n} of {person_id}",
    }


def submitted(
    contest_id: str, person_id: str, n: int = 1, at: datetime | None = None
) -> CloudEvent:
    return enveloped(IdeaSubmitted(**_of_idea(contest_id, person_id, n), summary="A name."), at)


def approved(contest_id: str, person_id: str, n: int = 1) -> CloudEvent:
    return enveloped(IdeaApproved(**_of_idea(contest_id, person_id, n)))


def rejected(contest_id: str, person_id: str, n: int = 1) -> CloudEvent:
    data = IdeaRejected(**_of_idea(contest_id, person_id, n), reason="It is a brand's name.")
    return enveloped(data)


def shortlisted(contest_id: str, person_id: str, n: int = 1) -> CloudEvent:
    return enveloped(IdeaShortlisted(**_of_idea(contest_id, person_id, n)))


def vetoed(contest_id: str, person_id: str, n: int = 1) -> CloudEvent:
    return enveloped(WinnerVetoed(**_of_idea(contest_id, person_id, n), reason="Undignified."))


def selected(contest_id: str, person_id: str, n: int = 1) -> CloudEvent:
    data = WinnerSelected(**_of_idea(contest_id, person_id, n), reason="The crowd has spoken.")
    return enveloped(data)


def held(contest_id: str, person_id: str, n: int = 1) -> CloudEvent:
    return enveloped(IdeaHeld(**_of_idea(contest_id, person_id, n)))


def merged(contest_id: str, person_id: str, into_idea_id: str) -> CloudEvent:
    of_idea = _of_idea(contest_id, person_id, 1)
    return enveloped(IdeaMerged(**of_idea, into_idea_id=into_idea_id, reason="The same ship."))


def votes_stayed(contest_id: str, person_id: str, into_idea_id: str) -> CloudEvent:
    of_idea = _of_idea(contest_id, person_id, 1)
    data = IdeaVotesStayed(
        **of_idea, into_idea_id=into_idea_id, poll_id="poll_1", reason="The poll has closed."
    )
    return enveloped(data)


def answered(contest_id: str, person_id: str, n: int = 1) -> CloudEvent:
    of_idea = _of_idea(contest_id, person_id, n)
    return enveloped(IdeaAnswered(**of_idea, outcome="declined", reason="It would sink."))


def not_verified(contest_id: str, person_id: str, n: int = 1) -> CloudEvent:
    of_idea = _of_idea(contest_id, person_id, n)
    return enveloped(WinnerDeclined(**of_idea, cause="not_verified", reason="No such person."))


def paused(contest_id: str, number: int, is_paused: bool) -> CloudEvent:
    data = ContestAmended(
        contest_id=contest_id, title=TITLE, number=number, reason="A storm.", paused=is_paused
    )
    return enveloped(data)


def milestone(contest_id: str) -> CloudEvent:
    data = MilestoneReached(
        contest_id=contest_id, milestone_id="ms_1", title="Keel laid", words="She floats."
    )
    return enveloped(data)


def _reward(contest_id: str, person_id: str) -> dict[str, Any]:
    return {
        "reward_id": f"reward_{contest_id}",
        "payee_id": person_id,
        "contest_id": contest_id,
        "idea_id": f"idea_{contest_id}_{person_id}_1",
        "idea_title": f"Ship 1 of {person_id}",
        "amount": Money(amount_minor=50_000, currency="GBP"),
    }


def offered(contest_id: str, person_id: str) -> CloudEvent:
    return enveloped(RewardOffered(**_reward(contest_id, person_id)))


def granted(contest_id: str, person_id: str) -> CloudEvent:
    return enveloped(RewardGranted(**_reward(contest_id, person_id), entry_id="entry_1"))


def reversed_again(contest_id: str, person_id: str) -> CloudEvent:
    data = RewardReversed(
        **_reward(contest_id, person_id),
        entry_id="entry_2",
        reverses="entry_1",
        reason="The idea was vetoed.",
    )
    return enveloped(data)


def erased(person_id: str) -> CloudEvent:
    return enveloped(PersonErased(person_id=person_id), brand_id=NO_BRAND)


def invited(
    member_id: str, *roles: str, at: datetime | None = None, brand_id: str = BRAND
) -> CloudEvent:
    return enveloped(MemberInvited(member_id=member_id, roles=roles), at, brand_id)


def removed(member_id: str) -> CloudEvent:
    return enveloped(MemberRemoved(member_id=member_id))


def briefed(
    contest_id: str, words: str | None = "You first.", at: datetime | None = None
) -> CloudEvent:
    return enveloped(StaffBriefed(contest_id=contest_id, title=TITLE, words=words), at)


def scores_asked(
    contest_id: str, *juror_ids: str, at: datetime | None = None, brand_id: str = BRAND
) -> CloudEvent:
    data = ScoresAsked(
        contest_id=contest_id,
        title=TITLE,
        round_id="round_1",
        round="First look",
        juror_ids=juror_ids,
        closes_at=datetime(2100, 4, 16, 23, tzinfo=UTC),
    )
    return enveloped(data, at, brand_id)


def review_asked(contest_id: str, expert_id: str) -> CloudEvent:
    data = ReviewAsked(
        contest_id=contest_id,
        title=TITLE,
        idea_id="idea_1",
        idea_title="Boaty",
        expert_id=expert_id,
    )
    return enveloped(data)


def overdue(contest_id: str) -> CloudEvent:
    data = CommitmentOverdue(
        contest_id=contest_id,
        title=TITLE,
        answer_by=date(2026, 11, 21),
        to_answer=3,
        answered=1,
    )
    return enveloped(data)
