"""Double-entry bookkeeping: what an entry is, how it is reversed, when the books are right.

Pure. After Pacioli's Summa (1494), in signed amounts: a debit is positive and a credit negative,
so the legs of an entry sum to zero, and so do all balances of a brand. An expense grows by debits;
a liability by credits, so what a brand owes somebody is the negative of a payable's balance.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple

from groundswell_rewards.plans.rules import Money

Kind = Literal["grant", "reversal"]


@dataclass(frozen=True, slots=True)
class Leg:
    """What an entry does to one account: a positive amount debits it, a negative one credits it."""

    account: str
    amount_minor: int
    currency: str


class Account(NamedTuple):
    """An account in the books of one brand, in one currency; each of them has one balance."""

    brand_id: str
    name: str
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What was booked for a reward, `at` that time (UTC). `reverses` is the id of what it undoes.

    There is one entry of each kind for a reward, and its id follows from both.
    """

    id: str
    brand_id: str
    contest_id: str
    reward_id: str
    at: datetime
    kind: Kind
    reverses: str | None = None
    legs: tuple[Leg, ...]


def prizes(brand_id: str) -> str:
    """The account of what a brand spends on prizes: an expense."""
    return f"brand:{brand_id}:prizes"


def payable(person_id: str) -> str:
    """The account of what a brand owes a person: a liability."""
    return f"payee:{person_id}:payable"


def entry_id(reward_id: str, kind: Kind) -> str:
    """The id of a reward's entry of this kind: the same one whoever books it, however often."""
    return f"entry_{hashlib.sha256(f'{kind} {reward_id}'.encode()).hexdigest()[:32]}"


def grant(
    *,
    brand_id: str,
    contest_id: str,
    reward_id: str,
    payee_id: str,
    amount: Money,
    at: datetime,
) -> Entry:
    """The entry by which a brand owes the payee a prize."""
    return Entry(
        id=entry_id(reward_id, "grant"),
        brand_id=brand_id,
        contest_id=contest_id,
        reward_id=reward_id,
        at=at,
        kind="grant",
        legs=(
            Leg(prizes(brand_id), amount.amount_minor, amount.currency),
            Leg(payable(payee_id), -amount.amount_minor, amount.currency),
        ),
    )


def reversal(original: Entry, at: datetime) -> Entry:
    """The entry that undoes another: the same legs, negated."""
    return Entry(
        id=entry_id(original.reward_id, "reversal"),
        brand_id=original.brand_id,
        contest_id=original.contest_id,
        reward_id=original.reward_id,
        at=at,
        kind="reversal",
        reverses=original.id,
        legs=negated(original.legs),
    )


def negated(legs: Sequence[Leg]) -> tuple[Leg, ...]:
    """The legs that undo these."""
    return tuple(Leg(leg.account, -leg.amount_minor, leg.currency) for leg in legs)


def imbalance(legs: Iterable[Leg]) -> dict[str, int]:
    """What the legs do not sum up to zero by, for each currency in which they do not."""
    sums: defaultdict[str, int] = defaultdict(int)
    for leg in legs:
        sums[leg.currency] += leg.amount_minor
    return {currency: amount for currency, amount in sums.items() if amount}


def post(balances: MutableMapping[Account, int], entry: Entry) -> None:
    """Adds an entry's legs to the balances of their accounts."""
    for leg in entry.legs:
        account = Account(entry.brand_id, leg.account, leg.currency)
        balances[account] = balances.get(account, 0) + leg.amount_minor


def owed(payables: Mapping[Account, int]) -> list[Money]:
    """What the balances of somebody's payables say they are owed, in each currency."""
    sums: defaultdict[str, int] = defaultdict(int)
    for account, amount in payables.items():
        sums[account.currency] -= amount
    return [Money(amount, currency) for currency, amount in sorted(sums.items())]


@dataclass(slots=True)
class Recount:
    """Reads the books from their start: entries by reward, its grant before its reversal.

    `findings` says in words what is wrong with the entries taken so far, `booked` which of them
    each reward has.
    """

    balances: dict[Account, int] = field(default_factory=dict)
    booked: dict[str, list[Entry]] = field(default_factory=dict)
    entries: int = 0
    findings: list[str] = field(default_factory=list)
    _last: Entry | None = None

    def take(self, entry: Entry) -> None:
        """Adds an entry to the recount, and looks whether it is right."""
        for currency, amount in imbalance(entry.legs).items():
            self.findings.append(f"{entry.id} is off balance by {amount} {currency}")
        if entry.kind == "reversal" and not self._undoes_last(entry):
            self.findings.append(f"{entry.id} is not what undoes {entry.reverses}")
        post(self.balances, entry)
        self.booked.setdefault(entry.reward_id, []).append(entry)
        self.entries += 1
        self._last = entry

    def differences(self, kept: Mapping[Account, int]) -> list[str]:
        """How balances that were kept differ from those recounted, in words."""
        return [
            f"{account.name} of {account.brand_id}: "
            f"{kept.get(account, 0)} {account.currency} kept, {amount} recounted"
            for account in sorted(kept.keys() | self.balances.keys())
            if kept.get(account, 0) != (amount := self.balances.get(account, 0))
        ]

    def _undoes_last(self, entry: Entry) -> bool:
        last = self._last
        return (
            last is not None
            and (last.id, last.reward_id) == (entry.reverses, entry.reward_id)
            and entry.legs == negated(last.legs)
        )
