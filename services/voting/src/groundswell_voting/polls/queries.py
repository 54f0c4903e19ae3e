"""Reads of polls: for passes, receipts, standings and the public page of a poll."""

import time
from dataclasses import dataclass, field

from groundswell_kit.problems import not_found
from groundswell_voting.polls.rules import Poll
from groundswell_voting.polls.store import PollStore

RECENT_SECONDS = 1.0
KEPT_POLLS = 1_000


@dataclass(frozen=True)
class PollQueries:
    """Polls as the public may see them."""

    store: PollStore
    _recent: dict[str, tuple[float, Poll]] = field(default_factory=dict)

    async def find(self, poll_id: str) -> Poll:
        """A poll as it is now. Raises a 404 problem."""
        poll = await self.store.find_public(poll_id)
        if poll is None:
            raise not_found("There is no such poll.")
        return poll

    async def recent(self, poll_id: str) -> Poll:
        """A poll as it was within the last second, so that a surge does not ask for each voter.

        Good enough for passes: what counts as in time is decided by the log.
        """
        read_at, poll = self._recent.get(poll_id, (0.0, None))
        if poll is None or time.monotonic() - read_at > RECENT_SECONDS:
            poll = await self.find(poll_id)
            if len(self._recent) >= KEPT_POLLS:
                self._recent.clear()
            self._recent[poll_id] = (time.monotonic(), poll)
        return poll
