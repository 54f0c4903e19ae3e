"""How many ideas have been answered: asked for here, told by what keeps the ideas."""

from datetime import datetime
from typing import Protocol


class AnswerCounts(Protocol):
    """The store of ideas, as contests know it."""

    async def answers(
        self, brand_id: str, contest_id: str, by: datetime, *, ends_with_publication: bool
    ) -> tuple[int, int]:
        """The ideas of a contest that are to be answered, and those answered by a moment.

        Where a course ends with publication, that is the answer.
        """
        ...
