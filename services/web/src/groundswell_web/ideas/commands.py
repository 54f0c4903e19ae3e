"""What people do about an idea: say something, report, appeal, take back, share, join its team."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from groundswell_web.answers import Away, Nothing, Refused, Service, Shape
from groundswell_web.ideas.schemas import Appeal, Comment, ShareLink
from groundswell_web.services import Call, Services
from groundswell_web.sessions.commands import Person


@dataclass(frozen=True, slots=True)
class Saying:
    """What somebody says about an idea; with `parent_id` a reply."""

    kind: str
    text: str
    parent_id: str | None


@dataclass(frozen=True, slots=True)
class IdeaCommands:
    """Each verb is one call, safe to repeat. Raises Refused or Away."""

    services: Services

    async def say(self, person: Person, idea_id: str, said: Saying, key: str) -> Comment:
        """Says something about an idea, or replies; the same `key` again says it once."""
        call = Call(
            service=Service.IDEAS,
            method="POST",
            path=f"/v1/ideas/{idea_id}/comments",
            token=person.token,
            json={"text": said.text, "kind": said.kind, "parent_id": said.parent_id},
            key=key,
            repeatable=True,
        )
        return await self.services.send(call, Comment)

    async def unsay(self, person: Person, comment_id: str) -> None:
        """Takes back what somebody has said."""
        await self._send(person, "DELETE", f"/v1/comments/{comment_id}")

    async def report(
        self, person: Person, kind: str, subject_id: str, code: str, words: str
    ) -> None:
        """Says what is wrong with an idea or a comment."""
        path = f"/v1/{kind}s/{subject_id}/report"
        await self._send(person, "PUT", path, {"reason_code": code, "reason": words or None})

    async def appeal(self, person: Person, idea_id: str, words: str) -> Appeal:
        """Asks for another look at an idea that was turned down."""
        call = self._call(person, "PUT", f"/v1/ideas/{idea_id}/appeal", {"words": words})
        return await self.services.send(call, Appeal)

    async def take_win(
        self, person: Person, contest_id: str, idea_id: str, charity: str | None
    ) -> None:
        """Takes the win of an idea; what is promised goes to a charity, if one is named."""
        payee = {"kind": "self"} if charity is None else {"kind": "charity", "name": charity}
        path = f"/v1/contests/{contest_id}/winners/{idea_id}/acceptance"
        await self._send(person, "POST", path, {"payee": payee})

    async def decline_win(
        self, person: Person, contest_id: str, idea_id: str, reason: str | None
    ) -> None:
        """Declines the win of an idea; the next in line comes up."""
        path = f"/v1/contests/{contest_id}/winners/{idea_id}/refusal"
        await self._send(person, "POST", path, {"reason": reason})

    async def withdraw(self, person: Person, idea_id: str) -> None:
        """Takes an idea back for good."""
        await self._send(person, "POST", f"/v1/ideas/{idea_id}/withdraw")

    async def join(self, person: Person, idea_id: str, declaration: Mapping[str, Any]) -> None:
        """Confirms that somebody belongs to the team, with what they declare of themselves."""
        body = {"declaration": declaration}
        await self._send(person, "PUT", f"/v1/ideas/{idea_id}/team/me", body)

    async def leave(self, person: Person, idea_id: str) -> None:
        """Takes somebody out of the team."""
        await self._send(person, "DELETE", f"/v1/ideas/{idea_id}/team/me")

    async def share(self, person: Person, idea_id: str) -> ShareLink:
        """The link of a person's own by which they share an idea."""
        call = self._call(person, "POST", f"/v1/ideas/{idea_id}/share-links")
        return await self.services.send(call, ShareLink)

    async def visited(self, idea_id: str, via: str, visitor: str | None) -> None:
        """Notes that somebody looks at an idea. What does not arrive is no trouble."""
        body = {"via": via} | ({} if visitor is None else {"visitor": visitor})
        path = f"/v1/ideas/{idea_id}/visits"
        call = Call(service=Service.IDEAS, method="POST", path=path, json=body)
        try:
            await self.services.send(call, Nothing)
        except (Away, Refused):
            return

    async def _send(self, person: Person, method: str, path: str, body: object = None) -> Shape:
        return await self.services.send(self._call(person, method, path, body), Nothing)

    def _call(self, person: Person, method: str, path: str, body: object = None) -> Call:
        return Call(
            service=Service.IDEAS,
            method=method,
            path=path,
            token=person.token,
            json=body,
            repeatable=True,
        )
