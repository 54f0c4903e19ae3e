"""The demo from its start to its end; called by `groundswell demo`."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from groundswell_local.demo.addresses import how_to_sign_in, where_to_click, where_to_look
from groundswell_local.demo.ballot_boxes import BallotBoxes
from groundswell_local.demo.calls import CallFailed, Calls
from groundswell_local.demo.client import HttpClient
from groundswell_local.demo.people import entrant_address
from groundswell_local.demo.published import read_published
from groundswell_local.demo.replay import WINNER, Replay
from groundswell_local.demo.report import tell
from groundswell_local.demo.steps import Steps
from groundswell_local.installation import local_groundswell
from groundswell_local.memory import watched_memory
from groundswell_local.paths import PROJECT
from groundswell_local.supervisor import RoleEvent

PUBLISHED = PROJECT / "data" / "nameourship-2016.csv"

_WAY_OUT = (
    "The services' logs in {directory}/logs say more. `make run` tries again with a new contest; "
    "`make clean` wipes all data first; `make doctor` looks at this machine."
)


@dataclass(frozen=True, slots=True)
class Options:
    """What is asked of the demo. `votes` None casts as many as were published; `ballot_boxes`
    are addresses that take votes beside the installation's own.
    """

    votes: int | None
    wait: bool
    ballot_boxes: Sequence[str]


async def run_demo(
    options: Options, directory: Path, console: Console, on_event: Callable[[RoleEvent], None]
) -> bool:
    """Run Groundswell in `directory` and the contest on it; True when all came out equal.

    With `options.wait` all stays up until this is cancelled. Raises CallFailed when a service
    refuses a step, and what `local_groundswell` raises.
    """
    steps = Steps(console)
    async with AsyncExitStack() as stack:
        memory = await stack.enter_async_context(watched_memory(directory))
        with steps.step("engines and services start"):
            installation = await stack.enter_async_context(
                local_groundswell(directory, on_event, console.print)
            )
        for engine in installation.engines.all():
            console.print(f"{engine.version} at {engine.address}")
        http = HttpClient()
        stack.callback(http.close)
        named = [installation.ballot_box_url, *options.ballot_boxes]
        boxes = BallotBoxes(http, named, directory)
        calls = Calls(http)
        replay = Replay(installation, calls, boxes, steps, memory, console)
        try:
            result = await replay.run(read_published(PUBLISHED), options.votes)
            to_click = where_to_click(replay.contest, installation)
            with steps.step("the pages that are named below answer"):
                for _, address in to_click:
                    await calls.send("GET", [address])
        except CallFailed as failed:
            raise CallFailed(f"{failed}\n{_WAY_OUT.format(directory=directory)}") from failed
        tell(result, to_click, where_to_look(replay.contest, directory), console)
        if options.wait:
            by_hand = how_to_sign_in(installation, entrant_address(WINNER))
            console.print(f"\n{by_hand}", soft_wrap=True)
            console.print("All of it stays up until Ctrl-C.")
            with suppress(asyncio.CancelledError):  # Ctrl-C: a good end, with the status of above
                await asyncio.Event().wait()
    return result.equal
