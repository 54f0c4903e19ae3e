"""HTTP of ballot passes."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute

from groundswell_kit.access import Participant
from groundswell_kit.http import require
from groundswell_voting.passes.commands import PassCommands
from groundswell_voting.passes.schemas import IssuedPass, WantedPass

_participant = require("participant")
_PLAIN = WantedPass()


@dataclass(frozen=True, slots=True)
class PassRoutes:
    """Mounted by `app`."""

    commands: PassCommands

    def router(self) -> APIRouter:
        """All routes of passes."""
        router = APIRouter(
            prefix="/v1/polls/{poll_id}/passes", tags=["passes"], route_class=_ShortRoute
        )
        router.post("", status_code=201, response_model=IssuedPass)(self.issue_pass)
        return router

    async def issue_pass(
        self, poll_id: str, participant: Participant, body: WantedPass | None = None
    ) -> Response:
        """Get a ballot pass for the ballot box. Another one votes on the same ballot."""
        issued = await self.commands.issue(poll_id, participant, body or _PLAIN)
        return Response(issued.model_dump_json(by_alias=True), 201, media_type="application/json")


class _ShortRoute(APIRoute):
    """Calls `issue_pass` for a request without a body, and leaves others to the framework.

    In a surge everybody gets a pass, and of the time that it takes FastAPI needs a seventh to
    resolve the three parameters.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        resolved, issue_pass = super().get_route_handler(), self.endpoint

        async def answer(request: Request) -> Response:
            sent = request.headers
            if sent.get("content-length", "0") != "0" or "transfer-encoding" in sent:
                return await resolved(request)
            poll_id, participant = request.path_params["poll_id"], await _participant(request)
            issued: Response = await issue_pass(poll_id, participant)
            return issued

        return answer
