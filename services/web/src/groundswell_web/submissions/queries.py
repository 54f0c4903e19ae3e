"""Reads of ideas, one by one and in lists. What everybody sees is asked for now and then alone."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from groundswell_web.answers import Away, Refused, Service
from groundswell_web.services import Services
from groundswell_web.sessions.commands import Person
from groundswell_web.sharing import Shared
from groundswell_web.submissions.rules import Wanted
from groundswell_web.submissions.schemas import Idea, IdeaPage, Lineage

# As long as the ideas service lets its own answers be kept.
KEPT_SECONDS = 15.0


@dataclass(frozen=True)
class SubmissionQueries:
    """Raises Refused or Away when there is nothing to show without the answer."""

    services: Services
    _lists: Shared = field(default_factory=Shared)
    _ideas: Shared = field(default_factory=lambda: Shared(KEPT_SECONDS))

    async def listed(
        self, contest_id: str, wanted: Wanted, cursor: str | None, limit: int
    ) -> IdeaPage:
        """A page of the public ideas of a contest; an empty one for words that are none."""
        query = wanted.query() | {"limit": str(limit)}
        if cursor is not None:
            query["cursor"] = cursor
        path = f"/v1/contests/{contest_id}/ideas"

        async def ask() -> IdeaPage:
            return await self.services.get(Service.IDEAS, path, IdeaPage, query=query)

        try:
            return await self._lists.answer(f"{path} {sorted(query.items())}", ask)
        except Refused as refused:
            if wanted.words is None or cursor is not None or refused.status != 422:
                raise
            return IdeaPage(items=[])

    async def read(self, idea_id: str, person: Person | None) -> Idea:
        """An idea that the visitor may see."""
        token = None if person is None else person.token
        return await self.services.get(Service.IDEAS, f"/v1/ideas/{idea_id}", Idea, token=token)

    async def public(self, idea_id: str) -> Idea:
        """An idea that everybody may see, as it was within the last seconds."""
        return await self._ideas.answer(idea_id, lambda: self.read(idea_id, None))

    async def those(self, idea_ids: Sequence[str]) -> Sequence[Idea]:
        """Of these ideas those that everybody may see; raises Away."""
        found = await self._gather(idea_ids)
        for error in found:
            if isinstance(error, Away):
                raise error
        return [idea for idea in found if isinstance(idea, Idea)]

    async def titles(self, idea_ids: Iterable[str]) -> Mapping[str, str]:
        """The titles of public ideas; one that cannot be read now is left out."""
        found = await self._gather(list(idea_ids))
        return {idea.id: idea.title for idea in found if isinstance(idea, Idea)}

    async def lineage(self, idea_id: str, person: Person | None) -> Lineage:
        """Where an idea comes from and what was made of it; nothing when that is not told."""
        token = None if person is None else person.token
        path = f"/v1/ideas/{idea_id}/lineage"
        try:
            return await self.services.get(Service.IDEAS, path, Lineage, token=token)
        except Away:
            return Lineage()

    async def own(self, person: Person, cursor: str | None) -> IdeaPage:
        """The ideas of the visitor and of their teams, drafts too."""
        query = {"limit": "20"} | ({} if cursor is None else {"cursor": cursor})
        return await self.services.get(
            Service.IDEAS, "/v1/me/ideas", IdeaPage, token=person.token, query=query
        )

    async def _gather(self, idea_ids: Sequence[str]) -> list[Idea | BaseException]:
        found = await asyncio.gather(
            *(self.public(idea_id) for idea_id in idea_ids), return_exceptions=True
        )
        for error in found:
            if isinstance(error, BaseException) and not isinstance(error, (Away, Refused)):
                raise error
        return found
