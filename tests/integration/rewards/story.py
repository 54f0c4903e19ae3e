"""What ideas tells of a contest, as the tests replay it: it is published, ideas win, are vetoed."""

import hashlib
from datetime import UTC, date, datetime
from typing import Literal

from groundswell_contracts.cloudevents import CloudEvent
from groundswell_contracts.contests import ContestPublished, RewardPlan, Timetable
from groundswell_contracts.event import Event
from groundswell_contracts.money import Money
from groundswell_contracts.winners import WinnerDeclined, WinnerSelected, WinnerVetoed
from groundswell_kit.clock import utc_now
from groundswell_kit.ids import new_id

BRAND = "nerc"
CONTEST = "con_1"
TERMS = "Paid within 30 days of your acceptance.\nŠį laivą krikštijame."
TERMS_HASH = hashlib.sha256(TERMS.encode()).hexdigest()
WHY = "It is another ship's name."


def published(
    contest_id: str = CONTEST, *, amount: int | None = 50_000, currency: str = "GBP"
) -> ContestPublished:
    """A contest with money for its winners, or with none."""
    plan = None
    if amount is not None:
        plan = RewardPlan(per_winner=Money(amount_minor=amount, currency=currency), terms=TERMS)
    return ContestPublished(
        contest_id=contest_id,
        title="Name our ship",
        owner="The naming team",
        vote="advisory",
        answer_by=date(2027, 1, 15),
        rules="One vote each.",
        timetable=Timetable(
            submission_closes_at=datetime(2026, 12, 10, tzinfo=UTC),
            voting_opens_at=datetime(2026, 12, 11, tzinfo=UTC),
            voting_closes_at=datetime(2026, 12, 20, tzinfo=UTC),
        ),
        reward_plan=plan,
    )


def selected(
    idea_id: str = "idea_1", payee_id: str = "person_1", contest_id: str = CONTEST
) -> WinnerSelected:
    """An idea won."""
    return WinnerSelected(
        contest_id=contest_id,
        idea_id=idea_id,
        participant_id=payee_id,
        title=f"RRS {idea_id}",
        reason="A lifetime of discovery.",
        rank=5,
    )


def vetoed(
    idea_id: str = "idea_1", payee_id: str = "person_1", contest_id: str = CONTEST
) -> WinnerVetoed:
    """An idea was ruled out."""
    return WinnerVetoed(
        contest_id=contest_id,
        idea_id=idea_id,
        participant_id=payee_id,
        title=f"RRS {idea_id}",
        reason=WHY,
    )


def no_winner_any_more(
    cause: Literal["declined", "not_verified"],
    idea_id: str = "idea_1",
    payee_id: str = "person_1",
    contest_id: str = CONTEST,
) -> WinnerDeclined:
    """A winner declined, or could not be verified."""
    return WinnerDeclined(
        contest_id=contest_id,
        idea_id=idea_id,
        participant_id=payee_id,
        title=f"RRS {idea_id}",
        cause=cause,
        reason=WHY,
    )


def envelope(event: Event, brand: str = BRAND, sequence: int | None = None) -> CloudEvent:
    """The event as ideas publishes it."""
    return CloudEvent(
        id=new_id("evt"),
        source="/groundswell/ideas",
        time=utc_now(),
        brand_id=brand,
        data=event,
        sequence=sequence,
    )
