"""What the ideas service says of contests, ideas and decisions, and notifications of follows."""

from collections.abc import Mapping
from datetime import date, datetime

from groundswell_web.services import Shape


class Timetable(Shape):
    """When a contest takes ideas and votes."""

    submission_closes_at: datetime
    voting_opens_at: datetime
    voting_closes_at: datetime


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


class ContestPoll(Shape):
    """A poll of a contest; `id` and `closes_at` are None until it opens."""

    id: str | None
    name: str
    closes_at: datetime | None


class Contest(Shape):
    """A contest that has opened."""

    id: str
    title: str
    owner: str
    rules: str
    vote: str
    timetable: Timetable
    answer_by: date
    phase: str
    phases: list[PhaseReached]
    polls: list[ContestPoll]
    reward_plan: RewardPlan | None = None

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


class Idea(Shape):
    """An idea; `reason` is the editor's, for the decision in `status`."""

    id: str
    contest_id: str
    participant_id: str
    title: str
    summary: str
    fields: Mapping[str, str]
    status: str
    reason: str | None = None
    submitted_at: datetime
    decided_at: datetime | None = None


class IdeaPage(Shape):
    """Ideas as they came. `next` is the cursor of the following page, if any."""

    items: list[Idea]
    next: str | None = None


class Veto(Shape):
    """An idea that was ruled out; `was_selected` tells that it had won before."""

    idea_id: str
    title: str
    reason: str
    vetoed_at: datetime
    was_selected: bool = False


class Winner(Shape):
    """An idea that won; `rank` is its place in the certified tally."""

    idea_id: str
    title: str
    rank: int | None
    reason: str
    selected_at: datetime


class RankedIdea(Shape):
    """The votes of one idea in the certified tally."""

    idea_id: str
    title: str
    votes: int
    rank: int


class Tally(Shape):
    """The certified tally; `log_hash` is the fingerprint of the votes log behind it."""

    poll_id: str
    name: str
    certified_at: datetime
    ideas: list[RankedIdea]
    verdicts: dict[str, int]
    log_hash: str


class Decision(Shape):
    """How a contest was, or is being, decided; `other_tallies` are of polls that did not decide."""

    contest_id: str
    title: str
    owner: str
    rules: str
    vote: str
    timetable: Timetable
    answer_by: date
    phase: str
    tally: Tally | None
    other_tallies: list[Tally]
    vetoes: list[Veto]
    winners: list[Winner]
    overruled: bool
    reward_plan: RewardPlan | None = None


class Follow(Shape):
    """A contest that the visitor follows."""

    since: datetime
