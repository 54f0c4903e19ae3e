"""`make chaos-check`: switches each safeguard off in a copy of the code; the checker must see it.

And the other way round: with all safeguards on, the same interleavings leave no finding.
"""

import argparse
import asyncio
import contextlib
import logging
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from groundswell_local.engines import running_engines
from tests.chaos.checker.collect import collect
from tests.chaos.checker.evidence import save
from tests.chaos.checker.judge import findings
from tests.chaos.directed import DEADLINE_SECONDS, SCENARIOS, Scenario, equip
from tests.chaos.installation import Installation, installed
from tests.chaos.run import beside
from tests.chaos.safeguards import APART, SAFEGUARDS, Safeguard, switched_off
from tests.chaos.stage import PARTITIONS
from tests.chaos.waiting import until

ATTEMPTS = 3
SETTLE_SECONDS = 20.0
GAVE_UP = "gave up"
UNFINISHED = "not certified"
"""The polls of these runs are left as they are when their moment has passed."""


@dataclass(frozen=True, slots=True)
class Check:
    """What the absence of a safeguard broke, of what it should; nothing where nobody noticed."""

    safeguard: Safeguard
    findings: list[str]
    attempts: int
    seconds: float


async def directed(
    directory: Path, scenarios: Sequence[Scenario], python_path: Path | None = None
) -> list[str]:
    """The findings of a run of these scenarios, on the product or on a copy of it.

    A scenario that did not come about on the product is one, too.
    """
    async with running_engines(directory / "engines") as engines:
        try:
            async with installed(
                engines, directory, "check", python_path, deadline_seconds=DEADLINE_SECONDS
            ) as installation:
                await _play(installation, scenarios)
            evidence = await asyncio.to_thread(
                collect,
                directory,
                engines.kafka.address,
                engines.mongo.address,
                installation.contests.database,
                PARTITIONS,
            )
        finally:
            # Nothing of it is needed any more.
            await asyncio.gather(*(engine.kill() for engine in engines.all()))
    save(evidence, directory)
    gave_up = [f"{e['scenario']} did not come to its end: {e['why']}" for e in evidence.of(GAVE_UP)]
    return gave_up + [found for found in findings(evidence) if not found.endswith(UNFINISHED)]


async def _play(installation: Installation, scenarios: Sequence[Scenario]) -> None:
    await equip(installation)
    async with beside(installation.stage.watch, installation.watch.samples):
        for scenario in scenarios:
            # What a copy without a safeguard never gets done shows in what it has not counted.
            try:
                await scenario(installation)
            except TimeoutError as late:
                installation.stage.history.note(
                    "gave up", scenario=scenario.__name__, why=str(late)
                )
        # Nobody writes any more: what is left to count and to archive stays the same.
        for writer in ("worker-1", "box-1"):
            await installation.stage.processes[writer].kill()
        with contextlib.suppress(TimeoutError):
            await until(installation.no_lag, "all is counted", SETTLE_SECONDS)
    await installation.sample_all()
    for process in installation.stage.processes.values():
        await process.kill()


async def check(safeguard: Safeguard, directory: Path) -> Check:
    """Switch a safeguard off, and see whether the checker notices; a few times if it must be."""
    began = time.monotonic()
    found: list[str] = []
    attempts = 0
    while not found and attempts < ATTEMPTS:
        attempts += 1
        home = directory / f"{safeguard.slug}-{attempts}"
        with switched_off(safeguard, home / "src") as python_path:
            all_found = await directed(home, [safeguard.scenario], python_path)
        found = [finding for finding in all_found if finding.startswith(safeguard.breaks)]
    return Check(safeguard, found, attempts, time.monotonic() - began)


async def unharmed(safeguard: Safeguard, scenario: Scenario, directory: Path) -> list[str]:
    """What a scenario breaks without a safeguard that is there for another one."""
    home = directory / f"{safeguard.slug}-{scenario.__name__}"
    with switched_off(safeguard, home / "src") as python_path:
        return await directed(home, [scenario], python_path)


def main() -> int:
    """Check the safeguards named on the command line, or all; 1 where one is not missed."""
    arguments = _arguments()
    # What the driver's own clients say of a Kafka that is killed is no news.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    chosen = [s for s in SAFEGUARDS if not arguments.only or s.slug in arguments.only]
    directory = Path(tempfile.mkdtemp(prefix="chaos-check-"))
    unseen = 0
    say(f"{'switched off':34} {'':8} what the checker said first")
    for safeguard in chosen:
        done = asyncio.run(check(safeguard, directory))
        unseen += not done.findings
        what = done.findings[0] if done.findings else "nothing: the checker is blind to it"
        say(f"{safeguard.name:34} {done.seconds:5.0f} s  {what}")
    if not arguments.only:
        for safeguard, scenario in APART:
            found = asyncio.run(unharmed(safeguard, scenario, directory))
            unseen += _say_unharmed(f"{safeguard.name}, {scenario.__name__}", found)
        found = asyncio.run(directed(directory / "none", SCENARIOS))
        unseen += _say_unharmed("none of them", found)
    if unseen:
        say(f"kept in {directory}")
    else:
        shutil.rmtree(directory)
    return 1 if unseen else 0


def _say_unharmed(what: str, found: list[str]) -> bool:
    say(f"{what:34} {'':8} {found[0] if found else 'no finding, as it should be'}")
    return bool(found)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make chaos-check")
    names = sorted(safeguard.slug for safeguard in SAFEGUARDS)
    parser.add_argument("--only", nargs="*", choices=names, help="these safeguards only")
    return parser.parse_args()


def say(text: str) -> None:
    """Tell the reader, at once."""
    print(text, flush=True)  # noqa: T201 - the output of a command


if __name__ == "__main__":
    sys.exit(main())
