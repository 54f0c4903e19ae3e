"""The benchmark: `make bench`, or `python -m tests.load --help`.

Each experiment starts engines and roles of its own and measures its sides in turns (A B A B ...).
"""

import asyncio
import time
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from groundswell_local.engines import EngineError
from groundswell_local.ownership import AlreadyOwnedError
from groundswell_local.paths import PROJECT
from groundswell_local.running import run
from groundswell_local.settings import LocalSettings
from groundswell_local.supervisor import RoleFailedError
from tests.load.machine import QUIET_SHARE, busy_share
from tests.load.plots import draw
from tests.load.report import figure_table, quote, write_report
from tests.load.results import FILE, OtherRun, Results
from tests.load.sides import Experiment, Stage
from tests.load.sides.archiving import archiving
from tests.load.sides.counting import counting
from tests.load.sides.growth import growth
from tests.load.sides.ideas import ideas
from tests.load.sides.imports import imports
from tests.load.sides.intake import intake
from tests.load.sides.overload import overload
from tests.load.sides.recovery import recovery
from tests.load.sides.standings import standings
from tests.load.sides.surge import surge
from tests.load.sizes import FULL, QUICK, Sizes
from tests.load.tools import LoadFailed, need_tools

EXPERIMENTS: dict[str, Experiment] = {
    "intake": intake,
    "counting": counting,
    "archiving": archiving,
    "growth": growth,
    "surge": surge,
    "overload": overload,
    "recovery": recovery,
    "standings": standings,
    "ideas": ideas,
    "imports": imports,
}
EXPECTED = (AlreadyOwnedError, EngineError, OtherRun, RoleFailedError)
LOAD_FAILED = 3
"""The exit status when a load did not go as it has to for its figures to mean something."""
STARTED = time.monotonic()
LONGEST_SIDE_SECONDS = 600
SHOWN = 4
STATE = LocalSettings().state
DIRECTORY = STATE / "bench"


def main(
    only: Annotated[
        list[str] | None,
        typer.Option(help=f"One of {', '.join(EXPERIMENTS)}; repeatable. Default: all."),
    ] = None,
    fresh: Annotated[bool, typer.Option(help="Measure anew what has been measured.")] = False,
    quick: Annotated[
        bool, typer.Option(help="A minute or two, to see that it works; its figures say nothing.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(help="Where results go. Default: docs/benchmarks.")
    ] = None,
) -> None:
    """Measure the vote path on this machine; goes on where an earlier run was cut off."""
    sizes = QUICK if quick else FULL
    target = out or (STATE / "bench-quick" if quick else PROJECT / "docs" / "benchmarks")
    chosen = only or list(EXPERIMENTS)
    if unknown := set(chosen) - set(EXPERIMENTS):
        raise typer.BadParameter(f"no such experiment: {', '.join(sorted(unknown))}")
    try:
        need_tools()
        results = _results(target, sizes, chosen, fresh=fresh)
        finished = run(_measure(results, chosen, sizes))
    except LoadFailed as error:
        typer.secho(str(error), err=True, fg="red")
        raise typer.Exit(LOAD_FAILED) from error
    except EXPECTED as error:
        typer.secho(str(error), err=True, fg="red")
        raise typer.Exit(1) from error
    if not finished:
        typer.echo("stopped; the next run goes on here")
        raise typer.Exit(1)
    typer.echo(f"\n{figure_table(results.content['experiments'])}\n")
    typer.echo(f"written: {write_report(results)}")
    draw(results.content["experiments"], target)
    if target == PROJECT / "docs" / "benchmarks":
        quote(results, PROJECT / "README.md")


def _results(target: Path, sizes: Sizes, chosen: list[str], *, fresh: bool) -> Results:
    if fresh and set(chosen) == set(EXPERIMENTS):
        (target / FILE).unlink(missing_ok=True)
    results = Results.open(target, sizes)
    for name in chosen if fresh else ():
        results.forget(name)
    return results


async def _measure(results: Results, chosen: list[str], sizes: Sizes) -> bool:
    for name in chosen:
        if not results.is_whole(name, sizes.repetitions):
            await _measure_one(results, name, sizes)
    return True


async def _measure_one(results: Results, name: str, sizes: Sizes) -> None:
    busy = await busy_share()
    if busy > QUIET_SHARE:
        _say(name, f"others use {busy:.0%} of this machine: its figures will not be true")
    began = time.monotonic()
    stage = Stage(sizes, DIRECTORY / name, partial(results.turn_under_way, name))
    async with EXPERIMENTS[name](stage) as sides:
        results.begin(name, sides.measures, sides.engines, busy)
        _say(name, f"ready after {time.monotonic() - began:.0f} s")
        for repetition in range(sizes.repetitions):
            for side, measure in sides.measures.items():
                if results.has(name, repetition, side):
                    continue
                async with asyncio.timeout(LONGEST_SIDE_SECONDS):
                    measured = await measure()
                results.add(name, repetition, side, measured)
                told = ", ".join(f"{k} {v:,.2f}" for k, v in list(measured.items())[:SHOWN])
                _say(name, f"{repetition + 1}/{sizes.repetitions} {side}: {told}")
    _say(name, f"done in {time.monotonic() - began:.0f} s")


def _say(name: str, text: str) -> None:
    minutes, seconds = divmod(round(time.monotonic() - STARTED), 60)
    typer.echo(f"{minutes:2}:{seconds:02} {name:<10} {text}")


if __name__ == "__main__":
    typer.run(main)
