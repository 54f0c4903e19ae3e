"""Finds out who voted with a pass: passes are kept nowhere, but every vote in the archive names
the one it came with. Used by the changes that set voters aside.
"""

from collections.abc import AsyncGenerator, Collection, Sequence
from dataclasses import dataclass, field

from groundswell_voting.archive.records import Archive, ArchivedRecord
from groundswell_voting.counting.log_ends import LogEnds
from groundswell_voting.voteslog.codec import decode
from groundswell_voting.voteslog.rules import Vote

VOTES_PER_TURN = 5_000
"""So that a search through a million votes holds up no other poll."""


@dataclass(slots=True)
class _Search:
    ends: Sequence[int]
    votes: AsyncGenerator[ArchivedRecord, None]
    voters: dict[str, str] = field(default_factory=dict)


class PassHolders:
    """Searches go on from turn to turn; `forget` ends them."""

    def __init__(self, archive: Archive, ends: LogEnds) -> None:
        self._archive = archive
        self._ends = ends
        self._searches: dict[str, _Search] = {}

    async def voters(
        self, change_id: str, poll_id: str, pass_ids: Collection[str]
    ) -> set[str] | None:
        """The voters of these passes, as far as they had voted when the search began.

        None until it is through: ask again in the next turn. Raises MongoDB's errors, after which
        the search begins anew.
        """
        search = self._searches.pop(change_id, None) or await self._begin(poll_id)
        if search is None:
            return None
        if not await self._is_archived(search) or not await _go_on(search, set(pass_ids)):
            self._searches[change_id] = search
            return None
        return set(search.voters.values())

    async def forget(self) -> None:
        """End all searches."""
        for search in self._searches.values():
            await search.votes.aclose()
        self._searches.clear()

    async def _begin(self, poll_id: str) -> _Search | None:
        ends = await self._ends.read()
        return None if ends is None else _Search(ends, self._archive.votes(poll_id))

    async def _is_archived(self, search: _Search) -> bool:
        """Whether the archive has all that was in the log when the search began."""
        for partition, end in enumerate(search.ends):
            if (await self._archive.position(partition)).offset < end:
                return False
        search.ends = ()
        return True


async def _go_on(search: _Search, pass_ids: set[str]) -> bool:
    """Look at some more votes; whether the search has come to its end."""
    looked_at = 0
    async for archived in search.votes:
        vote = decode(archived).body
        if isinstance(vote, Vote) and vote.pass_id in pass_ids:
            search.voters[vote.pass_id] = vote.voter
        looked_at += 1
        if looked_at == VOTES_PER_TURN:
            return False
    return True
