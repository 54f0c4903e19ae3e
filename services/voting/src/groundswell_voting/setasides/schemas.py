"""HTTP shapes of set-asides and reinstatements."""

from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from groundswell_voting.polls.rules import Change, ChangeState, VotersChange
from groundswell_voting.setasides.rules import MAX_NAMED

Id = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Case = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]
Ids = Annotated[list[Id], Field(max_length=MAX_NAMED)]


class NewSetAside(BaseModel):
    """Voters to set aside, or to reinstate: by name, by the passes that they voted with, or both.

    Everybody can read case and reason, nobody the names.
    """

    model_config = ConfigDict(extra="forbid")

    case: Case
    reason: Reason
    voters: Ids = []
    pass_ids: Ids = []

    @model_validator(mode="after")
    def _names_some(self) -> Self:
        if not 1 <= len(self.voters) + len(self.pass_ids) <= MAX_NAMED:
            raise ValueError(f"name between 1 and {MAX_NAMED} voters and passes")
        return self


class SetAsideView(BaseModel):
    """A set-aside or a reinstatement as everybody may see it; moments in UTC.

    `voters` is their number, once it is done; with hidden tallies, once the tally is certified.
    `refusal` says why it was not carried out.
    """

    id: str
    kind: Literal["set_aside", "reinstate"]
    case: str
    reason: str
    state: ChangeState
    voters: int | None
    asked_at: AwareDatetime
    settled_at: AwareDatetime | None
    refusal: str | None

    @classmethod
    def of(cls, change: Change, voters: int | None) -> Self:
        """What of a change of voters is shown, with the number that may be."""
        what = change.what
        if not isinstance(what, VotersChange):
            raise TypeError(f"not a change of voters: {what.kind}")
        return cls(
            id=change.change_id,
            kind=what.kind,
            case=what.case,
            reason=what.reason,
            state=change.state,
            voters=voters,
            asked_at=change.asked_at,
            settled_at=change.settled_at,
            refusal=None if change.refusal is None else change.refusal.words,
        )


class SetAsidePage(BaseModel):
    """Set-asides and reinstatements, oldest first."""

    items: list[SetAsideView]
    next: str | None = None
