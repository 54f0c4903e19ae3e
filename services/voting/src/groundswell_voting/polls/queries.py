"""Reads of polls: for passes, receipts, standings and the public page of a poll."""

import time
from dataclasses import dataclass, field

from groundswell_kit.problems import not_found
from groundswell_voting.polls.rules import Poll
from groundswell_voting.polls.store import PollStore

RECENT_SECONDS = 1.0
STALE_SECONDS = 10.0
KEPT_POLLS = 1_000


@dataclass(slots=True)
class _Kept:
    """A poll as it was read last; while one caller reads it again the others take this."""

    poll: Poll
    read_at: float
    reading: bool = False


@dataclass(frozen=True)
class PollQueries:
    """Polls as the public may see them."""

    store: PollStore
    _kept: dict[str, _Kept] = field(default_factory=dict)

    async def find(self, poll_id: str) -> Poll:
        """A poll as it is now. Raises a 404 problem."""
        poll = await self.store.find_public(poll_id)
        if poll is None:
            raise not_found("There is no such poll.")
        return poll

    async def of_brand(self, brand_id: str, poll_id: str) -> Poll:
        """A poll of the brand as it is now. Raises a 404 problem."""
        poll = await self.find(poll_id)
        if poll.brand_id != brand_id:
            raise not_found("There is no such poll.")
        return poll

    async def recent(self, poll_id: str) -> Poll:
        """A poll as it was a second ago, at most ten, so that a surge does not ask for each voter.

        Good enough for passes: what counts as in time is decided by the log. Raises a 404 problem.
        """
        kept = self._kept.get(poll_id)
        if kept is None:
            poll = await self.find(poll_id)
            if len(self._kept) >= KEPT_POLLS:
                self._kept.clear()
            self._kept[poll_id] = _Kept(poll, time.monotonic())
            return poll
        age = time.monotonic() - kept.read_at
        if age > RECENT_SECONDS and (not kept.reading or age > STALE_SECONDS):
            kept.reading = True
            try:
                kept.poll = await self.find(poll_id)
                kept.read_at = time.monotonic()
            finally:
                kept.reading = False
        return kept.poll
