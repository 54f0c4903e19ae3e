"""Finds out who voted with a pass, or for an idea: the count keeps neither, but every vote in the
archive tells. Used by the changes that set voters aside, and by those that merge ideas.
"""

import math
from collections.abc import AsyncGenerator, Callable, Collection, Sequence
from dataclasses import dataclass

from groundswell_voting.archive.records import Archive, ArchivedRecord
from groundswell_voting.counting.log_ends import LogEnds
from groundswell_voting.voteslog.codec import decode
from groundswell_voting.voteslog.rules import Control, Vote

VOTES_PER_TURN = 5_000
"""So that a search through a million votes holds up no other poll."""

Wanted = Callable[[ArchivedRecord, Vote], bool]


@dataclass(slots=True)
class _Search:
    """`ends` is what the archive has to have before votes are looked at, by partition; `voters`
    are all that were found, by partition, once the search is through.
    """

    ends: Sequence[int]
    votes: AsyncGenerator[ArchivedRecord, None]
    wanted: Wanted
    found: list[set[str]]
    is_archived: bool = False
    voters: Sequence[Sequence[str]] | None = None


class VoterSearch:
    """Searches go on from turn to turn, each by the name of the change that it is for. What was
    found is kept until `end`; `forget` ends them all.

    None means: ask again in the next turn. After MongoDB's errors a search begins anew.
    """

    def __init__(self, archive: Archive, ends: LogEnds, partitions: int) -> None:
        self._archive = archive
        self._ends = ends
        self._partitions = partitions
        self._searches: dict[str, _Search] = {}

    async def by_pass(self, name: str, poll_id: str, pass_ids: Collection[str]) -> set[str] | None:
        """The voters of these passes, as far as they had voted when the search began."""
        search = self._searches.pop(name, None)
        if search is None:
            ends, wanted = await self._ends.read(), frozenset(pass_ids)
            if ends is None:
                return None
            search = self._new(poll_id, ends, lambda _, vote: vote.pass_id in wanted)
        found = await self._go_on(name, search)
        return None if found is None else {voter for voters in found for voter in voters}

    async def by_idea(
        self, name: str, poll_id: str, idea_ids: Collection[str], number: int
    ) -> Sequence[Sequence[str]] | None:
        """Who voted for one of these ideas before a control record, by partition and in order.

        The same whoever asks, and whenever.
        """
        search = self._searches.pop(name, None)
        if search is None:
            ends, wanted = await self._behind(poll_id, number), frozenset(idea_ids)
            if ends is None:
                return None
            search = self._new(
                poll_id,
                ends,
                lambda record, vote: (
                    record.offset < ends[record.partition] and not wanted.isdisjoint(vote.idea_ids)
                ),
            )
        return await self._go_on(name, search)

    async def end(self, name: str) -> None:
        """Forget what was found."""
        search = self._searches.pop(name, None)
        if search is not None:
            await search.votes.aclose()

    async def forget(self) -> None:
        """End all searches."""
        for name in list(self._searches):
            await self.end(name)

    def _new(self, poll_id: str, ends: Sequence[int], wanted: Wanted) -> _Search:
        found: list[set[str]] = [set() for _ in range(self._partitions)]
        return _Search(ends, self._archive.votes(poll_id), wanted, found)

    async def _go_on(self, name: str, search: _Search) -> Sequence[Sequence[str]] | None:
        if search.voters is None and await self._is_archived(search) and await _look_on(search):
            search.voters = [sorted(voters) for voters in search.found]
        self._searches[name] = search
        return search.voters

    async def _is_archived(self, search: _Search) -> bool:
        """Whether the archive has all that the search is to find."""
        if not search.is_archived:
            whole = await self._whole()
            pairs = zip(whole, search.ends, strict=True)
            search.is_archived = all(offset >= end for offset, end in pairs)
        return search.is_archived

    async def _whole(self) -> list[int]:
        """Up to where the archive has each partition without a hole."""
        partitions = range(self._partitions)
        return [(await self._archive.position(partition)).offset for partition in partitions]

    async def _behind(self, poll_id: str, number: int) -> list[int] | None:
        """The offset behind a control record in each partition; None before all are archived."""
        whole, ends = await self._whole(), dict[int, int]()
        for archived in await self._archive.control_records(poll_id):
            body = decode(archived).body
            if isinstance(body, Control) and body.number == number:
                # The first of several: a record that was written again says nothing new.
                ends.setdefault(archived.partition, archived.offset + 1)
        if any(ends.get(partition, math.inf) > end for partition, end in enumerate(whole)):
            return None
        return [ends[partition] for partition in range(self._partitions)]


async def _look_on(search: _Search) -> bool:
    """Look at some more votes; whether the search has come to its end."""
    looked_at = 0
    async for archived in search.votes:
        vote = decode(archived).body
        if isinstance(vote, Vote) and search.wanted(archived, vote):
            search.found[archived.partition].add(vote.voter)
        looked_at += 1
        if looked_at == VOTES_PER_TURN:
            return False
    return True
