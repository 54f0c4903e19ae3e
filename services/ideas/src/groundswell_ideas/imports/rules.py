"""What a row of an import is, what keeps it out, and whether it came before. Pure."""

import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from groundswell_ideas.contests.rules import Contest
from groundswell_ideas.forms.rules import Property
from groundswell_ideas.forms.rules.checking import media_of
from groundswell_ideas.media.rules import TYPES, Media
from groundswell_ideas.submissions.rules.entering import Entry
from groundswell_ideas.terms.rules import Obstacle
from groundswell_ideas.uploads.rules import obstacles_to_uploading

Outcome = Literal["created", "unchanged", "differs", "refused"]
"""A row is new; or it came before, saying the same or something else; or it is not taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachedFile:
    """A file that a row names: what it is where the row comes from, and its upload, once sent."""

    name: str
    bytes: int
    content_type: str
    sha256: str
    upload_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An idea as it stands where it was collected; `reference` is its key there.

    `files` are what the form's fields of media hold. The idea is that of `participant_id`, else of
    `author`, a name or key of somebody who has no account here, else of somebody unknown.
    """

    reference: str
    entry: Entry
    files: Mapping[str, tuple[AttachedFile, ...]] = field(default_factory=dict)
    participant_id: str | None = None
    author: str | None = None
    original_at: datetime | None = None

    @property
    def upload_ids(self) -> list[str]:
        """The uploads that it names."""
        every = (file.upload_id for files in self.files.values() for file in files)
        return [upload_id for upload_id in every if upload_id is not None]


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a row; `errors` say why it was refused, or where it differs."""

    reference: str | None
    outcome: Outcome
    idea_id: str | None = None
    errors: tuple[Obstacle, ...] = ()


def participant_of(row: Row, brand_id: str, contest_id: str, secret: bytes) -> str:
    """Whose idea it is; of an author without an account always the same id at the brand.

    The id is public: without the secret nobody can tell from it whether it is that of a name.
    """
    if row.participant_id is not None:
        return row.participant_id
    whose = ["author", row.author] if row.author else ["reference", contest_id, row.reference]
    told = json.dumps([brand_id, *whose]).encode()
    return f"imported_{hmac.new(secret, b'import ' + told, hashlib.sha256).hexdigest()[:32]}"


def entry_with(row: Row, *, sent: bool) -> Entry:
    """What the row says of the idea, with its uploads; before they are `sent`, their digests."""
    files = {
        name: tuple((f.upload_id or "") if sent else f.sha256 for f in listed)
        for name, listed in row.files.items()
        if listed
    }
    return replace(row.entry, fields={**row.entry.fields, **files})


def obstacles_to_row(contest: Contest, row: Row, now: datetime) -> list[Obstacle]:
    """What is wrong with a row beside what is wrong with any idea that says the same."""
    found = []
    if row.original_at is not None and row.original_at > now:
        found.append(Obstacle("original_at", "future", "lies ahead"))
    if row.participant_id is not None and row.author is not None:
        message = "an idea is of a participant or of an author without an account"
        found.append(Obstacle("author", "participant", message))
    named = {**row.entry.fields, **dict.fromkeys(row.files, "some")}
    media = media_of(contest.terms.entry_form, named)
    for name, listed in row.files.items():
        if name not in media and listed:
            message = "the form has no such field of media"
            found.append(Obstacle(f"files.{name}", "unknown", message))
            continue
        for place, file in enumerate(listed):
            found += _of_file(f"files.{name}.{place}", file, media[name])
    found += [
        Obstacle(f"fields.{name}", "files", "is filled in with files, under `files`")
        for name in media
        if name in row.entry.fields
    ]
    return found


def obstacles_to_uploads(row: Row, sent: Mapping[str, Media]) -> list[Obstacle]:
    """What is wrong with what was sent in for a row: something lacks, or is another file."""
    found = []
    for name, listed in row.files.items():
        for place, file in enumerate(listed):
            where = f"files.{name}.{place}"
            media = None if file.upload_id is None else sent.get(file.upload_id)
            if file.upload_id is None:
                found.append(Obstacle(where, "not-sent", "has to be sent in as an upload first"))
            elif media is not None and media.sha256 not in (None, file.sha256):
                found.append(Obstacle(where, "other-content", "is not the file that was sent in"))
    return found


def repeated(rows: Sequence[Row]) -> set[str]:
    """The references that more than one of the rows has: each row is an idea of its own."""
    return {ref for ref, times in Counter(row.reference for row in rows).items() if times > 1}


def columns_of(row: Row) -> dict[str, str]:
    """What a row says, column by column, as short digests: enough to see what has changed."""
    entry = row.entry
    said: dict[str, object] = {
        "title": entry.title,
        "summary": entry.summary,
        "category": entry.category,
        "region": entry.region,
        "participant_id": row.participant_id,
        "author": row.author,
        "original_at": None if row.original_at is None else row.original_at.isoformat(),
    }
    said |= {f"fields.{name}": value for name, value in entry.fields.items() if value != ""}
    said |= {f"files.{name}": [f.sha256 for f in files] for name, files in row.files.items()}
    return {
        name: hashlib.sha256(json.dumps(value).encode()).hexdigest()[:16]
        for name, value in said.items()
        if value not in (None, [], ())
    }


def differences(row: Row, imported: Mapping[str, str]) -> list[Obstacle]:
    """In which columns a row says something else than when it was imported."""
    now = columns_of(row)
    message = "says something else than what was imported; an import changes nothing that is in"
    return [
        Obstacle(name, "differs", message)
        for name in sorted(now.keys() | imported.keys())
        if now.get(name) != imported.get(name)
    ]


def _of_file(where: str, file: AttachedFile, asked: Property) -> list[Obstacle]:
    wrong = obstacles_to_uploading(file.name, file.content_type, file.bytes)
    found = [Obstacle(where, obstacle.rule, obstacle.message) for obstacle in wrong]
    kind = TYPES.get(file.content_type)
    if asked.accept and kind is not None and kind not in asked.accept:
        message = f"has to be one of {', '.join(asked.accept)}"
        found.append(Obstacle(where, "media-kind", message))
    return found
