"""Kinds of message, and who is told of what concerns many. Pure; called by all."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, get_args

PersonKind = Literal[
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
StaffKind = Literal["staff_briefed", "scores_asked", "review_asked", "answer_overdue"]
Kind = Literal[PersonKind, StaffKind]

PERSON_KINDS: Final[tuple[Kind, ...]] = get_args(PersonKind)
STAFF_KINDS: Final[tuple[Kind, ...]] = get_args(StaffKind)
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)

ROLES_TOLD: Final[Mapping[Kind, frozenset[str]]] = {
    "staff_briefed": frozenset({"auditor", "editor", "finance", "juror", "manager"}),
    "scores_asked": frozenset({"juror"}),
    "review_asked": frozenset({"expert"}),
    "answer_overdue": frozenset({"manager"}),
}
"""In which roles those who work for a brand are told what; an expert works for it from outside."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffMember:
    """Somebody who works for a brand, in which roles and since when."""

    member_id: str
    roles: frozenset[str]
    since: datetime


def is_told(member: Member, happened_at: datetime) -> bool:
    """Whether a member hears of what happened in the contest at this moment.

    Who handed in an idea or followed by then does; who came later does not.
    """
    return any(
        since is not None and since <= happened_at
        for since in (member.entered_at, member.followed_at)
    )


def has_role_for(member: StaffMember, kind: Kind) -> bool:
    """Whether such messages are for somebody in the roles of this member."""
    return not member.roles.isdisjoint(ROLES_TOLD[kind])


def staff_kinds(roles: Collection[str]) -> tuple[Kind, ...]:
    """The kinds of message that are for somebody who works for a brand in these roles."""
    return tuple(kind for kind in STAFF_KINDS if not ROLES_TOLD[kind].isdisjoint(roles))


def is_staff_told(
    member: StaffMember, kind: Kind, happened_at: datetime, named: Collection[str] | None = None
) -> bool:
    """Whether a member of the brand's staff hears of this: by role, and if they were there.

    Of what is for those `named` alone, nobody else does.
    """
    is_meant = named is None or member.member_id in named
    return is_meant and member.since <= happened_at and has_role_for(member, kind)


def choices(without_mail: Collection[str], kinds: Iterable[Kind]) -> dict[Kind, bool]:
    """For each of the kinds whether its mails are wanted: all are, but for those ended."""
    return {kind: kind not in without_mail for kind in kinds}
