"""HTTP of electoral rolls."""

from dataclasses import dataclass

from fastapi import APIRouter

from groundswell_kit.access import AnyStaff, Manager
from groundswell_voting.electorate.commands import RollCommands
from groundswell_voting.electorate.queries import ElectorateQueries
from groundswell_voting.electorate.schemas import NewEntries, RollAnswer, RollCount


@dataclass(frozen=True, slots=True)
class ElectorateRoutes:
    """Mounted by `app`."""

    commands: RollCommands
    queries: ElectorateQueries

    def router(self) -> APIRouter:
        """All routes of electoral rolls."""
        router = APIRouter(prefix="/v1/polls/{poll_id}/roll", tags=["electorate"])
        router.put("")(self.put_entries)
        router.get("")(self.count_entries)
        router.delete("/{participant_id}", status_code=204)(self.remove_entry)
        return router

    async def put_entries(self, poll_id: str, manager: Manager, body: NewEntries) -> RollAnswer:
        """Put participants on the roll of a poll, or change their entries. A repeat is safe."""
        entries = [new.entry() for new in body.entries]
        changes = await self.commands.put(manager.brand_id, poll_id, entries)
        return RollAnswer.model_validate(changes)

    async def count_entries(self, poll_id: str, staff: AnyStaff) -> RollCount:
        """How many are on the roll of a poll, by segment and by region."""
        return await self.queries.count(staff.brand_id, poll_id)

    async def remove_entry(self, poll_id: str, participant_id: str, manager: Manager) -> None:
        """Take a participant off the roll. A vote that they have cast stays. A repeat is safe."""
        await self.commands.remove(manager.brand_id, poll_id, participant_id)
