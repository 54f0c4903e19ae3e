"""HTTP shapes of merges."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from groundswell_ideas.audit.rules import Why
from groundswell_ideas.reasons.schemas import ReasonCode
from groundswell_ideas.shapes import Answer, Id, Reason, Request


class NewMerge(Request):
    """The idea that another one goes on in, and why, in words, by the catalogue, or both."""

    into_idea_id: Id
    reason_code: ReasonCode | None = "duplicate"
    reason: Reason | None = None

    def why(self) -> Why:
        """The reason."""
        return Why(code=self.reason_code, words=self.reason)


class Undoing(Request):
    """Why a merge is undone."""

    reason: Annotated[Reason, Field(examples=["They are about two different ships."])]


class MergedAnswer(Answer):
    """An idea that goes on in the one that was asked for; `title` is null where nobody let it in.

    Its authors are named all the same. `with_votes`: people voted on both, and its votes count for
    the other one. `votes_stayed` is why they did not go along in a poll that heard of it too late.
    """

    idea_id: str
    title: str | None
    authors: list[str]
    reason: str | None
    merged_at: datetime
    with_votes: bool
    votes_stayed: str | None


class MergedList(Answer):
    """All ideas that go on in one, as they came to it."""

    items: list[MergedAnswer]
