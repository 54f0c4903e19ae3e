"""Who has which share of an idea. Pure; called by the commands and by whoever pays.

Who hands in names the team and everybody's share. A share is a member's once they confirm it
themselves; until then, and when they leave, it stays with who handed in.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from groundswell_ideas.admission.rules import Declaration
from groundswell_ideas.submissions.rules import WHOLE, Idea, Member
from groundswell_ideas.terms.rules import Obstacle

WHERE = "body.team"
TEAM_MAXIMUM = 20


def obstacles_to_team(author_id: str, named: Sequence[tuple[str, int]]) -> list[Obstacle]:
    """What is wrong with a team as it is named, with its author: all shares make a whole."""
    if not named:
        return []
    ids = [participant_id for participant_id, _ in named]
    found = []
    if author_id not in ids:
        found.append(Obstacle(WHERE, "author", "the team lists who hands in too, with a share"))
    if len(set(ids)) != len(ids):
        found.append(Obstacle(WHERE, "unique", "everybody is listed once"))
    if sum(basis_points for _, basis_points in named) != WHOLE:
        found.append(Obstacle(WHERE, "sum", f"the shares add up to {WHOLE:,} basis points"))
    return found


def team_of(idea: Idea, named: Sequence[tuple[str, int]]) -> tuple[Member, ...]:
    """The team beside the author; who has confirmed the very same share need not do it again."""
    before = {(m.participant_id, m.basis_points): m for m in idea.team}
    return tuple(
        before.get((participant_id, basis_points), Member(participant_id, basis_points))
        for participant_id, basis_points in named
        if participant_id != idea.participant_id
    )


def standing_shares(idea: Idea) -> dict[str, int]:
    """What everybody has of the idea, in basis points; they add up to the whole.

    The share of a parent is taken from the whole before this, and is not in here.
    """
    confirmed = {m.participant_id: m.basis_points for m in idea.team if m.confirmed_at is not None}
    return {idea.participant_id: WHOLE - sum(confirmed.values())} | confirmed


def obstacles_to_joining(idea: Idea, participant_id: str, seen: int | None) -> list[Obstacle]:
    """What keeps members from confirming that they belong to the team.

    `seen` is the share that the member has read; None: whichever is named.
    """
    if idea.status in ("withdrawn", "merged", "rejected"):
        return [Obstacle("status", "final", f"the idea is {idea.status}")]
    (named,) = (m.basis_points for m in idea.team if m.participant_id == participant_id)
    if seen not in (None, named):
        return [Obstacle("body.basis_points", "share", f"the share is {named} basis points now")]
    return []


def has_joined(idea: Idea, participant_id: str) -> bool:
    """Whether a member has confirmed that they belong to the team."""
    return any(m.participant_id == participant_id and m.confirmed_at for m in idea.team)


def joined(idea: Idea, participant_id: str, declaration: Declaration, at: datetime) -> Idea:
    """The idea with a member's confirmation, and what they declare of themselves with it."""
    team = tuple(
        replace(m, confirmed_at=at, declaration=declaration)
        if m.participant_id == participant_id
        else m
        for m in idea.team
    )
    return replace(idea, team=team)


def left(idea: Idea, participant_id: str) -> Idea:
    """The idea without that member, whose share goes back to who handed in."""
    return replace(idea, team=tuple(m for m in idea.team if m.participant_id != participant_id))
