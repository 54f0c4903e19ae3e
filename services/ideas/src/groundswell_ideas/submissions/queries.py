"""What can be read of ideas, and by whom."""

from dataclasses import dataclass

from groundswell_ideas.contests.queries import ContestQueries
from groundswell_ideas.contests.rules import Contest
from groundswell_ideas.submissions.listings import Listing
from groundswell_ideas.submissions.rules import (
    Idea,
    Revision,
    Status,
    is_public,
    may_see,
    may_see_record,
)
from groundswell_ideas.submissions.rules.listing import Asked, Found, asked_terms, facet, filters_of
from groundswell_ideas.submissions.rules.shuffle import (
    cells_for,
    order_for,
    ranges_at,
    rank_of,
)
from groundswell_ideas.submissions.store import IdeaStore
from groundswell_kit.ids import new_secret
from groundswell_kit.problems import FieldError, forbidden, not_found, validation

REMIXES_SHOWN = 50

_FOR_STAFF: tuple[Status, ...] = ("submitted", "approved", "rejected", "withdrawn", "merged")


@dataclass(frozen=True, slots=True)
class SubmissionQueries:
    """Reads only. `staff_of` is the brand that the reader works for, if any."""

    contests: ContestQueries
    ideas: IdeaStore

    async def read(self, idea_id: str, staff_of: str | None, subject: str | None) -> Idea:
        """An idea that the reader may see. Raises the not-found problem for any other."""
        idea = await self.ideas.find_public(idea_id)
        if idea is None or not may_see(idea, staff_of, subject):
            raise not_found("There is no such idea.")
        return idea

    async def page(
        self,
        contest_id: str,
        staff_of: str | None,
        subject: str | None,
        asked: Asked,
        behind: str | None,
        limit: int,
    ) -> list[Found]:
        """Ideas of a contest as they were asked for, from those behind one found before.

        Staff of the brand see all that came in, or those of one status; others the approved ones.
        A shuffled list is in the order of the seed, else of the reader, else of this list alone.
        """
        contest = await self.contests.read(contest_id, staff_of)
        listing = _listing(contest, staff_of, asked)
        place = _place_in(asked, behind)
        if asked.order == "shuffled":
            return await self._shuffled(listing, asked, place, subject, limit)
        ideas = await self.ideas.page(listing, asked.order, place, limit)
        return [Found(f"{filters_of(asked)} {idea.came}", idea) for idea in ideas]

    async def of_person(
        self, participant_id: str, contest_id: str | None, before: str | None, limit: int
    ) -> list[Idea]:
        """All ideas in which somebody has a part, drafts too, the last one begun first."""
        return await self.ideas.of_person(participant_id, contest_id, before, limit)

    async def revisions(
        self,
        idea_id: str,
        staff_of: str | None,
        subject: str | None,
        after: str | None,
        limit: int,
    ) -> list[Revision]:
        """What an idea has said since it came in; for its people and the brand's staff alone."""
        idea = await self.ideas.find_public(idea_id)
        if idea is None or not may_see_record(idea, staff_of, subject):
            raise not_found("There is no such idea.")
        return await self.ideas.revisions.page(idea.brand_id, idea.id, after, limit)

    async def lineage(
        self, idea_id: str, staff_of: str | None, subject: str | None
    ) -> tuple[list[Idea | str], list[Idea]]:
        """Where an idea that the reader may see comes from, and the newest of its remixes.

        An ancestor that is not public is told by its id alone.
        """
        idea = await self.read(idea_id, staff_of, subject)
        found = await self.ideas.find(idea.brand_id, idea.contest_id, idea.ancestors)
        ancestors: list[Idea | str] = [
            found[i] if i in found and is_public(found[i]) else i for i in idea.ancestors
        ]
        listing = Listing(
            brand_id=idea.brand_id,
            contest_id=idea.contest_id,
            statuses=("approved",),
            facet=facet(remix_of=idea.id),
        )
        return ancestors, await self.ideas.page(listing, "newest", None, REMIXES_SHOWN)

    async def _shuffled(
        self, listing: Listing, asked: Asked, place: str | None, subject: str | None, limit: int
    ) -> list[Found]:
        if place is None:
            seed = asked.seed or subject or new_secret()[:16]
            cells = cells_for(await self.ideas.lowest_places(listing))
            step, shown = 0, -1
        else:
            seed, *numbers = place.rsplit(" ", 3)
            cells, step, shown = map(int, numbers)
        order = order_for(f"{listing.contest_id} {seed}", cells)
        said = f"{filters_of(asked)} {seed} {cells}"
        found: list[Found] = []
        while step < order.steps and len(found) < limit:
            ids = await self.ideas.ids_in(listing, ranges_at(order, step))
            ranked = sorted((rank_of(order, idea_id), idea_id) for idea_id in ids)
            left = [(rank, idea_id) for rank, idea_id in ranked if rank > shown]
            wanted = left[: limit - len(found)]
            ideas = await self.ideas.find(
                listing.brand_id, listing.contest_id, [idea_id for _, idea_id in wanted]
            )
            # One may have gone between the two looks: others take its place.
            found += [
                Found(f"{said} {step} {rank}", ideas[idea_id])
                for rank, idea_id in wanted
                if idea_id in ideas and ideas[idea_id].status in listing.statuses
            ]
            step, shown = (step, wanted[-1][0]) if len(wanted) < len(left) else (step + 1, -1)
        return found


def _listing(contest: Contest, staff_of: str | None, asked: Asked) -> Listing:
    statuses: tuple[Status, ...]
    if contest.brand_id == staff_of:
        statuses = _FOR_STAFF if asked.status is None else (asked.status,)
    elif asked.status in (None, "approved"):
        statuses = ("approved",)
    else:
        raise forbidden("Only the brand's staff list ideas that are not approved.")
    return Listing(
        brand_id=contest.brand_id,
        contest_id=contest.id,
        statuses=statuses,
        facet=facet(asked.category, asked.region, asked.remix_of, briefs=asked.briefs),
        terms=_terms(asked),
        category=asked.category,
        region=asked.region,
    )


def _terms(asked: Asked) -> tuple[str, ...]:
    if asked.search is None:
        return ()
    if asked.order == "shuffled":
        raise validation(FieldError("query.order", "search", "what is searched comes by its date"))
    if asked.remix_of is not None:
        raise validation(FieldError("query.remix_of", "search", "remixes are listed, not searched"))
    if asked.briefs:
        raise validation(FieldError("query.briefs", "search", "briefs are listed, not searched"))
    terms = asked_terms(asked.search)
    if not terms:
        raise validation(FieldError("query.q", "words", "holds no letters to look for"))
    return tuple(terms)


def _place_in(asked: Asked, behind: str | None) -> str | None:
    """Where a list goes on, by what a cursor of the very same list has said."""
    if behind is None:
        return None
    filters, _, place = behind.partition(" ")
    if filters != filters_of(asked):
        message = "a cursor of this list with another order or other filters"
        raise validation(FieldError("query.cursor", "cursor", message))
    return place
