"""HTTP of captures: take down an address in person; the trail of those who did."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from groundswell_identity.captures.commands import CaptureCommands
from groundswell_identity.captures.queries import CaptureQueries
from groundswell_identity.captures.schemas import CaptureAnswer, CapturePage, NewCapture
from groundswell_identity.people.schemas import NO_STORE
from groundswell_kit.access import Editor, Staff, staff
from groundswell_kit.paging import AskedPage
from groundswell_kit.problems import not_found


def _of_brand(brand_id: str, member: Staff) -> Staff:
    if member.brand_id != brand_id:
        raise not_found("There is no such brand.")
    return member


def _capturing(brand_id: str, editor: Editor) -> Staff:
    return _of_brand(brand_id, editor)


def _auditing(
    brand_id: str, auditor: Annotated[Staff, Depends(staff("auditor", "manager"))]
) -> Staff:
    return _of_brand(brand_id, auditor)


@dataclass(frozen=True, slots=True)
class CaptureRoutes:
    """Mounted by `app`."""

    commands: CaptureCommands
    queries: CaptureQueries

    def router(self) -> APIRouter:
        """All routes of captures."""
        router = APIRouter(prefix="/v1/brands/{brand_id}/captures", tags=["captures"])
        router.post("", status_code=201)(self.capture_person)
        router.get("")(self.list_captures)
        return router

    async def capture_person(
        self,
        editor: Annotated[Staff, Depends(_capturing)],
        body: NewCapture,
        response: Response,
    ) -> CaptureAnswer:
        """Take down the address of somebody whom you meet, and get the id to act for them by.

        The answer is the same whether they were known or not. Nothing is mailed, and nobody signs
        in by it: they do so themselves, with a code that is mailed to the address.
        """
        response.headers.update(NO_STORE)
        captured = await self.commands.capture(
            editor.brand_id, editor.subject, body.email, body.locale, body.time_zone
        )
        return CaptureAnswer.model_validate(captured)

    async def list_captures(
        self, auditor: Annotated[Staff, Depends(_auditing)], page: AskedPage
    ) -> CapturePage:
        """Who of the brand's staff took down an address, when, and whose id it gave."""
        found = await self.queries.page(auditor.brand_id, page.behind, page.wanted)
        shown, cursor = page.cut(found)
        return CapturePage(items=[CaptureAnswer.model_validate(c) for c in shown], next=cursor)
