"""What can be done with polls: plan one, ask that it closes early, ask for a change."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from groundswell_contracts.contests import PollChange, PollPlan
from groundswell_contracts.event import Event
from groundswell_kit.clock import utc_now
from groundswell_voting.polls.events import told_of_refusal
from groundswell_voting.polls.merging import MergedIdeaChange, MergedVotesChange
from groundswell_voting.polls.refusals import FINAL
from groundswell_voting.polls.rules import (
    Change,
    ChangeState,
    ClosingChange,
    IdeasChange,
    PauseChange,
    Poll,
    What,
)
from groundswell_voting.polls.store import ChangeStore, PollStore
from groundswell_voting.voteslog.codec import rules_from


@dataclass(frozen=True)
class PollCommands:
    """Called inside a transaction: by the handlers of contest events, by what sets voters aside.

    The state machine does the rest.
    """

    store: PollStore
    changes: ChangeStore

    async def plan(self, brand_id: str, contest_id: str, plan: PollPlan) -> None:
        """Take over a poll that a contest opens."""
        await self.store.insert(
            Poll(
                poll_id=plan.poll_id,
                brand_id=brand_id,
                contest_id=contest_id,
                idea_ids=tuple(dict.fromkeys(plan.idea_ids)),
                rules=rules_from(plan.rules),
                name=plan.name,
                closes_at=plan.closes_at,
            )
        )

    async def close_early(self, brand_id: str, contest_id: str) -> None:
        """Close the open polls of a contest, by announcement first. Safe to repeat."""
        await self.store.request_closing(brand_id, contest_id)

    async def amend(self, brand_id: str, contest_id: str, number: int, change: PollChange) -> None:
        """Queue what an amendment, one of a contest by its number, changes in a poll.

        Safe to repeat. What cannot be done is told by AmendmentRefused, now or later.
        """
        for what in _parts(change):
            change_id = f"{contest_id}.{number}.{what.kind}"
            if isinstance(what, MergedIdeaChange | MergedVotesChange):
                # It may merge several ideas, and has one change of any other kind.
                change_id = f"{change_id}.{what.idea_id}"
            await self.ask(brand_id, change.poll_id, change_id, what, amendment=number)

    async def ask(
        self,
        brand_id: str,
        poll_id: str,
        change_id: str,
        what: What,
        *,
        amendment: int | None = None,
    ) -> Change | None:
        """Queue a change of a poll; the change, None when it has been asked for already.

        A poll whose tally is final, or being made so, refuses it at once: `state` says so. Raises
        LookupError when the brand has no such poll.
        """
        if await self.changes.find(brand_id, change_id) is not None:
            return None
        turn = await self.store.number_change(brand_id, poll_id, what)
        change = Change(
            change_id, poll_id, brand_id, turn or 0, what, asked_at=utc_now(), amendment=amendment
        )
        told: list[Event] = []
        if turn is None:
            poll = await self.store.find_public(poll_id)
            if poll is None or poll.brand_id != brand_id:
                raise LookupError(f"{brand_id} has no poll {poll_id}")
            change = replace(
                change, state=ChangeState.REFUSED, refusal=FINAL, settled_at=change.asked_at
            )
            told = told_of_refusal(poll, change)
        await self.changes.add(change, told)
        return change


def _parts(change: PollChange) -> Iterator[What]:
    """The steps of an amendment; a pause, or the end of one, waits for none of the others."""
    if change.paused is not None:
        yield PauseChange(change.paused)
    if change.added_idea_ids or change.removed_idea_ids:
        yield IdeasChange(change.added_idea_ids, change.removed_idea_ids)
    for undone in change.unmerged:
        yield MergedIdeaChange(undone.idea_id, undone.into_idea_id, "return")
        yield MergedVotesChange(undone.idea_id, undone.into_idea_id, "unmerge")
    for merge in change.merged:
        yield MergedIdeaChange(merge.idea_id, merge.into_idea_id, "leave")
        yield MergedVotesChange(merge.idea_id, merge.into_idea_id, "merge")
    if change.closes_at is not None:
        yield ClosingChange(change.closes_at)
