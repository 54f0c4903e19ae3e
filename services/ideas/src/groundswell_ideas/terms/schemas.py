"""HTTP shapes of what a contest promises: what a brand sends, whole or in part."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from groundswell_ideas.forms.schemas import EntryFormBody
from groundswell_ideas.polls.schemas import Name, PollBodies, TimeZone
from groundswell_ideas.shapes import Line, Locale, LocalTime, LongText, Moment, Reason, Request
from groundswell_ideas.terms.rules import Moderation, Phase, Terms, VoteStanding
from groundswell_ideas.terms.screening_schemas import ScreeningBody
from groundswell_ideas.terms.selection_schemas import SelectionBody
from groundswell_kit.problems import FieldError, validation

_TERMS = TypeAdapter(Terms)

Whole = Annotated[int, Field(strict=True)]
Age = Annotated[Whole, Field(ge=1, le=120)]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Countries = Annotated[tuple[Country, ...], Field(max_length=250, examples=[["GB", "IE"]])]


class TimetableBody(Request):
    """When a contest takes submissions and votes.

    Without `submission_closes_at` it takes ideas as long as its phase does; without the other two
    there is no vote.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "submission_closes_at": "2026-12-10T22:00:00Z",
                "voting_opens_at": "2026-12-11T08:00:00Z",
                "voting_closes_at": "2026-12-20T22:00:00Z",
            }
        }
    )

    submission_closes_at: Moment | None = None
    voting_opens_at: Moment | None = None
    voting_closes_at: Moment | None = None


class CalendarEntryBody(Request):
    """A phase that the contest enters by itself, at a local time of its time zone."""

    to: Annotated[Phase, Field(examples=["voting"])]
    at: LocalTime


class MoneyBody(Request):
    """An amount in minor units of its currency (ISO 4217): 500 pounds are 50,000 GBP."""

    amount_minor: Annotated[int, Field(strict=True, ge=1, le=10**12, examples=[50_000])]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$", examples=["GBP"])]


class RewardPlanBody(Request):
    """What each winner is promised, under the terms that a winner has to accept."""

    per_winner: MoneyBody
    terms: Annotated[LongText, Field(examples=["Paid within 30 days of your acceptance."])]


class PrizeBody(Request):
    """Something else that is promised; 100 `basis_points` of net sales or an order are 1 %."""

    name: Annotated[Line, Field(examples=["Activity prize"])]
    goes_to: Literal["winner", "author", "activity"]
    words: Reason
    amount: MoneyBody | None = None
    basis_points: Annotated[Whole, Field(ge=1, le=10_000)] | None = None
    share_of: Literal["net_sales", "order"] | None = None

    @model_validator(mode="after")
    def _share_of_something(self) -> Self:
        if (self.basis_points is None) != (self.share_of is None):
            raise ValueError("a share has both basis_points and share_of")
        return self


class PilotBody(Request):
    """A first run with few people and for few days, until a manager widens it."""

    people: Annotated[Whole, Field(ge=1, le=5_000)]
    days: Annotated[Whole, Field(ge=1, le=366)]


class EntryEligibilityBody(Request):
    """Who may hand in an idea; without `countries` people from anywhere.

    `segments` belong to `who` = segment. Who may be younger than `guardian_below` needs the
    consent of a guardian.
    """

    who: Literal["public", "segment", "invited", "staff"] = "public"
    segments: Annotated[tuple[Name, ...], Field(max_length=100)] = ()
    minimum_age: Age | None = None
    guardian_below: Age | None = None
    countries: Countries = ()


class TermsOfEntryBody(Request):
    """A version of what a participant accepts with an entry, in force from `since` on."""

    version: Annotated[Whole, Field(ge=1, le=1_000)]
    text: LongText
    since: Moment


class TextsBody(Request):
    """A contest's words in one language; what is missing falls back to the first language."""

    title: Line | None = None
    summary: Reason | None = None
    rules: LongText | None = None


class RegionBody(Request):
    """A variant of the contest for one region, with a poll and winners of its own.

    The closings are local times of the region's time zone; without them the timetable's count.
    """

    name: Annotated[Name, Field(examples=["Java"])]
    title: Line | None = None
    language: Locale | None = None
    time_zone: TimeZone = "UTC"
    countries: Countries = ()
    submission_closes: LocalTime | None = None
    voting_closes: LocalTime | None = None
    prizes: Annotated[tuple[PrizeBody, ...], Field(max_length=20)] = ()
    winners: Annotated[Whole, Field(ge=1, le=100)] | None = None


def _named_once(regions: list[RegionBody]) -> list[RegionBody]:
    if len({region.name for region in regions}) != len(regions):
        raise ValueError("each region has a name of its own")
    return regions


def _each_once(values: list[str]) -> list[str]:
    if len(set(values)) != len(values):
        raise ValueError("each is named once")
    return values


class TermsChanges(Request):
    """Terms of a contest; what is left out stays as it is, in the draft or in its template.

    An object is merged with the one that is there; a list, and the entry form, replaces it; null
    takes it away.
    """

    title: Annotated[Line | None, Field(examples=["Name our ship"])] = None
    vote: Annotated[VoteStanding | None, Field(description="Whether the vote binds the brand.")] = (
        None
    )
    owner: Annotated[Line | None, Field(examples=["James Hand"])] = None
    rules: Annotated[LongText | None, Field(examples=["One vote for each person."])] = None
    timetable: TimetableBody | None = None
    answer_by: Annotated[
        Annotated[date, Field(ge=date(2000, 1, 1), lt=date(2200, 1, 1))] | None,
        Field(examples=["2027-01-15"]),
    ] = None
    reward_plan: RewardPlanBody | None = None
    polls: PollBodies | None = None
    time_zone: TimeZone | None = None
    calendar: Annotated[list[CalendarEntryBody], Field(max_length=7)] | None = None
    people: Annotated[list[Line], Field(max_length=50)] | None = None
    staff_words: LongText | None = None
    reward_budget: MoneyBody | None = None
    prizes: Annotated[list[PrizeBody], Field(max_length=50)] | None = None
    pilot: PilotBody | None = None
    eligibility: EntryEligibilityBody | None = None
    terms_of_entry: Annotated[list[TermsOfEntryBody], Field(max_length=20)] | None = None
    languages: (
        Annotated[list[Locale], Field(min_length=1, max_length=30), AfterValidator(_each_once)]
        | None
    ) = None
    texts: Annotated[dict[Locale, TextsBody | None], Field(max_length=30)] | None = None
    regions: (
        Annotated[list[RegionBody], Field(max_length=50), AfterValidator(_named_once)] | None
    ) = None
    categories: Annotated[list[Line], Field(max_length=50), AfterValidator(_each_once)] | None = (
        None
    )
    entry_form: EntryFormBody | None = None
    moderation: Moderation | None = None
    screening: ScreeningBody | None = None
    selection: SelectionBody | None = None
    briefs: bool | None = None
    remixes: bool | None = None
    product_codes: bool | None = None
    charity_payee: bool | None = None

    def patch(self) -> dict[str, Any]:
        """What is said here, and nothing else."""
        return self.model_dump(exclude_unset=True)


def merged(base: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON object after a merge patch (RFC 7396)."""
    result = dict(base)
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, Mapping):
            before = result.get(name)
            result[name] = merged(before if isinstance(before, Mapping) else {}, value)
        else:
            result[name] = value
    return result


def changed(terms: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """Terms after a change. A form is one document: half of one and half of another make none."""
    form = patch.get("entry_form")
    result = merged(terms, patch)
    return result if form is None else {**result, "entry_form": form}


def terms_of(said: Mapping[str, Any]) -> Terms:
    """The terms that a merged body says. Raises the validation problem naming what is missing."""
    try:
        return _TERMS.validate_python(said)
    except ValidationError as error:
        raise validation(
            *(
                FieldError(".".join(["body", *map(str, e["loc"])]), e["type"], e["msg"])
                for e in error.errors()
            )
        ) from error
