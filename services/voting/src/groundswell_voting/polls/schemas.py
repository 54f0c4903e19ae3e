"""HTTP shapes of polls."""

from datetime import UTC, datetime
from typing import Annotated, Self

from pydantic import AwareDatetime, BaseModel, Field

from groundswell_contracts.contests import IdeaMerge
from groundswell_contracts.poll_rules import PollRules
from groundswell_voting.polls.rules import Poll
from groundswell_voting.voteslog.codec import rules_to

Moment = Annotated[
    AwareDatetime,
    Field(ge=datetime(2000, 1, 1, tzinfo=UTC), lt=datetime(2200, 1, 1, tzinfo=UTC)),
]
"""A moment that somebody sends, with its zone; what is far from now has no place in MongoDB."""

NOT_CERTIFIED = "The recount is not equal to the live count."
"""In what they differ is told by the worker's log: it may hold figures that are hidden still."""


class PollView(BaseModel):
    """A poll as everybody may see it; `closes_at` is UTC. Removed ideas are not in `idea_ids`.

    `merged` tells in which other idea some of the removed ones go on, with their votes.
    """

    poll_id: str
    contest_id: str
    name: str
    stage: str
    paused: bool
    rules: PollRules
    idea_ids: list[str]
    removed_idea_ids: list[str]
    merged: list[IdeaMerge]
    closes_at: AwareDatetime
    close_reason: str | None
    refusal: str | None

    @classmethod
    def of(cls, poll: Poll) -> Self:
        """What of a poll is shown."""
        removed = set(poll.removed_idea_ids)
        return cls(
            poll_id=poll.poll_id,
            contest_id=poll.contest_id,
            name=poll.name,
            stage=poll.stage,
            paused=poll.paused,
            rules=rules_to(poll.rules),
            idea_ids=[idea_id for idea_id in poll.idea_ids if idea_id not in removed],
            removed_idea_ids=list(poll.removed_idea_ids),
            merged=[
                IdeaMerge(idea_id=each.idea_id, into_idea_id=each.into_idea_id)
                for each in poll.merged
                if each.idea_id in removed
            ],
            closes_at=poll.closes_at,
            close_reason=poll.close_reason,
            refusal=None if poll.refusal is None else NOT_CERTIFIED,
        )
