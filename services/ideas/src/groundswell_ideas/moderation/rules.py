"""How an editor's decision changes an idea. Pure; called by the commands."""

from dataclasses import replace
from datetime import datetime
from typing import Literal

from groundswell_ideas.contests.rules import Obstacle
from groundswell_ideas.submissions.rules import Idea

Decision = Literal["approved", "rejected"]


def is_repeat(idea: Idea, decision: Decision) -> bool:
    """Whether the idea was decided in just this way before."""
    return idea.status == decision


def obstacles_to_deciding(idea: Idea, decision: Decision) -> list[Obstacle]:
    """What keeps an idea from being decided: a decision is final, the same again is allowed."""
    if idea.status in ("submitted", decision):
        return []
    return [Obstacle("status", "final", f"the idea is already {idea.status}")]


def decide(idea: Idea, decision: Decision, reason: str | None, at: datetime) -> Idea:
    """The idea after the decision."""
    return replace(idea, status=decision, reason=reason, decided_at=at)
