"""What a participant does about a contest: follow it, or stop following."""

from dataclasses import dataclass

from groundswell_web.answers import Nothing, Service
from groundswell_web.services import Call, Services
from groundswell_web.sessions.commands import Person


@dataclass(frozen=True, slots=True)
class ContestCommands:
    """Safe to repeat. Raises Refused or Away."""

    services: Services

    async def follow(self, person: Person, contest_id: str, *, wanted: bool) -> None:
        """Follows a contest, or follows it no longer."""
        call = Call(
            service=Service.NOTIFICATIONS,
            method="PUT" if wanted else "DELETE",
            path=f"/v1/follows/{contest_id}",
            token=person.token,
            repeatable=True,
        )
        await self.services.send(call, Nothing)
