"""HTTP shapes of what somebody says of their idea: a new one, or a change."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from groundswell_ideas.admission.schemas import EntryDeclarationBody
from groundswell_ideas.forms.rules import FieldValue
from groundswell_ideas.shapes import PLAIN, Id, Line, Moment, Reason, Request
from groundswell_ideas.submissions.rules import WHOLE, Gift
from groundswell_ideas.submissions.rules.entering import Entry
from groundswell_ideas.submissions.rules.teams import TEAM_MAXIMUM
from groundswell_ideas.texts.rules import faults, plain

FIELDS_MAXIMUM = 30
TEXT_MAXIMUM = 10_000
TEXTS_MAXIMUM = 50_000
ITEMS_MAXIMUM = 20
ITEM_MAXIMUM = 2_000
NUMBER_MAXIMUM = 1e15

Summary = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5_000), *PLAIN
]
FieldName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


def _field_value(value: object) -> object:
    """A text, a number or a list of texts, made plain; what a form makes of it comes later."""
    if isinstance(value, str):
        return _plain_text(value, TEXT_MAXIMUM)
    if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        if len(value) > ITEMS_MAXIMUM:
            raise PydanticCustomError("too_long", f"holds {ITEMS_MAXIMUM} items at most")
        return tuple(_plain_text(item, ITEM_MAXIMUM) for item in value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        if abs(value) <= NUMBER_MAXIMUM:  # which no infinity is, and no NaN
            return value
        raise PydanticCustomError("number", "is too large a number")
    raise PydanticCustomError("type", "is a text, a number or a list of texts")


def _plain_text(text: str, maximum: int) -> str:
    for fault in faults(text):
        raise PydanticCustomError(fault.rule, fault.message)
    made_plain = plain(text)
    if len(made_plain) > maximum:
        raise PydanticCustomError("string_too_long", f"has {maximum:,} characters at most")
    return made_plain


def _together(fields: dict[str, FieldValue]) -> dict[str, FieldValue]:
    values = fields.values()
    texts = sum(len(value) for value in values if isinstance(value, str))
    items = sum(len(item) for value in values if isinstance(value, tuple) for item in value)
    if texts + items > TEXTS_MAXIMUM:
        message = f"have {TEXTS_MAXIMUM:,} characters together at most"
        raise PydanticCustomError("too_long", message)
    return fields


SentValue = Annotated[FieldValue, BeforeValidator(_field_value)]
Fields = Annotated[
    dict[FieldName, SentValue],
    AfterValidator(_together),
    Field(
        max_length=FIELDS_MAXIMUM,
        description="By the names of the contest's entry form; uploads and links are lists.",
        examples=[{"home_port": "Southampton"}],
    ),
]


Share = Annotated[int, Field(strict=True, ge=0, le=WHOLE)]


class ShareBody(Request):
    """Somebody of the team, and their share of the idea in basis points: 10,000 are all of it."""

    participant_id: Id
    basis_points: Share


class Confirmation(Request):
    """What a member confirms, and declares of themselves as far as the contest asks for it.

    Refused when another share than `basis_points` is named by now.
    """

    basis_points: Share | None = None
    declaration: EntryDeclarationBody | None = None


class ParentBody(Request):
    """The idea that this one makes something else of, and the share that it is promised."""

    idea_id: Id
    share: Annotated[int, Field(strict=True, ge=0, lt=WHOLE)] = 0


class GiftBody(Request):
    """What who hands in gives to a charity, of all that the idea earns them: 10,000 are all."""

    charity: Annotated[Line, Field(examples=["Sea rescue of the north"])]
    basis_points: Annotated[int, Field(strict=True, ge=1, le=WHOLE, examples=[5_000])]


Team = Annotated[
    list[ShareBody],
    Field(
        max_length=TEAM_MAXIMUM,
        description="Who made it together, the one who hands in too: their shares make a whole.",
        examples=[
            [
                {"participant_id": "per_1", "basis_points": 6_000},
                {"participant_id": "per_2", "basis_points": 4_000},
            ]
        ],
    ),
]


class ConsentBody(Request):
    """What somebody declares with an entry, and the terms of entry that they accept."""

    declaration: EntryDeclarationBody | None = None
    accepted_terms: Annotated[int | None, Field(strict=True, ge=1, examples=[1])] = None


class _EntryBody(ConsentBody):
    title: Annotated[Line, Field(examples=["RRS Boaty McBoatface"])]
    summary: Annotated[Summary, Field(examples=["A name that nobody will forget."])]
    fields: Fields = Field(default_factory=dict)
    category: Line | None = None
    region: Line | None = None
    team: Team = Field(default_factory=list)
    parent: ParentBody | None = None
    gift: GiftBody | None = None

    def entry(self) -> Entry:
        """What is said of the idea."""
        return changed(Entry(title="", summary=""), self.model_dump())


class NewIdea(_EntryBody):
    """An idea to be handed in; `fields` hold what this contest asks for beyond the summary.

    As a `draft` it may be unfinished, nobody else sees it, and it is handed in later. A `brief`,
    where the contest has `briefs`, says what others are asked for: their ideas name it as `parent`.
    """

    draft: bool = False
    brief: bool = False


class IdeaOfSomebody(_EntryBody):
    """An idea that staff hand in for somebody, whose it is: typed in at a stall, say.

    `on_behalf_of` is for the brand's eyes alone. `original_at` is when the idea was had.
    """

    participant_id: Id
    on_behalf_of: Annotated[Reason | None, Field(examples=["Spoken to at the stall in Yogya."])] = (
        None
    )
    original_at: Moment | None = None


class IdeaChanges(Request):
    """What an idea is to say from now on; what is left out stays, null takes away.

    `fields` and `team` are given as a whole. `revision` is the one that the change was made from.
    """

    revision: Annotated[int, Field(strict=True, ge=1)]
    title: Line | None = None
    summary: Summary | None = None
    fields: Fields | None = None
    category: Line | None = None
    region: Line | None = None
    team: Team | None = None
    parent: ParentBody | None = None
    gift: GiftBody | None = None

    def patch(self) -> dict[str, Any]:
        """What is said here, and nothing else; a title and a summary cannot be taken away."""
        said = self.model_dump(exclude_unset=True, exclude={"revision"})
        return {
            name: value
            for name, value in said.items()
            if value is not None or name not in ("title", "summary")
        }


def changed(entry: Entry, said: Mapping[str, Any]) -> Entry:
    """The entry with what is said in its place; the rest stays."""
    values = {name: said[name] for name in _PLAIN_PARTS if name in said}
    if "fields" in said:
        values["fields"] = dict(said["fields"] or {})
    if "team" in said:
        team = said["team"] or ()
        values["team"] = tuple((one["participant_id"], one["basis_points"]) for one in team)
    if "parent" in said:
        parent = said["parent"] or {}
        values["parent_idea_id"] = parent.get("idea_id")
        values["parent_share"] = parent.get("share", 0)
    if "gift" in said:
        values["gift"] = None if said["gift"] is None else Gift(**said["gift"])
    return replace(entry, **values)


_PLAIN_PARTS = ("title", "summary", "category", "region", "brief")
