"""What a reason of the catalogue is, and how it reads. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from groundswell_ideas.audit.rules import SubjectKind, Why
from groundswell_ideas.languages.rules import picked
from groundswell_ideas.terms.rules import Obstacle

FIRST_LANGUAGE = "en"
"""What every reason is said in; others fall back to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A reason by its `code`, in words by locale.

    Editors turn down what it is `about` with it, and people report with it where `reportable`.
    `needs_words` asks for words of one's own with it.
    """

    code: str
    about: tuple[SubjectKind, ...]
    words: Mapping[str, str]
    reportable: bool = False
    needs_words: bool = False


Reasons = Mapping[str, Reason]
"""Reasons by their code, in the order of the catalogue."""


def words_for(reason: Reason, wanted: Sequence[str]) -> str:
    """The reason in the first of these languages that it is said in."""
    others = [language for language in reason.words if language != FIRST_LANGUAGE]
    return reason.words[picked([FIRST_LANGUAGE, *others], wanted)]


def obstacles_to_giving(reasons: Reasons, kind: SubjectKind, why: Why) -> list[Obstacle]:
    """What is wrong with a reason for turning something of this kind down."""
    if why.code is None:
        missing = Obstacle("body.reason", "missing", "say why: with words, a reason_code or both")
        return [] if why.words else [missing]
    return _faults(reasons, kind, why, reportable=False)


def obstacles_to_reporting(reasons: Reasons, kind: SubjectKind, why: Why) -> list[Obstacle]:
    """What is wrong with a reason for reporting something of this kind."""
    return _faults(reasons, kind, why, reportable=True)


def in_words(reasons: Reasons, why: Why, languages: Sequence[str]) -> str | None:
    """What its author reads: the words that were given, else those of the catalogue."""
    if why.words is not None or why.code is None:
        return why.words
    return words_for(reasons[why.code], languages)


def _faults(reasons: Reasons, kind: SubjectKind, why: Why, *, reportable: bool) -> list[Obstacle]:
    reason = reasons.get(why.code or "")
    if reason is None or kind not in reason.about or (reportable and not reason.reportable):
        return [Obstacle("body.reason_code", "unknown", f"no such reason for this {kind}")]
    if reason.needs_words and not why.words:
        return [Obstacle("body.reason", "missing", f"the reason {reason.code} needs words")]
    return []
