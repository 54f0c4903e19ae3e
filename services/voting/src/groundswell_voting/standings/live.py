"""The newest board of each poll that somebody reads: one reader per poll and process.

Requests and streams take what is there; engines are asked by a task of the poll's own, which ends
when nobody has asked for a while.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence

from groundswell_kit.observability import get_logger
from groundswell_kit.problems import unavailable
from groundswell_kit.waiting import cancel
from groundswell_voting.polls.rules import Poll
from groundswell_voting.standings.rules import Board, Figures, OutsideLine, board_after

log = get_logger()

REFRESH_SECONDS = 0.25
LONGEST_SECONDS = 5.0
SHARE_OF_TIME = 10
"""A refresh comes no sooner than so many times the processor time spent during the last one."""

IDLE_SECONDS = 10.0
FIRST_SECONDS = 3.0
KEPT_POSITIONS = 2_000
MAX_POLLS = 500

ReadPoll = Callable[[], Awaitable[tuple[Poll, Figures, Sequence[OutsideLine]]]]


class LivePoll:
    """One poll's board, refreshed while it is read. Started by the first who asks."""

    def __init__(self, poll_id: str, read: ReadPoll, on_idle: Callable[[], None]) -> None:
        self.poll_id = poll_id
        self._read = read
        self._on_idle = on_idle
        self._board: Board | None = None
        self._poll: Poll | None = None
        self._error: Exception | None = None
        self._first = asyncio.Event()
        self._newer = asyncio.Event()
        self._versions: OrderedDict[str, int] = OrderedDict()
        self._asked_at = time.monotonic()
        self._task = asyncio.create_task(self._follow(), name=f"standings {poll_id}")

    async def board(self) -> tuple[Poll, Board]:
        """The poll and its newest board, at once but for the first time.

        Raises what the last refresh met; 503 when there was no answer yet.
        """
        self._asked_at = time.monotonic()
        if not self._first.is_set():
            try:
                async with asyncio.timeout(FIRST_SECONDS):
                    await self._first.wait()
            except TimeoutError:
                raise unavailable("The standings cannot be read now.") from None
        if self._error is not None:
            raise self._error
        if self._poll is None or self._board is None:
            raise unavailable("The standings cannot be read now.")
        return self._poll, self._board

    @property
    def ended(self) -> bool:
        """Whether its board is kept up to date no longer: nobody had asked for a while."""
        return self._task.done()

    async def newer(self, version: int, seconds: float) -> Board | None:
        """The newest board once it is of another version; None when there is none by then."""
        self._asked_at = time.monotonic()
        if self._board is None or self._board.version == version:
            newer = self._newer
            try:
                async with asyncio.timeout(seconds):
                    await newer.wait()
            except TimeoutError:
                return None
        return self._board

    def version_at(self, position: str) -> int | None:
        """The first version that stood at this position, if this process remembers it."""
        return self._versions.get(position)

    async def close(self) -> None:
        """End the task."""
        await cancel(self._task)

    async def _follow(self) -> None:
        try:
            while time.monotonic() - self._asked_at < IDLE_SECONDS:
                began = time.thread_time()
                await self._refresh()
                cost = time.thread_time() - began
                self._first.set()
                await asyncio.sleep(
                    min(LONGEST_SECONDS, max(REFRESH_SECONDS, cost * SHARE_OF_TIME))
                )
        finally:
            self._on_idle()
            self._first.set()

    async def _refresh(self) -> None:
        try:
            self._poll, figures, outside = await self._read()
        except Exception as error:  # noqa: BLE001 - raised to everybody who asks
            if type(error) is not type(self._error):
                log.warning("standings not read", poll_id=self.poll_id, error=repr(error))
            self._error = error
            return
        self._error = None
        before = self._board
        self._board = board_after(before, self.poll_id, figures, outside)
        if before is None or before.version != self._board.version:
            self._remember(self._board)
            newer, self._newer = self._newer, asyncio.Event()
            newer.set()

    def _remember(self, board: Board) -> None:
        if board.position is not None:
            self._versions.setdefault(board.position, board.version)
            if len(self._versions) > KEPT_POSITIONS:
                self._versions.popitem(last=False)


class LiveBoards:
    """The polls that are read in this process. `close` before the engines' clients are closed."""

    def __init__(self) -> None:
        self._polls: dict[str, LivePoll] = {}

    def get(self, poll_id: str) -> LivePoll | None:
        """A poll that somebody reads already."""
        return self._polls.get(poll_id)

    def start(self, poll_id: str, read: ReadPoll) -> LivePoll:
        """Begin to read a poll. 503 when too many are read at once."""
        known = self._polls.get(poll_id)
        if known is not None:
            return known
        if len(self._polls) >= MAX_POLLS:
            raise unavailable("Too many polls are read at once.")
        live = LivePoll(poll_id, read, on_idle=lambda: self._forget(poll_id))
        self._polls[poll_id] = live
        return live

    async def close(self) -> None:
        """End all tasks."""
        await asyncio.gather(*(live.close() for live in list(self._polls.values())))

    def _forget(self, poll_id: str) -> None:
        self._polls.pop(poll_id, None)
