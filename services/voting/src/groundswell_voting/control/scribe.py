"""Writes what a poll's next step says: its control record, or an announcement; and the waiting.

Used by the steps of a poll's life and of its changes. All that is written follows from a poll that
still stood in MongoDB where it was read, so two workers never write different things in one place.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from groundswell_contracts.polls import PollAnnounced
from groundswell_voting.control.broker_clock import BrokerClock
from groundswell_voting.control.records import ControlEvent
from groundswell_voting.control.writer import LogWriter
from groundswell_voting.polls.rules import Poll, PollStage
from groundswell_voting.polls.store import PollStore


@dataclass(frozen=True, slots=True)
class _Announced:
    """What a poll was waiting for when it was announced, and when that was acknowledged."""

    before: tuple[PollStage, int, int]
    acknowledged_at: float


class Scribe:
    """`announce_seconds` is how long an announcement must be known before what it takes away may
    be written to the log: the ballot box's request deadline and its lease together.
    """

    def __init__(self, polls: PollStore, writer: LogWriter, announce_seconds: float) -> None:
        self._polls = polls
        self._writer = writer
        self._announce_seconds = announce_seconds
        self._announced: dict[str, _Announced] = {}
        self._clock = BrokerClock()

    @property
    def partitions(self) -> int:
        """How many partitions the votes log has."""
        return self._writer.partitions

    def forget(self) -> None:
        """Somebody else holds the lease: whoever comes back to it announces and waits anew."""
        self._announced.clear()

    async def record(
        self,
        poll: Poll,
        events: Sequence[ControlEvent],
        poll_is: Mapping[str, Any],
        *,
        timed: str | None = None,
    ) -> Poll | None:
        """Write the poll's next control record to all partitions; then the poll is as given.

        The field that `timed` names gets the broker's time of the record. None when another worker
        has moved the poll on. A repeat with the same events is safe.
        """
        number = poll.control_number + 1
        writing = await self._polls.change(poll, writing=number)
        if writing is None:
            return None
        appended_at_ms = await self._writer.append_control(poll.brand_id, events)
        self._clock.hear(appended_at_ms)
        self._announced.pop(poll.poll_id, None)
        fields = {**poll_is, "control_number": number, "writing": None}
        if timed is not None:
            fields[timed] = appended_at_ms
        return await self._polls.change(writing, **fields)

    async def announce(self, poll: Poll, **content: Any) -> int | None:
        """Announce something about a poll under a number of its own; the broker's time of it.

        None when another worker has moved the poll on.
        """
        number = await self._polls.reserve_announcement(poll)
        if number is None:
            return None
        announcement = PollAnnounced(
            poll_id=poll.poll_id, contest_id=poll.contest_id, number=number, **content
        )
        appended_at_ms = await self._writer.announce(poll.brand_id, announcement)
        self._clock.hear(appended_at_ms)
        return appended_at_ms

    async def announced(self, poll: Poll, **content: Any) -> bool:
        """Announce what takes something away; True when no ballot box can miss it any more.

        Asked again in the poll's next turns until then. After a restart it is announced again and
        the whole time waited again.
        """
        before = (poll.stage, poll.control_number, poll.changes_done)
        announced = self._announced.get(poll.poll_id)
        if announced is not None and announced.before == before:
            return time.monotonic() - announced.acknowledged_at >= self._announce_seconds
        if await self.announce(poll, **content) is not None:
            self._announced[poll.poll_id] = _Announced(before, time.monotonic())
        return False

    async def passed(self, poll: Poll, moment_ms: int) -> bool:
        """Whether the broker's clock has come to a moment (milliseconds since 1970).

        Asks the broker when that may be: by an announcement that changes nothing, whose append
        time is the answer.
        """
        if self._clock.has_passed(moment_ms):
            return True
        if not self._clock.may_have_passed(moment_ms):
            return False
        appended_at_ms = await self.announce(poll)
        return appended_at_ms is not None and appended_at_ms >= moment_ms
