"""Reads of polls, standings and a visitor's own vote. What does not answer is left out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from groundswell_web.services import Away, Refused, Service, Services, Shape
from groundswell_web.sessions.commands import Person
from groundswell_web.sharing import Shared
from groundswell_web.voting.rules import NO_VOTE, OwnVote, own_vote
from groundswell_web.voting.schemas import Ballot, Poll, Receipt, Standings

Answer = TypeVar("Answer", bound=Shape)

STANDINGS_SHOWN = 20


@dataclass(frozen=True)
class VotingQueries:
    """Pages stay readable without voting: its part is None then.

    Polls and standings are asked for once a second, however many look at them.
    """

    services: Services
    _shared: Shared = field(default_factory=Shared)

    async def poll(self, poll_id: str) -> Poll | None:
        """A poll; None when voting is away, or has not heard of it yet."""
        path = f"/v1/polls/{poll_id}"
        return await self._shared.answer(path, lambda: self._read(path, Poll))

    async def standings(self, poll_id: str) -> Standings | None:
        """The first places of a poll; None when voting does not say.

        The same object for all who ask in the same second.
        """
        path = f"/v1/polls/{poll_id}/standings"
        query = {"limit": str(STANDINGS_SHOWN)}
        return await self._shared.answer(path, lambda: self._read(path, Standings, query=query))

    async def own_vote(self, poll_id: str, person: Person | None) -> OwnVote:
        """The visitor's own vote in a poll."""
        if person is None:
            return NO_VOTE
        path = f"/v1/polls/{poll_id}/ballot"
        ballot = await self._read(path, Ballot, person)
        counted = None if ballot is None else ballot.idea_ids
        cast = person.votes.get(poll_id)
        if counted or cast is None:
            return own_vote(counted)
        receipt = await self._read(f"/v1/receipts/{cast.vote_id}", Receipt, person)
        return own_vote(counted, cast.idea_id, None if receipt is None else receipt.state)

    async def _read(
        self,
        path: str,
        shape: type[Answer],
        person: Person | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Answer | None:
        token = None if person is None else person.token
        try:
            return await self.services.get(Service.VOTING, path, shape, token=token, query=query)
        except Away:
            return None
        except Refused as refused:
            if refused.status == 404:
                return None
            raise
