"""Carries out the changes of a poll, in the order in which they were asked for, one at a time;
pauses in an order of their own, ahead of all others.

What a change takes away is announced, waited for and then logged; what it gives is logged and then
announced. Each call does one step, which follows from the stored poll and change.
"""

from dataclasses import replace

from groundswell_kit.clock import utc_now
from groundswell_kit.observability import get_logger
from groundswell_voting.control.records import (
    Own,
    given,
    number_of_records,
    own_voters,
    record_of_change,
    taken_away,
    voters_per_record,
)
from groundswell_voting.control.scribe import Scribe
from groundswell_voting.control.voters import VoterSearch
from groundswell_voting.polls.events import told_of_refusal
from groundswell_voting.polls.merging import MergedVotesChange, merge_of, sources
from groundswell_voting.polls.rules import (
    Change,
    ChangeState,
    ClosingChange,
    DeadlineChange,
    Poll,
    PollStage,
    VotersChange,
    applied,
    refusal,
    settled,
    takes_away,
)
from groundswell_voting.polls.store import ChangeStore, PollStore
from groundswell_voting.voteslog.codec import milliseconds
from groundswell_voting.voteslog.rules import moment

log = get_logger()


class PendingChanges:
    """Called for a poll that is open, and for one that is closed until it is sealed."""

    def __init__(
        self, polls: PollStore, changes: ChangeStore, scribe: Scribe, search: VoterSearch
    ) -> None:
        self._polls = polls
        self._changes = changes
        self._scribe = scribe
        self._search = search

    async def step(self, poll: Poll) -> None:
        """The next step of the change whose turn it is; nothing when none is pending."""
        if poll.changes_done == poll.changes_asked:
            return
        change = await self._changes.next_of(poll)
        if change is None:
            raise LookupError(f"{poll.poll_id} has lost its change {poll.changes_done + 1}")
        if poll.change_record is None:
            await self._begin(poll, change)
        else:
            await self._carry_on(poll, change, poll.change_record)

    async def forget(self) -> None:
        """Somebody else holds the lease."""
        await self._search.forget()

    async def pause(self, poll: Poll) -> None:
        """Make the pause whose turn it is, or end one, in the middle of another change too.

        It is an announcement and no more, so it needs nothing that a change before it does.
        """
        change = await self._changes.next_pause_of(poll)
        if change is None:
            raise LookupError(f"{poll.poll_id} has lost its pause {poll.pauses_done + 1}")
        if not await self._is_refused(poll, change):
            await self._finish(poll, change)

    async def _begin(self, poll: Poll, change: Change) -> None:
        what = change.what
        if isinstance(what, VotersChange) and what.resolved is None:
            await self._resolve(change, what)
            return
        if await self._is_refused(poll, change):
            return
        if isinstance(what, VotersChange | MergedVotesChange):
            if await self._own(poll, change) is None:
                return
            # A worker of another version may carry it on: its records must be the same.
            await self._changes.divide(change, voters_per_record(poll.rules))
        await self._polls.change(poll, change_record=poll.control_number + 1)

    async def _is_refused(self, poll: Poll, change: Change) -> bool:
        reason = refusal(poll, change.what)
        if reason is None:
            return False
        log.warning(
            "change refused", poll_id=poll.poll_id, kind=change.what.kind, reason=reason.words
        )
        refused = replace(change, state=ChangeState.REFUSED, refusal=reason, settled_at=utc_now())
        await self._changes.settle(poll, refused, told_of_refusal(poll, refused))
        return True

    async def _resolve(self, change: Change, what: VotersChange) -> None:
        """Once and for good: what is written must be the same after a crash."""
        found = await self._search.by_pass(change.change_id, change.poll_id, what.pass_ids)
        if found is not None:
            await self._changes.resolve(change, sorted(found.union(what.voters)))
            await self._search.end(change.change_id)

    async def _own(self, poll: Poll, change: Change) -> Own | None:
        """Whom a change concerns, in each partition; None while they are looked for."""
        what = change.what
        if isinstance(what, VotersChange):
            return own_voters(what, self._scribe.partitions)
        if not isinstance(what, MergedVotesChange):
            return [()] * self._scribe.partitions
        merge = merge_of(poll.merged, what)
        if merge is None:
            raise LookupError(f"{poll.poll_id} has lost what {change.change_id} moves")
        # All who voted for it before it left: later votes for it did not count then, and those
        # since it is back count for nothing else.
        return await self._search.by_idea(
            change.change_id, poll.poll_id, sources(poll.merged, what.idea_id), merge.number
        )

    async def _carry_on(self, poll: Poll, change: Change, first_number: int) -> None:
        written = poll.control_number + 1 - first_number
        own = await self._own(poll, change)
        if own is None:
            return
        records = number_of_records(change, own)
        if written == records:
            await self._finish(poll, replace(change, record=first_number))
            return
        if await self._is_overtaken(poll, change) or not await self._may_be_written(poll, change):
            return
        after = applied(poll, change.what) if written + 1 == records else {}
        events = record_of_change(change, first_number + written, written, own)
        await self._scribe.record(poll, events, after)

    async def _is_overtaken(self, poll: Poll, change: Change) -> bool:
        """A closing time that has passed before the log has it: the poll closes early instead."""
        what = change.what
        if not isinstance(what, ClosingChange) or poll.writing is not None:
            return False
        if not await self._scribe.passed(poll, milliseconds(what.closes_at)):
            return False
        done = replace(change, state=ChangeState.DONE, settled_at=utc_now())
        await self._changes.settle(poll, done, stage=PollStage.CLOSING, close_reason="closed_early")
        return True

    async def _may_be_written(self, poll: Poll, change: Change) -> bool:
        """What somebody began to write was announced, waited for or due before."""
        what = change.what
        if poll.writing is not None:
            return True
        if isinstance(what, DeadlineChange):
            return await self._scribe.passed(poll, milliseconds(what.deadline))
        if takes_away(poll, what):
            return await self._scribe.announced(poll, **taken_away(what))
        return True

    async def _finish(self, poll: Poll, change: Change) -> None:
        at = utc_now()
        content = given(poll, change.what)
        if content is not None:
            announced_at_ms = await self._scribe.announce(poll, **content)
            if announced_at_ms is None:
                return
            at = moment(announced_at_ms)
        done = replace(change, state=ChangeState.DONE, settled_at=at)
        await self._changes.settle(poll, done, [], **settled(poll, change.what))
        await self._search.end(change.change_id)
        log.info("poll changed", poll_id=poll.poll_id, kind=change.what.kind)
