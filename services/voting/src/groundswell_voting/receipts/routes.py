"""HTTP of receipts and of a voter's own ballot."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Header

from groundswell_kit.access import Participant
from groundswell_kit.problems import unauthenticated
from groundswell_voting.receipts.queries import BallotQueries, ReceiptQueries
from groundswell_voting.receipts.schemas import CountedBallot, VoteReceipt

Authorization = Annotated[str | None, Header()]


@dataclass(frozen=True, slots=True)
class ReceiptRoutes:
    """Mounted by `app`."""

    receipts: ReceiptQueries
    ballots: BallotQueries

    def router(self) -> APIRouter:
        """All routes of receipts and ballots."""
        router = APIRouter(prefix="/v1", tags=["receipts"])
        router.get("/receipts/{vote_id}")(self.read_receipt)
        router.get("/polls/{poll_id}/ballot")(self.read_ballot)
        return router

    async def read_receipt(self, vote_id: str, authorization: Authorization = None) -> VoteReceipt:
        """What became of a vote; with the voter's token, or any ballot pass of that voter."""
        scheme, _, credential = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not credential:
            raise unauthenticated("Send the voter's token, or a ballot pass.", token_sent=False)
        return await self.receipts.find(vote_id, credential.strip())

    async def read_ballot(self, poll_id: str, participant: Participant) -> CountedBallot:
        """What the caller's vote counts for in this poll; empty lists as long as none does."""
        return await self.ballots.of(poll_id, participant.subject)
