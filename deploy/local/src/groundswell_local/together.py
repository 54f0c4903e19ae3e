"""Several things at once, each brought to its end."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

T = TypeVar("T")


async def together(work: Sequence[Coroutine[Any, Any, T]]) -> list[T]:
    """Do all at once; when some fail, raise the first failure once the others have ended too.

    Unlike a task group it stops nothing half-way: engines that start are not cut off, and the
    error is the one that a person has to read.
    """
    done = []
    for outcome in await asyncio.gather(*work, return_exceptions=True):
        if isinstance(outcome, BaseException):
            raise outcome
        done.append(outcome)
    return done
