"""What the ideas service says of contests, and notifications of follows."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator

from groundswell_web.answers import Shape


def _empty(value: Any) -> Any:
    return {} if value is None else value


class Timetable(Shape):
    """When a contest takes ideas and votes; None: as long as it is open, or not at all."""

    submission_closes_at: datetime | None = None
    voting_opens_at: datetime | None = None
    voting_closes_at: datetime | None = None


MaybeTimetable = Annotated[Timetable, BeforeValidator(_empty)]


class PhaseReached(Shape):
    """A phase that a contest has entered, and when."""

    phase: str
    reached_at: datetime


class Money(Shape):
    """An amount in minor units of its currency."""

    amount_minor: int
    currency: str


class RewardPlan(Shape):
    """What each winner is promised, and the terms that a winner has to accept."""

    per_winner: Money
    terms: str


class Prize(Shape):
    """Something else that is promised; `basis_points` are a share of sales or of an order."""

    name: str
    goes_to: str
    words: str
    amount: Money | None = None
    basis_points: int | None = None
    share_of: str | None = None


class ContestPoll(Shape):
    """A poll of a contest; `id` and `closes_at` are None until it opens."""

    id: str | None
    name: str
    region: str | None = None
    closes_at: datetime | None


class LocalMoment(Shape):
    """A moment of a place whose time zone is told beside it."""

    utc: datetime


class Region(Shape):
    """A variant of a contest for one region; without closings of its own the contest's count."""

    name: str
    title: str | None = None
    language: str | None = None
    time_zone: str
    countries: tuple[str, ...] = ()
    submission_closes: LocalMoment | None = None
    voting_closes: LocalMoment | None = None
    prizes: tuple[Prize, ...] = ()
    winners: int | None = None


class Pilot(Shape):
    """A first run with few people, until it is widened."""

    people: int
    days: int
    ends_at: datetime | None = None
    widened_at: datetime | None = None


class Pause(Shape):
    """Why a contest stands still, and since when."""

    reason: str
    since: datetime


class AnswersInTime(Shape):
    """How many ideas were answered by the promised day, in basis points of those that came in."""

    to_answer: int
    in_time: int
    share: int | None = None


class Eligibility(Shape):
    """Who may hand in an idea; without countries people from anywhere."""

    who: str = "public"
    segments: tuple[str, ...] = ()
    minimum_age: int | None = None
    guardian_below: int | None = None
    countries: tuple[str, ...] = ()


class TermsOfEntry(Shape):
    """A version of what is accepted with an entry."""

    version: int
    text: str
    since: datetime


class Milestone(Shape):
    """A step of the work with the winners that has been reached."""

    title: str
    words: str
    reached_at: datetime
    idea_id: str | None = None


class TemplateName(Shape):
    """The template that a contest was drafted from."""

    name: str


class Contest(Shape):
    """A contest that has opened; title, summary and rules are in the language `locale`."""

    id: str
    template: TemplateName = TemplateName(name="name-it")
    locale: str = "en"
    languages: tuple[str, ...] = ("en",)
    title: str
    summary: str | None = None
    owner: Annotated[str, BeforeValidator(lambda name: name or "the organiser")]
    rules: Annotated[str, BeforeValidator(lambda rules: rules or "")]
    vote: str
    timetable: MaybeTimetable
    time_zone: str = "UTC"
    answer_by: date | None
    phase: str
    phases: list[PhaseReached]
    takes_ideas: bool = False
    polls: list[ContestPoll]
    reward_plan: RewardPlan | None = None
    prizes: tuple[Prize, ...] = ()
    pilot: Pilot | None = None
    pause: Pause | None = None
    eligibility: Eligibility = Eligibility()
    terms_of_entry: tuple[TermsOfEntry, ...] = ()
    regions: tuple[Region, ...] = ()
    categories: tuple[str, ...] = ()
    moderation: str = "before_publication"
    briefs: bool = False
    remixes: bool = False
    charity_payee: bool = False
    answers: AnswersInTime | None = None
    overdue_since: datetime | None = None
    milestones: tuple[Milestone, ...] = ()

    @property
    def other_languages(self) -> Sequence[str]:
        """The languages that it is told in besides the one of this answer."""
        return [language for language in self.languages if language != self.locale]

    def poll(self, wanted: str | None, now: datetime) -> ContestPoll | None:
        """The poll that a page is about: the wanted one, else the first that goes on, else the
        last one; None before the vote.
        """
        opened = [poll for poll in self.polls if poll.id is not None]
        named = [poll for poll in opened if poll.id == wanted]
        going_on = [poll for poll in opened if poll.closes_at is not None and poll.closes_at > now]
        return next(iter((*named, *going_on, *opened[::-1])), None)


class ContestPage(Shape):
    """Contests, newest first. `next` is the cursor of the following page, if any."""

    items: list[Contest]
    next: str | None = None


class TemplateStep(Shape):
    """A phase that contests of a template come to."""

    phase: str


class Template(Shape):
    """What the contests of a template have in common."""

    phases: list[TemplateStep]


class IdeaMerge(Shape):
    """An idea on a ballot, and the one that its votes went to, or came back from."""

    idea_id: str
    into_idea_id: str


class PollChange(Shape):
    """The votes that an amendment moved: to other ideas, or back."""

    merged: tuple[IdeaMerge, ...] = ()
    unmerged: tuple[IdeaMerge, ...] = ()


class Refusal(Shape):
    """A part of an amendment that voting could not do any more, and why."""

    refused: PollChange
    reason: str


class Amendment(Shape):
    """A change of a contest since it opened, with the reason that everybody reads.

    `curator` is the office that picks the shortlist from then on.
    """

    reason: str
    amended_at: datetime
    poll_changed: PollChange | None = None
    curator: str | None = None
    refusals: tuple[Refusal, ...] = ()

    @property
    def unmoved(self) -> tuple[IdeaMerge, ...]:
        """The pairs of ideas whose votes stayed where they were."""
        refused = [refusal.refused for refusal in self.refusals]
        return tuple(pair for part in refused for pair in (*part.merged, *part.unmerged))


class AmendmentPage(Shape):
    """Amendments as they came."""

    items: list[Amendment]
    next: str | None = None


class Follow(Shape):
    """A contest that the visitor follows."""

    since: datetime
