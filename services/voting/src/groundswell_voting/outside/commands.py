"""Enter figures from outside."""

from dataclasses import dataclass

from groundswell_kit.clock import utc_now
from groundswell_kit.ids import new_id
from groundswell_kit.mongo import transaction
from groundswell_kit.problems import FieldError, conflict, not_found, validation
from groundswell_voting.outside.rules import Entry, obstacle
from groundswell_voting.outside.schemas import NewFigures
from groundswell_voting.outside.store import OutsideStore
from groundswell_voting.polls.queries import PollQueries


@dataclass(frozen=True)
class OutsideCommands:
    """Called by the routes."""

    store: OutsideStore
    polls: PollQueries

    async def enter(self, brand_id: str, poll_id: str, wanted: NewFigures) -> Entry:
        """Add an entry to a poll of the brand, in whatever stage it is.

        Raises problems: 404 for a poll of another brand, 422 for ideas or entries that are not
        there, 409 when the entry it corrects is corrected already, or there are too many.
        """

        async def work() -> Entry:
            poll = await self.polls.find(poll_id)
            if poll.brand_id != brand_id:
                raise not_found("There is no such poll.")
            entries = await self.store.find_public(poll_id)
            named = [figure.idea_id for figure in wanted.figures]
            found = obstacle(entries, poll.idea_ids, named, wanted.replaces)
            if found is not None and found.field is not None:
                raise validation(FieldError(found.field, "unknown", found.text))
            if found is not None:
                raise conflict(found.text)
            entry = Entry(
                id=new_id("out"),
                label=wanted.label,
                source_url=wanted.source_url,
                taken_at=wanted.taken_at,
                figures=[(figure.idea_id, figure.votes) for figure in wanted.figures],
                replaces=wanted.replaces,
                entered_at=utc_now(),
            )
            await self.store.insert(brand_id, poll_id, len(entries) + 1, entry)
            return entry

        return await transaction(self.store.client, work)
