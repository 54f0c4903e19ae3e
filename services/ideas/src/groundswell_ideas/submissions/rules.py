"""What an idea is and when a contest takes one. Pure; called by the commands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from groundswell_ideas.contests.rules import Contest, Obstacle

Status = Literal["submitted", "approved", "rejected"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Idea:
    """An idea in a contest. It is public once approved; `reason` is the editor's."""

    brand_id: str
    contest_id: str
    id: str
    participant_id: str
    title: str
    summary: str
    fields: Mapping[str, str]
    status: Status = "submitted"
    reason: str | None = None
    submitted_at: datetime
    decided_at: datetime | None = None


def may_see(idea: Idea, staff_of: str | None, subject: str | None) -> bool:
    """Whether somebody may read an idea: everybody once approved, else its author and the brand."""
    return idea.status == "approved" or idea.brand_id == staff_of or idea.participant_id == subject


def obstacles_to_submitting(contest: Contest, now: datetime) -> list[Obstacle]:
    """What keeps an idea from being handed in to a contest at this moment."""
    if contest.phase != "submission":
        message = f"a contest in {contest.phase} takes no ideas"
        return [Obstacle("phase", "phase", message)]
    if now >= contest.timetable.submission_closes_at:
        message = "the time for submissions is over"
        return [Obstacle("timetable.submission_closes_at", "past", message)]
    return []
