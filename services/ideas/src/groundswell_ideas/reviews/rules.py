"""Which review collects an idea, when it is answered, and what follows. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from groundswell_ideas.contests.rules import Contest, Winner
from groundswell_ideas.juries.rules import authors_of
from groundswell_ideas.selection.rules import region_of
from groundswell_ideas.submissions.rules import Idea
from groundswell_ideas.terms.rules import Obstacle
from groundswell_ideas.terms.rules.local_times import to_utc

Outcome = Literal["accepted", "declined"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expert:
    """Somebody from outside whom the brand asks about one idea, and what everybody knows them by.

    `participant_id` is who they are when they take part themselves, if they do.
    """

    expert_id: str
    office: str
    participant_id: str | None = None
    asked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """An idea that reached the last step of its ladder, and the answer to it as soon as it has one.

    `votes` is what it had at the step. `answered_by` is who answered: for the brand, or `by_expert`
    as the expert whom it asked.
    """

    brand_id: str
    contest_id: str
    idea_id: str
    poll_id: str
    votes: int
    qualified_at: datetime
    outcome: Outcome | None = None
    reason: str | None = None
    answered_at: datetime | None = None
    answered_by: str | None = None
    by_expert: bool = False
    expert: Expert | None = None

    @property
    def id(self) -> str:
        """Its idea's: an idea is reviewed once."""
        return self.idea_id


@dataclass(frozen=True, slots=True)
class Given:
    """What an expert was given: a review, its contest, and what the idea says."""

    contest: Contest
    review: Review
    idea: Idea

    @property
    def id(self) -> str:
        """Its place in the list of what somebody was given."""
        return self.review.id


@dataclass(frozen=True, slots=True)
class Window:
    """A window of review in UTC; it collects what qualified after `since`, up to its opening."""

    name: str
    since: datetime | None
    opens_at: datetime
    closes_at: datetime

    def collects(self, qualified_at: datetime) -> bool:
        """Whether it is the one that collects an idea."""
        later = self.since is None or qualified_at > self.since
        return later and qualified_at <= self.opens_at


def windows(contest: Contest) -> list[Window]:
    """The windows of a contest in their order."""
    zone, found = contest.terms.time_zone, list[Window]()
    for planned in contest.terms.selection.review_windows:
        since = found[-1].opens_at if found else None
        opens, closes = to_utc(planned.opens, zone), to_utc(planned.closes, zone)
        found.append(Window(planned.name, since, opens, closes))
    return found


def window_of(contest: Contest, review: Review) -> Window | None:
    """The next window from when an idea qualified; None: there is none, or none yet."""
    return next((w for w in windows(contest) if w.collects(review.qualified_at)), None)


def is_repeat(review: Review, outcome: Outcome, reason: str) -> bool:
    """Whether the idea was answered in just this way before."""
    return (review.outcome, review.reason) == (outcome, reason)


def obstacles_to_answering(
    contest: Contest, review: Review, idea: Idea, outcome: Outcome, now: datetime
) -> list[Obstacle]:
    """What keeps an idea from being answered so: an answer is final, and comes in a window.

    One that was forgotten in its window is answered after it. A contest without windows answers
    at any time. What takes part no longer is not accepted, and what goes on in another idea is
    answered with that one.
    """
    if contest.phase == "closed":
        return [Obstacle("phase", "phase", "the contest is closed")]
    if review.outcome is not None:
        return [Obstacle("outcome", "final", f"the idea was {review.outcome} already")]
    if idea.status == "merged":
        return [Obstacle("idea_id", "merged", "it goes on in another idea, which is answered")]
    if outcome == "accepted" and idea.status != "approved":
        return [Obstacle("idea_id", "approved", f"the idea is {idea.status}")]
    if not contest.terms.selection.review_windows:
        return []
    window = window_of(contest, review)
    if window is None:
        return [Obstacle("review_windows", "missing", "no window is planned that collects it")]
    if now < window.opens_at:
        message = f"{window.name} opens at {window.opens_at.isoformat()}"
        return [Obstacle("review_windows", "early", message)]
    return []


def answered(
    review: Review, outcome: Outcome, reason: str, by: str, at: datetime, *, as_expert: bool
) -> Review:
    """The review with its answer."""
    answer = replace(review, outcome=outcome, reason=reason, answered_at=at)
    return replace(answer, answered_by=by, by_expert=as_expert)


def obstacles_to_asking(
    contest: Contest, review: Review, idea: Idea, expert: Expert
) -> list[Obstacle]:
    """What keeps an expert from being asked about an idea: never about their own."""
    return [*obstacles_to_choosing_expert(contest, review), *obstacles_of_own(idea, expert)]


def obstacles_of_own(idea: Idea, expert: Expert) -> list[Obstacle]:
    """What keeps an expert from judging an idea: they have a part in it, or in what it took up."""
    if authors_of(idea).isdisjoint({expert.expert_id, expert.participant_id}):
        return []
    return [Obstacle("expert_id", "own", "it is an idea of their own")]


def obstacles_to_choosing_expert(contest: Contest, review: Review) -> list[Obstacle]:
    """What keeps a review from being given to somebody else, or to nobody."""
    if contest.phase == "closed":
        return [Obstacle("phase", "phase", "the contest is closed")]
    if review.outcome is not None:
        return [Obstacle("outcome", "final", f"the idea was {review.outcome} already")]
    return []


def given_to(review: Review, expert: Expert | None) -> Review:
    """The review in the hands of this expert, or of the brand alone."""
    return replace(review, expert=expert)


def is_given_to(review: Review, expert_id: str) -> bool:
    """Whether this expert is asked about the idea."""
    return review.expert is not None and review.expert.expert_id == expert_id


def wins_by_review(contest: Contest, outcome: Outcome) -> bool:
    """Whether an answer makes an idea a winner: where no deliberation comes that selects them."""
    return outcome == "accepted" and "deliberation" not in contest.programme.ahead_of("draft")


def with_accepted(contest: Contest, idea_id: str, reason: str, at: datetime) -> Contest:
    """The contest with one more winner, beside those of earlier reviews."""
    won = Winner(idea_id, reason, None, at, region=region_of(contest, idea_id))
    return replace(contest, version=contest.version + 1, winners=(*contest.winners, won))


def is_last_step(contest: Contest, poll_id: str, step: int) -> bool:
    """Whether a step is the last one of a poll's ladder. Raises ValueError for another poll."""
    poll = next((poll for poll in contest.polls if poll.id == poll_id), None)
    if poll is None:
        raise ValueError(f"{poll_id} is not a poll of {contest.id}")
    return step == len(poll.rules.ladder)


def told(idea: Idea, at: datetime) -> Idea:
    """The idea whose author has been told what becomes of it."""
    return replace(idea, answered_at=at)
