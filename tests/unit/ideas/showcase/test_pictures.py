"""Cards are drawn beside the event loop, once for all who ask, and not too many at a time."""

import asyncio

import pytest

from groundswell_ideas.showcase import pictures
from groundswell_ideas.showcase.pictures import WAITING_MAXIMUM, CardPictures
from groundswell_ideas.showcase.rules.cards import Face
from groundswell_kit.problems import Problem


def face(number: int = 0) -> Face:
    return Face(title=f"Ship {number}", contest_title="Name our ship", picture_sha256=None)


class Album:
    """The picture of an idea, which comes when the test says so."""

    def __init__(self) -> None:
        self.asked = 0
        self.there = asyncio.Event()

    async def picture(self) -> bytes | None:
        self.asked += 1
        await self.there.wait()
        return None


@pytest.fixture
def album() -> Album:
    return Album()


async def test_a_card_is_drawn_once_however_many_ask(album: Album) -> None:
    cards = CardPictures()
    asking = [asyncio.create_task(cards.picture(face(), album.picture)) for _ in range(5)]
    await asyncio.sleep(0)
    # Who leaves early takes the card from nobody else.
    asking[0].cancel()
    album.there.set()
    drawn = await asyncio.gather(*asking[1:])
    assert len(set(drawn)) == 1
    assert await cards.picture(face(), album.picture) == drawn[0]
    assert album.asked == 1


async def test_requests_go_on_while_a_card_is_drawn(album: Album) -> None:
    album.there.set()
    drawing = asyncio.create_task(CardPictures().picture(face(), album.picture))
    turns = 0
    while not drawing.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 20


async def test_too_many_at_once_are_told_to_come_back(album: Album) -> None:
    cards = CardPictures()
    waiting = [
        asyncio.create_task(cards.picture(face(n), album.picture)) for n in range(WAITING_MAXIMUM)
    ]
    await asyncio.sleep(0)
    with pytest.raises(Problem) as refused:
        await cards.picture(face(WAITING_MAXIMUM), album.picture)
    assert refused.value.kind.status == 503
    album.there.set()
    assert len(set(await asyncio.gather(*waiting))) == WAITING_MAXIMUM
    assert await cards.picture(face(WAITING_MAXIMUM), album.picture)


async def test_a_failure_is_not_kept(album: Album) -> None:
    cards = CardPictures()

    async def away() -> bytes | None:
        raise ConnectionError("the storage is away")

    with pytest.raises(ConnectionError):
        await cards.picture(face(), away)
    album.there.set()
    assert await cards.picture(face(), album.picture)


async def test_what_is_kept_is_bounded(album: Album, monkeypatch: pytest.MonkeyPatch) -> None:
    cards = CardPictures()
    album.there.set()
    size = len(await cards.picture(face(1), album.picture))
    monkeypatch.setattr(pictures, "KEPT_BYTES", size * 3 // 2)
    await cards.picture(face(2), album.picture)
    await cards.picture(face(2), album.picture)
    assert album.asked == 2
    await cards.picture(face(1), album.picture)
    assert album.asked == 3
