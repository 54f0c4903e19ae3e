"""Events of contests: published by ideas, read by everybody who follows a contest."""

from datetime import date
from typing import ClassVar, Literal

from groundswell_contracts.event import Data, Event, UtcTime
from groundswell_contracts.money import Money
from groundswell_contracts.poll_rules import PollRules
from groundswell_contracts.topics import CONTESTS, Topic

Phase = Literal[
    "draft",
    "submission",
    "moderation",
    "voting",
    "deliberation",
    "decided",
    "delivery",
    "closed",
]
VoteStanding = Literal["advisory", "binding"]


class Timetable(Data):
    """When a contest takes submissions and votes; moments in UTC."""

    submission_closes_at: UtcTime
    voting_opens_at: UtcTime
    voting_closes_at: UtcTime


class PollPlan(Data):
    """The poll that opens with a voting phase: its rules are frozen from here on."""

    poll_id: str
    rules: PollRules
    idea_ids: list[str]
    closes_at: UtcTime


class RewardPlan(Data):
    """What each winner is promised, under the terms that a winner has to accept."""

    per_winner: Money
    terms: str


class ContestPublished(Event):
    """A brand opened a contest; its rules and timetable are public from now on.

    `owner` is the office or team that answers for the contest, never the name of a person.
    """

    topic: ClassVar[Topic] = CONTESTS
    key_field: ClassVar[str] = "contest_id"

    contest_id: str
    title: str
    owner: str
    vote: VoteStanding
    answer_by: date
    rules: str
    timetable: Timetable
    reward_plan: RewardPlan | None = None


class ContestPhaseChanged(Event):
    """A contest entered another phase. Entering `voting` carries the poll that opens with it."""

    topic: ClassVar[Topic] = CONTESTS
    key_field: ClassVar[str] = "contest_id"

    contest_id: str
    title: str
    from_phase: Phase
    to_phase: Phase
    poll: PollPlan | None = None
