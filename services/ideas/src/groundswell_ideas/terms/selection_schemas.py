"""HTTP shapes of how a contest selects: shortlist, jury, winners, windows of review."""

from typing import Annotated, Literal

from pydantic import Field

from groundswell_ideas.shapes import Id, Line, LocalTime, Request

Whole = Annotated[int, Field(strict=True)]
Weight = Annotated[Whole, Field(ge=1, le=1_000)]
Number = Annotated[Whole, Field(ge=1, le=10_000)]


class ShortlistingBody(Request):
    """How ideas come on the shortlist: an exact `size` or a `maximum`; votes for `threshold`.

    `curator` is the office that picks, `curator_id` the one member of staff who may.
    """

    by: Literal["curator", "threshold", "jury", "all"] = "curator"
    size: Number | None = None
    maximum: Number | None = None
    threshold_votes: Annotated[Whole, Field(ge=1, le=10**12)] | None = None
    curator: Annotated[Line | None, Field(examples=["Creative director"])] = None
    curator_id: Id | None = None


class WinningBody(Request):
    """How winners are found, and how many. The weights are those of `weighted`."""

    by: Literal["tally", "jury", "weighted", "editorial"] = "tally"
    count: Annotated[Whole, Field(ge=1, le=100)] | None = None
    tally_weight: Weight = 1
    jury_weight: Weight = 1


class CriterionBody(Request):
    """What jurors score from 1 to 10."""

    name: Annotated[Line, Field(examples=["Originality"])]
    weight: Weight = 1


class JuryBody(Request):
    """A jury's criteria, and how many jurors have to score an idea."""

    criteria: Annotated[list[CriterionBody], Field(min_length=1, max_length=20)]
    quorum: Annotated[Whole, Field(ge=1, le=100)] = 1


class ReviewWindowBody(Request):
    """A review that collects what has qualified when it opens; local times of the contest."""

    name: Annotated[Line, Field(examples=["First review of 2027"])]
    opens: LocalTime
    closes: LocalTime


class SelectionBody(Request):
    """From ideas to winners; `alternates` stand behind them in case one drops out."""

    shortlist: ShortlistingBody = ShortlistingBody()
    winners: WinningBody = WinningBody()
    alternates: Annotated[Whole, Field(ge=0, le=100)] = 0
    veto: bool = True
    jury: JuryBody | None = None
    review_windows: Annotated[tuple[ReviewWindowBody, ...], Field(max_length=100)] = ()
