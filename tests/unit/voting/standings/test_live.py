"""One reader for each poll that is read, however many ask; it ends when nobody does."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence

import pytest

from groundswell_kit.problems import Problem
from groundswell_kit.streams import Ended
from groundswell_voting.polls.rules import Poll
from groundswell_voting.standings import live as module
from groundswell_voting.standings.live import LiveBoards
from groundswell_voting.standings.rules import Figures, OutsideLine
from groundswell_voting.standings.stream import Listener
from groundswell_voting.voteslog.rules import Rules
from tests.unit.voting.standings.boards import IDEAS, NOON, figures

POLL = Poll("poll_1", "nerc", "con_1", IDEAS, Rules(), NOON)


class Source:
    """What a poll's engines say; `reads` counts how often they were asked."""

    def __init__(self) -> None:
        self.votes = 0
        self.reads = 0
        self.error: Exception | None = None
        self.silent = False

    async def read(self) -> tuple[Poll, Figures, Sequence[OutsideLine]]:
        self.reads += 1
        if self.silent:
            await asyncio.Event().wait()
        if self.error is not None:
            raise self.error
        return POLL, figures(self.votes, 0, 0, 0, 0), ()


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REFRESH_SECONDS", 0.02)
    monkeypatch.setattr(module, "FIRST_SECONDS", 0.2)


@pytest.fixture
async def boards() -> AsyncIterator[LiveBoards]:
    boards = LiveBoards()
    yield boards
    await boards.close()


async def until(holds: Callable[[], bool]) -> None:
    """Waits for what no event tells."""
    async with asyncio.timeout(30):
        while not holds():  # noqa: ASYNC110 - as it says
            await asyncio.sleep(0.01)


async def test_many_readers_are_one_read(
    boards: LiveBoards, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "REFRESH_SECONDS", 600.0)
    source = Source()
    live = boards.start("poll_1", source.read)
    assert boards.start("poll_1", source.read) is live
    found = await asyncio.gather(*(live.board() for _ in range(500)))
    assert len({id(board) for _, board in found}) == 1
    assert source.reads == 1


async def test_who_waits_is_woken_by_what_is_different_alone(boards: LiveBoards) -> None:
    source = Source()
    live = boards.start("poll_1", source.read)
    _, board = await live.board()
    while source.reads <= 3:  # it is read again meanwhile
        assert await live.newer(board.version, 0.2) is None
    source.votes = 5
    newer = await live.newer(board.version, 30)
    assert newer is not None
    assert (newer.total_votes, newer.version) == (5, board.version + 1)
    assert live.version_at(str(board.position)) == board.version
    assert live.version_at("9.9.9") is None


async def test_an_error_is_told_to_all_until_the_engine_is_back(boards: LiveBoards) -> None:
    source = Source()
    source.error = ConnectionError("away")
    live = boards.start("poll_1", source.read)
    for _ in range(3):
        with pytest.raises(ConnectionError):
            await live.board()
    source.error, reads = None, source.reads
    await until(lambda: source.reads > reads + 1)
    assert (await live.board())[1].total_votes == 0


async def test_nobody_waits_for_long(boards: LiveBoards) -> None:
    source = Source()
    source.silent = True
    live = boards.start("poll_1", source.read)
    with pytest.raises(Problem) as refused:
        await live.board()
    assert refused.value.kind.status == 503


async def test_a_poll_that_nobody_reads_is_forgotten(
    boards: LiveBoards, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "IDLE_SECONDS", 0.1)
    source = Source()
    live = boards.start("poll_1", source.read)
    await live.board()
    await until(lambda: boards.get("poll_1") is None)
    reads = source.reads
    await asyncio.sleep(0.1)
    assert source.reads == reads


async def test_polls_read_at_once_are_bounded(
    boards: LiveBoards, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_POLLS", 1)
    boards.start("poll_1", Source().read)
    with pytest.raises(Problem):
        boards.start("poll_2", Source().read)


async def test_what_costs_much_is_read_seldom(
    boards: LiveBoards, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten times what it cost: here 30 ms of work, so that 300 ms of rest follow."""
    spent = iter(n * 0.03 for n in range(10_000))
    monkeypatch.setattr("time.thread_time", lambda: next(spent))
    source = Source()
    live = boards.start("poll_1", source.read)
    _, board = await live.board()
    began = asyncio.get_running_loop().time()
    source.votes = 1
    assert await live.newer(board.version, 10) is not None
    assert asyncio.get_running_loop().time() - began > 0.25
    assert source.reads == 2


async def test_a_listener_that_was_away_too_long_is_told_to_come_back(
    boards: LiveBoards, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "IDLE_SECONDS", 0.1)
    live = boards.start("poll_1", Source().read)
    _, newest = await live.board()
    listener = Listener(live, newest, 100, None)
    assert await listener.next(0.01) is not None
    await until(lambda: live.ended)
    with pytest.raises(Ended):
        await listener.next(0.01)
