"""Checks the books against themselves and against the rewards. Behind `check-ledger`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from groundswell_rewards.grants.rules import Win, entries_missing, reward_of
from groundswell_rewards.grants.store import WinStore
from groundswell_rewards.ledger.rules import Entry, Recount
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
        to, and every reward have the entries that its status asks for, in the amount that was
        promised and to its payee, and no others.
        """
        recount = Recount()
        async with self.ledger.one_moment():
            async for entry in self.ledger.read_all():
                recount.take(entry)
            different = recount.differences(await self.ledger.balances())
            unsettled = await self._unsettled(recount.booked)
        return Report(recount.entries, [*recount.findings, *different, *unsettled])

    async def _unsettled(self, booked: Mapping[str, Sequence[Entry]]) -> list[str]:
        left = dict(booked)
        plans: dict[str, Plan | None] = {}
        findings = []
        async for win in self.wins.read_all():
            if win.contest_id not in plans:
                plans[win.contest_id] = await self.plans.find(win.brand_id, win.contest_id)
            findings += _differences(win, plans[win.contest_id], left.pop(win.id, ()))
        findings += [f"{reward_id} is booked and not known" for reward_id in left]
        return findings


def _differences(win: Win, plan: Plan | None, booked: Sequence[Entry]) -> list[str]:
    """How the entries of a win's reward differ from those that are due, whenever they were made."""
    reward = reward_of(win, plan)
    due = [] if reward is None else entries_missing(reward, (), win.selected_at)
    if _kinds(booked) != _kinds(due):
        return [f"{win.id} has the entries {_kinds(booked)}, due are {_kinds(due)}"]
    if [replace(entry, at=win.selected_at) for entry in booked] != due:
        return [f"{win.id} has entries of other amounts or accounts than are due"]
    return []


def _kinds(entries: Sequence[Entry]) -> str:
    return ", ".join(entry.kind for entry in entries) or "none"
