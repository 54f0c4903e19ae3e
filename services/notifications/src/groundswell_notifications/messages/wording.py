"""The words of each kind of message, from its template. Called by the commands.

A template has a block `subject`, of one line, and a block `text`; both may name `idea` and
`contest` (in quotes, or what stands for a contest that is not known), `milestone`, `round`,
`reason`, `entered_by` (in quotes, or nothing where the author entered the idea themselves),
`outcome`, `votes`, `appeal`, `amount`, `opens_at`, `closes_at`, `answer_by` and `answered`.
"""

from collections.abc import Mapping
from typing import NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined

from groundswell_notifications.audience.rules import Kind
from groundswell_notifications.messages.rules import (
    SUBJECT_CHARACTERS,
    in_lines,
    in_one_line,
    shortened,
)

TITLE_CHARACTERS = 200

_AS_THEY_ARE = (
    "outcome",
    "votes",
    "appeal",
    "amount",
    "opens_at",
    "closes_at",
    "answer_by",
    "answered",
)

_TEMPLATES = Environment(
    loader=PackageLoader(__package__),
    autoescape=False,  # noqa: S701 - the messages are plain text, and web escapes what it shows
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


class Words(NamedTuple):
    """A message in words."""

    subject: str
    text: str


def words(kind: Kind, facts: Mapping[str, str | None]) -> Words:
    """The words for these facts; safe whatever the facts hold, and the subject is one line."""
    named = {
        "idea": _quoted(facts.get("idea"), "your idea"),
        "contest": _quoted(facts.get("contest"), "the contest"),
        "milestone": _quoted(facts.get("milestone"), "a step"),
        "round": _quoted(facts.get("round"), "a round"),
        "entered_by": _quoted(facts.get("entered_by"), ""),
        "reason": in_lines(facts.get("reason") or ""),
        **{name: facts.get(name) for name in _AS_THEY_ARE},
    }
    template = _TEMPLATES.get_template(f"{kind}.txt")
    context = template.new_context(named)
    subject, text = ("".join(template.blocks[part](context)) for part in ("subject", "text"))
    return Words(shortened(in_one_line(subject), SUBJECT_CHARACTERS), text.strip())


def _quoted(title: str | None, unknown: str) -> str:
    shown = shortened(in_one_line(title or ""), TITLE_CHARACTERS)
    return f"“{shown}”" if shown else unknown
