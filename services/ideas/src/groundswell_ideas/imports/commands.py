"""What a brand does to import: hands in rows, which are looked at, or taken in one by one."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from groundswell_ideas.contests.queries import ContestQueries
from groundswell_ideas.contests.rules import Contest
from groundswell_ideas.imports.rules import (
    Row,
    Taken,
    columns_of,
    differences,
    entry_with,
    obstacles_to_row,
    obstacles_to_uploads,
    participant_of,
    repeated,
)
from groundswell_ideas.imports.store import Imported, ImportStore
from groundswell_ideas.media.queries import MediaQueries
from groundswell_ideas.submissions.commands import SubmissionCommands
from groundswell_ideas.submissions.rules import Provenance
from groundswell_ideas.terms.rules import Obstacle
from groundswell_kit.clock import utc_now
from groundswell_kit.mongo import transaction
from groundswell_kit.problems import CONFLICT, VALIDATION, Problem, not_found
from groundswell_kit.refusals import refuse_for

AT_ONCE = 4
"""Rows of a request that are worked on at the same time: while one waits for MongoDB, another
is screened."""

REPEATED = Obstacle("reference", "unique", "more than one row has this reference")


@dataclass(frozen=True, slots=True)
class ImportCommands:
    """Each row is a transaction of its own: what one lacks keeps no other out."""

    contests: ContestQueries
    submissions: SubmissionCommands
    imported: ImportStore
    media: MediaQueries
    secret: bytes

    async def take(
        self, brand_id: str, sender_id: str, contest_id: str, rows: Sequence[Row], *, dry_run: bool
    ) -> list[Taken]:
        """Takes rows in, or, as a dry run, says what would become of each and changes nothing.

        The outcomes are in the order of the rows. A row whose reference is known changes nothing;
        that makes a repeat safe, also one of a request that broke off. A dry run looks at all that
        can be told without the files themselves, which are checked when they are sent in.
        """
        contest = await self.contests.read(contest_id, brand_id)
        if contest.brand_id != brand_id:
            raise not_found("There is no such contest.")
        known = await self.imported.find(brand_id, contest_id, [row.reference for row in rows])
        twice = repeated(rows)
        free = asyncio.Semaphore(AT_ONCE)

        async def one(row: Row) -> Taken:
            if row.reference in twice:
                return _refused(row, [REPEATED])
            if row.reference in known:
                return _known(row, known[row.reference])
            async with free:
                return await self._new(contest, sender_id, row, dry_run=dry_run)

        try:
            async with asyncio.TaskGroup() as tasks:
                taking = [tasks.create_task(one(row)) for row in rows]
        except ExceptionGroup as broken:
            raise broken.exceptions[0] from broken  # such as MongoDB's absence: a 503
        return [task.result() for task in taking]

    async def _new(self, contest: Contest, sender_id: str, row: Row, *, dry_run: bool) -> Taken:
        try:
            if dry_run:
                await self._check(contest, row)
                return Taken(row.reference, "created")
            return await self._take_in(contest, sender_id, row)
        except Problem as problem:
            if problem.kind.status not in (CONFLICT.status, VALIDATION.status):
                raise
            errors = [Obstacle(e.field, e.rule, e.message) for e in problem.errors]
            return _refused(row, errors)

    async def _check(self, contest: Contest, row: Row) -> None:
        refuse_for(obstacles_to_row(contest, row, utc_now()), VALIDATION)
        participant_id = participant_of(row, contest.brand_id, contest.id, self.secret)
        await self.submissions.check(
            contest.brand_id, contest.id, participant_id, entry_with(row, sent=False)
        )

    async def _take_in(self, contest: Contest, sender_id: str, row: Row) -> Taken:
        brand_id = contest.brand_id
        obstacles = obstacles_to_row(contest, row, utc_now())
        sent = await self.media.find(brand_id, row.upload_ids) if row.files else {}
        refuse_for(obstacles + obstacles_to_uploads(row, sent), VALIDATION)
        provenance = Provenance(
            kind="import",
            entered_by=sender_id,
            on_behalf_of=row.author,
            original_at=row.original_at,
            reference=row.reference,
        )
        participant_id = participant_of(row, brand_id, contest.id, self.secret)
        entry = entry_with(row, sent=True)

        async def work() -> Taken:
            idea, is_new = await self.submissions.take_in(
                brand_id, sender_id, contest.id, participant_id, entry, provenance
            )
            if not is_new:  # Another import of the same row was quicker.
                known = await self.imported.find(brand_id, contest.id, [row.reference])
                return _known(row, known[row.reference])
            imported = Imported(idea.id, columns_of(row))
            await self.imported.add(brand_id, contest.id, row.reference, imported)
            return Taken(row.reference, "created", idea.id)

        return await transaction(self.imported.client, work)


def _known(row: Row, imported: Imported) -> Taken:
    errors = tuple(differences(row, imported.columns))
    return Taken(row.reference, "differs" if errors else "unchanged", imported.idea_id, errors)


def _refused(row: Row, errors: Sequence[Obstacle]) -> Taken:
    """Each error where it stands in the row: what refused it may have seen a body of its own."""
    placed = (error._replace(field=error.field.removeprefix("body.")) for error in errors)
    return Taken(row.reference, "refused", None, tuple(placed))
