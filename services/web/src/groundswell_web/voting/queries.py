"""Reads of polls, standings and a visitor's own vote. What does not answer is left out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from groundswell_web.answers import Away, Refused, Service, Shape
from groundswell_web.services import Services
from groundswell_web.sessions.commands import Person
from groundswell_web.sessions.schemas import CastVote
from groundswell_web.sharing import Shared
from groundswell_web.voting.own import is_counted
from groundswell_web.voting.schemas import Ballot, Poll, Receipt, Standings

Answer = TypeVar("Answer", bound=Shape)

STANDINGS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Own:
    """What voting says of a visitor's vote, None when it does not, and what was cast last.

    `verdict` is the state of the receipt for that, if it was worth asking; where it counts, `cast`
    names the ideas that it counts for.
    """

    ballot: Ballot | None
    cast: CastVote | None = None
    verdict: str | None = None


NOBODYS = Own(Ballot(periods=[]))


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

    async def own(self, poll_id: str, person: Person | None) -> Own:
        """What is known of the visitor's own vote in a poll."""
        if person is None:
            return NOBODYS
        ballot = await self._read(f"/v1/polls/{poll_id}/ballot", Ballot, person)
        cast = person.votes.get(poll_id)
        if cast is None or is_counted(ballot, cast):
            return Own(ballot, cast, None)
        receipt = await self._read(f"/v1/receipts/{cast.vote_id}", Receipt, person)
        if receipt is None:
            return Own(ballot, cast)
        if receipt.counts_for:
            cast = cast.model_copy(update={"idea_ids": receipt.counts_for})
        return Own(ballot, cast, receipt.state)

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
