"""The kinds of text and time, and the two kinds of bodies, that the HTTP shapes are made of."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    NaiveDatetime,
    StringConstraints,
)
from pydantic_core import PydanticCustomError

from groundswell_ideas.texts.rules import faults, one_line, plain


def _utc_milliseconds(moment: datetime) -> datetime:
    utc = moment.astimezone(UTC)
    return utc.replace(microsecond=utc.microsecond // 1000 * 1000)


Moment = Annotated[
    AwareDatetime,
    Field(ge=datetime(2000, 1, 1, tzinfo=UTC), lt=datetime(2200, 1, 1, tzinfo=UTC)),
    AfterValidator(_utc_milliseconds),
]
"""A moment with its zone, turned to UTC and cut to milliseconds, which is what the store keeps."""


def _without_faults(text: object) -> object:
    for fault in faults(text) if isinstance(text, str) else ():
        raise PydanticCustomError(fault.rule, fault.message)
    return text


def _plain(text: object) -> object:
    return plain(text) if isinstance(text, str) else text


def _one_line(text: object) -> object:
    return one_line(text) if isinstance(text, str) else text


# The last validator runs first: a text is refused, or made plain, before it is measured.
PLAIN = (BeforeValidator(_plain), BeforeValidator(_without_faults))
"""Annotates a text that people type: `Annotated[str, StringConstraints(...), *PLAIN]`."""

ONE_LINE = (BeforeValidator(_one_line), BeforeValidator(_without_faults))
"""The same for a text of one line."""


def _length(maximum: int) -> StringConstraints:
    return StringConstraints(strip_whitespace=True, min_length=1, max_length=maximum)


Line = Annotated[str, _length(200), *ONE_LINE]
Reason = Annotated[str, _length(2_000), *PLAIN]
LongText = Annotated[str, _length(20_000), *PLAIN]
Id = Annotated[str, StringConstraints(max_length=100, pattern=r"^[!-~]+$")]
"""An id of ours, or the subject of a token: visible ASCII."""


Locale = Annotated[
    str, StringConstraints(max_length=35, pattern=r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$")
]
"""A language as BCP 47 writes it: en, pt-BR, zh-Hant-TW."""


def _whole_minutes(local: datetime) -> datetime:
    if local.second or local.microsecond:
        raise ValueError("local times are given in whole minutes")
    return local


LocalTime = Annotated[
    NaiveDatetime,
    Field(ge=datetime(2000, 1, 1), lt=datetime(2200, 1, 1), examples=["2026-12-10T22:00"]),  # noqa: DTZ001 - of a place whose time zone is told elsewhere
    AfterValidator(_whole_minutes),
]
"""A local time without offset, of a time zone that is told beside it."""


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
