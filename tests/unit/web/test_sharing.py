"""Answers that all share: how often they are asked for."""

import asyncio

import pytest

from groundswell_web import sharing
from groundswell_web.sharing import Shared


class Source:
    """Answers how often it was asked; fails while it is told to."""

    def __init__(self) -> None:
        self.asked = 0
        self.fails = False

    async def ask(self) -> int:
        self.asked += 1
        await asyncio.sleep(0)
        if self.fails:
            raise ConnectionError
        return self.asked


async def test_many_at_once_ask_once() -> None:
    shared, source = Shared(), Source()
    answers = await asyncio.gather(*(shared.answer("a", source.ask) for _ in range(50)))
    assert set(answers) == {1}
    assert await shared.answer("b", source.ask) == 2


async def test_an_answer_is_good_for_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "KEPT_SECONDS", 0.0)
    source = Source()
    for shared, asked in ((Shared(60.0), 1), (Shared(0.0), 3)):
        source.asked = 0
        for _ in range(3):
            await shared.answer("a", source.ask)
            await asyncio.sleep(0.001)
        assert source.asked == asked


async def test_a_failure_is_not_kept_as_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "KEPT_SECONDS", 0.0)
    shared, source = Shared(60.0), Source()
    source.fails = True
    with pytest.raises(ConnectionError):
        await shared.answer("a", source.ask)
    source.fails = False
    await asyncio.sleep(0.001)
    assert await shared.answer("a", source.ask) == 2
    assert await shared.answer("a", source.ask) == 2
