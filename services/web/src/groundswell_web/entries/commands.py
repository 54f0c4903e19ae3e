"""Handing an idea in, keeping it as a draft, changing it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from groundswell_web.answers import Service
from groundswell_web.services import Call, Services
from groundswell_web.sessions.commands import Person
from groundswell_web.submissions.schemas import Idea

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EntryCommands:
    """Each verb is one call, safe to repeat. Raises Refused or Away."""

    services: Services

    async def hand_in(self, person: Person, contest_id: str, body: Json, key: str) -> Idea:
        """Hands in an idea, or begins a draft; the same `key` again gives the same idea."""
        path = f"/v1/contests/{contest_id}/ideas"
        return await self._send(person, "POST", path, body, key)

    async def change(self, person: Person, idea_id: str, body: Json) -> Idea:
        """Makes an idea say something else."""
        return await self._send(person, "PATCH", f"/v1/ideas/{idea_id}", body)

    async def submit(self, person: Person, idea_id: str, consent: Json) -> Idea:
        """Hands in a draft."""
        return await self._send(person, "POST", f"/v1/ideas/{idea_id}/submit", consent)

    async def _send(
        self, person: Person, method: str, path: str, body: Json, key: str | None = None
    ) -> Idea:
        call = Call(
            service=Service.IDEAS,
            method=method,
            path=path,
            token=person.token,
            json=body,
            key=key,
            repeatable=True,
        )
        return await self.services.send(call, Idea)
