"""The merges of a contest, as what takes ideas back knows them: told by what keeps them."""

from datetime import datetime
from typing import Protocol

from groundswell_ideas.submissions.rules import Idea


class Merges(Protocol):
    """Joins the caller's transaction, and may be repeated."""

    async def part_all(self, into: Idea, words: str, now: datetime) -> None:
        """Makes all that go on in an idea ideas of their own again, for a reason in words."""
        ...
