"""HTTP shapes of contests."""

from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Self, TypeVar

from pydantic import ConfigDict, Field, field_validator, model_validator

from groundswell_ideas.contests.rules import (
    Contest,
    Money,
    Phase,
    RewardPlan,
    Terms,
    Timetable,
    VoteStanding,
)
from groundswell_ideas.polls.schemas import PollAnswer, PollBodies, PollBody
from groundswell_ideas.shapes import Answer, Line, LongText, Moment, Request

Value = TypeVar("Value")


class TimetableBody(Request):
    """When a contest takes submissions and votes."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "submission_closes_at": "2026-12-10T22:00:00Z",
                "voting_opens_at": "2026-12-11T08:00:00Z",
                "voting_closes_at": "2026-12-20T22:00:00Z",
            }
        }
    )

    submission_closes_at: Moment
    voting_opens_at: Moment
    voting_closes_at: Moment

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        self.value()
        return self

    def value(self) -> Timetable:
        """The timetable. Raises ValueError when out of order, which no accepted body is."""
        return Timetable(self.submission_closes_at, self.voting_opens_at, self.voting_closes_at)


class MoneyBody(Request):
    """An amount in minor units of its currency (ISO 4217): 500 pounds are 50,000 GBP."""

    amount_minor: Annotated[int, Field(strict=True, ge=1, le=10**12, examples=[50_000])]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$", examples=["GBP"])]


class RewardPlanBody(Request):
    """What each winner is promised, under the terms that a winner has to accept."""

    per_winner: MoneyBody
    terms: Annotated[LongText, Field(examples=["Paid within 30 days of your acceptance."])]

    def value(self) -> RewardPlan:
        """The plan."""
        money = Money(self.per_winner.amount_minor, self.per_winner.currency)
        return RewardPlan(money, self.terms)


class NewContest(Request):
    """A contest to be drafted; what is left open must be there before it opens."""

    title: Annotated[Line, Field(examples=["Name our ship"])]
    vote: Annotated[VoteStanding, Field(description="Whether the vote binds the brand.")]
    owner: Annotated[Line | None, Field(examples=["James Hand"])] = None
    rules: Annotated[LongText | None, Field(examples=["One vote for each person."])] = None
    timetable: TimetableBody | None = None
    answer_by: Annotated[date | None, Field(examples=["2027-01-15"])] = None
    reward_plan: RewardPlanBody | None = None
    polls: PollBodies = Field(default_factory=lambda: [PollBody()])

    def terms(self) -> Terms:
        """What the contest promises."""
        return Terms(
            title=self.title,
            vote=self.vote,
            owner=self.owner,
            rules=self.rules,
            timetable=None if self.timetable is None else self.timetable.value(),
            answer_by=self.answer_by,
            reward_plan=None if self.reward_plan is None else self.reward_plan.value(),
            polls=tuple(poll.value() for poll in self.polls),
        )


class DraftChanges(Request):
    """Changes of a draft: a field left out stays, null takes it away."""

    title: Line | None = None
    vote: VoteStanding | None = None
    owner: Line | None = None
    rules: LongText | None = None
    timetable: TimetableBody | None = None
    answer_by: date | None = None
    reward_plan: RewardPlanBody | None = None
    polls: PollBodies | None = None

    @field_validator("title", "vote", "polls")
    @classmethod
    def _stays(cls, value: Value | None) -> Value:
        if value is None:
            raise ValueError("a contest always has one")
        return value

    def applied_to(self, terms: Terms) -> Terms:
        """The terms with these changes."""
        changes = {name: getattr(self, name) for name in self.model_fields_set}
        if self.timetable is not None:
            changes["timetable"] = self.timetable.value()
        if self.reward_plan is not None:
            changes["reward_plan"] = self.reward_plan.value()
        if self.polls is not None:
            changes["polls"] = tuple(poll.value() for poll in self.polls)
        return replace(terms, **changes)


class PhaseChange(Request):
    """The phase that a contest is to enter."""

    to: Annotated[Phase, Field(examples=["submission"])]


class TimetableAnswer(Answer):
    """When a contest takes submissions and votes; the closing as amended."""

    submission_closes_at: datetime
    voting_opens_at: datetime
    voting_closes_at: datetime

    @classmethod
    def of(cls, contest: Contest) -> Self | None:
        """The answer that shows when this contest takes what; None while a draft leaves it open."""
        promised = contest.terms.timetable
        if promised is None:
            return None
        return cls(
            submission_closes_at=promised.submission_closes_at,
            voting_opens_at=promised.voting_opens_at,
            voting_closes_at=contest.voting_closes_at,
        )


class MoneyAnswer(Answer):
    """An amount in minor units of its currency."""

    amount_minor: int
    currency: str


class RewardPlanAnswer(Answer):
    """What each winner is promised, and the terms that a winner has to accept."""

    per_winner: MoneyAnswer
    terms: str


class PhaseReachedAnswer(Answer):
    """A phase that the contest has entered, and when."""

    phase: Phase
    reached_at: datetime


class ContestAnswer(Answer):
    """A contest as everybody may see it. `version` is that of the ETag."""

    id: Annotated[str, Field(examples=["con_01jd5w0h3v8m6q2y9k4r7t1xzp"])]
    brand_id: str
    version: int
    title: str
    vote: VoteStanding
    owner: str | None
    rules: str | None
    timetable: TimetableAnswer | None
    answer_by: date | None
    reward_plan: RewardPlanAnswer | None
    phase: Phase
    phases: list[PhaseReachedAnswer]
    poll_ids: list[str]
    polls: list[PollAnswer]

    @classmethod
    def of(cls, contest: Contest) -> Self:
        """The answer that shows this contest."""
        terms, plan = contest.terms, contest.terms.reward_plan
        return cls(
            id=contest.id,
            brand_id=contest.brand_id,
            version=contest.version,
            title=terms.title,
            vote=terms.vote,
            owner=terms.owner,
            rules=terms.rules,
            timetable=TimetableAnswer.of(contest),
            answer_by=terms.answer_by,
            reward_plan=None if plan is None else RewardPlanAnswer.model_validate(plan),
            phase=contest.phase,
            phases=[PhaseReachedAnswer.model_validate(reached) for reached in contest.phases],
            poll_ids=[poll.id for poll in contest.polls],
            polls=[PollAnswer.of(poll) for poll in contest.polls or terms.polls],
        )


class ContestPage(Answer):
    """Contests, newest first. `next` is the cursor of the following page, if any."""

    items: list[ContestAnswer]
    next: str | None
