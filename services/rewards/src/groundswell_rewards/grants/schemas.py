"""HTTP shapes of rewards."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from groundswell_rewards.grants.rules import EndCause, Reward, Status
from groundswell_rewards.plans.schemas import Answer, MoneyAnswer

REWARD: JsonDict = {
    "id": "reward_9f86d081884c7d659a2feaa0c55ad015",
    "status": "granted",
    "brand_id": "nerc",
    "contest_id": "con_01jd5w0h3v8m6q2y9k4r7t1xzp",
    "contest_title": "Name our ship",
    "idea_id": "idea_01jd5w0h3v8m6q2y9k4r7t1xzq",
    "idea_title": "RRS Sir David Attenborough",
    "payee_id": "person_01",
    "amount": {"amount_minor": 50_000, "currency": "GBP"},
    "terms": "Paid within 30 days of your acceptance.",
    "terms_hash": "eed3e84f8d552e433ab6c176154b319d151da255d5821b344d3e7d9aeb4cbcc6",
    "offered_at": "2027-01-15T12:00:00Z",
    "accepted_at": "2027-01-16T09:30:00Z",
    "declined_at": None,
    "win_ended": None,
}


class NewAcceptance(BaseModel):
    """The terms that the winner read and accepts, by their SHA-256 in hex: `terms_hash`."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"example": {"terms_hash": REWARD["terms_hash"]}},
    )

    terms_hash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class WinEndAnswer(Answer):
    """Why and when the idea ceased to be a winner."""

    cause: EndCause
    reason: str
    ended_at: datetime


class RewardAnswer(Answer):
    """What a win earns, and how it stands.

    `offered` waits for the winner's answer. `granted` was accepted and booked, `reversed` was
    too and is undone. `declined` the winner did not want, `withdrawn` ended with the win before
    an answer.
    The acceptance was of the terms shown here: they never change.
    """

    model_config = ConfigDict(json_schema_extra={"example": REWARD})

    id: str
    status: Status
    brand_id: str
    contest_id: str
    contest_title: str
    idea_id: str
    idea_title: str
    payee_id: str
    amount: MoneyAnswer
    terms: str
    terms_hash: str
    offered_at: datetime
    accepted_at: datetime | None
    declined_at: datetime | None
    win_ended: WinEndAnswer | None

    @classmethod
    def of(cls, reward: Reward) -> Self:
        """The answer that shows this reward."""
        win, promise = reward.win, reward.promise
        return cls.model_validate(
            {
                "id": reward.id,
                "status": reward.status,
                "brand_id": win.brand_id,
                "contest_id": win.contest_id,
                "contest_title": reward.contest_title,
                "idea_id": win.idea_id,
                "idea_title": win.idea_title,
                "payee_id": win.payee_id,
                "amount": promise.per_winner,
                "terms": promise.terms,
                "terms_hash": promise.terms_hash,
                "offered_at": win.offered_at,
                "accepted_at": win.acceptance and win.acceptance.accepted_at,
                "declined_at": win.declined_at,
                "win_ended": win.end,
            }
        )


class RewardPage(Answer):
    """Rewards of a contest as they were offered. `next` is the following page's cursor, if any."""

    items: list[RewardAnswer]
    next: str | None
