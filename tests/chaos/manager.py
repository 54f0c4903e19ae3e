"""A brand's manager at the api: writes electoral rolls, sets voters aside, reads what is public."""

import asyncio
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.chaos.history import History
from tests.chaos.permits import AWAY
from tests.chaos.polls import BRAND
from tests.support.issuer import LocalIssuer

ATTEMPTS = 20
AGAIN_SECONDS = 0.7
ANSWER_SECONDS = 3.0


@dataclass(slots=True)
class Manager:
    """Asks again until there is an answer that settles it, with the same idempotency key."""

    history: History
    issuer: LocalIssuer
    api: str = ""

    async def write_roll(self, poll_id: str, entries: Iterable[tuple[str, str]]) -> None:
        """Put (participant, segment) pairs on the roll. Raises RuntimeError when it is refused."""
        body = {"entries": [{"participant_id": who, "segment": of} for who, of in entries]}
        status, answer = await self._ask("PUT", f"/v1/polls/{poll_id}/roll", body)
        if status != 200:
            raise RuntimeError(f"the roll of {poll_id} was answered {status}: {answer}")
        self.history.note("roll", poll=poll_id, entries=body["entries"])

    async def ask_case(
        self, poll_id: str, kind: str, case: str, voters: Sequence[str], pass_ids: Sequence[str]
    ) -> None:
        """Ask for a set-aside or a reinstatement, and note the answer."""
        named = {"voters": list(voters), "pass_ids": list(pass_ids)}
        body = {"case": case, "reason": "The harbour saw it.", **named}
        began = self.history.now()
        key = f"{poll_id}-{case.replace(' ', '-')}"
        status, answer = await self._ask("POST", f"/v1/polls/{poll_id}/{kind}", body, key)
        self.history.note(
            "case",
            poll=poll_id,
            op=kind,
            case=case,
            **named,
            began=began,
            status=status,
            answer=answer,
        )

    async def note_cases(self, poll_id: str) -> None:
        """Note what everybody is told of a poll's set-asides."""
        status, answer = await self._ask("GET", f"/v1/polls/{poll_id}/set-asides?limit=100")
        items = answer.get("items", []) if status == 200 else []
        self.history.note("cases shown", poll=poll_id, status=status, items=items)

    async def _ask(
        self, method: str, path: str, body: Any = None, key: str | None = None
    ) -> tuple[int, Any]:
        """Status and answer; 0 when there was none that settles it."""
        status, answer = 0, None
        headers = {"Authorization": f"Bearer {self.issuer.role_token('manager', BRAND)}"}
        headers |= {"Idempotency-Key": key} if key else {}
        timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
        async with aiohttp.ClientSession(self.api, timeout=timeout, headers=headers) as http:
            for _ in range(ATTEMPTS):
                try:
                    async with http.request(method, path, json=body) as response:
                        status, answer = response.status, json.loads(await response.text())
                except AWAY:
                    status = 0
                if 0 < status < 500:
                    break
                await asyncio.sleep(AGAIN_SECONDS)
        return status, answer
