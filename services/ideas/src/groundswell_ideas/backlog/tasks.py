"""The worker's task that tells Prometheus what waits."""

import asyncio
from dataclasses import dataclass

from prometheus_client import Gauge

from groundswell_ideas import metrics
from groundswell_ideas.backlog.queries import BacklogQueries, Waiting
from groundswell_kit.health import Heartbeat
from groundswell_kit.turns import take_turns

LOOK_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class BacklogTask:
    """Run by every worker: all of them see the same."""

    queries: BacklogQueries
    heartbeat: Heartbeat

    async def run(self, stop: asyncio.Event) -> None:
        """Looks again and again until `stop` is set."""
        await take_turns(stop, "backlog", self._turn, self.heartbeat)

    async def _turn(self) -> float:
        found = await self.queries.look()
        _show(found.uploads, metrics.UPLOADS_WAITING, metrics.UPLOADS_OLDEST_SECONDS)
        _show(found.cases, metrics.CASES_OPEN, metrics.CASES_OLDEST_SECONDS)
        _show(found.timers, metrics.TIMERS_REFUSED, metrics.TIMERS_OLDEST_REFUSED_SECONDS)
        return LOOK_SECONDS


def _show(found: Waiting, count: Gauge, seconds: Gauge) -> None:
    count.set(found.count)
    seconds.set(found.seconds)
