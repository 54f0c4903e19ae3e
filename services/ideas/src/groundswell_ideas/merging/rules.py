"""When an idea goes on in another one, and how that is undone. Pure; called by the commands."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from groundswell_ideas.audit.rules import UNSAID, Why
from groundswell_ideas.submissions.rules import Idea, Merge
from groundswell_ideas.terms.rules import Obstacle

MERGED_MAXIMUM = 200
"""Ideas that go on in one; their authors are all named with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeRecord:
    """What happened: an idea went on in another one, and perhaps became one of its own again.

    `with_votes` tells that people voted on both, and its votes went along; `votes_stayed` why they
    did not, in a poll that could not take the merge any more.
    """

    id: str
    brand_id: str
    contest_id: str
    idea_id: str
    into_idea_id: str
    merged_by: str
    why: Why
    merged_at: datetime
    with_votes: bool = False
    votes_stayed: str | None = None
    undone_at: datetime | None = None
    undone_by: str | None = None
    undone_why: Why = UNSAID


def obstacles_to_merging(idea: Idea, into: Idea) -> list[Obstacle]:
    """What keeps an idea from going on in another one of its contest, whatever people vote on."""
    return list(_obstacles(idea, into))


def merged(idea: Idea, into: Idea, at: datetime) -> Idea:
    """The idea that goes on in another one."""
    return replace(idea, status="merged", merge=Merge(into.id, idea.status, at))


def taken_in(into: Idea, ideas: Iterable[Idea]) -> Idea:
    """The idea with all who have a part in those that go on in it."""
    people = (person for idea in ideas for person in (*idea.people, *idea.also_by))
    own = set(into.people)
    return replace(into, also_by=tuple(dict.fromkeys(p for p in people if p not in own)))


def unmerged(idea: Idea) -> Idea:
    """The idea as one of its own; what was approved has to be published again."""
    return replace(idea, status="submitted", merge=None)


def _obstacles(idea: Idea, into: Idea) -> Iterator[Obstacle]:
    field = "body.into_idea_id"
    if idea.status not in ("submitted", "approved"):
        yield Obstacle("status", "status", f"the idea is {idea.status}")
    if into.id == idea.id:
        yield Obstacle(field, "itself", "an idea does not go on in itself")
    elif into.status != "approved":
        yield Obstacle(field, "status", f"the idea that it would go on in is {into.status}")
