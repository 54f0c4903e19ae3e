"""Reads of certified tallies."""

from dataclasses import dataclass

from groundswell_contracts.tallies import TallyCertified
from groundswell_voting.certification.store import TallyStore


@dataclass(frozen=True)
class TallyQueries:
    """Certified tallies as everybody may see them."""

    store: TallyStore

    async def find(self, poll_id: str) -> TallyCertified | None:
        """The certified tally of a poll, if it has one."""
        found = await self.store.find_public(poll_id)
        return None if found is None else found[1]
