"""Interleavings on purpose: each brings about the one moment that a safeguard is there for.

All use one installation of `box-1` (behind a slow network to Kafka), `counter-1` (behind a network
to Redis that can hold a message), `archiver-1` and `worker-1`, and a poll of their own each.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from groundswell_contracts.poll_rules import PollRules
from tests.chaos.faults import dump, set_back
from tests.chaos.installation import Installation
from tests.chaos.plan import HASTY, OPENING, Journey, Request, Step, voter_name
from tests.chaos.proxy import A_LOAD, A_WRITE
from tests.chaos.waiting import until

Scenario = Callable[[Installation], Awaitable[None]]

FOREVER_SECONDS = 3_600.0
COUNT_SECONDS = 40.0
REVIEW_SECONDS = 600
"""So that a poll that has closed is not forgotten before it is looked at."""

CATCH_SECONDS = 20.0
# Below the two seconds after which a client of Kafka's gives a question up.
SLOW_SECONDS = 1.7
DEADLINE_SECONDS = 0.7
"""The request deadline of these installations: short, so that announcements wait less long."""


async def equip(installation: Installation) -> None:
    """Start the processes that the scenarios need."""
    stage = installation.stage
    await stage.add_behind_proxy("box-1", "ballot-box", "kafka")
    await stage.add_behind_proxy("counter-1", "counter", "redis")
    stage.add("archiver-1", "archiver")
    stage.add("worker-1", "worker")
    await stage.start()
    installation.crowd.boxes = {"box-1": stage.processes["box-1"].url}


async def late_write(installation: Installation) -> None:
    """A write of the count arrives when the count has gone on without it."""
    await _open(installation, "poll_late_write")
    await _vote(installation, "poll_late_write", range(40))
    await _counted(installation)
    held = installation.stage.proxies["counter-1"].hold_next(A_WRITE)
    await _vote(installation, "poll_late_write", range(40, 60))
    await asyncio.wait_for(held.caught.wait(), CATCH_SECONDS)
    await _vote(installation, "poll_late_write", range(60, 120))
    await _counted(installation)
    held.release.set()
    await asyncio.sleep(1.5)  # the counter compares every second
    await _vote(installation, "poll_late_write", range(120, 140))
    await _counted(installation)


async def written_twice(installation: Installation) -> None:
    """A write of the count arrives, its answer is lost, and the network delivers it once more."""
    await _open(installation, "poll_twice")
    await _vote(installation, "poll_twice", range(40))
    await _counted(installation)
    held = installation.stage.proxies["counter-1"].hold_next(A_WRITE, twice=True)
    voting = asyncio.create_task(_vote(installation, "poll_twice", range(40, 60)))
    await asyncio.wait_for(held.caught.wait(), CATCH_SECONDS)
    held.release.set()
    await voting
    await _counted(installation)
    await _vote(installation, "poll_twice", range(60, 80))
    await _counted(installation)


async def set_back_before_load(installation: Installation) -> None:
    """Redis gets an older state between a counter's fetch and its load."""
    await _open(installation, "poll_set_back")
    await _vote(installation, "poll_set_back", range(40))
    await _counted(installation)
    older = await dump(installation.redis)
    await _vote(installation, "poll_set_back", range(40, 100))
    await _counted(installation)
    held = installation.stage.proxies["counter-1"].hold_next(A_LOAD)
    await _vote(installation, "poll_set_back", range(100, 130))
    await asyncio.wait_for(held.caught.wait(), CATCH_SECONDS)
    await set_back(installation.redis, older)
    held.release.set()
    await _counted(installation)


async def out_of_order(installation: Installation) -> None:
    """Repeats and older revisions reach the log before anything is counted."""
    rules: dict[str, Any] = {"ideas_per_ballot": 3}
    await _open(installation, "poll_three", **rules)
    await _open(installation, "poll_changeable", kind="changeable", **rules)
    counter = installation.stage.processes["counter-1"]
    counter.pause()
    first, second = (Request((idea,)) for idea in OPENING[:2])
    await _send(installation, "poll_three", [(first,) * 20, (second,), (first,)])
    for revisions in ((2, 1), (3, 1, 2)):
        ballots = [(Request((OPENING[number],), number),) for number in revisions]
        await _send(installation, "poll_changeable", ballots, voter=sum(revisions))
    counter.resume()
    await _counted(installation)


async def dead_before_the_log_has_it(installation: Installation) -> None:
    """Ballot box and Kafka die when votes are on their way from one to the other."""
    await _open(installation, "poll_dead")
    await _vote(installation, "poll_dead", range(10))
    kafka, box = installation.stage.engines.kafka, installation.stage.processes["box-1"]
    await kafka.pause()
    voting = asyncio.create_task(_vote(installation, "poll_dead", range(10, 40), attempts=HASTY))
    await asyncio.sleep(0.5)
    await box.kill()
    await kafka.kill()
    await kafka.start()
    box.start()
    await voting
    await box.started()
    await _counted(installation)


async def closes_unseen(installation: Installation) -> None:
    """The worker sleeps over a closing time, so only the broker's time tells what is too late."""
    closes_in = 5.0
    closes = time.monotonic() + closes_in
    await _open(installation, "poll_unseen", closes_in=closes_in)
    worker = installation.stage.processes["worker-1"]
    worker.pause()
    await asyncio.sleep(max(0.0, closes - 0.7 - time.monotonic()))
    await _steadily(installation, "poll_unseen", seconds=1.7)
    worker.resume()
    await _closed(installation, "poll_unseen")


async def closes_unheard(installation: Installation) -> None:
    """A poll closes early, which a ballot box hears late."""
    await _open(installation, "poll_unheard")
    installation.stage.proxies["box-1"].delay = 0.8
    voting = asyncio.create_task(_steadily(installation, "poll_unheard", seconds=4.0))
    await asyncio.sleep(1.0)
    await installation.contests.end("poll_unheard")
    await voting
    installation.stage.proxies["box-1"].delay = 0.0
    await _closed(installation, "poll_unheard")


async def closes_on_an_old_answer(installation: Installation) -> None:
    """A ballot box asks, a poll closes early, and the box gets the answer from before that."""
    await _open(installation, "poll_old_answer")
    proxy = installation.stage.proxies["box-1"]
    proxy.delay = SLOW_SECONDS
    await asyncio.sleep(2 * SLOW_SECONDS)
    proxy.asked.clear()
    await asyncio.wait_for(proxy.asked.wait(), CATCH_SECONDS)
    await installation.contests.end("poll_old_answer")
    await _steadily(installation, "poll_old_answer", seconds=2 * SLOW_SECONDS + 1.0)
    proxy.delay = 0.0
    await _closed(installation, "poll_old_answer")


async def _open(
    installation: Installation, poll_id: str, closes_in: float = FOREVER_SECONDS, **rules: Any
) -> None:
    closes_at = datetime.now(UTC) + timedelta(seconds=closes_in)
    frozen = PollRules(**rules, review_seconds=REVIEW_SECONDS)
    await installation.contests.open(poll_id, OPENING, frozen, closes_at)
    await installation.contests.until_open(poll_id)


async def _vote(
    installation: Installation, poll_id: str, voters: range, attempts: int = 20
) -> None:
    """One vote of each of these voters, all at once."""
    journeys = [
        Journey(0.0, poll_id, _voter(poll_id, n), (_step(OPENING[n % 5], attempts),))
        for n in voters
    ]
    await installation.crowd.go(journeys, time.monotonic())


async def _steadily(installation: Installation, poll_id: str, seconds: float) -> None:
    """Forty voters a second, who never send again."""
    journeys = [
        Journey(n / 40, poll_id, _voter(poll_id, 1_000 + n), (_step(OPENING[n % 5], HASTY),))
        for n in range(round(40 * seconds))
    ]
    await installation.crowd.go(journeys, time.monotonic())


async def _send(
    installation: Installation,
    poll_id: str,
    steps: Sequence[tuple[Request, ...]],
    voter: int = 0,
) -> None:
    """What one voter sends, step after step."""
    journey = Journey(0.0, poll_id, _voter(poll_id, voter), tuple(Step(r) for r in steps))
    await installation.crowd.go([journey], time.monotonic())


def _step(idea: str, attempts: int) -> Step:
    return Step((Request((idea,)),), attempts=attempts)


def _voter(poll_id: str, number: int) -> str:
    return voter_name(sum(poll_id.encode()), number)


async def _counted(installation: Installation) -> None:
    await until(installation.no_lag, "all is counted", COUNT_SECONDS)


async def _closed(installation: Installation, poll_id: str) -> None:
    """Waits until the poll's voting is closed in the log, and all is counted."""

    async def is_closed() -> bool:
        stage = await installation.contests.stage_of(poll_id)
        return stage not in ("open", "closing")

    await until(is_closed, f"{poll_id} is closed", COUNT_SECONDS)
    await _counted(installation)


SCENARIOS: tuple[Scenario, ...] = (
    late_write,
    written_twice,
    set_back_before_load,
    out_of_order,
    closes_unseen,
    closes_unheard,
    closes_on_an_old_answer,
    dead_before_the_log_has_it,
)
