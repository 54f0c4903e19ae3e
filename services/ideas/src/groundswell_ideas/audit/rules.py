"""What an act is. Pure; whoever acts, or acts by itself, writes one down."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

SubjectKind = Literal["idea", "comment"]
ActorKind = Literal["staff", "participant", "screening", "reports"]
Verb = Literal[
    "queued",
    "claimed",
    "released",
    "approved",
    "rejected",
    "held",
    "reported",
    "appealed",
    "appeal_answered",
    "merged",
    "unmerged",
    "withdrawn",
    "edited",
    "deleted",
]


@dataclass(frozen=True, slots=True)
class Subject:
    """What is looked at: an idea or a comment in a contest of a brand."""

    brand_id: str
    contest_id: str
    kind: SubjectKind
    id: str


@dataclass(frozen=True, slots=True)
class ActedBy:
    """Whoever acted; screening, and reports by their number, act without an id."""

    kind: ActorKind
    id: str | None = None


SCREENING = ActedBy("screening")
BY_REPORTS = ActedBy("reports")


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Why something was done: a reason of the catalogue, words of one's own, or both."""

    code: str | None = None
    words: str | None = None


UNSAID = Why()


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Something that was done to a subject; `details` say more, by what the verb asks for."""

    id: str
    subject: Subject
    verb: Verb
    by: ActedBy
    at: datetime
    why: Why = UNSAID
    details: Mapping[str, str] = field(default_factory=dict)
