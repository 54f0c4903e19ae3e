"""HTTP of exports: a contest's ideas as a file that is sent while it is read."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from groundswell_ideas.exports.queries import ExportQueries
from groundswell_ideas.exports.rules import Format
from groundswell_ideas.submissions.asking import AskedIdeas
from groundswell_kit.access import Staff, staff
from groundswell_kit.observability import get_logger
from groundswell_kit.problems import FieldError, unavailable, validation

log = get_logger()

AT_ONCE_MAXIMUM = 4
COME_BACK_SECONDS = 10
# Who takes nothing for so long has gone, whatever the connection says.
SEND_SECONDS = 60.0

_TYPES = {"csv": "text/csv; charset=utf-8; header=present", "jsonl": "application/jsonl"}

Exporter = Annotated[Staff, Depends(staff("auditor", "editor", "manager"))]
"""An auditor, an editor or a manager."""

Mark = Annotated[
    bool, Query(description="Begin a CSV file with a byte order mark, which spreadsheets want.")
]


@dataclass(slots=True)
class Sending:
    """How many files are being sent by this process."""

    files: int = 0


@dataclass(frozen=True, slots=True)
class ExportRoutes:
    """Mounted by `app`."""

    queries: ExportQueries
    sending: Sending = field(default_factory=Sending)

    def router(self) -> APIRouter:
        """The route of exports."""
        router = APIRouter(prefix="/v1/contests/{contest_id}", tags=["ideas"])
        router.get("/ideas/export", response_class=Response)(self.export_ideas)
        return router

    async def export_ideas(
        self,
        contest_id: str,
        exporter: Exporter,
        asked: AskedIdeas,
        format: Annotated[Format, Query()] = "csv",  # noqa: A002 - its name in the query
        bom: Mark = False,
    ) -> Response:
        """All ideas of a contest that came in, or those of the filters, as one file.

        The last row of a CSV file is `#end` and the number of ideas, the last line of JSON Lines
        `{"end": true, "ideas": ...}`: a file without it was cut off. What was declared with an
        entry is in none.
        """
        if asked.order == "shuffled":
            raise validation(FieldError("query.order", "export", "a file is in order of dates"))
        if self.sending.files >= AT_ONCE_MAXIMUM:
            raise unavailable("Too many files are being sent.", COME_BACK_SECONDS)
        # Counted from here on, so that of many at once no more than so many are let in.
        self.sending.files += 1
        try:
            parts = await self.queries.file(
                exporter.brand_id, contest_id, asked, format, bom=bom and format == "csv"
            )
            return _File(self.sending, parts, format, contest_id)
        except BaseException:
            self.sending.files -= 1
            raise


class _File(StreamingResponse):
    """Is one file less when it has ended, however; gives up on a client that does not read."""

    def __init__(
        self, sending: Sending, parts: AsyncIterator[bytes], form: Format, contest_id: str
    ) -> None:
        headers = {
            "Content-Disposition": f'attachment; filename="{contest_id}-ideas.{form}"',
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        }
        super().__init__(parts, headers=headers, media_type=_TYPES[form])
        self._sending = sending

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._sending.files -= 1

    async def stream_response(self, send: Send) -> None:
        async def send_in_time(message: Message) -> None:
            async with asyncio.timeout(SEND_SECONDS):
                await send(message)

        try:
            await super().stream_response(send_in_time)
        except TimeoutError:
            log.info("a file's reader takes nothing, and is left")
            raise
