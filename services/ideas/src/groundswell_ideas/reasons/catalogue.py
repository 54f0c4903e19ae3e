"""Reads the catalogue of reasons. Called by `app`."""

import tomllib
from functools import cache
from importlib import resources

from pydantic import BaseModel, ConfigDict, Field

from groundswell_ideas.audit.rules import SubjectKind
from groundswell_ideas.reasons.rules import FIRST_LANGUAGE, Reason, Reasons
from groundswell_ideas.shapes import Locale


class _Entry(BaseModel):
    """A reason in the file; what it holds beyond the fields of Reason is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str = Field(pattern=r"^[a-z][a-z-]{0,39}$")
    about: tuple[SubjectKind, ...] = Field(min_length=1)
    words: dict[Locale, str]
    reportable: bool = False
    needs_words: bool = False

    def value(self) -> Reason:
        return Reason(**dict(self))


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    reason: tuple[_Entry, ...]


@cache
def reasons() -> Reasons:
    """The reasons that come with Groundswell. Raises ValueError for a file that makes no sense."""
    return read_reasons(_text())


def read_reasons(text: str) -> Reasons:
    """The reasons of a file. Raises ValueError when it makes no sense."""
    entries = _File.model_validate(tomllib.loads(text)).reason
    found = {entry.code: entry.value() for entry in entries}
    if len(found) != len(entries):
        raise ValueError("two reasons have the same code")
    if silent := [code for code, reason in found.items() if FIRST_LANGUAGE not in reason.words]:
        raise ValueError(f"not said in {FIRST_LANGUAGE}: {', '.join(silent)}")
    return found


def _text() -> str:
    return (resources.files("groundswell_ideas.reasons") / "reasons.toml").read_text("utf-8")
