"""Casting a vote: a ballot pass from voting, then the vote into a ballot box."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from groundswell_kit.clock import utc_now
from groundswell_kit.mongo import is_unavailable
from groundswell_kit.observability import get_logger
from groundswell_web.answers import Away, Refused, Service
from groundswell_web.services import Call, Services
from groundswell_web.sessions.commands import Person, SessionCommands
from groundswell_web.sessions.schemas import CastVote
from groundswell_web.voting.schemas import Pass, Taken

log = get_logger()


@dataclass(frozen=True, slots=True)
class VotingCommands:
    """Two verbs. The same sent again counts at most once, and has the same receipt.

    Both keep the receipt in the session if MongoDB answers, also that of a vote of which it is not
    known whether it was in time. Both raise Refused or Away.
    """

    services: Services
    sessions: SessionCommands

    async def vote(self, person: Person, poll_id: str, idea_id: str, via: str) -> None:
        """Casts a vote for one idea more; `via` is what the link named that led here, or empty."""
        call = await self._call(person, poll_id, via, "POST", "votes", {"idea_id": idea_id})
        await self._cast(person, poll_id, call, (idea_id,), 0)

    async def state(
        self, person: Person, poll_id: str, idea_ids: Sequence[str], revision: int, via: str
    ) -> None:
        """States the whole ballot, in the place of the one of the revision before."""
        body = {"idea_ids": list(idea_ids), "revision": revision}
        call = await self._call(person, poll_id, via, "PUT", "ballot", body)
        await self._cast(person, poll_id, call, tuple(idea_ids), revision)

    async def _call(
        self,
        person: Person,
        poll_id: str,
        via: str,
        method: str,
        where: str,
        body: Mapping[str, object],
    ) -> Call:
        """What a ballot box is to be sent, with a pass for it."""
        permit = await self.services.send(
            Call(
                service=Service.VOTING,
                method="POST",
                path=f"/v1/polls/{poll_id}/passes",
                token=person.token,
                json={"via": via} if via else None,
                repeatable=True,
            ),
            Pass,
        )
        return Call(
            service=Service.BALLOT_BOX,
            method=method,
            path=f"/v1/polls/{poll_id}/{where}",
            token=permit.permit,
            json=body,
            repeatable=True,
        )

    async def _cast(
        self, person: Person, poll_id: str, call: Call, idea_ids: tuple[str, ...], revision: int
    ) -> None:
        def sent(vote_id: str, *, is_taken: bool) -> CastVote:
            return CastVote(
                idea_ids=idea_ids,
                vote_id=vote_id,
                cast_at=utc_now(),
                revision=revision,
                is_taken=is_taken,
            )

        try:
            taken = await self.services.send(call, Taken)
        except Away as away:
            known = person.votes.get(poll_id)
            if away.vote_id and (known is None or known.vote_id != away.vote_id):
                await self._remember(person, poll_id, sent(away.vote_id, is_taken=False))
            raise
        except Refused as refused:
            if refused.status != 401:
                raise
            # It is the pass that was refused, by keys or clocks that differ, and not the person.
            raise Away(Service.BALLOT_BOX, unknown=False) from refused
        await self._remember(person, poll_id, sent(taken.vote_id, is_taken=True))

    async def _remember(self, person: Person, poll_id: str, vote: CastVote) -> None:
        try:
            await self.sessions.remember_vote(person, poll_id, vote)
        except Exception as error:
            if not is_unavailable(error):
                raise
            log.warning("a vote that was sent is not noted", error=type(error).__name__)
