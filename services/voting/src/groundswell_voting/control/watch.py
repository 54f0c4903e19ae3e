"""What else each turn of the machine does for a poll under way, next to moving it on."""

import time
from collections.abc import Awaitable, Callable, Sequence

from groundswell_kit.observability import get_logger
from groundswell_kit.waiting import growing_delay
from groundswell_voting.polls.rules import Poll

log = get_logger()

Watcher = Callable[[Poll], Awaitable[None]]


class Watch:
    """Calls each watcher with every poll under way.

    One that fails waits longer and longer, and holds up neither the others nor the poll.
    """

    def __init__(self, watchers: Sequence[Watcher]) -> None:
        self._watchers = watchers
        self._failures: dict[tuple[int, str], int] = {}
        self._retry_after: dict[tuple[int, str], float] = {}

    async def look_at(self, poll: Poll) -> None:
        """One turn of a poll."""
        for place, watcher in enumerate(self._watchers):
            key = (place, poll.poll_id)
            if time.monotonic() < self._retry_after.get(key, 0.0):
                continue
            try:
                await watcher(poll)
            except Exception as error:
                log.exception("poll not looked at", poll_id=poll.poll_id, error=repr(error))
                failures = self._failures[key] = self._failures.get(key, 0) + 1
                self._retry_after[key] = time.monotonic() + growing_delay(failures)
            else:
                self._failures.pop(key, None)
