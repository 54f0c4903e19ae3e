"""Casting a vote: a ballot pass from voting, then the vote into a ballot box."""

from dataclasses import dataclass

from groundswell_kit.mongo import is_unavailable
from groundswell_kit.observability import get_logger
from groundswell_web.services import Away, Call, Refused, Service, Services
from groundswell_web.sessions.commands import Person, SessionCommands
from groundswell_web.sessions.schemas import CastVote
from groundswell_web.voting.schemas import Pass, Taken

log = get_logger()


@dataclass(frozen=True, slots=True)
class VotingCommands:
    """One verb. The same vote sent again counts once, and has the same receipt."""

    services: Services
    sessions: SessionCommands

    async def vote(self, person: Person, poll_id: str, idea_id: str) -> None:
        """Casts a vote, and keeps its receipt in the session if MongoDB answers.

        Raises Refused or Away.
        """
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
        taken = await self._cast(permit.permit, poll_id, idea_id)
        vote = CastVote(idea_id=taken.idea_id, vote_id=taken.vote_id)
        try:
            await self.sessions.remember_vote(person, poll_id, vote)
        except Exception as error:
            if not is_unavailable(error):
                raise
            log.warning("a vote that was taken is not noted", error=type(error).__name__)

    async def _cast(self, permit: str, poll_id: str, idea_id: str) -> Taken:
        call = Call(
            service=Service.BALLOT_BOX,
            method="POST",
            path=f"/v1/polls/{poll_id}/votes",
            token=permit,
            json={"idea_id": idea_id},
            repeatable=True,
        )
        try:
            return await self.services.send(call, Taken)
        except Refused as refused:
            if refused.status != 401:
                raise
            # It is the pass that was refused, by keys or clocks that differ, and not the person.
            raise Away(Service.BALLOT_BOX, unknown=False) from refused
