"""Reads of set-asides and reinstatements, for everybody."""

from dataclasses import dataclass

from groundswell_voting.polls.queries import PollQueries
from groundswell_voting.polls.store import ChangeStore
from groundswell_voting.setasides.rules import shown_number
from groundswell_voting.setasides.schemas import SetAsideView


@dataclass(frozen=True)
class SetAsideQueries:
    """Called by the routes."""

    polls: PollQueries
    changes: ChangeStore

    async def page(self, poll_id: str, behind: str | None, wanted: int) -> list[SetAsideView]:
        """Up to `wanted` set-asides and reinstatements of a poll. Raises a 404 problem."""
        poll = await self.polls.find(poll_id)
        found = await self.changes.of_voters(poll.brand_id, poll_id, behind, wanted)
        return [SetAsideView.of(change, shown_number(poll, change)) for change in found]
