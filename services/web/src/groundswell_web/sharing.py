"""Answers that everybody gets alike: asked for once in a while, however many want them.

Used by the queries of what a surge of visitors looks at.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

KEPT_SECONDS = 1.0
KEPT_ANSWERS = 1_000

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class _Kept:
    """The question that was asked last, and when."""

    asking: "asyncio.Future[Any]"
    asked_at: float


class Shared:
    """The answers of the last second, or of so many, each under a name; a bounded number of them.

    What failed is asked again after a second.
    """

    def __init__(self, seconds: float = KEPT_SECONDS) -> None:
        self._seconds = seconds
        self._kept: dict[str, _Kept] = {}

    async def answer(self, name: str, ask: Callable[[], Awaitable[Answer]]) -> Answer:
        """What `ask` gives, or has given lately, or raises to all who wait for it.

        Who leaves early takes the answer from nobody else.
        """
        now = asyncio.get_running_loop().time()
        kept = self._kept.get(name)
        if kept is None or self._is_over(kept, now):
            if len(self._kept) >= KEPT_ANSWERS:
                self._kept.clear()
            kept = self._kept[name] = _Kept(asyncio.ensure_future(ask()), now)
            kept.asking.add_done_callback(_heed)
        answer: Answer = await asyncio.shield(kept.asking)
        return answer

    def _is_over(self, kept: _Kept, now: float) -> bool:
        if not kept.asking.done():
            return False
        failed = kept.asking.cancelled() or kept.asking.exception() is not None
        return now - kept.asked_at > (KEPT_SECONDS if failed else self._seconds)


def _heed(asking: "asyncio.Future[Any]") -> None:
    """What was raised is raised to those who wait; if nobody does any more, nobody need know."""
    if not asking.cancelled():
        asking.exception()
