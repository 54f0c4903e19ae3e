"""How people came to an idea, and by which ways its votes came."""

from dataclasses import dataclass
from datetime import date

from groundswell_ideas.contests.queries import ContestQueries
from groundswell_ideas.showcase.queries.timeline import TallyQueries
from groundswell_ideas.showcase.rules.sources import (
    DAYS_MAXIMUM,
    Sources,
    days_asked,
)
from groundswell_ideas.showcase.store import AttributionStore, ShareLinkStore, VisitStore
from groundswell_ideas.submissions.rules import may_see_record
from groundswell_ideas.submissions.store import IdeaStore
from groundswell_kit.clock import utc_now
from groundswell_kit.problems import FieldError, not_found, validation


@dataclass(frozen=True, slots=True)
class SourceQueries:
    """Reads only. `staff_of` is the brand that the reader works for, if any."""

    ideas: IdeaStore
    contests: ContestQueries
    visits: VisitStore
    links: ShareLinkStore
    tallies: TallyQueries
    attributions: AttributionStore

    async def sources(
        self,
        idea_id: str,
        staff_of: str | None,
        subject: str,
        since: date | None,
        until: date | None,
    ) -> Sources:
        """What an idea's people and the brand's staff read. Not found for anybody else."""
        idea = await self.ideas.find_public(idea_id)
        if idea is None or not may_see_record(idea, staff_of, subject):
            raise not_found("There is no such idea.")
        first, last = days_asked(since, until, utc_now().date())
        if not 0 <= (last - first).days < DAYS_MAXIMUM:
            message = f"from since to until there are 1 to {DAYS_MAXIMUM} days"
            raise validation(FieldError("query.since", "days", message))
        visits, count, found = await self.visits.sources(idea.brand_id, idea.id, first, last)
        attributions = await self.attributions.of_idea(idea.brand_id, idea.id)
        codes = [source.code for source in found]
        codes += [source.code for one in attributions.values() for source in one.sources]
        contest = await self.contests.read(idea.contest_id, idea.brand_id)
        return Sources(
            since=first,
            until=last,
            visits=visits,
            count=count,
            sources=found,
            links=await self.links.find(idea.brand_id, [code for code in codes if code]),
            places=await self.tallies.places(contest, idea.id),
            attributions=attributions,
        )
