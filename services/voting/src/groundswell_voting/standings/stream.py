"""What one listener of a poll's standings is sent: a snapshot, then what became different."""

from fastapi.sse import format_sse_event

from groundswell_kit.streams import Ended
from groundswell_voting.standings.answers import streamed
from groundswell_voting.standings.live import LivePoll
from groundswell_voting.standings.rules import Board, furthest, offsets_of, stands_behind

CERTIFIED = "certified"
"""The id of the last event: who names it has seen everything."""


class Listener:
    """Remembers the version that was sent last; the next event leads from there to the newest.

    `last_event_id` is the position that the client has come to, from this process or another. If
    it is remembered here the client gets what became different since, else a snapshot. Where less
    is counted now than the client has seen, events say `rebuilding` until that is made up for.
    """

    def __init__(self, live: LivePoll, board: Board, most: int, last_event_id: str | None) -> None:
        self._live = live
        self._most = most
        self._seen = None if last_event_id is None else offsets_of(last_event_id)
        self._sent: int | None = None
        if last_event_id is not None and not stands_behind(board.figures.offsets, self._seen):
            self._sent = live.version_at(last_event_id)
        self._waiting: Board | None = None if self._sent == board.version else board

    async def next(self, seconds: float) -> bytes | None:
        """The next event, None when nothing became different in that time.

        Raises Ended with the final standings when the poll is certified, and with `closing` when
        its board is not kept up to date any more, because this listener alone had read it and
        was away: who comes back is told the newest.
        """
        board, self._waiting = self._waiting, None
        if self._live.ended:
            raise Ended(format_sse_event(event="closing", data_str="{}"))
        if board is None:
            board = await self._live.newer(self._sent or 0, seconds)
        if board is None:
            return None
        if board.figures.status == "certified":
            data = streamed(board, None, self._most, rebuilding=False)
            raise Ended(format_sse_event(event="certified", data_str=data, id=CERTIFIED))
        since, self._sent = self._sent, board.version
        offsets = board.figures.offsets
        rebuilding = board.figures.rebuilding or stands_behind(offsets, self._seen)
        self._seen = furthest(offsets, self._seen)
        return format_sse_event(
            event="snapshot" if since is None else "changes",
            data_str=streamed(board, since, self._most, rebuilding=rebuilding),
            id=board.position,
        )
