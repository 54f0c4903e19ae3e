"""What is shown while the votes come in: a live picture on a terminal, lines elsewhere."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table

from groundswell_kit.waiting import pause

_REFRESH_SECONDS = 0.5
_LINE_SECONDS = 5.0
_RATE_OVER_SECONDS = 5.0
_BAR_WIDTH = 40


@dataclass(slots=True)
class Progress:
    """How far the vote is.

    `passes` were issued, `votes` answered by a ballot box, `counted` are in the standings;
    `waiting` are log records that are not counted yet (None: not known); `standings` are rank,
    name and votes, best first.
    """

    voters: int
    passes: int = 0
    votes: int = 0
    counted: int = 0
    waiting: int | None = None
    standings: list[tuple[int, str, int]] = field(default_factory=list)
    _history: deque[tuple[float, int]] = field(default_factory=deque)

    def take_standings(self, standings: Mapping[str, Any], names: Mapping[str, str]) -> None:
        """Take what voting's HTTP told; `names` are those of the idea ids."""
        self.counted = standings["total_votes"]
        self.waiting = standings["not_counted_yet"]
        self.standings = [
            (idea["rank"], names[idea["idea_id"]], idea["votes"]) for idea in standings["ideas"]
        ]

    def rate(self, now: float) -> float:
        """Votes a second over about the last five seconds, `now` in seconds of any clock.

        To be asked again and again: it looks back at what it was told before.
        """
        self._history.append((now, self.votes))
        while len(self._history) > 2 and now - self._history[1][0] >= _RATE_OVER_SECONDS:
            self._history.popleft()
        then, votes = self._history[0]
        return (self.votes - votes) / (now - then) if now > then else 0.0


def line(progress: Progress, rate: float) -> str:
    """Everything in one line."""
    leaders = ", ".join(f"{rank}. {name} {votes:,}" for rank, name, votes in progress.standings)
    behind = _waiting(progress)
    return (
        f"voted {progress.votes:,} of {progress.voters:,} ({rate:,.0f} a second), "
        f"counted {progress.counted:,}, {behind} log records behind | {leaders or 'no standings'}"
    )


def picture(progress: Progress, rate: float) -> Group:
    """Bars for votes and count, and the leaderboard."""
    bars = Table.grid(padding=(0, 2))
    bars.add_row("passes", _bar(progress.passes, progress.voters), f"{progress.passes:,}")
    bars.add_row("voted", _bar(progress.votes, progress.voters), f"{progress.votes:,}")
    bars.add_row("counted", _bar(progress.counted, progress.voters), f"{progress.counted:,}")
    left = (progress.voters - progress.votes) / rate if rate else 0
    figures = (
        f"{rate:,.0f} votes a second, about {left:.0f} s left; "
        f"the count is {_waiting(progress)} log records behind"
    )
    board = Table("rank", "name", "votes", "share", "", box=None, pad_edge=False)
    for rank, name, votes in progress.standings:
        share = votes / progress.counted if progress.counted else 0
        board.add_row(str(rank), name, f"{votes:,}", f"{share:.1%}", _bar(votes, progress.counted))
    return Group(bars, figures, "", board)


@asynccontextmanager
async def shown(
    progress: Progress, console: Console, refresh: Callable[[], Awaitable[None]]
) -> AsyncIterator[None]:
    """Show the progress while the block runs, and once more as it is in the end.

    `refresh` brings the standings up to date.
    """
    progress.rate(asyncio.get_running_loop().time())  # from here on votes are counted
    done = asyncio.Event()
    show = _live if console.is_terminal else _in_lines
    showing = asyncio.create_task(show(progress, console, refresh, done))
    try:
        yield
    finally:
        done.set()
        await asyncio.wait([showing])
    showing.result()  # raises what broke it


async def _live(
    progress: Progress,
    console: Console,
    refresh: Callable[[], Awaitable[None]],
    done: asyncio.Event,
) -> None:
    clock = asyncio.get_running_loop().time
    with Live(console=console, auto_refresh=False) as live:
        while True:
            last = done.is_set()
            await refresh()
            live.update(picture(progress, progress.rate(clock())), refresh=True)
            if last:
                return
            await pause(done, _REFRESH_SECONDS)


async def _in_lines(
    progress: Progress,
    console: Console,
    refresh: Callable[[], Awaitable[None]],
    done: asyncio.Event,
) -> None:
    clock = asyncio.get_running_loop().time
    while True:
        await pause(done, _LINE_SECONDS)
        last = done.is_set()
        await refresh()
        console.print(line(progress, progress.rate(clock())), soft_wrap=True, markup=False)
        if last:
            return


def _bar(completed: int, total: int) -> ProgressBar:
    return ProgressBar(total=max(total, 1), completed=completed, width=_BAR_WIDTH)


def _waiting(progress: Progress) -> str:
    return "an unknown number of" if progress.waiting is None else f"{progress.waiting:,}"
