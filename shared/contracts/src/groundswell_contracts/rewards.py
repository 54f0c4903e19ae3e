"""Events of rewards: published by the rewards service; `payee_id` is who is to be paid."""

from typing import ClassVar

from groundswell_contracts.event import Event
from groundswell_contracts.money import Money
from groundswell_contracts.topics import REWARDS, Topic


class RewardOffered(Event):
    """A winner can accept a reward's terms, and has it from then on."""

    topic: ClassVar[Topic] = REWARDS
    key_field: ClassVar[str] = "payee_id"

    reward_id: str
    payee_id: str
    contest_id: str
    idea_id: str
    idea_title: str
    amount: Money


class RewardGranted(Event):
    """A confirmed winner has the reward: it is booked to them under `entry_id` of the ledger."""

    topic: ClassVar[Topic] = REWARDS
    key_field: ClassVar[str] = "payee_id"

    reward_id: str
    payee_id: str
    contest_id: str
    idea_id: str
    idea_title: str
    amount: Money
    entry_id: str


class RewardDeclined(Event):
    """A winner does not want the reward; one that was granted is reversed as well."""

    topic: ClassVar[Topic] = REWARDS
    key_field: ClassVar[str] = "payee_id"

    reward_id: str
    payee_id: str
    contest_id: str
    idea_id: str


class RewardReversed(Event):
    """A granted reward was taken back: entry `entry_id` undoes entry `reverses` of the ledger."""

    topic: ClassVar[Topic] = REWARDS
    key_field: ClassVar[str] = "payee_id"

    reward_id: str
    payee_id: str
    contest_id: str
    idea_id: str
    idea_title: str
    amount: Money
    entry_id: str
    reverses: str
    reason: str
