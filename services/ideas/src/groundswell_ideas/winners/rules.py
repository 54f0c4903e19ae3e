"""What becomes of a winner: taken, declined or dropped, and who comes up instead. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

from groundswell_ideas.contests.rules import Contest, Dropout, Payee, Winner
from groundswell_ideas.selection.rules import region_of
from groundswell_ideas.terms.rules import Obstacle

DECLINED = "The author declined."
"""What is read of a winner that declined without a word."""


def winner_of(contest: Contest, idea_id: str) -> Winner | None:
    """The winner that an idea is, if it stands selected."""
    return next((winner for winner in contest.winners if winner.idea_id == idea_id), None)


def obstacles_to_confirming(contest: Contest, winner: Winner, payee: Payee) -> list[Obstacle]:
    """What keeps a winner from being taken by its author, who names a payee."""
    if winner.confirmed_at is not None:
        return [Obstacle("payee", "confirmed", "the win is taken, with another payee")]
    if payee.kind == "charity" and not contest.terms.charity_payee:
        return [Obstacle("body.payee.kind", "charity", "by its terms nothing goes to a charity")]
    return []


def confirmed(contest: Contest, idea_id: str, payee: Payee, at: datetime) -> Contest:
    """The contest after the author of a winner took the win."""
    winners = (
        replace(winner, confirmed_at=at, payee=payee) if winner.idea_id == idea_id else winner
        for winner in contest.winners
    )
    return replace(contest, version=contest.version + 1, winners=tuple(winners))


def obstacles_to_declining(contest: Contest, winner: Winner) -> list[Obstacle]:
    """What keeps an author from declining a win."""
    if winner.confirmed_at is not None:
        return [Obstacle("winner", "confirmed", "the win was taken")]
    return obstacles_to_dropping(contest)


def obstacles_to_dropping(contest: Contest) -> list[Obstacle]:
    """What keeps a winner from dropping out."""
    if contest.phase == "closed":
        return [Obstacle("phase", "phase", "the contest is closed, and its winners stand")]
    return []


def dropped(
    contest: Contest, idea_id: str, reason: str, at: datetime, *, by_author: bool
) -> Contest:
    """The contest after a winner dropped out; nobody has come up for it yet."""
    return replace(
        contest,
        version=contest.version + 1,
        winners=tuple(winner for winner in contest.winners if winner.idea_id != idea_id),
        dropouts=(*contest.dropouts, Dropout(idea_id, reason, at, by_author)),
    )


def without_words(contest: Contest, idea_ids: Collection[str]) -> Contest:
    """The contest without what the authors of these ideas said when they declined.

    The same one if they said nothing.
    """
    dropouts = tuple(
        replace(out, reason=DECLINED) if out.by_author and out.idea_id in idea_ids else out
        for out in contest.dropouts
    )
    if dropouts == contest.dropouts:
        return contest
    return replace(contest, version=contest.version + 1, dropouts=dropouts)


def in_line(contest: Contest, region: str | None) -> list[str]:
    """The alternates of a region, or of the contest, the first in line first."""
    return [i for i in contest.alternates if region_of(contest, i) == region]


def come_up(
    contest: Contest, idea_id: str, ranks: Mapping[str, int], reason: str, at: datetime
) -> Contest:
    """The contest, of the same version, after an alternate came up as a winner."""
    region = region_of(contest, idea_id)
    winner = Winner(idea_id, reason, ranks.get(idea_id), at, region=region)
    return replace(
        contest,
        winners=(*contest.winners, winner),
        alternates=tuple(other for other in contest.alternates if other != idea_id),
    )
