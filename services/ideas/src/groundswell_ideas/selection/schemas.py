"""HTTP shapes of shortlist, vetoes and winners."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from groundswell_ideas.contests.rules import SHORTLIST_MAXIMUM
from groundswell_ideas.shapes import Answer, Id, Reason, Request, UniqueIds

WINNERS_MAXIMUM = 100


class Shortlist(Request):
    """The ideas that the crowd will vote on, all of them, or all of a region."""

    idea_ids: Annotated[UniqueIds, Field(max_length=SHORTLIST_MAXIMUM)]
    region: Id | None = None


class ShortlistAnswer(Answer):
    """The shortlist as it stands, or a region's part. `version` is that of the contest's ETag."""

    region: str | None
    idea_ids: list[str]
    version: int


class NewVeto(Request):
    """An idea to be ruled out, with the reason that everybody reads."""

    idea_id: Id
    reason: Annotated[Reason, Field(examples=["Names of polar research are for explorers."])]


class VetoAnswer(Answer):
    """An idea that the brand ruled out; `was_selected` tells that it was a winner until then."""

    idea_id: str
    reason: str
    vetoed_at: datetime
    was_selected: bool


class Selection(Request):
    """The ideas that win, of one region if there are some, with the reason that everybody reads.

    `alternate_ids` stand behind them in this order; left out, it is the next ones in the ranking.
    """

    idea_ids: Annotated[UniqueIds, Field(min_length=1, max_length=WINNERS_MAXIMUM)]
    reason: Annotated[Reason, Field(examples=["A name that honours a lifetime of discovery."])]
    region: Id | None = None
    alternate_ids: Annotated[UniqueIds, Field(max_length=WINNERS_MAXIMUM)] | None = None


class PayeeAnswer(Answer):
    """Who gets what a winner is promised."""

    kind: Literal["self", "charity"]
    name: str | None


class WinnerAnswer(Answer):
    """An idea that won; `rank` is its place in the ranking that decides.

    `confirmed_at` is when its author took the win.
    """

    idea_id: str
    rank: int | None
    reason: str
    selected_at: datetime
    region: str | None
    confirmed_at: datetime | None


class DropoutAnswer(Answer):
    """A winner that declined or could not be verified, and is none any more."""

    idea_id: str
    reason: str
    dropped_at: datetime


class WinnersAnswer(Answer):
    """The winners of a contest, and who stands behind them."""

    items: list[WinnerAnswer]
    alternate_ids: list[str]
