"""What an export tells of an idea, and how a cell of it looks. Pure; called by `files`."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Literal

from groundswell_ideas.submissions.rules import Idea
from groundswell_ideas.submissions.rules.teams import standing_shares

Format = Literal["csv", "jsonl"]
Value = str | int | float | list[str] | dict[str, int] | None

# What a spreadsheet takes for a formula; some take the wide forms of = + - @ for one too.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def _moment(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


_COLUMNS: Mapping[str, Callable[[Idea], Value]] = {
    "id": lambda idea: idea.id,
    "status": lambda idea: idea.status,
    "title": lambda idea: idea.title,
    "summary": lambda idea: idea.summary,
    "category": lambda idea: idea.category,
    "region": lambda idea: idea.region,
    "participant_id": lambda idea: idea.participant_id,
    "authors": lambda idea: list(idea.authors),
    "shares": standing_shares,
    "submitted_at": lambda idea: _moment(idea.submitted_at),
    "original_at": lambda idea: _moment(idea.original_at),
    "decided_at": lambda idea: _moment(idea.decided_at),
    "answered_at": lambda idea: _moment(idea.answered_at),
    "withdrawn_at": lambda idea: _moment(idea.withdrawn_at),
    "revision": lambda idea: idea.revision,
    "revised_at": lambda idea: _moment(idea.revised_at),
    "reason_code": lambda idea: idea.reason_code,
    "reason": lambda idea: idea.reason,
    "parent_idea_id": lambda idea: idea.parent_idea_id,
    "parent_share": lambda idea: idea.parent_share,
    "merged_into": lambda idea: idea.merged_into,
    "also_by": lambda idea: list(idea.also_by),
    "product_code": lambda idea: idea.product_code,
    "provenance": lambda idea: idea.provenance.kind,
    "reference": lambda idea: idea.provenance.reference,
    "media": lambda idea: list(idea.media),
    "brief": lambda idea: "yes" if idea.brief else None,
    "gift_to": lambda idea: None if idea.gift is None else idea.gift.charity,
    "gift_share": lambda idea: None if idea.gift is None else idea.gift.basis_points,
}

COLUMNS = tuple(_COLUMNS)
"""The columns that every file begins with, in this order; further ones only come behind them."""


def columns_of(idea: Idea) -> dict[str, Value]:
    """What is told of every idea, whatever its contest asks for; nothing of what was declared."""
    return {name: value(idea) for name, value in _COLUMNS.items()}


def fields_of(idea: Idea) -> dict[str, Value]:
    """What an idea answers to its contest's form."""
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in idea.fields.items()
    }


def cell(value: Value) -> str | int | float:
    """A value in a row: lists with spaces between their items, shares as `id:basis points`."""
    match value:
        case None:
            return ""
        case list():
            return harmless(" ".join(value))
        case dict():
            return harmless(" ".join(f"{name}:{points}" for name, points in value.items()))
        case str():
            return harmless(value)
        case _:
            return value


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula: such a one begins with an apostrophe."""
    return f"'{text}" if text.startswith(_FORMULA) else text
