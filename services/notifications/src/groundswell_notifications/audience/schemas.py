"""HTTP shapes of follows and choices."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, RootModel

from groundswell_notifications.audience.rules import PERSON_KINDS, Kind


class Choice(BaseModel):
    """Whether the messages of a kind also come as mails."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    email: Annotated[bool, Field(strict=True)]


class Choices(RootModel[dict[Kind, Choice]]):
    """One choice for each kind of message that the caller may get."""

    model_config = ConfigDict(
        frozen=True, json_schema_extra={"example": {kind: {"email": True} for kind in PERSON_KINDS}}
    )

    @classmethod
    def of(cls, wanted: dict[Kind, bool]) -> "Choices":
        """The shape of what a query says."""
        return cls({kind: Choice(email=is_wanted) for kind, is_wanted in wanted.items()})

    def wanted(self) -> dict[Kind, bool]:
        """For each kind whether its mails are wanted."""
        return {kind: choice.email for kind, choice in self.root.items()}


class FollowAnswer(BaseModel):
    """A contest that the caller follows."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    contest_id: Annotated[str, Field(examples=["con_01jd5w0h3v8m6q2y9k4r7t1xzp"])]
    title: str
    since: datetime


class FollowPage(BaseModel):
    """The contests that the caller follows. `next` is the cursor of the following page, if any."""

    model_config = ConfigDict(frozen=True)

    items: list[FollowAnswer]
    next: str | None
