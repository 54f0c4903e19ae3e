"""What an idea is, who may see it and what becomes of it. Pure; called by the commands."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Literal

from groundswell_ideas.admission.rules import Acceptance, Declaration
from groundswell_ideas.forms.rules import FieldValue

Status = Literal["draft", "submitted", "approved", "rejected", "withdrawn", "merged"]

WHOLE = 10_000
"""All of an idea, in basis points."""


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the team beside who hands in, and the share of the idea that they are given.

    The share is theirs once they confirm that they belong to the team, and declare of themselves
    what the contest asks of those who enter.
    """

    participant_id: str
    basis_points: int
    confirmed_at: datetime | None = None
    declaration: Declaration | None = None


@dataclass(frozen=True, slots=True)
class Gift:
    """What who handed an idea in gives to a charity, of all that it earns them."""

    charity: str
    basis_points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """How an idea came in. `original_at` is when it was had, if that was before it came in.

    `entered_by` is the member of staff who typed it in, and `on_behalf_of` what they noted of
    the person. `reference` is the key that an imported row has where it comes from.
    """

    kind: Literal["web", "staff", "import"] = "web"
    entered_by: str | None = None
    on_behalf_of: str | None = None
    original_at: datetime | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Merge:
    """Into which idea this one was merged, what its status was before, and when."""

    into: str
    was: Status
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Idea:
    """An idea in a contest. It is public once approved; `reason` is that of the decision,
    and `reason_code` names it in the catalogue of reasons.

    `revision` counts its contents, the first one being 1. `fields` answer the contest's form, and
    `media` are the uploads among them. `team` are those beside `participant_id`, who hands in.
    `ancestors` are the ideas that it goes back to, the nearest one last: `parent_idea_id`, which
    is promised `parent_share` basis points. `held_for` are the kinds of findings for which
    screening held it. `answered_at` is when its author was told the outcome. `also_by` are all
    who have a part in ideas that were merged into it. `product_code` is what sales of it refer to,
    where the contest gives one to each idea that comes in; nothing changes it. A `brief` asks
    others for ideas, which name it as their parent: it is neither voted on nor judged.
    """

    brand_id: str
    contest_id: str
    id: str
    participant_id: str
    title: str
    summary: str
    fields: Mapping[str, FieldValue]
    status: Status = "submitted"
    reason: str | None = None
    reason_code: str | None = None
    submitted_at: datetime | None
    decided_at: datetime | None = None
    answered_at: datetime | None = None
    withdrawn_at: datetime | None = None
    revision: int = 1
    revised_at: datetime | None = None
    category: str | None = None
    region: str | None = None
    media: tuple[str, ...] = ()
    team: tuple[Member, ...] = ()
    parent_idea_id: str | None = None
    parent_share: int = 0
    ancestors: tuple[str, ...] = ()
    provenance: Provenance = field(default_factory=Provenance)
    acceptance: Acceptance | None = None
    held_for: tuple[str, ...] = ()
    merge: Merge | None = None
    also_by: tuple[str, ...] = ()
    product_code: str | None = None
    brief: bool = False
    gift: Gift | None = None

    @property
    def people(self) -> tuple[str, ...]:
        """All who have a part in it: who handed it in first, then the team."""
        return (self.participant_id, *(member.participant_id for member in self.team))

    @property
    def authors(self) -> tuple[str, ...]:
        """Who handed it in, and all who have confirmed that they belong to the team."""
        confirmed = (m.participant_id for m in self.team if m.confirmed_at is not None)
        return (self.participant_id, *confirmed)

    @property
    def original_at(self) -> datetime | None:
        """When it was had, if that was before it came in."""
        return self.provenance.original_at

    @property
    def merged_into(self) -> str | None:
        """The idea that it goes on in, if it was merged."""
        return None if self.merge is None else self.merge.into

    @property
    def came(self) -> str | None:
        """When it came in, by the date that it had where it came from, and its id; None: a draft.

        Ideas sort by it.
        """
        at = self.provenance.original_at or self.submitted_at
        if at is None or self.status == "draft":
            return None
        return f"{at.astimezone(UTC).isoformat(timespec='milliseconds')} {self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """What an idea said from a moment on, as it was handed in or changed."""

    idea_id: str
    number: int
    title: str
    summary: str
    fields: Mapping[str, FieldValue]
    category: str | None
    made_at: datetime
    made_by: str

    @property
    def id(self) -> str:
        """Its place among the revisions of all ideas; those of one idea sort by it."""
        return revision_id(self.idea_id, self.number)


@dataclass(frozen=True, slots=True)
class Change:
    """That an idea was made to say something else after it came in: the revision, and when."""

    number: int
    made_at: datetime


def revision_id(idea_id: str, number: int) -> str:
    """The id of an idea's revision of this number."""
    return f"{idea_id}.{number:06}"


def revision_of(idea: Idea, made_by: str, at: datetime) -> Revision:
    """What an idea says now, to be kept."""
    return Revision(
        idea_id=idea.id,
        number=idea.revision,
        title=idea.title,
        summary=idea.summary,
        fields=idea.fields,
        category=idea.category,
        made_at=at,
        made_by=made_by,
    )


def is_public(idea: Idea) -> bool:
    """Whether everybody may read an idea: once approved, also when it was merged after that."""
    if idea.merge is not None and idea.status == "merged":
        return idea.merge.was == "approved"
    return idea.status == "approved"


def belongs_to(idea: Idea, subject: str | None) -> bool:
    """Whether somebody handed the idea in or is of the team."""
    return subject is not None and subject in idea.people


def may_see(idea: Idea, staff_of: str | None, subject: str | None) -> bool:
    """Whether somebody may read an idea: all once public, else its people, and staff once it came.

    So nobody else reads a draft, nor one that was given up.
    """
    return is_public(idea) or may_see_record(idea, staff_of, subject)


def may_see_record(idea: Idea, staff_of: str | None, subject: str | None) -> bool:
    """Whether somebody may read how an idea came to be: its people, and the brand's staff."""
    works_there = idea.brand_id == staff_of and idea.came is not None
    return works_there or belongs_to(idea, subject)


def approved(idea: Idea, reason: str | None, at: datetime) -> Idea:
    """The idea taking part; everybody reads it from now on."""
    return replace(idea, status="approved", reason=reason, decided_at=at, held_for=())


def withdrawn(idea: Idea, at: datetime) -> Idea:
    """The idea taken back by who handed it in."""
    return replace(idea, status="withdrawn", withdrawn_at=at)
