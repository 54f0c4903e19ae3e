"""The kinds of text and time, and the two kinds of bodies, that the HTTP shapes are made of."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
)


def _utc_milliseconds(moment: datetime) -> datetime:
    utc = moment.astimezone(UTC)
    return utc.replace(microsecond=utc.microsecond // 1000 * 1000)


Moment = Annotated[
    AwareDatetime,
    Field(ge=datetime(2000, 1, 1, tzinfo=UTC), lt=datetime(2200, 1, 1, tzinfo=UTC)),
    AfterValidator(_utc_milliseconds),
]
"""A moment with its zone, turned to UTC and cut to milliseconds, which is what the store keeps."""

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]
LongText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000)]
Id = Annotated[str, StringConstraints(min_length=1, max_length=100)]


def _unique(idea_ids: Sequence[str]) -> Sequence[str]:
    if len(set(idea_ids)) != len(idea_ids):
        raise ValueError("each idea is named once")
    return idea_ids


UniqueIds = Annotated[list[Id], AfterValidator(_unique)]
"""Ids of ideas, none of them twice."""


class Request(BaseModel):
    """The body of a request; a field that we do not know is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Answer(BaseModel):
    """The body of an answer."""

    model_config = ConfigDict(frozen=True, from_attributes=True)
