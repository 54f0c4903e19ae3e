"""What the rewards service says of a person's rewards."""

from datetime import datetime

from groundswell_web.answers import Shape


class Money(Shape):
    """An amount in minor units of its currency."""

    amount_minor: int
    currency: str


class WinEnd(Shape):
    """Why an idea ceased to be a winner."""

    reason: str


class Reward(Shape):
    """A reward and where it stands; `terms_hash` names the terms that are accepted."""

    id: str
    status: str
    contest_id: str
    contest_title: str | None = None
    idea_id: str
    idea_title: str
    amount: Money
    terms: str
    terms_hash: str
    win_ended: WinEnd | None = None


class Leg(Shape):
    """What an entry does to one account: a credit is negative."""

    account: str
    amount_minor: int
    currency: str


class Entry(Shape):
    """What was booked for a reward."""

    at: datetime
    kind: str
    reward_id: str
    legs: list[Leg]

    def owed_to(self, person_id: str) -> list[Money]:
        """What a person is owed more, or less, by this entry."""
        account = f"payee:{person_id}:payable"
        return [
            Money(amount_minor=-leg.amount_minor, currency=leg.currency)
            for leg in self.legs
            if leg.account == account
        ]


class Statement(Shape):
    """What a person is owed in all, a page of their rewards, and the entries for these."""

    balances: list[Money]
    entries: list[Entry]
    rewards: list[Reward]
    next: str | None = None
