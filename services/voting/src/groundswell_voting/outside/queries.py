"""Reads of figures from outside, for the public list and for standings."""

from dataclasses import dataclass

from groundswell_voting.outside.rules import Entry, standing
from groundswell_voting.outside.store import OutsideStore
from groundswell_voting.polls.queries import PollQueries
from groundswell_voting.polls.rules import Poll, PollStage


@dataclass(frozen=True)
class OutsideQueries:
    """A poll that hides its tally shows no figures from outside before it is certified."""

    store: OutsideStore
    polls: PollQueries

    async def entries(self, poll_id: str) -> list[Entry]:
        """All entries that everybody may see. Raises a 404 problem."""
        return await self._shown(await self.polls.find(poll_id))

    async def lines(self, poll: Poll) -> list[Entry]:
        """The entries that stand: those that no other one replaces."""
        return standing(await self._shown(poll))

    async def _shown(self, poll: Poll) -> list[Entry]:
        certified = poll.stage in (PollStage.CERTIFIED, PollStage.RETIRED)
        if poll.rules.tallies == "hidden" and not certified:
            return []
        return await self.store.find_public(poll.poll_id)
