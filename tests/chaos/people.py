"""The crowd of a plan: sends every request at its moment, and notes it with its answer."""

import asyncio
import itertools
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

import aiohttp

from groundswell_voting.passes.rules import Pass, PassKeys, sign
from tests.chaos.history import History
from tests.chaos.plan import Journey, Request, Step

REQUEST_SECONDS = 8.0
RETRY_SECONDS = 2.0
LIFETIME_SECONDS = 900
CONNECTIONS = 300


@dataclass(slots=True)
class Crowd:
    """Sends to the ballot boxes, each request to any of them; retries what was not settled."""

    history: History
    boxes: Sequence[str]
    keys: PassKeys
    chance: Random
    accepted: int = 0
    accepted_at: float = 0.0
    _passes: "itertools.count[int]" = field(default_factory=itertools.count)

    async def go(self, journeys: Sequence[Journey], began: float) -> None:
        """All journeys, each at its moment after `began` (of the monotonic clock)."""
        connector = aiohttp.TCPConnector(limit=CONNECTIONS, force_close=False)
        timeout = aiohttp.ClientTimeout(total=REQUEST_SECONDS)
        async with (
            aiohttp.ClientSession(connector=connector, timeout=timeout) as http,
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
            wait = await self.send(http, journey.poll_id, journey.voter, request)
            if wait is None:
                return
            if attempt + 1 < step.attempts:
                await asyncio.sleep(min(wait, RETRY_SECONDS) * self.chance.uniform(0.5, 1.0))

    async def send(
        self, http: aiohttp.ClientSession, poll_id: str, voter: str, request: Request
    ) -> float | None:
        """One attempt; the seconds to wait before the next, None when it is settled."""
        box = self.chance.choice(self.boxes)
        number = self.history.invoke(
            poll=poll_id,
            voter=voter,
            ideas=request.ideas,
            revision=request.revision,
            bad=request.bad,
            box=box,
        )
        permit = self._permit(poll_id, voter, request.bad)
        try:
            async with _sent(http, f"{box}/v1/polls/{poll_id}", permit, request) as answer:
                text = await answer.text()
                status, retry_after = answer.status, answer.headers.get("Retry-After")
        except (aiohttp.ClientError, OSError, TimeoutError, UnicodeDecodeError) as error:
            self.history.note("unknown", id=number, error=repr(error))
            return 0.3
        try:
            body = json.loads(text)
        except ValueError:  # no answer of ours: the checker shall see it
            body = {"text": text}
        self.history.note("answer", id=number, status=status, body=body, retry_after=retry_after)
        if status in (200, 202):
            self.accepted += 1
            self.accepted_at = time.monotonic()
        return float(retry_after or 1.0) if status == 503 else None

    def _permit(self, poll_id: str, voter: str, bad: str | None) -> str:
        now = int(time.time())
        permit = Pass(
            poll_id=poll_id,
            voter=voter,
            pass_id=f"pass_{next(self._passes)}",
            expires_at=now + LIFETIME_SECONDS,
        )
        if bad == "the pass has expired":
            permit = replace(permit, expires_at=now - 60)
        if bad == "the pass is of another poll":
            permit = replace(permit, poll_id=f"{poll_id}_other")
        text = sign(permit, self.keys)
        return text[:-4] + "AAA=" if bad == "the pass is invented" else text


def _sent(http: aiohttp.ClientSession, poll: str, permit: str, request: Request) -> Any:
    headers = {"Authorization": f"Bearer {permit}"}
    if request.revision is None:
        body: dict[str, Any] = {"idea_id": request.ideas[0]}
        return http.post(f"{poll}/votes", json=body, headers=headers)
    body = {"idea_ids": list(request.ideas), "revision": request.revision}
    return http.put(f"{poll}/ballot", json=body, headers=headers)
