"""The pictures of share cards: drawn beside the event loop, one at a time, and kept for a while.

Called by the routes, under the tag of what a card shows.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from groundswell_ideas.showcase.drawing import draw
from groundswell_ideas.showcase.rules.cards import Face
from groundswell_kit.problems import unavailable

KEPT_BYTES = 32 * 1024 * 1024
WAITING_MAXIMUM = 16
"""Cards that are waited for; drawing one takes about a quarter of a second."""

COME_BACK_SECONDS = 2


class CardPictures:
    """The cards of one process: some kept, and each drawn once however many ask for it."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._kept_bytes = 0
        self._drawing: dict[str, asyncio.Task[bytes]] = {}
        # A font is used by one thread at a time, and half of a processor is left to the requests.
        self._turn = asyncio.Semaphore(1)

    async def picture(
        self, face: Face, own_picture: Callable[[], Awaitable[bytes | None]]
    ) -> bytes:
        """The PNG of a card; `own_picture` gives the idea's, and is asked when it is drawn.

        Raises the 503 problem when too many are being drawn. Who leaves early takes the card from
        nobody else.
        """
        if face.tag in self._kept:
            self._kept.move_to_end(face.tag)
            return self._kept[face.tag]
        drawing = self._drawing.get(face.tag)
        if drawing is None:
            if len(self._drawing) >= WAITING_MAXIMUM:
                raise unavailable("Too many cards are being drawn.", COME_BACK_SECONDS)
            drawing = asyncio.create_task(self._draw(face, own_picture))
            self._drawing[face.tag] = drawing
            drawing.add_done_callback(lambda done: self._drawn(face.tag, done))
        return await asyncio.shield(drawing)

    async def _draw(self, face: Face, own_picture: Callable[[], Awaitable[bytes | None]]) -> bytes:
        picture = await own_picture()
        async with self._turn:
            return await asyncio.to_thread(draw, face, picture)

    def _drawn(self, tag: str, drawing: asyncio.Task[bytes]) -> None:
        del self._drawing[tag]
        # What was raised is raised to those who wait; looked at here, it is not told once more.
        if drawing.cancelled() or drawing.exception() is not None:
            return
        self._kept[tag] = drawing.result()
        self._kept_bytes += len(drawing.result())
        while self._kept_bytes > KEPT_BYTES:
            _, oldest = self._kept.popitem(last=False)
            self._kept_bytes -= len(oldest)
