"""HTTP of polls."""

from dataclasses import dataclass

from fastapi import APIRouter

from groundswell_voting.polls.queries import PollQueries
from groundswell_voting.polls.schemas import PollView


@dataclass(frozen=True, slots=True)
class PollRoutes:
    """Mounted by `app`."""

    queries: PollQueries

    def router(self) -> APIRouter:
        """All routes of polls."""
        router = APIRouter(prefix="/v1/polls/{poll_id}", tags=["polls"])
        router.get("")(self.read_poll)
        return router

    async def read_poll(self, poll_id: str) -> PollView:
        """A poll: its rules, its ballot, its closing time, how far it has come. For everybody."""
        poll = await self.queries.find(poll_id)
        return PollView.of(poll)
