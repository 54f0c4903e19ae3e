"""The shortlist that a vote opens with: asked for here, told by what selects from the ideas."""

from typing import Protocol

from groundswell_contracts.event import Event
from groundswell_ideas.contests.rules import Contest


class Shortlists(Protocol):
    """The selection, as contests know it."""

    async def at_the_vote(self, contest: Contest) -> tuple[Contest, list[Event]]:
        """A contest, of the same version, with its shortlist as it is now, and what is told of it.

        Asked before the contest enters the phase in which the shortlist counts.
        """
        ...
