"""What the ideas service says of ideas, and of what others made of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import Field

from groundswell_web.answers import Shape

FieldValue = str | int | float | list[str]
"""What stands in a field of the form: a text, a number, or a list of links or uploads."""


class Member(Shape):
    """Somebody of the team; the share is theirs since they confirmed it."""

    participant_id: str
    basis_points: int
    confirmed_at: datetime | None = None


class Record(Shape):
    """What only the people of an idea read of it; `shares` are as they stand."""

    team: tuple[Member, ...] = ()
    shares: dict[str, int] = Field(default_factory=dict)


class Gift(Shape):
    """What its author gives to a charity, of all that an idea earns them."""

    charity: str
    basis_points: int


class Idea(Shape):
    """An idea; `reason` is that of the decision in `status`. A draft has no `submitted_at`.

    `record` is there for its people alone. A `brief` asks others for ideas.
    """

    id: str
    contest_id: str
    participant_id: str
    authors: tuple[str, ...] = ()
    title: str
    summary: str
    fields: Mapping[str, FieldValue]
    status: str
    reason: str | None = None
    submitted_at: datetime | None = None
    decided_at: datetime | None = None
    original_at: datetime | None = None
    revision: int = 1
    revised_at: datetime | None = None
    category: str | None = None
    region: str | None = None
    parent_idea_id: str | None = None
    parent_share: int = 0
    merged_into: str | None = None
    product_code: str | None = None
    brief: bool = False
    gift: Gift | None = None
    record: Record | None = None

    @property
    def came_at(self) -> datetime | None:
        """When it was had or handed in; None for a draft."""
        return self.original_at or self.submitted_at

    def says(self, body: Mapping[str, Any]) -> bool:
        """Whether a change to this would change nothing; of a team that is never sure."""
        gift = None if self.gift is None else self.gift.model_dump()
        has_team = self.record is not None and bool(self.record.team)
        return (
            not (has_team or body.get("team"))
            and body.get("gift", gift) == gift
            and all(
                body.get(name, getattr(self, name)) == getattr(self, name)
                for name in ("title", "summary", "fields", "category", "region")
            )
        )

    def pictures(self, media: Sequence[str]) -> list[str]:
        """The ids of what was sent in with it, by the names of the fields that hold some."""
        values = (self.fields.get(name) for name in media)
        return [one for value in values if isinstance(value, list) for one in value]


class IdeaPage(Shape):
    """Ideas of a contest. `next` is the cursor of the following page, if any."""

    items: list[Idea]
    next: str | None = None


class Relative(Shape):
    """An idea that another one goes back to, or that goes back to it; without a title: not public.

    `share` is what it promises its parent, in basis points.
    """

    id: str
    title: str | None = None
    share: int | None = None


class Lineage(Shape):
    """Where an idea comes from, the nearest last, and the newest of what was made of it."""

    ancestors: tuple[Relative, ...] = ()
    remixes: tuple[Relative, ...] = ()
