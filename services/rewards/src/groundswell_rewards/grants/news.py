"""The events that tell how a reward changed. Called by the commands."""

from groundswell_contracts.event import Event
from groundswell_contracts.money import Money
from groundswell_contracts.rewards import (
    RewardDeclined,
    RewardGranted,
    RewardOffered,
    RewardReversed,
)
from groundswell_rewards.grants.rules import DECLINED, Reward, Status
from groundswell_rewards.ledger.rules import entry_id


def news(reward: Reward, before: Status | None) -> list[Event]:
    """What is told when a reward comes from the status `before`; None is a reward that is new.

    An offer that ends with its win is no news: the end of the win is told by ideas.
    """
    if reward.status == before:
        return []
    match reward.status:
        case "offered":
            return [RewardOffered.model_validate(_shown(reward))]
        case "granted":
            booked = {"entry_id": entry_id(reward.id, "grant")}
            return [RewardGranted.model_validate(_shown(reward) | booked)]
        case "declined":
            return [_declined(reward)]
        case "reversed":
            refusal = [_declined(reward)] if reward.win.declined_at is not None else []
            return [*refusal, _reversed(reward)]
        case "withdrawn":
            return []


def _shown(reward: Reward) -> dict[str, object]:
    win, amount = reward.win, reward.promise.per_winner
    return {
        "reward_id": reward.id,
        "payee_id": win.payee_id,
        "contest_id": win.contest_id,
        "idea_id": win.idea_id,
        "idea_title": win.idea_title,
        "amount": Money(amount_minor=amount.amount_minor, currency=amount.currency),
    }


def _declined(reward: Reward) -> RewardDeclined:
    return RewardDeclined.model_validate(_shown(reward))


def _reversed(reward: Reward) -> RewardReversed:
    end = reward.win.end
    booked = {
        "entry_id": entry_id(reward.id, "reversal"),
        "reverses": entry_id(reward.id, "grant"),
        "reason": DECLINED if end is None else end.reason,
    }
    return RewardReversed.model_validate(_shown(reward) | booked)
