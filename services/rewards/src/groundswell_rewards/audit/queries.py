"""Checks the books against themselves and against the rewards. Behind `check-ledger`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from groundswell_rewards.grants.rules import reward_of
from groundswell_rewards.grants.store import WinStore
from groundswell_rewards.ledger.rules import Kind, Recount
from groundswell_rewards.ledger.store import LedgerStore
from groundswell_rewards.plans.rules import Plan
from groundswell_rewards.plans.store import PlanStore


@dataclass(frozen=True, slots=True)
class Report:
    """How many entries the books have, and in words what is wrong, which should be nothing."""

    entries: int
    findings: Sequence[str]


@dataclass(frozen=True, slots=True)
class AuditQueries:
    """Reads only."""

    plans: PlanStore
    wins: WinStore
    ledger: LedgerStore

    async def check(self) -> Report:
        """Recounts all books as they stand at one moment, whatever is booked meanwhile.

        Entries must balance, reversals undo what they name, balances be what the entries sum up
        to, and every reward have the entries that its status asks for, and no others.
        """
        recount = Recount()
        async with self.ledger.one_moment():
            async for entry in self.ledger.read_all():
                recount.take(entry)
            different = recount.differences(await self.ledger.balances())
            unsettled = await self._unsettled(recount.booked)
        return Report(recount.entries, [*recount.findings, *different, *unsettled])

    async def _unsettled(self, booked: Mapping[str, Sequence[Kind]]) -> list[str]:
        left = dict(booked)
        plans: dict[str, Plan | None] = {}
        findings = []
        async for win in self.wins.read_all():
            if win.contest_id not in plans:
                plans[win.contest_id] = await self.plans.find(win.brand_id, win.contest_id)
            reward = reward_of(win, plans[win.contest_id])
            due = () if reward is None else reward.bookings
            found = tuple(left.pop(win.id, ()))
            if found != due:
                findings.append(f"{win.id} has the entries {_list(found)}, due are {_list(due)}")
        findings += [f"{reward_id} is booked and not known" for reward_id in left]
        return findings


def _list(kinds: Sequence[Kind]) -> str:
    return ", ".join(kinds) or "none"
