"""HTTP of receipts."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Header

from groundswell_kit.problems import unauthenticated
from groundswell_voting.receipts.queries import ReceiptQueries
from groundswell_voting.receipts.schemas import VoteReceipt

Authorization = Annotated[str | None, Header()]


@dataclass(frozen=True, slots=True)
class ReceiptRoutes:
    """Mounted by `app`."""

    queries: ReceiptQueries

    def router(self) -> APIRouter:
        """All routes of receipts."""
        router = APIRouter(prefix="/v1/receipts/{vote_id}", tags=["receipts"])
        router.get("")(self.read_receipt)
        return router

    async def read_receipt(self, vote_id: str, authorization: Authorization = None) -> VoteReceipt:
        """What became of a vote; with the voter's token, or any ballot pass of that voter."""
        scheme, _, credential = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not credential:
            raise unauthenticated("Send the voter's token, or a ballot pass.", token_sent=False)
        return await self.queries.find(vote_id, credential.strip())
