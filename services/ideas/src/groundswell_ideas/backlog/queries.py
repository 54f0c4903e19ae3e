"""What waits, of all brands."""

from dataclasses import dataclass
from datetime import datetime

from groundswell_ideas.calendar.store import TimerStore
from groundswell_ideas.cases.store import CaseStore
from groundswell_ideas.media.store import MediaStore
from groundswell_kit.clock import utc_now


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many wait, and for how many seconds the first of them has."""

    count: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Backlog:
    """Uploads to check, cases to decide, and timers that were due and refused."""

    uploads: Waiting
    cases: Waiting
    timers: Waiting


@dataclass(frozen=True, slots=True)
class BacklogQueries:
    """Reads only, by indexes."""

    media: MediaStore
    cases: CaseStore
    timers: TimerStore

    async def look(self) -> Backlog:
        """What waits now."""
        now = utc_now()
        return Backlog(
            _waiting(await self.media.to_check(now), now),
            _waiting(await self.cases.waiting(), now),
            _waiting(await self.timers.refused(), now),
        )


def _waiting(found: tuple[int, datetime | None], now: datetime) -> Waiting:
    count, since = found
    return Waiting(count, 0.0 if since is None else max(0.0, (now - since).total_seconds()))
