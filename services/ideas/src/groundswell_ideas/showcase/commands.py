"""Sharing ideas, counting who comes to them, and keeping what votes have made of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from groundswell_ideas.merging.store import MergeStore
from groundswell_ideas.quotas.commands import TOO_OFTEN
from groundswell_ideas.showcase.rules.sources import (
    VISITS_A_MINUTE,
    Attribution,
    ShareLink,
    Visit,
    source_of,
    vote_sources,
)
from groundswell_ideas.showcase.rules.votes import Step
from groundswell_ideas.showcase.store import (
    AttributionStore,
    ShareLinkStore,
    StepStore,
    VisitStore,
)
from groundswell_ideas.submissions.rules import Idea, is_public
from groundswell_ideas.submissions.store import IdeaStore
from groundswell_kit.clock import utc_now
from groundswell_kit.ids import new_secret
from groundswell_kit.mongo import transaction
from groundswell_kit.problems import Problem, not_found

_CODE_LETTERS = 12
_SECONDS_TO_WAIT = 60


@dataclass(frozen=True, slots=True)
class SharingCommands:
    """What is not public is shared and visited by nobody: not found."""

    ideas: IdeaStore
    links: ShareLinkStore
    visits: VisitStore

    async def share(self, idea_id: str, sharer_id: str) -> ShareLink:
        """The link by which visitors are known to come from this person; always the same one."""
        idea = await self._public(idea_id)
        fresh = ShareLink(
            code=new_secret()[:_CODE_LETTERS],
            brand_id=idea.brand_id,
            idea_id=idea.id,
            sharer_id=sharer_id,
        )
        return await self.links.take(idea.brand_id, fresh)

    async def visit(self, idea_id: str, via: str, visitor: str | None) -> None:
        """Counts a visit. A named visitor is counted once a day for each source: a repeat is safe.

        Raises a 429 problem when there were too many from this source in the minute.
        """
        idea = await self._public(idea_id)
        link = (await self.links.find(idea.brand_id, [via])).get(via)
        if link is not None and link.idea_id != idea.id:
            link = None
        source, code = source_of(via, link)
        visit = Visit(
            brand_id=idea.brand_id,
            idea_id=idea.id,
            at=utc_now(),
            source=source,
            code=code,
            visitor=visitor,
        )
        if visitor is None:
            await self._count(visit)
            return

        async def work() -> None:
            if await self.visits.is_new(visit.brand_id, visit):
                await self._count(visit)

        await transaction(self.visits.client, work)

    async def _count(self, visit: Visit) -> None:
        if not await self.visits.count(visit.brand_id, visit):
            detail = f"At most {VISITS_A_MINUTE:,} a minute for an idea and a source."
            raise Problem(TOO_OFTEN, detail, headers={"Retry-After": str(_SECONDS_TO_WAIT)})

    async def _public(self, idea_id: str) -> Idea:
        idea = await self.ideas.find_public(idea_id)
        if idea is None or not is_public(idea):
            raise not_found("There is no such idea.")
        return idea


@dataclass(frozen=True, slots=True)
class LadderCommands:
    """Part of the caller's transaction; the same again changes nothing."""

    steps: StepStore

    async def keep(self, step: Step) -> None:
        """Keeps that an idea reached a step, or missed it."""
        await self.steps.add(step.brand_id, step)


@dataclass(frozen=True, slots=True)
class AttributionCommands:
    """Part of the caller's transaction; the same again changes nothing."""

    attributions: AttributionStore
    links: ShareLinkStore
    merges: MergeStore

    async def keep(
        self,
        brand_id: str,
        poll_id: str,
        idea_id: str,
        votes: Sequence[tuple[str, int]],
        others: int,
    ) -> None:
        """Keeps by which sources an idea's votes came: what links named, and the others.

        A share link to an idea that goes on in this one has led to it as well.
        """
        ideas = {idea_id, *(m.idea_id for m in await self.merges.into(brand_id, idea_id))}
        links = await self.links.find(brand_id, [via for via, _ in votes])
        known = {code: link for code, link in links.items() if link.idea_id in ideas}
        attribution = Attribution(
            brand_id=brand_id,
            idea_id=idea_id,
            poll_id=poll_id,
            sources=vote_sources(votes, known),
            others=others,
        )
        await self.attributions.put(brand_id, attribution)
