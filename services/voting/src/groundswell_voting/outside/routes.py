"""HTTP of figures from outside."""

from dataclasses import dataclass

from fastapi import APIRouter, Response

from groundswell_kit.access import Manager
from groundswell_kit.http import IdempotencyKey, RequestFingerprint, to_http
from groundswell_kit.idempotency import Idempotency
from groundswell_voting.outside.commands import OutsideCommands
from groundswell_voting.outside.queries import OutsideQueries
from groundswell_voting.outside.rules import Entry
from groundswell_voting.outside.schemas import EntryList, EntryView, Figure, NewFigures


@dataclass(frozen=True, slots=True)
class OutsideRoutes:
    """Mounted by `app`."""

    commands: OutsideCommands
    queries: OutsideQueries
    idempotency: Idempotency

    def router(self) -> APIRouter:
        """All routes of figures from outside."""
        router = APIRouter(prefix="/v1/polls/{poll_id}/outside-figures", tags=["standings"])
        router.post("", status_code=201, response_model=EntryView)(self.enter)
        router.get("")(self.read)
        return router

    async def enter(
        self,
        poll_id: str,
        manager: Manager,
        body: NewFigures,
        fingerprint: RequestFingerprint,
        key: IdempotencyKey = None,
    ) -> Response:
        """Enter what ideas got elsewhere: a line of its own, never added to the votes.

        An entry is never changed; a correction is a new one that names it. A poll that hides its
        tally shows entries when it is certified.
        """

        async def act() -> EntryView:
            return _view(await self.commands.enter(manager.brand_id, poll_id, body), {})

        stored = await self.idempotency.run(key, manager.key_scope, fingerprint, 201, act)
        return to_http(stored)

    async def read(self, poll_id: str) -> EntryList:
        """Every entry of the poll, with what replaces it. For everybody."""
        entries = await self.queries.entries(poll_id)
        replaced_by = {entry.replaces: entry.id for entry in entries}
        return EntryList(items=[_view(entry, replaced_by) for entry in entries])


def _view(entry: Entry, replaced_by: dict[str | None, str]) -> EntryView:
    return EntryView(
        id=entry.id,
        label=entry.label,
        source_url=entry.source_url,
        taken_at=entry.taken_at,
        figures=[Figure(idea_id=idea_id, votes=votes) for idea_id, votes in entry.figures],
        replaces=entry.replaces,
        replaced_by=replaced_by.get(entry.id),
        entered_at=entry.entered_at,
    )
