"""What a filled-in form says of an idea, as the ideas service is to be told it. Pure."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from groundswell_web.submissions.rules import (
    DECLARED,
    Fields,
    Flaws,
    Json,
    declaration,
    place_in,
)

TITLE_CHARACTERS = 200
SUMMARY_CHARACTERS = 5_000
WHOLE = 10_000

NOT_OF_BRIEFS = ("team", "parent", "charity")
"""What is asked for with an idea, and not where somebody asks others for ideas."""

FIELD = "f."
KEPT = "kept."

_MEMBER = re.compile(r"(?P<id>\S{1,100})\s+(?P<share>\d{1,3}([.,]\d{1,2})?)\s*%?")
# What a number of somebody may be: no exponent, and no more digits than are worked with at once.
_NUMBER = re.compile(r"[+-]?\d{1,20}([.,]\d{1,20})?")
_VERSION = re.compile(r"\d{1,9}")
_UPLOAD = re.compile(r"[A-Za-z0-9_-]{1,100}")

# Where the ideas service finds something wrong, and the field of the form that it stands in.
_PLACES: Mapping[str, str] = {
    "title": "title",
    "summary": "summary",
    "category": "category",
    "region": "region",
    "team": "team",
    "parent": "parent_share",
    "gift.basis_points": "charity_share",
    "gift": "charity",
    "accepted_terms": "terms",
    **DECLARED,
}


def flaws(fields: Fields) -> Flaws:
    """What keeps an idea from being handed in as it is written, by field."""
    title, summary = fields.get("title", "").strip(), fields.get("summary", "").strip()
    found = {}
    if not title:
        found["title"] = "Give your idea a title."
    elif len(title) > TITLE_CHARACTERS:
        found["title"] = f"The title may have {TITLE_CHARACTERS} characters; it has {len(title)}."
    if not summary:
        found["summary"] = "Describe your idea in a few words."
    elif len(summary) > SUMMARY_CHARACTERS:
        found["summary"] = (
            f"The description may have {SUMMARY_CHARACTERS:,} characters; it has {len(summary):,}."
        )
    return found


def entry(
    fields: Fields, kinds: Mapping[str, str], uploads: Mapping[str, Sequence[str]], author_id: str
) -> tuple[Json, Flaws]:
    """The body of an idea, and what cannot be read of it, by field.

    `kinds` are those of the form's fields, `uploads` the ids of what was sent in, by field.
    """
    found: Flaws = {}
    said = {}
    for name, kind in kinds.items():
        value, flaw = _value(kind, fields.get(FIELD + name, "").strip(), uploads.get(name, ()))
        if flaw is not None:
            found[FIELD + name] = flaw
        elif value not in ("", []):
            said[name] = value
    team, flaw = _team(fields.get("team", ""), author_id)
    if flaw is not None:
        found["team"] = flaw
    body: Json = {
        "title": fields.get("title", "").strip(),
        "summary": fields.get("summary", "").strip(),
        "fields": said,
    }
    body |= {name: fields[name] for name in ("category", "region") if fields.get(name)}
    if team:
        body["team"] = team
    return body, found


def parent(fields: Fields) -> tuple[Json, Flaws]:
    """The idea that this one makes something else of, and what it is promised."""
    if not fields.get("parent"):
        return {}, {}
    share = _basis_points(fields.get("parent_share") or "0")
    if share is None or share >= WHOLE:
        return {}, {"parent_share": "Give a share below 100 per cent, such as 12.5."}
    return {"parent": {"idea_id": fields["parent"], "share": share}}, {}


def gift(fields: Fields) -> tuple[Json, Flaws]:
    """What goes to a charity of all that the idea earns; null when none is named."""
    charity = fields.get("charity", "").strip()
    if "charity" not in fields:
        return {}, {}
    if not charity:
        return {"gift": None}, {}
    share = _basis_points(fields.get("charity_share", ""))
    if not share:
        return {}, {"charity_share": "Give a share in per cent, up to 100, such as 12.5."}
    return {"gift": {"charity": charity, "basis_points": share}}, {}


def consent(fields: Fields) -> tuple[Json, Flaws]:
    """What somebody declares of themselves, and the terms that they accept."""
    said, found = declaration(fields)
    if found:
        return {}, found
    body: Json = {"declaration": said} if said else {}
    if _VERSION.fullmatch(fields.get("terms", "")):
        body["accepted_terms"] = int(fields["terms"])
    return body, {}


def kept_uploads(fields: Fields, names: Sequence[str]) -> dict[str, dict[str, str]]:
    """The uploads that a form brings with it, with their names, by field."""
    found: dict[str, dict[str, str]] = {name: {} for name in names}
    for key, value in fields.items():
        if key.startswith(KEPT):
            name, _, upload_id = key.removeprefix(KEPT).partition(".")
            if name in found and _UPLOAD.fullmatch(upload_id):
                found[name][upload_id] = value
    return found


def place_of(where: str) -> str | None:
    """The field of the form in which something is wrong; None: of the whole."""
    path = where.removeprefix("body.")
    if path.startswith("fields."):
        return FIELD + path.split(".")[1]
    return place_in(_PLACES, path)


def typed_from(
    said: Mapping[str, Any], values: Mapping[str, Any], kinds: Mapping[str, str]
) -> dict[str, str]:
    """A form as it would have been filled in for an idea: its texts, and the values of its form."""
    typed = {name: str(value) for name, value in said.items() if value is not None}
    for name, value in values.items():
        if kinds.get(name) == "media":
            typed |= {f"{KEPT}{name}.{upload_id}": "" for upload_id in value}
        elif isinstance(value, list):
            typed[FIELD + name] = "\n".join(value)
        else:
            typed[FIELD + name] = _typed(value) if isinstance(value, float) else str(value)
    return typed


def _typed(value: float) -> str:
    digits = f"{Decimal(repr(value)):f}"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def team_text(team: Sequence[tuple[str, int]]) -> str:
    """A team as it is typed: everybody but the author, each with their share in per cent."""
    return "\n".join(f"{member} {share_text(share)}" for member, share in team)


def share_text(basis_points: int) -> str:
    """A share as it is typed, in per cent."""
    return f"{Decimal(basis_points) / 100:g}"


def _value(kind: str, text: str, uploads: Sequence[str]) -> tuple[Any, str | None]:
    if kind == "media":
        return list(uploads), None
    if kind == "links":
        return text.split(), None
    if kind in ("number", "whole") and text:
        number = _number(text)
        if number is None:
            return None, "Give a number, such as 12 or 12.5."
        if kind == "whole" and number != int(number):
            return None, "Give a whole number."
        return (int(number) if kind == "whole" else float(number)), None
    return text, None


def _number(text: str) -> Decimal | None:
    return Decimal(text.replace(",", ".")) if _NUMBER.fullmatch(text) else None


def _team(text: str, author_id: str) -> tuple[list[Json], str | None]:
    """Everybody of a team with their share; what is left is the author's."""
    members: list[Json] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        found = _MEMBER.fullmatch(line)
        share = None if found is None else _basis_points(found["share"])
        if found is None or share is None:
            return [], "Give each member a line: their id, a space, and their share in per cent."
        members.append({"participant_id": found["id"], "basis_points": share})
    rest = WHOLE - sum(int(member["basis_points"]) for member in members)
    if rest < 0:
        return [], "The shares are more than 100 per cent together."
    return (
        [{"participant_id": author_id, "basis_points": rest}, *members] if members else []
    ), None


def _basis_points(text: str) -> int | None:
    number = _number(text.strip())
    share = None if number is None else number * 100
    return int(share) if share is not None and 0 <= share <= WHOLE else None
