"""Casting a vote: a ballot pass from voting, then the vote into a ballot box."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from groundswell_kit.clock import utc_now
from groundswell_kit.mongo import is_unavailable
from groundswell_kit.observability import get_logger
from groundswell_web.services import Away, Call, Refused, Service, Services
from groundswell_web.sessions.commands import Person, SessionCommands
from groundswell_web.sessions.schemas import CastVote
from groundswell_web.voting.schemas import Pass, Taken

log = get_logger()


@dataclass(frozen=True, slots=True)
class VotingCommands:
    """Two verbs. The same sent again counts once, and has the same receipt.

    Both keep the receipt in the session if MongoDB answers. Both raise Refused or Away.
    """

    services: Services
    sessions: SessionCommands

    async def vote(self, person: Person, poll_id: str, idea_id: str) -> None:
        """Casts a vote for one idea more."""
        taken = await self._cast(person, poll_id, "POST", "votes", {"idea_id": idea_id})
        await self._remember(person, poll_id, taken, [idea_id], 0)

    async def state(
        self, person: Person, poll_id: str, idea_ids: Sequence[str], revision: int
    ) -> None:
        """States the whole ballot, in the place of the one of the revision before."""
        body = {"idea_ids": list(idea_ids), "revision": revision}
        taken = await self._cast(person, poll_id, "PUT", "ballot", body)
        await self._remember(person, poll_id, taken, idea_ids, revision)

    async def _cast(
        self, person: Person, poll_id: str, method: str, where: str, body: Mapping[str, object]
    ) -> Taken:
        permit = await self.services.send(
            Call(
                service=Service.VOTING,
                method="POST",
                path=f"/v1/polls/{poll_id}/passes",
                token=person.token,
                repeatable=True,
            ),
            Pass,
        )
        call = Call(
            service=Service.BALLOT_BOX,
            method=method,
            path=f"/v1/polls/{poll_id}/{where}",
            token=permit.permit,
            json=body,
            repeatable=True,
        )
        try:
            return await self.services.send(call, Taken)
        except Refused as refused:
            if refused.status != 401:
                raise
            # It is the pass that was refused, by keys or clocks that differ, and not the person.
            raise Away(Service.BALLOT_BOX, unknown=False) from refused

    async def _remember(
        self, person: Person, poll_id: str, taken: Taken, idea_ids: Sequence[str], revision: int
    ) -> None:
        vote = CastVote(
            idea_ids=tuple(idea_ids), vote_id=taken.vote_id, cast_at=utc_now(), revision=revision
        )
        try:
            await self.sessions.remember_vote(person, poll_id, vote)
        except Exception as error:
            if not is_unavailable(error):
                raise
            log.warning("a vote that was taken is not noted", error=type(error).__name__)
