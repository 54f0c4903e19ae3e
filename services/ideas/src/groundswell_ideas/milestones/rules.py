"""When a milestone is told, and of whom. Pure; called by the commands."""

from dataclasses import replace

from groundswell_ideas.contests.rules import Contest, Milestone
from groundswell_ideas.terms.rules import Obstacle

MILESTONES_MAXIMUM = 1_000


def obstacles_to_reaching(contest: Contest, idea_id: str | None) -> list[Obstacle]:
    """What keeps a milestone from being told: it comes in delivery, and is about a winner.

    Where a course has no delivery of its own, it comes as long as the contest is open.
    """
    delivers = "delivery" in contest.programme.ahead_of("draft")
    here = contest.phase == "delivery" if delivers else contest.phase not in ("draft", "closed")
    if not here:
        message = f"no milestone is reached in {contest.phase}"
        return [Obstacle("phase", "phase", message)]
    if idea_id is not None and all(winner.idea_id != idea_id for winner in contest.winners):
        return [Obstacle("body.idea_id", "winner", "the idea does not stand selected")]
    if len(contest.milestones) >= MILESTONES_MAXIMUM:
        message = f"a contest has {MILESTONES_MAXIMUM:,} milestones at most"
        return [Obstacle("body", "maximum", message)]
    return []


def with_milestone(contest: Contest, milestone: Milestone) -> Contest:
    """The contest with one more milestone reached."""
    milestones = (*contest.milestones, milestone)
    return replace(contest, version=contest.version + 1, milestones=milestones)
