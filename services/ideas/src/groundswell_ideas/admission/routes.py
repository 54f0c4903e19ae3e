"""HTTP of guest lists: who is invited to a contest that is not for everybody."""

from dataclasses import dataclass

from fastapi import APIRouter

from groundswell_ideas.admission.commands import AdmissionCommands
from groundswell_ideas.admission.queries import AdmissionQueries
from groundswell_ideas.admission.schemas import GuestAnswer, GuestPage, Invitations, Invited
from groundswell_kit.access import AnyStaff, Manager
from groundswell_kit.paging import AskedPage


@dataclass(frozen=True, slots=True)
class AdmissionRoutes:
    """Mounted by `app`."""

    commands: AdmissionCommands
    queries: AdmissionQueries

    def router(self) -> APIRouter:
        """All routes of guest lists."""
        router = APIRouter(prefix="/v1/contests/{contest_id}/guests", tags=["guests"])
        router.put("")(self.invite_guests)
        router.get("")(self.list_guests)
        router.delete("/{participant_id}", status_code=204)(self.uninvite_guest)
        return router

    async def invite_guests(self, contest_id: str, manager: Manager, body: Invitations) -> Invited:
        """Put people on the guest list; the same again changes nothing."""
        guests = [guest.value() for guest in body.entries]
        await self.commands.invite(manager.brand_id, contest_id, guests)
        return Invited(invited=len({guest.participant_id for guest in guests}))

    async def list_guests(self, contest_id: str, staff: AnyStaff, page: AskedPage) -> GuestPage:
        """Who is invited to a contest."""
        found = await self.queries.page(staff.brand_id, contest_id, page.behind, page.wanted)
        shown, cursor = page.cut(found)
        items = [GuestAnswer.model_validate(guest) for guest in shown]
        return GuestPage(items=items, next=cursor)

    async def uninvite_guest(self, contest_id: str, participant_id: str, manager: Manager) -> None:
        """Take somebody off the guest list; what they have handed in stays."""
        await self.commands.uninvite(manager.brand_id, contest_id, participant_id)
