"""HTTP shapes of ideas as they are shown."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import Field

from groundswell_ideas.forms.rules import FieldValue
from groundswell_ideas.shapes import Answer
from groundswell_ideas.submissions.rules import Idea, Revision, Status, may_see_record
from groundswell_ideas.submissions.rules.teams import standing_shares

ListedStatus = Literal["submitted", "approved", "rejected", "withdrawn", "merged"]


class GuardianConsentAnswer(Answer):
    """What a guardian has stated, and when."""

    statement: str
    given_at: datetime


class DeclarationAnswer(Answer):
    """What somebody said of themselves with an entry."""

    age_confirmed: bool
    birth_years: tuple[int, int] | None
    country: str | None
    guardian: GuardianConsentAnswer | None


class MemberAnswer(Answer):
    """Somebody of the team; the share is theirs since they confirmed it.

    What they declared of themselves with that is for them and staff alone.
    """

    participant_id: str
    basis_points: int
    confirmed_at: datetime | None
    declaration: DeclarationAnswer | None


class AcceptanceAnswer(Answer):
    """What was declared and accepted with an entry, and when."""

    declaration: DeclarationAnswer
    terms_version: int | None
    accepted_at: datetime


class ProvenanceAnswer(Answer):
    """How an idea came in: by its author, by staff for somebody, or from elsewhere."""

    kind: Literal["web", "staff", "import"]
    entered_by: str | None
    on_behalf_of: str | None
    original_at: datetime | None
    reference: str | None


class IdeaRecord(Answer):
    """What only the idea's people and the brand's staff read of it.

    `shares` are as they stand, in basis points. `acceptance` is for who handed in and staff. What
    staff noted as `on_behalf_of`, and `held_for`, why screening held it, are for staff alone.
    """

    team: list[MemberAnswer]
    shares: dict[str, int]
    provenance: ProvenanceAnswer
    acceptance: AcceptanceAnswer | None
    held_for: list[str] | None


class GiftAnswer(Answer):
    """What who handed the idea in gives to a charity, of all that it earns them."""

    charity: str
    basis_points: int


class IdeaAnswer(Answer):
    """An idea. `reason` is that of the decision in `status`; a draft has no `submitted_at`.

    `authors` are who handed it in and all who confirmed that they belong to the team. `ancestors`
    are the ideas that it goes back to, the nearest one last. `product_code` is what sales refer to,
    where the contest has `product_codes`. A `brief` asks for ideas, which name it as their parent.
    """

    id: Annotated[str, Field(examples=["idea_01jd5w0h3v8m6q2y9k4r7t1xzp"])]
    contest_id: str
    participant_id: str
    authors: list[str]
    title: str
    summary: str
    fields: dict[str, FieldValue]
    status: Status
    reason: str | None
    reason_code: str | None = None
    submitted_at: datetime | None
    decided_at: datetime | None
    original_at: datetime | None
    revision: int
    revised_at: datetime | None
    category: str | None
    region: str | None
    parent_idea_id: str | None
    parent_share: int
    ancestors: list[str]
    merged_into: str | None
    product_code: Annotated[str | None, Field(examples=["7QK2-M9XA-4TRB"])]
    brief: bool
    gift: GiftAnswer | None
    record: IdeaRecord | None = None

    @classmethod
    def of(cls, idea: Idea, staff_of: str | None, subject: str | None) -> Self:
        """The answer that shows an idea to somebody who may see it."""
        answer = cls.model_validate(idea)
        if not may_see_record(idea, staff_of, subject):
            return answer
        is_staff = idea.brand_id == staff_of
        own = is_staff or idea.participant_id == subject
        noted = idea.provenance
        record = IdeaRecord.model_validate(
            {
                "team": [
                    member
                    if is_staff or member.participant_id == subject
                    else replace(member, declaration=None)
                    for member in idea.team
                ],
                "shares": standing_shares(idea),
                "provenance": noted if is_staff else replace(noted, on_behalf_of=None),
                "acceptance": idea.acceptance if own else None,
                "held_for": list(idea.held_for) if is_staff else None,
            }
        )
        return answer.model_copy(update={"record": record})


class IdeaPage(Answer):
    """Ideas of a contest. `next` is the cursor of the following page, if any."""

    items: list[IdeaAnswer]
    next: str | None


class RevisionAnswer(Answer):
    """What an idea said from a moment on."""

    number: int
    title: str
    summary: str
    fields: dict[str, FieldValue]
    category: str | None
    made_at: datetime
    made_by: str

    @classmethod
    def of(cls, revision: Revision) -> Self:
        """The answer that shows this revision."""
        return cls.model_validate(revision)


class RevisionPage(Answer):
    """What an idea has said since it was handed in, the first first."""

    items: list[RevisionAnswer]
    next: str | None


class Relative(Answer):
    """An idea that another one goes back to, or that goes back to it; `share` goes to its parent.

    One that is not public (any more) has no title and no author.
    """

    id: str
    title: str | None
    participant_id: str | None
    share: int | None


class Lineage(Answer):
    """Where an idea comes from, the nearest last, and the newest of what was made of it."""

    ancestors: list[Relative]
    remixes: list[Relative]
