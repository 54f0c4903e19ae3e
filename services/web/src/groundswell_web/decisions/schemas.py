"""What the ideas service says of how a contest was, or is being, decided."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BeforeValidator

from groundswell_web.answers import Shape
from groundswell_web.contests.schemas import MaybeTimetable, Milestone, RewardPlan


class Veto(Shape):
    """An idea that was ruled out; `was_selected` tells that it had won before."""

    idea_id: str
    title: str
    reason: str
    vetoed_at: datetime
    was_selected: bool = False


class Winner(Shape):
    """An idea that won; `rank` is its place in the ranking that decides."""

    idea_id: str
    title: str
    rank: int | None
    reason: str
    selected_at: datetime
    region: str | None = None
    confirmed_at: datetime | None = None


class Dropout(Shape):
    """A winner that declined or could not be verified."""

    idea_id: str
    title: str
    reason: str
    dropped_at: datetime


class Listed(Shape):
    """An idea on the shortlist, or in the line of alternates."""

    idea_id: str
    title: str
    region: str | None = None


class Merge(Shape):
    """An idea that people voted on until it went on in another one, which has its votes."""

    idea_id: str
    title: str
    into_idea_id: str
    into_title: str
    reason: str | None = None
    merged_at: datetime


class RankedIdea(Shape):
    """The votes of one idea in a certified tally."""

    idea_id: str
    title: str
    votes: int
    rank: int


class Tally(Shape):
    """A certified tally; `log_hash` is the fingerprint of the votes log behind it."""

    poll_id: str
    name: str
    region: str | None = None
    certified_at: datetime
    ideas: list[RankedIdea]
    verdicts: dict[str, int]
    log_hash: str


class JudgedIdea(Shape):
    """What the jury gave an idea in sum; without the quorum it has no rank."""

    idea_id: str
    title: str
    points: int
    maximum: int
    jurors: int
    rank: int | None


class JuryRound(Shape):
    """A closed round of the jury."""

    name: str
    purpose: str
    ideas: list[JudgedIdea]


class Place(Shape):
    """The place of an idea where a jury, or the weights of vote and jury, decide."""

    idea_id: str
    title: str
    region: str | None = None
    rank: int
    numerator: int
    denominator: int


class Window(Shape):
    """A window of review: how many ideas it collects, and how many of them are answered."""

    name: str
    opens_at: datetime
    closes_at: datetime
    collected: int
    answered: int


class Answered(Shape):
    """An idea that reached the last step, and what it was answered, if it was.

    `expert` is the office of somebody from outside who is asked about it, and may have answered.
    """

    idea_id: str
    title: str
    votes: int
    window: str | None = None
    outcome: str | None = None
    reason: str | None = None
    answered_at: datetime | None = None
    answered_by: str | None = None
    expert: str | None = None


class AnsweredPage(Shape):
    """Ideas that reached the last step. `next` is the cursor of the following page, if any."""

    items: list[Answered]
    next: str | None = None


class Shortlisting(Shape):
    """How ideas come on the shortlist."""

    by: str = "curator"
    size: int | None = None
    maximum: int | None = None
    threshold_votes: int | None = None
    curator: str | None = None


class Winning(Shape):
    """How winners are found, and how many."""

    by: str = "tally"
    count: int | None = None
    tally_weight: int = 1
    jury_weight: int = 1


class Criterion(Shape):
    """What jurors score."""

    name: str
    weight: int


class Jury(Shape):
    """A jury's criteria, and how many jurors have to score an idea."""

    criteria: list[Criterion]
    quorum: int


class Selection(Shape):
    """From ideas to winners, as it was promised."""

    shortlist: Shortlisting = Shortlisting()
    winners: Winning = Winning()
    alternates: int = 0
    veto: bool = True
    jury: Jury | None = None


class Decision(Shape):
    """How a contest was, or is being, decided; `other_tallies` are of polls that did not decide."""

    contest_id: str
    title: str
    owner: Annotated[str, BeforeValidator(lambda name: name or "the organiser")]
    rules: Annotated[str, BeforeValidator(lambda rules: rules or "")]
    vote: str
    selection: Selection = Selection()
    timetable: MaybeTimetable
    answer_by: date | None
    phase: str
    shortlist: tuple[Listed, ...] = ()
    merged: tuple[Merge, ...] = ()
    tally: Tally | None
    other_tallies: list[Tally]
    jurors: tuple[str, ...] = ()
    jury_rounds: tuple[JuryRound, ...] = ()
    ranking: tuple[Place, ...] = ()
    vetoes: list[Veto]
    winners: list[Winner]
    alternates: tuple[Listed, ...] = ()
    dropouts: tuple[Dropout, ...] = ()
    overruled: bool
    review_windows: tuple[Window, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    reward_plan: RewardPlan | None = None
