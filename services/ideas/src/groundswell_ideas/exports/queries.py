"""Reading all ideas of a contest, some at a time."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from groundswell_ideas.contests.queries import ContestQueries
from groundswell_ideas.exports.files import BYTE_ORDER_MARK, CsvFile, JsonLinesFile
from groundswell_ideas.exports.rules import Format
from groundswell_ideas.submissions.queries import SubmissionQueries
from groundswell_ideas.submissions.rules.listing import Asked
from groundswell_kit.problems import not_found

AT_ONCE = 200
"""Ideas in memory at a time."""


@dataclass(frozen=True, slots=True)
class ExportQueries:
    """Reads only, for staff of the brand."""

    contests: ContestQueries
    ideas: SubmissionQueries

    async def file(
        self, brand_id: str, contest_id: str, asked: Asked, form: Format, *, bom: bool
    ) -> AsyncIterator[bytes]:
        """All ideas of a contest that came in, or those asked for, as parts of a file in UTF-8.

        The next part is read when it is asked for. Each idea is as it is at that moment; what
        comes in meanwhile is told too. Raises the not-found problem for other brands' contests
        before the first part.
        """
        contest = await self.contests.read(contest_id, brand_id)
        if contest.brand_id != brand_id:
            raise not_found("There is no such contest.")
        file = CsvFile(contest.terms.entry_form) if form == "csv" else JsonLinesFile()
        found = await self.ideas.page(contest_id, brand_id, None, asked, None, AT_ONCE)

        async def parts() -> AsyncIterator[bytes]:
            count, batch = 0, found
            yield f"{BYTE_ORDER_MARK if bom else ''}{file.head()}".encode()
            while batch:
                yield file.part(one.idea for one in batch).encode()
                count += len(batch)
                behind = batch[-1].id
                batch = await self.ideas.page(contest_id, brand_id, None, asked, behind, AT_ONCE)
            yield file.foot(count).encode()

        return parts()
