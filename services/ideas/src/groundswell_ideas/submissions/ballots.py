"""The ballots of a contest, as what publishes ideas knows them: told by what keeps the polls."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from groundswell_ideas.submissions.rules import Idea


class Ballots(Protocol):
    """Each verb joins the caller's transaction, and may be repeated."""

    async def enlist(self, idea: Idea, now: datetime) -> None:
        """Has an approved idea come on ballots, where people vote as ideas come in.

        It does a moment later, if it is still approved by then.
        """
        ...

    async def strike(self, idea: Idea, reason: str, now: datetime) -> None:
        """Takes an idea off the shortlist, or off all open ballots for a reason that all read."""
        ...

    async def touch(self, idea: Idea) -> None:
        """Has what puts ideas on ballots in another transaction at this moment do it again.

        For what takes an idea from the public that no ballot has, as far as this one can see.
        """
        ...

    async def merge(
        self, idea: Idea, into: Idea, reason: str, now: datetime, *, by_manager: bool
    ) -> bool:
        """Takes an idea off open ballots, and lets its votes go to another one on them.

        Whether it was on any.
        """
        ...

    async def unmerge(self, idea: Idea, reason: str, now: datetime, *, by_manager: bool) -> None:
        """Puts an idea that went on in another one back on open ballots, with its votes."""
        ...

    async def part(self, into: Idea, idea_ids: Collection[str], reason: str, now: datetime) -> None:
        """Puts all that went on in an idea that is taken back on open ballots, with their votes."""
        ...
