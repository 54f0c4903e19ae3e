"""What a win earns: the reward, its status, and what the books must say for it.

Pure; called by the commands. Everything follows from the facts that are known of a win and from
its contest's plan, in whatever order they became known.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, NamedTuple

from groundswell_rewards.ledger.rules import Entry, Kind, grant, reversal
from groundswell_rewards.plans.rules import Plan, Promise

Status = Literal["offered", "granted", "declined", "withdrawn", "reversed"]


class Obstacle(NamedTuple):
    """Why something cannot be done now: what stands in the way, its rule's slug, and in words."""

    field: str
    rule: str
    message: str


EndCause = Literal["vetoed", "declined", "not_verified"]

DECLINED = "The winner declined it."
"""The reason, in the place of what authors say of themselves."""


@dataclass(frozen=True, slots=True)
class WinEnd:
    """The idea is a winner no longer, with the brand's reason, or DECLINED.

    The brand ruled it out (`vetoed`), its author declined the win, or could not be verified.
    """

    cause: EndCause
    reason: str
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The winner accepted the terms that have this hash."""

    terms_hash: str
    accepted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Win:
    """A selection of an idea as a winner, and all that happened to it since.

    `selection` counts how often the idea was selected: again only after the
    win ended. `offered_at` is
    when its reward was offered: once its contest's plan, with money in it, was known. `version`
    grows by one with every change.
    """

    id: str
    brand_id: str
    contest_id: str
    idea_id: str
    selection: int
    payee_id: str
    idea_title: str
    selected_at: datetime
    version: int = 1
    offered_at: datetime | None = None
    end: WinEnd | None = None
    acceptance: Acceptance | None = None
    declined_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reward:
    """What a win earns under the promise of its contest. Its id is the win's."""

    win: Win
    contest_title: str
    promise: Promise

    @property
    def id(self) -> str:
        """The id of the reward, and of its win."""
        return self.win.id

    @property
    def status(self) -> Status:
        """How the reward stands.

        The end of the win, or the winner's refusal of the reward, undoes an acceptance whichever
        came first; an offer ends by the first of them, and then nothing can be accepted.
        """
        win = self.win
        if win.acceptance is not None:
            return "granted" if win.end is None and win.declined_at is None else "reversed"
        if win.declined_at is not None:
            return "declined"
        return "offered" if win.end is None else "withdrawn"

    @property
    def bookings(self) -> tuple[Kind, ...]:
        """The entries that the books must have for it, in this order, and no others."""
        return _BOOKINGS[self.status]


_BOOKINGS: Mapping[Status, tuple[Kind, ...]] = {
    "offered": (),
    "granted": ("grant",),
    "declined": (),
    "withdrawn": (),
    "reversed": ("grant", "reversal"),
}


def reward_id(contest_id: str, idea_id: str, selection: int) -> str:
    """The id of the reward for an idea's n-th selection: the same one whoever computes it."""
    named = f"{contest_id} {idea_id} {selection}"
    return f"reward_{hashlib.sha256(named.encode()).hexdigest()[:32]}"


def next_selection(latest: Win | None) -> int | None:
    """Which selection of its idea a new one is; None when the idea stands selected already."""
    if latest is None:
        return 1
    return None if latest.end is None else latest.selection + 1


def reward_of(win: Win, plan: Plan | None) -> Reward | None:
    """What a win earns; None while its contest's plan is not known, or when it promises nothing."""
    if plan is None or plan.promise is None:
        return None
    return Reward(win, plan.contest_title, plan.promise)


def offered_reward(win: Win, plan: Plan | None) -> Reward:
    """The reward of a win for which one was offered. Raises ValueError for any other win."""
    reward = reward_of(win, plan)
    if win.offered_at is None or reward is None:
        raise ValueError(f"no reward was offered for {win.id}")
    return reward


def entries_missing(reward: Reward, booked: Sequence[Entry], at: datetime) -> list[Entry]:
    """What is to be booked for a reward beyond what is booked, in this order."""
    known = {entry.kind: entry for entry in booked}
    missing = []
    for kind in reward.bookings:
        if kind in known:
            continue
        known[kind] = _grant(reward, at) if kind == "grant" else reversal(known["grant"], at)
        missing.append(known[kind])
    return missing


def _grant(reward: Reward, at: datetime) -> Entry:
    return grant(
        brand_id=reward.win.brand_id,
        contest_id=reward.win.contest_id,
        reward_id=reward.id,
        payee_id=reward.win.payee_id,
        amount=reward.promise.per_winner,
        at=at,
    )


def may_see(win: Win, person_id: str | None, finance_of: str | None) -> bool:
    """Whether somebody may know of a reward: its payee, and who sees to its brand's money."""
    return win.payee_id == person_id or win.brand_id == finance_of


def obstacles_to_accepting(reward: Reward, terms_hash: str) -> list[Obstacle]:
    """What keeps a reward from being accepted: it is over, or its terms are other ones."""
    found = []
    if reward.status != "offered":
        found.append(Obstacle("status", "offered", f"the reward is already {reward.status}"))
    if terms_hash != reward.promise.terms_hash:
        message = "these are not the terms of the reward: read them again"
        found.append(Obstacle("terms_hash", "terms", message))
    return found


def obstacles_to_declining(reward: Reward) -> list[Obstacle]:
    """What keeps a reward from being declined: it was taken back before."""
    if reward.status in ("offered", "granted"):
        return []
    return [Obstacle("status", "standing", f"the reward is already {reward.status}")]


def offered(win: Win, at: datetime) -> Win:
    """The win with its reward offered."""
    return replace(win, version=win.version + 1, offered_at=at)


def ended(win: Win, end: WinEnd) -> Win:
    """The win after its idea is a winner no longer."""
    return replace(win, version=win.version + 1, end=end)


def accepted(win: Win, acceptance: Acceptance) -> Win:
    """The win after its winner accepted the terms of the reward."""
    return replace(win, version=win.version + 1, acceptance=acceptance)


def declined(win: Win, at: datetime) -> Win:
    """The win after its winner refused the reward."""
    return replace(win, version=win.version + 1, declined_at=at)
