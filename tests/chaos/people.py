"""The crowd of a plan: sends every request at its moment, and notes it with its answer."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from random import Random
from types import SimpleNamespace
from typing import Any

import aiohttp

from groundswell_voting.passes.rules import Pass
from tests.chaos.history import History
from tests.chaos.permits import Permits
from tests.chaos.plan import Journey, Request, Step

REQUEST_SECONDS = 8.0
RETRY_SECONDS = 2.0
UNKNOWN_SECONDS = 0.3
CONNECTIONS = 300

Reused = SimpleNamespace
"""What aiohttp tells of a request: `reused`, whether its connection had served one before."""


@dataclass(slots=True)
class Crowd:
    """Sends to the ballot boxes (address by name), each request to any; retries what is open."""

    history: History
    permits: Permits
    chance: Random
    boxes: dict[str, str]
    accepted: int = 0
    accepted_at: float = 0.0

    async def go(self, journeys: Sequence[Journey], began: float) -> None:
        """All journeys, each at its moment after `began` (of the monotonic clock)."""
        connector = aiohttp.TCPConnector(limit=CONNECTIONS, force_close=False)
        timeout = aiohttp.ClientTimeout(total=REQUEST_SECONDS)
        async with (
            aiohttp.ClientSession(
                connector=connector, timeout=timeout, trace_configs=[_traced()]
            ) as http,
            asyncio.TaskGroup() as group,
        ):
            for journey in journeys:
                await asyncio.sleep(max(0.0, began + journey.at - time.monotonic()))
                group.create_task(self._travel(http, journey))

    async def _travel(self, http: aiohttp.ClientSession, journey: Journey) -> None:
        for step in journey.steps:
            await asyncio.sleep(step.after)
            await asyncio.gather(
                *(self._settle(http, journey, step, request) for request in step.requests)
            )

    async def _settle(
        self, http: aiohttp.ClientSession, journey: Journey, step: Step, request: Request
    ) -> None:
        """Send until there is an answer that settles it, or patience ends."""
        for attempt in range(step.attempts):
            permit = await self.permits.get(http, journey, request.channel)
            if permit is None:
                return
            wait = await self._send(http, journey, permit, request)
            if wait is None:
                return
            if attempt + 1 < step.attempts:
                await asyncio.sleep(min(wait, RETRY_SECONDS) * self.chance.uniform(0.5, 1.0))

    async def _send(
        self, http: aiohttp.ClientSession, journey: Journey, permit: Pass, request: Request
    ) -> float | None:
        """One attempt; the seconds to wait before the next, None when it is settled."""
        box = self.chance.choice(sorted(self.boxes))
        number = self._invoke(permit, request, box)
        connection = Reused(reused=False)
        url = f"{self.boxes[box]}/v1/polls/{permit.poll_id}"
        try:
            text = self.permits.text(permit, request)
            async with _sent(http, url, text, request, connection) as answer:
                text = await answer.text()
                status, retry_after = answer.status, answer.headers.get("Retry-After")
        except (aiohttp.ClientError, OSError, TimeoutError, UnicodeDecodeError) as error:
            self.history.note("unknown", id=number, error=repr(error))
            return UNKNOWN_SECONDS
        try:
            body = json.loads(text)
        except ValueError:  # no answer of ours: the checker shall see it
            body = {"text": text}
        self.history.note(
            "answer",
            id=number,
            status=status,
            body=body,
            retry_after=retry_after,
            reused=connection.reused,
        )
        if status in (200, 202):
            self.accepted += 1
            self.accepted_at = time.monotonic()
        if status == 202:
            self.permits.has_voted(journey, permit)
        return float(retry_after or 1.0) if status == 503 else None

    def _invoke(self, permit: Pass, request: Request, box: str) -> int:
        """Note what is about to be sent; its number."""
        return self.history.invoke(
            poll=permit.poll_id,
            voter=permit.voter,
            period=permit.period,
            segment=permit.segment,
            channel=permit.channel,
            pass_id=permit.pass_id,
            ideas=request.ideas,
            revision=request.revision,
            bad=request.bad,
            torn=request.torn,
            box=box,
        )


def _sent(
    http: aiohttp.ClientSession, poll: str, permit: str, request: Request, connection: Reused
) -> Any:
    if request.revision is None:
        method, url = "POST", f"{poll}/votes"
        content: dict[str, Any] = {"idea_id": request.ideas[0]}
    else:
        method, url = "PUT", f"{poll}/ballot"
        content = {"idea_ids": list(request.ideas), "revision": request.revision}
    body = json.dumps(content).encode()
    return http.request(
        method,
        url,
        data=_torn(body, request.torn) if request.torn else body,
        headers={
            "Authorization": f"Bearer {permit}",
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
        },
        trace_request_ctx=connection,
    )


async def _torn(body: bytes, seconds: float) -> AsyncIterator[bytes]:
    """A client on a bad line: half of it now, half of it later."""
    middle = len(body) // 2
    yield body[:middle]
    await asyncio.sleep(seconds)
    yield body[middle:]


def _traced() -> aiohttp.TraceConfig:
    async def reuse(_http: object, context: SimpleNamespace, _params: object) -> None:
        if context.trace_request_ctx is not None:  # a request for a pass
            context.trace_request_ctx.reused = True

    traced = aiohttp.TraceConfig()
    traced.on_connection_reuseconn.append(reuse)
    return traced
