"""HTTP shapes of contests."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any, Self, TypeVar

from pydantic import Field, field_validator

from groundswell_ideas.contests.parts import (
    CalendarAnswer,
    MilestoneAnswer,
    MoneyAnswer,
    PauseAnswer,
    PhaseReachedAnswer,
    PilotAnswer,
    RegionAnswer,
    RewardPlanAnswer,
    TemplateName,
    TermsOfEntryAnswer,
    TimetableAnswer,
)
from groundswell_ideas.contests.promise_schemas import AnswersInTime
from groundswell_ideas.contests.rules import Contest
from groundswell_ideas.forms.schemas import form_to
from groundswell_ideas.languages.rules import words_of
from groundswell_ideas.polls.rules import PollTerms
from groundswell_ideas.polls.schemas import PollAnswer
from groundswell_ideas.shapes import Answer, Line, Request
from groundswell_ideas.terms.rules import Moderation, Phase, VoteStanding
from groundswell_ideas.terms.schemas import (
    EntryEligibilityBody,
    PrizeBody,
    TermsChanges,
    TextsBody,
)
from groundswell_ideas.terms.screening_schemas import ScreeningTermsAnswer
from groundswell_ideas.terms.selection_schemas import SelectionBody

Value = TypeVar("Value")


class NewContest(TermsChanges):
    """A contest to be drafted; what is left open must be there before it opens.

    What is not said comes from the template, `name-it` unless another one is named.
    """

    template: Annotated[str, Field(max_length=64, examples=["design-and-vote"])] = "name-it"
    title: Annotated[Line, Field(examples=["Name our ship"])]

    @field_validator("vote", "polls")
    @classmethod
    def _stays(cls, value: Value | None) -> Value:
        return _there(value)

    def patch(self) -> dict[str, Any]:
        """The terms that are said here."""
        return self.model_dump(exclude_unset=True, exclude={"template"})


class DraftChanges(TermsChanges):
    """Changes of a draft: a field left out stays, null takes it away."""

    @field_validator("title", "vote", "polls")
    @classmethod
    def _stays(cls, value: Value | None) -> Value:
        return _there(value)


def _there(value: Value | None) -> Value:
    if value is None:
        raise ValueError("a contest always has one")
    return value


class PhaseChange(Request):
    """The phase that a contest is to enter."""

    to: Annotated[Phase, Field(examples=["submission"])]


class ContestRecord(Answer):
    """What only staff of the brand read: among it the words that are for them, before all others.

    `texts` and `entry_form` are in all languages.
    """

    staff_words: str | None
    reward_budget: MoneyAnswer | None
    curator_id: str | None
    screening: ScreeningTermsAnswer
    texts: dict[str, TextsBody]
    entry_form: dict[str, Any] | None

    @classmethod
    def of(cls, contest: Contest) -> Self:
        """The answer that shows the staff's part of this contest."""
        terms, form = contest.terms, contest.terms.entry_form
        return cls.model_validate(
            {
                "staff_words": terms.staff_words,
                "reward_budget": terms.reward_budget,
                "curator_id": terms.selection.shortlist.curator_id,
                "screening": terms.screening,
                "texts": {locale: asdict(texts) for locale, texts in terms.texts.items()},
                "entry_form": None if form is None else form_to(form),
            }
        )


class ContestAnswer(Answer):
    """A contest as everybody may see it. `version` is that of the ETag.

    `title`, `summary` and `rules` are in the language `locale`. `record` is for staff of the brand.
    """

    id: Annotated[str, Field(examples=["con_01jd5w0h3v8m6q2y9k4r7t1xzp"])]
    brand_id: str
    version: int
    template: TemplateName
    locale: str
    languages: list[str]
    title: str
    summary: str | None
    vote: VoteStanding
    owner: str | None
    people: list[str]
    rules: str | None
    timetable: TimetableAnswer | None
    time_zone: str
    calendar: list[CalendarAnswer]
    answer_by: date | None
    reward_plan: RewardPlanAnswer | None
    prizes: list[PrizeBody]
    pilot: PilotAnswer | None
    eligibility: EntryEligibilityBody
    terms_of_entry: list[TermsOfEntryAnswer]
    regions: list[RegionAnswer]
    categories: list[str]
    moderation: Moderation
    selection: SelectionBody
    briefs: bool
    remixes: bool
    product_codes: bool
    charity_payee: bool
    phase: Phase
    takes_ideas: bool
    phases: list[PhaseReachedAnswer]
    pause: PauseAnswer | None
    answers: AnswersInTime | None
    overdue_since: datetime | None
    poll_ids: list[str]
    polls: list[PollAnswer]
    milestones: list[MilestoneAnswer]
    record: ContestRecord | None = None

    @classmethod
    def of(
        cls,
        contest: Contest,
        wanted: Sequence[str] = (),
        answers: AnswersInTime | None = None,
        *,
        staff_of: str | None = None,
    ) -> Self:
        """The answer that shows this contest in the first of the wanted languages that it has.

        `answers` are counted for a contest alone, and not for those of a list. `staff_of` is the
        brand that the reader works for, if any.
        """
        record = ContestRecord.of(contest) if contest.brand_id == staff_of else None
        return cls.model_validate(_shown(contest, wanted) | {"answers": answers, "record": record})


def _shown(contest: Contest, wanted: Sequence[str]) -> dict[str, object]:
    terms, words = contest.terms, words_of(contest.terms, wanted)
    return {
        **{name: getattr(terms, name) for name in _AS_PROMISED},
        "id": contest.id,
        "brand_id": contest.brand_id,
        "version": contest.version,
        "template": contest.programme,
        "locale": words.locale,
        "title": words.title,
        "summary": words.summary,
        "rules": words.rules,
        "timetable": TimetableAnswer.of(contest),
        "calendar": [CalendarAnswer.of(entry, terms.time_zone) for entry in terms.calendar],
        "prizes": [PrizeBody.model_validate(p, from_attributes=True) for p in terms.prizes],
        "pilot": PilotAnswer.of(contest),
        "eligibility": EntryEligibilityBody.model_validate(terms.eligibility, from_attributes=True),
        "regions": [RegionAnswer.of(region) for region in terms.regions],
        "selection": selection_as_shown(contest),
        "phase": contest.phase,
        "takes_ideas": contest.pause is None and contest.programme.step(contest.phase).takes_ideas,
        "phases": contest.phases,
        "pause": contest.pause,
        "overdue_since": contest.overdue_since,
        "poll_ids": [poll.id for poll in contest.polls],
        "polls": [PollAnswer.of(poll) for poll in contest.polls or _promised_polls(contest)],
        "milestones": contest.milestones,
    }


def _promised_polls(contest: Contest) -> Sequence[PollTerms]:
    """Those of the terms, where people come to vote."""
    return contest.terms.polls if "voting" in contest.programme.ahead_of("draft") else ()


_AS_PROMISED = (
    "languages",
    "vote",
    "owner",
    "people",
    "time_zone",
    "answer_by",
    "reward_plan",
    "terms_of_entry",
    "categories",
    "moderation",
    "briefs",
    "remixes",
    "product_codes",
    "charity_payee",
)


def selection_as_shown(contest: Contest) -> SelectionBody:
    """How a contest selects, without the person behind the curator's office."""
    shown = SelectionBody.model_validate(contest.terms.selection, from_attributes=True)
    anonymous = shown.shortlist.model_copy(update={"curator_id": None})
    return shown.model_copy(update={"shortlist": anonymous})


class ContestPage(Answer):
    """Contests, newest first. `next` is the cursor of the following page, if any."""

    items: list[ContestAnswer]
    next: str | None
