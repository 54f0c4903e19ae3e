"""What is counted of a contest's ideas as they change, so that nobody counts them all. Pure."""

from collections.abc import Mapping
from datetime import datetime

from groundswell_ideas.submissions.rules import Idea

SLOTS = 256
"""The counts of a contest are kept in so many places, so that ideas that come in at once meet in
one of them seldom: of four, twice in a hundred times. All of them are added up."""

_TO_ANSWER = ("submitted", "approved", "rejected")

Counts = Mapping[str, int]


def told_at(idea: Idea) -> datetime | None:
    """When who handed it in has learned the outcome; what was turned down has its answer."""
    if idea.status not in _TO_ANSWER:
        return None
    return idea.answered_at or (idea.decided_at if idea.status == "rejected" else None)


def published_at(idea: Idea) -> datetime | None:
    """When an idea that has no other answer went live, which is one where no outcome comes."""
    taking_part = idea.status == "approved" and idea.answered_at is None
    return idea.decided_at if taking_part else None


def counts(status: str, told: datetime | None, published: datetime | None) -> Counts:
    """What an idea in this state adds to the counts of its contest."""
    return {
        "to_answer": int(status in _TO_ANSWER),
        "told": int(told is not None),
        "published": int(published is not None),
    }


def difference(after: Counts, before: Counts) -> Counts:
    """What has to be added; nothing where nothing has changed."""
    return {name: n for name in after if (n := after[name] - before.get(name, 0))}
