import asyncio
import io
from typing import Any

import pytest
from rich.console import Console

from groundswell_local.demo.progress import Progress, line, picture, shown

STANDINGS: dict[str, Any] = {
    "total_votes": 30,
    "not_counted_yet": 12,
    "ideas": [
        {"idea_id": "idea_b", "votes": 20, "rank": 1},
        {"idea_id": "idea_a", "votes": 10, "rank": 2},
    ],
}
NAMES = {"idea_a": "Poppy-Mai", "idea_b": "Boaty McBoatface"}


def text_of(renderable: object) -> str:
    console = Console(file=io.StringIO(), width=120)
    console.print(renderable)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_rate_is_that_of_the_last_seconds() -> None:
    progress = Progress(voters=10_000)
    rates = {0: progress.rate(0.0)}

    for second in range(1, 21):
        progress.votes += 100 if second <= 10 else 300
        rates[second] = progress.rate(float(second))

    assert (rates[0], rates[1], rates[10], rates[20]) == (0, 100, 100, 300)


def test_a_line_tells_votes_count_lag_and_leaders() -> None:
    progress = Progress(voters=1_000, votes=42)
    progress.take_standings(STANDINGS, NAMES)

    told = line(progress, rate=1234.5)

    assert "voted 42 of 1,000 (1,234 a second)" in told
    assert "counted 30, 12 log records behind" in told
    assert "1. Boaty McBoatface 20, 2. Poppy-Mai 10" in told


def test_an_unknown_lag_is_not_told_as_none() -> None:
    progress = Progress(voters=1_000)
    progress.take_standings({**STANDINGS, "not_counted_yet": None}, NAMES)

    assert "an unknown number of log records behind" in line(progress, rate=0)


def test_the_picture_is_a_leaderboard_with_shares() -> None:
    progress = Progress(voters=1_000, votes=500)
    progress.take_standings(STANDINGS, NAMES)

    told = text_of(picture(progress, rate=100))

    assert "Boaty McBoatface" in told
    assert "66.7%" in told
    assert "100 votes a second, about 5 s left" in told


def test_the_picture_can_be_drawn_before_anything_is_known() -> None:
    assert "0 votes a second" in text_of(picture(Progress(voters=5), rate=0))


async def test_on_a_terminal_the_picture_is_shown_as_it_is_in_the_end() -> None:
    progress = Progress(voters=3)
    console = Console(file=io.StringIO(), width=120, force_terminal=True)

    async def refresh() -> None:
        progress.take_standings(STANDINGS, NAMES)

    async with asyncio.timeout(10):
        async with shown(progress, console, refresh):
            progress.votes = 3

    assert isinstance(console.file, io.StringIO)
    assert "Boaty McBoatface" in console.file.getvalue()


async def test_what_breaks_the_showing_is_raised() -> None:
    async def refresh() -> None:
        raise ValueError("no standings")

    with pytest.raises(ValueError, match="no standings"):
        async with shown(Progress(voters=3), Console(file=io.StringIO()), refresh):
            pass


async def test_lines_end_with_the_state_in_the_end() -> None:
    progress = Progress(voters=3)
    console = Console(file=io.StringIO(), width=200)

    async def refresh() -> None:
        progress.take_standings(STANDINGS, NAMES)

    async with asyncio.timeout(10):
        async with shown(progress, console, refresh):
            progress.votes = 3

    assert isinstance(console.file, io.StringIO)
    assert "voted 3 of 3" in console.file.getvalue().splitlines()[-1]
