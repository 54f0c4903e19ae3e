"""What an entry of figures from outside is, and which of them stand. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

MAX_ENTRIES = 200
MAX_LINES = 20
MAX_FIGURES = 1_000


@dataclass(frozen=True, slots=True)
class Entry:
    """Figures of one source at one moment; `replaces` names the entry that this one corrects."""

    id: str
    label: str
    source_url: str | None
    taken_at: datetime
    figures: Sequence[tuple[str, int]]
    replaces: str | None
    entered_at: datetime


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why an entry cannot be taken: the field of the request, None for the poll's state."""

    field: str | None
    text: str


def obstacle(
    entries: Sequence[Entry], idea_ids: Iterable[str], named: Sequence[str], replaces: str | None
) -> Obstacle | None:
    """What keeps figures of the named ideas from being entered beside the entries there are."""
    known = frozenset(idea_ids)
    for at, idea_id in enumerate(named):
        if idea_id not in known:
            return Obstacle(f"body.figures.{at}.idea_id", "this idea was never on the ballot")
    if replaces is not None and replaces not in {entry.id for entry in entries}:
        return Obstacle("body.replaces", "there is no such entry")
    if replaces is not None and replaces in {entry.replaces for entry in entries}:
        return Obstacle(None, "That entry has been replaced already; replace the newer one.")
    if len(entries) >= MAX_ENTRIES:
        return Obstacle(None, f"A poll takes at most {MAX_ENTRIES} entries.")
    if replaces is None and len(standing(entries)) >= MAX_LINES:
        return Obstacle(None, f"At most {MAX_LINES} lines stand at once; replace one of them.")
    return None


def standing(entries: Sequence[Entry]) -> list[Entry]:
    """The entries that no other one replaces, in the order in which they came."""
    replaced = {entry.replaces for entry in entries}
    return [entry for entry in entries if entry.id not in replaced]
