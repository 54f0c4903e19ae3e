"""HTTP of imports: rows in, and what became of each."""

from dataclasses import dataclass

from fastapi import APIRouter

from groundswell_ideas.imports.commands import ImportCommands
from groundswell_ideas.imports.rules import Row
from groundswell_ideas.imports.schemas import ImportAnswer, NewImport, RowAnswer
from groundswell_kit.access import Manager


@dataclass(frozen=True, slots=True)
class ImportRoutes:
    """Mounted by `app`."""

    commands: ImportCommands

    def router(self) -> APIRouter:
        """The route of imports."""
        router = APIRouter(prefix="/v1/contests/{contest_id}", tags=["imports"])
        router.post("/imports")(self.import_ideas)
        return router

    async def import_ideas(
        self, contest_id: str, manager: Manager, body: NewImport
    ) -> ImportAnswer:
        """Take in ideas that were collected elsewhere, or look, as a dry run, what would become
        of them. A row whose reference was imported before changes nothing: repeat what broke off.
        """
        parsed = body.parsed()
        rows = [row for row in parsed if isinstance(row, Row)]
        taken = iter(
            await self.commands.take(
                manager.brand_id, manager.subject, contest_id, rows, dry_run=body.dry_run
            )
        )
        outcomes = [next(taken) if isinstance(row, Row) else row for row in parsed]
        items = [RowAnswer.of(place, outcome) for place, outcome in enumerate(outcomes)]
        return ImportAnswer(dry_run=body.dry_run, items=items)
