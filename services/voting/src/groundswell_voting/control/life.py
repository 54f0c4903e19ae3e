"""The stages of a poll, from its plan to its retirement: one step of one poll at a time."""

import time
from collections.abc import Awaitable, Callable, Sequence

from groundswell_contracts.polls import AnnouncedIdeas
from groundswell_contracts.tallies import TallyCertified
from groundswell_kit.observability import get_logger
from groundswell_voting.certification.commands import CertificationCommands
from groundswell_voting.certification.store import TallyStore
from groundswell_voting.control.changes import PendingChanges
from groundswell_voting.control.records import record_of_stage
from groundswell_voting.control.scribe import Scribe
from groundswell_voting.polls.rules import Poll, PollStage, has_pause_to_settle
from groundswell_voting.polls.store import PollStore
from groundswell_voting.voteslog.codec import milliseconds, rules_to

log = get_logger()

CERTIFY_AGAIN_SECONDS = 5.0

Conclusion = Callable[[Poll, TallyCertified], Awaitable[None]]


class PollLife:
    """Called by the machine for each poll that is not retired, turn by turn.

    `conclusions` tell what only the certified tally decides, before the poll is retired; each may
    be called again after a crash.
    """

    def __init__(
        self,
        polls: PollStore,
        changes: PendingChanges,
        scribe: Scribe,
        certification: CertificationCommands,
        tallies: TallyStore,
        conclusions: Sequence[Conclusion] = (),
    ) -> None:
        self._polls = polls
        self._changes = changes
        self._scribe = scribe
        self._certification = certification
        self._tallies = tallies
        self._conclusions = conclusions
        self._certify_after: dict[str, float] = {}

    async def forget(self) -> None:
        """Somebody else holds the lease: nothing that was begun here goes on."""
        self._scribe.forget()
        await self._changes.forget()

    async def step(self, poll: Poll) -> None:
        """The next step of a poll. It follows from the stored poll alone, so a crash repeats it.

        Steps of polls behind their seal may take long, and may be taken beside those of others.
        """
        if has_pause_to_settle(poll):
            await self._changes.pause(poll)
            return
        match poll.stage:
            case PollStage.PLANNED:
                await self._enter(poll, PollStage.OPENED)
            case PollStage.OPENED:
                await self._announce_opening(poll)
            case PollStage.OPEN:
                await self._change_or_close(poll)
            case PollStage.CLOSING:
                await self._close(poll)
            case PollStage.CLOSED:
                await self._review(poll)
            case PollStage.SEALING:
                await self._seal(poll)
            case PollStage.SEALED:
                await self._certify(poll)
            case PollStage.CERTIFIED:
                await self._conclude(poll)

    async def _enter(self, poll: Poll, stage: PollStage, timed: str | None = None) -> None:
        """Write the control record that leads to a stage, then move the poll on."""
        events = [record_of_stage(poll, stage)] * self._scribe.partitions
        if await self._scribe.record(poll, events, {"stage": stage}, timed=timed) is not None:
            log.info("poll moved on", poll_id=poll.poll_id, stage=stage)

    async def _announce_opening(self, poll: Poll) -> None:
        """What gives is written to the log first and announced after."""
        announced_at_ms = await self._scribe.announce(
            poll,
            accepting=True,
            closes_at=poll.closes_at,
            rules=rules_to(poll.rules),
            ideas=AnnouncedIdeas(first_ordinal=0, idea_ids=list(poll.idea_ids)),
        )
        if announced_at_ms is not None:
            await self._polls.change(poll, stage=PollStage.OPEN, opened_at_ms=announced_at_ms)

    async def _change_or_close(self, poll: Poll) -> None:
        """A change that has begun comes to its end before the poll closes."""
        if poll.change_record is not None:
            await self._changes.step(poll)
        elif poll.close_requested:
            await self._start_closing(poll, "closed_early")
        elif await self._scribe.passed(poll, milliseconds(poll.closes_at)):
            await self._start_closing(poll, "deadline")
        else:
            await self._changes.step(poll)

    async def _start_closing(self, poll: Poll, reason: str) -> None:
        await self._polls.change(poll, stage=PollStage.CLOSING, close_reason=reason)

    async def _close(self, poll: Poll) -> None:
        """What takes away is announced first; the log has it when no ballot box can miss it.

        A record that somebody began to write was announced and waited for before.
        """
        if poll.writing is not None or await self._scribe.announced(poll, accepting=False):
            await self._enter(poll, PollStage.CLOSED, timed="closed_at_ms")

    async def _review(self, poll: Poll) -> None:
        """Set voters aside until the time for that is over; from then on nobody can ask for it."""
        if poll.change_record is not None:
            await self._changes.step(poll)
            return
        if poll.closed_at_ms is None:
            raise ValueError(f"{poll.poll_id} is closed, and nobody knows since when")
        if await self._scribe.passed(poll, poll.closed_at_ms + poll.rules.review_seconds * 1000):
            await self._polls.change(poll, stage=PollStage.SEALING)
        else:
            await self._changes.step(poll)

    async def _seal(self, poll: Poll) -> None:
        """What was asked for in time is done before the seal."""
        if poll.changes_done < poll.changes_asked:
            await self._changes.step(poll)
        else:
            await self._enter(poll, PollStage.SEALED)

    async def _certify(self, poll: Poll) -> None:
        """Certify, at once when the archive has come to the seal; after a refusal now and then."""
        if time.monotonic() < self._certify_after.get(poll.poll_id, 0.0):
            return
        await self._certification.certify(poll)
        if poll.refusal is not None:
            self._certify_after[poll.poll_id] = time.monotonic() + CERTIFY_AGAIN_SECONDS

    async def _conclude(self, poll: Poll) -> None:
        found = await self._tallies.find_public(poll.poll_id)
        if found is None:
            raise LookupError(f"{poll.poll_id} is certified and has no tally")
        for conclude in self._conclusions:
            await conclude(poll, found[1])
        await self._enter(poll, PollStage.RETIRED)
