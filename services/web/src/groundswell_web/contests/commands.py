"""What a participant does in a contest: hand in an idea, follow it or stop following."""

from dataclasses import dataclass

from groundswell_web.contests.schemas import Idea
from groundswell_web.services import Call, Nothing, Service, Services
from groundswell_web.sessions.commands import Person


@dataclass(frozen=True, slots=True)
class ContestCommands:
    """Each verb is one call, safe to repeat. Raises Refused or Away."""

    services: Services

    async def submit(
        self, person: Person, contest_id: str, title: str, summary: str, key: str
    ) -> Idea:
        """Hands in an idea; the same `key` again gives the same idea."""
        call = Call(
            service=Service.IDEAS,
            method="POST",
            path=f"/v1/contests/{contest_id}/ideas",
            token=person.token,
            json={"title": title, "summary": summary},
            key=key,
            repeatable=True,
        )
        return await self.services.send(call, Idea)

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
