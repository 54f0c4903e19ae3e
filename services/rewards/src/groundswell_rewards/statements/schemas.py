"""HTTP shapes of a person's statement."""

from pydantic import ConfigDict

from groundswell_rewards.grants.schemas import REWARD, RewardAnswer
from groundswell_rewards.ledger.schemas import ENTRY, EntryAnswer
from groundswell_rewards.plans.schemas import Answer, MoneyAnswer


class StatementAnswer(Answer):
    """What somebody is owed, and what for.

    `balances` are the sums over everything, one for each currency; `rewards` are a page, the last
    one first, `entries` those of the rewards shown, and `next` is the following page's cursor.
    In an entry, what is owed to a person is credited, so it is negative; a balance is positive.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "balances": [{"amount_minor": 50_000, "currency": "GBP"}],
                "entries": [ENTRY],
                "rewards": [REWARD],
                "next": None,
            }
        }
    )

    balances: list[MoneyAnswer]
    entries: list[EntryAnswer]
    rewards: list[RewardAnswer]
    next: str | None
