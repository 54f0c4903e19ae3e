"""The standings of a vote as a piece of a page: rendered once for all who look at them."""

import asyncio
from dataclasses import dataclass, field

from fastapi.sse import format_sse_event

from groundswell_kit.streams import Ended
from groundswell_web.answers import Away, Refused
from groundswell_web.contests.queries import ContestQueries
from groundswell_web.pages import Pages
from groundswell_web.voting.queries import STANDINGS_SHOWN
from groundswell_web.voting.schemas import Standings

KEPT_PIECES = 1_000


@dataclass(frozen=True, slots=True)
class Piece:
    """What stands on the page; `is_live` while it may still change."""

    html: str
    is_live: bool


@dataclass(frozen=True)
class StandingsPieces:
    """Made from the standings that voting told last; the same ones are not rendered again."""

    queries: ContestQueries
    pages: Pages
    _kept: dict[tuple[str, str], tuple[Standings, Piece]] = field(default_factory=dict)

    async def piece(self, contest_id: str, poll_id: str, wanted: str | None) -> Piece | None:
        """The piece for a contest's page, `wanted` where it shows one of several polls.

        None when voting does not answer; Refused or Away when ideas does not.
        """
        vote = await self.queries.standings(poll_id)
        if vote is None or vote.standings is None:
            return None
        key = (contest_id, wanted or "")
        kept = self._kept.get(key)
        if kept is None or kept[0] is not vote.standings:
            html = self.pages.piece(
                "standings.html",
                contest_id=contest_id,
                wanted_poll=wanted,
                vote=vote,
                shown=STANDINGS_SHOWN,
            )
            if len(self._kept) >= KEPT_PIECES:
                self._kept.clear()
            kept = self._kept[key] = (vote.standings, Piece(html, vote.is_live))
        return kept[1]


@dataclass
class Watching:
    """What one open page is sent: the piece, and again whenever it is another one."""

    pieces: StandingsPieces
    contest_id: str
    poll_id: str
    wanted: str | None
    shown: str = ""

    async def next(self, seconds: float) -> bytes | None:
        """The next event; None after so many seconds without one. Ended with what is final."""
        try:
            piece = await self.pieces.piece(self.contest_id, self.poll_id, self.wanted)
        except (Away, Refused):
            piece = None
        if piece is None or piece.html == self.shown:
            await asyncio.sleep(seconds)
            return None
        self.shown = piece.html
        event = format_sse_event(event="standings", data_str=piece.html)
        if not piece.is_live:
            raise Ended(event)
        return event
