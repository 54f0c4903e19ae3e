"""HTTP shapes of the books."""

from datetime import datetime

from pydantic import ConfigDict
from pydantic.config import JsonDict

from groundswell_rewards.ledger.rules import Kind
from groundswell_rewards.plans.schemas import Answer, MoneyAnswer

ENTRY: JsonDict = {
    "id": "entry_5b0c1f6a2d9e4b7c8a3f60d1e2b4c5d6",
    "brand_id": "nerc",
    "contest_id": "con_01jd5w0h3v8m6q2y9k4r7t1xzp",
    "reward_id": "reward_9f86d081884c7d659a2feaa0c55ad015",
    "at": "2027-01-16T09:30:00Z",
    "kind": "grant",
    "reverses": None,
    "legs": [
        {"account": "brand:nerc:prizes", "amount_minor": 50_000, "currency": "GBP"},
        {"account": "payee:person_01:payable", "amount_minor": -50_000, "currency": "GBP"},
    ],
}


class LegAnswer(MoneyAnswer):
    """What an entry does to one account: a debit is positive, a credit negative."""

    account: str


class EntryAnswer(Answer):
    """What was booked for a reward. Its legs sum to zero; `reverses` is the entry it undoes."""

    model_config = ConfigDict(json_schema_extra={"example": ENTRY})

    id: str
    brand_id: str
    contest_id: str
    reward_id: str
    at: datetime
    kind: Kind
    reverses: str | None
    legs: list[LegAnswer]


class EntryPage(Answer):
    """Entries as they were booked. `next` is the cursor of the following page, if any."""

    items: list[EntryAnswer]
    next: str | None
