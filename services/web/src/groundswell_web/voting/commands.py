"""Casting a vote: a ballot pass from voting, then the vote into a ballot box."""

from dataclasses import dataclass

from groundswell_web.services import Call, Service, Services
from groundswell_web.sessions.commands import Person, SessionCommands
from groundswell_web.sessions.schemas import CastVote
from groundswell_web.voting.schemas import Pass, Taken


@dataclass(frozen=True, slots=True)
class VotingCommands:
    """One verb. The same vote sent again counts once, and has the same receipt."""

    services: Services
    sessions: SessionCommands

    async def vote(self, person: Person, poll_id: str, idea_id: str) -> None:
        """Casts a vote and keeps its receipt in the session. Raises Refused or Away."""
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
        taken = await self.services.send(
            Call(
                service=Service.BALLOT_BOX,
                method="POST",
                path=f"/v1/polls/{poll_id}/votes",
                token=permit.permit,
                json={"idea_id": idea_id},
                repeatable=True,
            ),
            Taken,
        )
        vote = CastVote(idea_id=taken.idea_id, vote_id=taken.vote_id)
        await self.sessions.remember_vote(person, poll_id, vote)
