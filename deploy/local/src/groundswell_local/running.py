"""Runs a command's coroutine until it is done or told to stop, however it is told."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def run(main: Coroutine[Any, Any, T]) -> T | None:
    """The result of `main`, or None when Ctrl-C, SIGTERM or a closed terminal cancelled it.

    `main` then ends what it started before this returns; a second Ctrl-C does not wait for that.
    """

    async def stoppable() -> T:
        task = asyncio.create_task(main)
        for number in (signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
        return await task

    # What a shell script runs in the background is started with Ctrl-C ignored; heed it anyway.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return asyncio.run(stoppable())
    except (KeyboardInterrupt, asyncio.CancelledError):
        return None
