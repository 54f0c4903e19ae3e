"""Kinds of message, and who is told of what concerns a whole contest. Pure; called by all."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, get_args

Kind = Literal[
    "idea_received",
    "idea_approved",
    "idea_rejected",
    "idea_held",
    "idea_merged",
    "idea_answered",
    "idea_shortlisted",
    "idea_vetoed",
    "contest_paused",
    "contest_resumed",
    "voting_opened",
    "result_published",
    "won",
    "win_ended",
    "milestone_reached",
    "reward_offered",
    "reward_granted",
    "reward_reversed",
]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)

SETTLED_AFTER: Final = timedelta(seconds=70)
"""After this, no transaction of before is still at work: MongoDB ends each after a minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Follow:
    """A contest that a person follows, since when; `title` is the contest's."""

    contest_id: str
    title: str
    since: datetime

    @property
    def id(self) -> str:
        """What lists are ordered by."""
        return self.contest_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody whom a contest concerns: since their first idea, since they follow it, or both."""

    person_id: str
    entered_at: datetime | None = None
    followed_at: datetime | None = None


def is_told(member: Member, happened_at: datetime) -> bool:
    """Whether a member hears of what happened in the contest at this moment.

    Who handed in an idea or followed by then does; who came later does not.
    """
    return any(
        since is not None and since <= happened_at
        for since in (member.entered_at, member.followed_at)
    )


def choices(without_mail: Collection[str]) -> dict[Kind, bool]:
    """For each kind whether its mails are wanted: all are, but for those ended."""
    return {kind: kind not in without_mail for kind in KINDS}
