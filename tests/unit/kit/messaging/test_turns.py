"""Turns follow each other until a stop; MongoDB's absence is waited out, and nothing else is."""

import asyncio
from collections.abc import Iterator

import pytest
from pymongo.errors import AutoReconnect, OperationFailure

from groundswell_kit import turns
from groundswell_kit.health import Heartbeat
from groundswell_kit.turns import take_turns

SILENCE_SECONDS = 0.05


class Work:
    """Turns that end as they are told to, then stop the loop; how many began, and its beats."""

    def __init__(self, *ends: float | Exception) -> None:
        self.stop = asyncio.Event()
        self.heartbeat = Heartbeat(SILENCE_SECONDS)
        self.begun = 0
        self._ends: Iterator[float | Exception] = iter(ends)

    async def run(self) -> None:
        async with asyncio.timeout(30):
            await take_turns(self.stop, "work", self._turn, self.heartbeat)

    async def _turn(self) -> float:
        self.begun += 1
        end = next(self._ends, None)
        if end is None:
            self.stop.set()
            return 60.0
        if isinstance(end, Exception):
            raise end
        return end


@pytest.fixture
def rests(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long the loop rests after each turn; none of it takes any time here."""
    seconds: list[float] = []

    async def note(_: asyncio.Event, delay: float) -> None:
        seconds.append(delay)

    monkeypatch.setattr(turns, "pause", note)
    return seconds


async def test_a_turn_says_how_long_it_rests(rests: list[float]) -> None:
    await Work(0.0, 0.2, 0.0).run()
    assert rests[:-1] == [0.0, 0.2, 0.0]


async def test_a_stop_ends_the_rest_and_not_the_turn() -> None:
    stop, ended = asyncio.Event(), []

    async def turn() -> float:
        stop.set()
        await asyncio.sleep(0.01)
        ended.append("in order")
        return 60.0

    async with asyncio.timeout(30):
        await take_turns(stop, "work", turn, Heartbeat(60))
    assert ended == ["in order"]


async def test_after_a_stop_no_turn_begins() -> None:
    work = Work()
    work.stop.set()
    await work.run()
    assert work.begun == 0


async def test_mongodb_away_is_waited_out_longer_and_longer(rests: list[float]) -> None:
    away = AutoReconnect("gone")
    await Work(away, away, 0.0, away).run()
    assert rests[:-1] == [0.1, 0.2, 0.0, 0.1]


async def test_only_turns_that_succeed_beat_the_heart() -> None:
    work = Work(AutoReconnect("gone"))
    complaints: list[str | None] = []

    async def turn() -> float:
        complaints.append(work.heartbeat.complaint())
        return await work._turn()

    await asyncio.sleep(SILENCE_SECONDS * 2)
    async with asyncio.timeout(30):
        await take_turns(work.stop, "work", turn, work.heartbeat)
    assert len(complaints) == 2
    assert None not in complaints
    assert work.heartbeat.complaint() is None


@pytest.mark.parametrize("error", [ValueError("wrong"), OperationFailure("wrong", 26)])
async def test_what_else_goes_wrong_is_raised(error: Exception) -> None:
    work = Work(error)
    with pytest.raises(type(error), match="wrong"):
        await work.run()
    assert work.begun == 1
