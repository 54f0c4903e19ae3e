"""HTTP of standings."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Header, Query, Request, Response

from groundswell_kit import cursors
from groundswell_kit.problems import FieldError, conflict, not_found, validation
from groundswell_kit.streams import EventStreams
from groundswell_voting.history.rules import by_idea
from groundswell_voting.polls.rules import Poll
from groundswell_voting.polls.schemas import Moment
from groundswell_voting.standings import answers
from groundswell_voting.standings.queries import StandingsQueries
from groundswell_voting.standings.rules import (
    Answer,
    Board,
    Place,
    cut_behind,
    first_behind,
)
from groundswell_voting.standings.schemas import (
    HistoryPoint,
    HistoryView,
    IdeaStanding,
    Standings,
    StreamedStandings,
)
from groundswell_voting.standings.stream import CERTIFIED, Listener

Limit = Annotated[int, Query(ge=1, le=1_000)]
StreamLimit = Annotated[int, Query(ge=1, le=answers.STREAMED_SIZES[-1])]
Cursor = Annotated[str | None, Query(max_length=500)]
Channel = Annotated[str | None, Query(max_length=64)]
LastEventId = Annotated[str | None, Header(alias="Last-Event-ID", max_length=100_000)]
Ideas = Annotated[list[str], Query(min_length=1, max_length=20)]

_KEEPING = "public, max-age=1"
_EVENTS: dict[int | str, dict[str, Any]] = {
    200: {"model": StreamedStandings, "content": {"text/event-stream": {}}}
}


@dataclass(frozen=True, slots=True)
class StandingsRoutes:
    """Mounted by `app`."""

    queries: StandingsQueries
    streams: EventStreams

    def router(self) -> APIRouter:
        """All routes of standings."""
        router = APIRouter(prefix="/v1/polls/{poll_id}/standings", tags=["standings"])
        router.get("", response_model=Standings)(self.read_standings)
        router.get("/ideas/{idea_id}", response_model=IdeaStanding)(self.read_idea)
        router.get("/history")(self.read_history)
        # Not FastAPI's own kind of stream: that one has a queue and a task for each client.
        router.get("/stream", response_class=Response, responses=_EVENTS)(self.stream)
        return router

    async def read_standings(
        self,
        poll_id: str,
        request: Request,
        limit: Limit = 100,
        cursor: Cursor = None,
        channel: Channel = None,
    ) -> Response:
        """How the poll stands: live, late or not at all until it is certified, by its rules.

        The most voted ideas first, or those of one channel; equal votes share a rank and stand in
        the order of the ballot. The next page begins behind the votes of the last idea shown, in
        the standings of that moment; when they have moved on meanwhile it says so.
        """
        poll, board = await self.queries.board(poll_id)
        _check_channel(poll, board, channel)
        asked = answers.Page(0, limit, channel)
        if cursor is not None:
            sent = cursors.decode(cursor, _secret(request))
            if (sent["list"], sent.get("channel")) != (request.url.path, channel):
                raise validation(FieldError("query.cursor", "cursor", "a cursor of another list"))
            first = first_behind(board, answers.ranked(board, channel), tuple(sent["behind"]))
            asked = answers.Page(first, limit, channel, sent["position"] != board.position)

        def cursor_behind(place: Place) -> str:
            payload = {
                "list": request.url.path,
                "channel": channel,
                "position": board.position,
                "behind": cut_behind(board, place),
            }
            return cursors.encode(payload, _secret(request))

        answer = answers.page(board, asked, cursor_behind)
        headers = {}
        if answer.next is not None:
            query = {"limit": limit, "cursor": answer.next}
            query |= {} if channel is None else {"channel": channel}
            headers["Link"] = f'<{request.url.path}?{urlencode(query)}>; rel="next"'
        return _sent(request, answer, headers)

    async def read_idea(self, poll_id: str, idea_id: str, request: Request) -> Response:
        """One idea's place, and its votes by channel."""
        poll, board = await self.queries.board(poll_id)
        if idea_id not in board.order:
            raise not_found("This idea was never on the ballot.")
        return _sent(request, answers.idea(board, poll, idea_id), {})

    async def read_history(
        self,
        poll_id: str,
        idea_id: Ideas,
        since: Moment | None = None,
        until: Moment | None = None,
    ) -> HistoryView:
        """How the votes of some ideas came in, in steps of ten seconds or more, for plots.

        Empty while the poll hides its tally; where it is delayed, so is its history.
        """
        poll, series = await self.queries.series(poll_id, idea_id, since, until)
        return HistoryView(
            poll_id=poll_id,
            start=by_idea(series.start, poll.idea_ids),
            points=[
                HistoryPoint(
                    counted_up_to=point.counted_up_to, votes=by_idea(point.votes, poll.idea_ids)
                )
                for point in series.points
            ],
        )

    async def stream(
        self,
        poll_id: str,
        limit: StreamLimit = 1_000,
        last_event_id: LastEventId = None,
        last_seen: Annotated[str | None, Query(alias="last_event_id", max_length=100_000)] = None,
    ) -> Response:
        """The standings as they move, as server-sent events.

        First `snapshot`, then `changes`, which hold the places among the first `limit`, rounded up
        to 10, 100, 1,000 or 10,000, that became different, a few times a second at most; at last
        `certified`, after which 204 tells a browser not to come back. The id of an event is the
        position of the count: who comes back with it gets what became different since. Less is
        counted than that only while events say `rebuilding`. `closing` means: come back. A poll
        that hides its tally sends its ballot, without figures, and then nothing until it is
        certified.
        """
        live = await self.queries.live(poll_id)
        _, board = await live.board()
        seen = last_event_id or last_seen
        if seen == CERTIFIED and board.figures.status == "certified":
            return Response(status_code=204)
        return self.streams.respond(Listener(live, board, answers.streamed_size(limit), seen).next)


def _check_channel(poll: Poll, board: Board, channel: str | None) -> None:
    if channel is None:
        return
    if channel not in poll.rules.channels:
        raise validation(FieldError("query.channel", "unknown", "the poll has no such channel"))
    if board.figures.status == "delayed":
        raise conflict("The votes by channel are told when the poll is certified.")


def _sent(request: Request, answer: Answer, headers: Mapping[str, str]) -> Response:
    headers = {**headers, "ETag": answer.etag, "Cache-Control": _KEEPING}
    known = request.headers.get("if-none-match", "")
    if answer.etag in (tag.strip() for tag in known.split(",")):
        return Response(status_code=304, headers=headers)
    return Response(answer.body, headers=headers, media_type="application/json")


def _secret(request: Request) -> bytes:
    secret: bytes = request.app.state.cursor_secret
    return secret
