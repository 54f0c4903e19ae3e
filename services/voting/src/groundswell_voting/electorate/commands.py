"""What can be done with electoral rolls: put entries on one, take one off, erase a person."""

from collections.abc import Sequence
from dataclasses import dataclass

from groundswell_voting.electorate.rules import Entry
from groundswell_voting.electorate.store import RollChanges, RollStore
from groundswell_voting.polls.queries import PollQueries


@dataclass(frozen=True)
class RollCommands:
    """Called by the routes, for staff of `brand_id`; 404 problems for a poll of another brand.

    A roll may change while its poll is open: a counted vote keeps the weight that it had.
    """

    store: RollStore
    polls: PollQueries

    async def put(self, brand_id: str, poll_id: str, entries: Sequence[Entry]) -> RollChanges:
        """Add entries to a roll, or change them. Safe to repeat.

        The erased are left out without a word: nobody is told through a roll who they are.
        """
        await self.polls.of_brand(brand_id, poll_id)
        changes = await self.store.put(brand_id, poll_id, entries)
        # Looked for behind the write: who is erased later loses the new entry with the others.
        erased = await self.store.erased_among([entry.participant_id for entry in entries])
        if erased:
            await self.store.remove(brand_id, poll_id, erased)
        return changes

    async def remove(self, brand_id: str, poll_id: str, participant_id: str) -> None:
        """Take a participant off a roll. Safe to repeat."""
        await self.polls.of_brand(brand_id, poll_id)
        await self.store.remove(brand_id, poll_id, [participant_id])


@dataclass(frozen=True)
class ErasureCommands:
    """Called by the handler of erased people, inside its transaction."""

    store: RollStore

    async def erase(self, person_id: str) -> None:
        """Take somebody off all rolls for good; their votes have a pseudonym and stay."""
        await self.store.erase(person_id)
