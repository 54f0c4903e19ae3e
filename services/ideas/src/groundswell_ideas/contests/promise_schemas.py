"""HTTP shapes of what a contest is held to: readiness, calendar, entry form, answers in time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, Self

from groundswell_ideas.calendar.rules import Aim, Timer
from groundswell_ideas.contests.readiness import Readiness
from groundswell_ideas.contests.rules import Contest, obstacles_to_taking_ideas, terms_in_force
from groundswell_ideas.forms.rules import EntryForm
from groundswell_ideas.forms.schemas import form_to
from groundswell_ideas.languages.rules import words_of
from groundswell_ideas.shapes import Answer
from groundswell_ideas.terms.rules import Obstacle
from groundswell_ideas.terms.schemas import EntryEligibilityBody


class ObstacleAnswer(Answer):
    """What stands in the way, the rule's slug, and the rule in words."""

    field: str
    rule: str
    message: str

    @classmethod
    def all_of(cls, obstacles: Sequence[Obstacle]) -> list[Self]:
        """The answers that show these obstacles."""
        return [cls(field=o.field, rule=o.rule, message=o.message) for o in obstacles]


class PromiseAnswer(Answer):
    """One thing that participants are to be told; `needed` says that it must be there to open."""

    name: str
    present: bool
    needed: bool
    words: str


class StaffToldAnswer(Answer):
    """When the brand's staff were told of the contest, if they were, and in words how that stands.

    It is not `up_to_date` before, nor once the title or the words for staff are others.
    """

    told_at: datetime | None
    up_to_date: bool
    words: str


class ReadinessAnswer(Answer):
    """The sheet to go through before opening; an opening is refused with the same obstacles."""

    ready: bool
    promises: list[PromiseAnswer]
    staff: StaffToldAnswer
    obstacles: list[ObstacleAnswer]

    @classmethod
    def of(cls, sheet: Readiness) -> Self:
        """The answer that shows this sheet."""
        return cls(
            ready=not sheet.obstacles,
            promises=[PromiseAnswer.model_validate(promise) for promise in sheet.promises],
            staff=StaffToldAnswer.model_validate(sheet.staff),
            obstacles=ObstacleAnswer.all_of(sheet.obstacles),
        )


class TimerAnswer(Answer):
    """What a contest does by itself: enter the phase `aim`, or answer by its day.

    What is `refused` is tried again at `try_at`, for as long as the obstacles are there.
    """

    aim: Aim
    due_at: datetime
    state: Literal["waiting", "refused", "done", "cancelled"]
    held: bool
    try_at: datetime
    settled_at: datetime | None
    obstacles: list[ObstacleAnswer]

    @classmethod
    def of(cls, timer: Timer) -> Self:
        """The answer that shows this timer."""
        return cls(
            aim=timer.aim,
            due_at=timer.due_at,
            state=timer.state,
            held=timer.held,
            try_at=timer.try_at,
            settled_at=timer.settled_at,
            obstacles=ObstacleAnswer.all_of(timer.obstacles),
        )


class TimerList(Answer):
    """All that a contest does by itself, the earliest first."""

    items: list[TimerAnswer]


class PreviewLink(Answer):
    """What shows a draft to somebody without an account, as `?preview=`, until it expires."""

    url_token: str
    expires_at: datetime


class AnswersInTime(Answer):
    """How many of the ideas that are to be answered were, by the promised day, in basis points."""

    to_answer: int
    in_time: int
    share: int | None

    @classmethod
    def of(cls, counts: tuple[int, int] | None) -> Self | None:
        """The answer that shows these counts; without ideas there is no share."""
        if counts is None:
            return None
        to_answer, in_time = counts
        share = in_time * 10_000 // to_answer if to_answer else None
        return cls(to_answer=to_answer, in_time=in_time, share=share)


class TermsToAccept(Answer):
    """The version of the terms of entry that is in force."""

    version: int
    text: str


class EntryFormAnswer(Answer):
    """What a contest asks for with an idea: `form` is a JSON Schema in the language `locale`.

    `closed` says why no idea is taken now; nothing there means that one is.
    """

    locale: str
    form: dict[str, Any]
    categories: list[str]
    regions: list[str]
    eligibility: EntryEligibilityBody
    terms_of_entry: TermsToAccept | None
    closed: list[ObstacleAnswer]

    @classmethod
    def of(cls, contest: Contest, wanted: Sequence[str], now: datetime) -> Self:
        """The answer that shows what this contest asks for."""
        terms = contest.terms
        locale = words_of(terms, wanted).locale
        accepted = terms_in_force(terms, now)
        closed = [] if contest.phase == "draft" else obstacles_to_taking_ideas(contest, None, now)
        return cls(
            locale=locale,
            form=form_to(terms.entry_form or EntryForm(), (locale, *terms.languages)),
            categories=list(terms.categories),
            regions=[region.name for region in terms.regions],
            eligibility=EntryEligibilityBody.model_validate(
                terms.eligibility, from_attributes=True
            ),
            terms_of_entry=(
                None
                if accepted is None
                else TermsToAccept(version=accepted.version, text=accepted.text)
            ),
            closed=ObstacleAnswer.all_of(closed),
        )
