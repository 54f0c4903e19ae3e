"""A crowd that votes: each voter gets a pass and votes until somebody answers; for scenarios."""

import asyncio
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from groundswell_local.issuer import LocalIssuer

ATTEMPTS = 60
IN_FLIGHT = 48
AWAY = (aiohttp.ClientError, TimeoutError, OSError)


@dataclass(slots=True)
class Voter:
    """A person, what they want to vote for in this order, and the answers that they got."""

    name: str
    wishes: Sequence[str]
    permit: str = ""
    answers: list[tuple[int, dict[str, Any]]] = field(default_factory=list)

    @property
    def accepted(self) -> list[dict[str, Any]]:
        """The receipts that the ballot box gave."""
        return [body for status, body in self.answers if status in (200, 202)]


@dataclass(slots=True)
class Crowd:
    """Sends votes to any of the ballot boxes, again and again while nobody answers."""

    voting_url: str
    box_urls: list[str]
    poll_id: str
    issuer: LocalIssuer
    done: int = 0
    retries: int = 0
    _progress: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def reached(self, voters: int) -> None:
        """Wait until so many have voted."""
        async with self._progress:
            await self._progress.wait_for(lambda: self.done >= voters)

    async def vote(self, voters: Sequence[Voter]) -> None:
        """Let all of them vote, some dozens at a time."""
        waiting = iter(voters)
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=15)) as http:
            turn = itertools.cycle(range(1_000))

            async def go_on() -> None:
                for voter in waiting:
                    await self._journey(http, voter, turn)
                    async with self._progress:
                        self.done += 1
                        self._progress.notify_all()

            async with asyncio.TaskGroup() as group:
                for _ in range(IN_FLIGHT):
                    group.create_task(go_on())

    async def _journey(
        self, http: aiohttp.ClientSession, voter: Voter, turn: "itertools.cycle[int]"
    ) -> None:
        token = self.issuer.mint(voter.name, ["participant"])
        url = f"{self.voting_url}/v1/polls/{self.poll_id}/passes"
        status, body = await self._send(http, lambda: url, token, None)
        assert status == 201, (status, body)
        voter.permit = body["pass"]

        def box() -> str:
            boxes = self.box_urls
            return f"{boxes[next(turn) % len(boxes)]}/v1/polls/{self.poll_id}/votes"

        # All wishes at once: the log's order decides which one stands.
        voter.answers = await asyncio.gather(
            *(self._send(http, box, voter.permit, {"idea_id": wish}) for wish in voter.wishes)
        )

    async def _send(
        self, http: aiohttp.ClientSession, url: Any, token: str, body: Any
    ) -> tuple[int, dict[str, Any]]:
        last = ""
        for attempt in range(ATTEMPTS):
            try:
                async with http.post(
                    url(), json=body, headers={"Authorization": f"Bearer {token}"}
                ) as answer:
                    if answer.status != 503:
                        return answer.status, await answer.json()
            except AWAY as error:
                last = repr(error)
            else:
                last = "503"
            self.retries += 1
            await asyncio.sleep(min(0.05 * 2**attempt, 1.0))
        raise AssertionError(f"nobody answered {ATTEMPTS} times: {last}")
