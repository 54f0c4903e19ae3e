"""The shortlist that a vote opens with: asked for here, told by what selects from the ideas."""

from collections.abc import Sequence
from typing import Protocol

from groundswell_ideas.contests.rules import Contest


class Shortlists(Protocol):
    """The selection, as contests know it."""

    async def at_the_vote(self, contest: Contest) -> tuple[Contest, list[str]]:
        """A contest, of the same version, with its shortlist as it is now, and who is new on it.

        Asked before the contest enters the phase in which the shortlist counts.
        """
        ...


class ShortlistTidings(Protocol):
    """Joins the caller's transaction."""

    async def tell(self, contest: Contest, idea_ids: Sequence[str]) -> None:
        """Tells that these ideas are on the shortlist; of very many, some a moment later."""
        ...
