"""The ballots of a contest, as what publishes ideas knows them: told by what keeps the polls."""

from datetime import datetime
from typing import Protocol

from groundswell_ideas.submissions.rules import Idea


class Ballots(Protocol):
    """Both verbs join the caller's transaction, and may be repeated."""

    async def enlist(self, idea: Idea, now: datetime) -> None:
        """Puts an approved idea on the ballots of a contest where people vote as ideas come in."""
        ...

    async def strike(self, idea: Idea, reason: str, now: datetime) -> None:
        """Takes an idea off the shortlist, or off all open ballots for a reason that all read."""
        ...
