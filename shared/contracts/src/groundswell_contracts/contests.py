"""Events of contests: published by ideas, read by everybody who follows a contest."""

from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import Field

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
    """When a contest takes submissions and votes; moments in UTC.

    Without `submission_closes_at` ideas are taken as long as the phase does; without the other two
    there is no vote.
    """

    submission_closes_at: UtcTime | None = None
    voting_opens_at: UtcTime | None = None
    voting_closes_at: UtcTime | None = None


class CalendarEntry(Data):
    """A phase that the contest will enter by itself, and when."""

    to: Phase
    at: UtcTime


class PollPlan(Data):
    """A poll that opens: its rules are frozen from here on. `name` tells it from its siblings."""

    poll_id: str
    name: str = ""
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
    `template` is the programme that it was made from. The first of `languages` is that of the
    title and the rules.
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
    template: str | None = None
    time_zone: str = "UTC"
    calendar: tuple[CalendarEntry, ...] = ()
    languages: tuple[str, ...] = ("en",)
    regions: tuple[str, ...] = ()


class ContestPhaseChanged(Event):
    """A contest entered another phase. Entering `voting` carries the polls that open with it."""

    topic: ClassVar[Topic] = CONTESTS
    key_field: ClassVar[str] = "contest_id"

    contest_id: str
    title: str
    from_phase: Phase
    to_phase: Phase
    polls: tuple[PollPlan, ...] = ()


class IdeaMerge(Data):
    """`idea_id` goes on in `into_idea_id`; both stand on the same ballot."""

    idea_id: str
    into_idea_id: str


class PollChange(Data):
    """What becomes different in an open poll; what is left out stays.

    An earlier `closes_at` closes the poll before its time. Merged: an idea leaves the ballot, and
    its votes go to the other one, which has each voter once. Unmerged: it is on the ballot again
    and has its votes back. Any other idea that leaves takes its votes along and stays away.
    """

    poll_id: str
    added_idea_ids: tuple[str, ...] = ()
    removed_idea_ids: tuple[str, ...] = ()
    merged: tuple[IdeaMerge, ...] = ()
    unmerged: tuple[IdeaMerge, ...] = ()
    closes_at: UtcTime | None = None
    paused: bool | None = None


class ContestAmended(Event):
    """A brand changed its contest after opening it, for a reason that everybody can read.

    Amendments of a contest are numbered from 1. Each opens another poll (a further round, say),
    changes an open one, pauses or resumes the contest (`paused`), lifts the cap on its pilot, or
    hands the picking of the shortlist to another `curator`, by their office.
    Period, weights and changeability of a poll are never amended.
    """

    topic: ClassVar[Topic] = CONTESTS
    key_field: ClassVar[str] = "contest_id"

    contest_id: str
    title: str
    number: Annotated[int, Field(ge=1)]
    reason: str
    poll_opened: PollPlan | None = None
    poll_changed: PollChange | None = None
    paused: bool | None = None
    pilot_widened: bool = False
    curator: str | None = None
