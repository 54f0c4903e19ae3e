"""What is told of shortlist and winners, made from the idea that it is about."""

from typing import Literal

from groundswell_contracts.ideas import IdeaShortlisted
from groundswell_contracts.winners import (
    WinnerConfirmed,
    WinnerDeclined,
    WinnerSelected,
    WinnerVetoed,
)
from groundswell_ideas.contests.rules import Payee, Winner
from groundswell_ideas.submissions.rules import Idea


def shortlisted(idea: Idea) -> IdeaShortlisted:
    """Tells that an idea is on the shortlist from now on."""
    return IdeaShortlisted(
        idea_id=idea.id,
        contest_id=idea.contest_id,
        participant_id=idea.participant_id,
        title=idea.title,
    )


def selected(idea: Idea, winner: Winner) -> WinnerSelected:
    """Tells that an idea wins."""
    return WinnerSelected(
        contest_id=idea.contest_id,
        idea_id=idea.id,
        participant_id=idea.participant_id,
        title=idea.title,
        reason=winner.reason,
        rank=winner.rank,
        region=winner.region,
    )


def vetoed(idea: Idea, reason: str) -> WinnerVetoed:
    """Tells that an idea was ruled out."""
    return WinnerVetoed(
        contest_id=idea.contest_id,
        idea_id=idea.id,
        participant_id=idea.participant_id,
        title=idea.title,
        reason=reason,
    )


def confirmed(idea: Idea, payee: Payee) -> WinnerConfirmed:
    """Tells that the author of a winner took the win, and who gets what is promised."""
    return WinnerConfirmed(
        contest_id=idea.contest_id,
        idea_id=idea.id,
        participant_id=idea.participant_id,
        title=idea.title,
        payee=payee.kind,
        charity=payee.name,
    )


def declined(idea: Idea, cause: Literal["declined", "not_verified"], reason: str) -> WinnerDeclined:
    """Tells that a winner wins no longer."""
    return WinnerDeclined(
        contest_id=idea.contest_id,
        idea_id=idea.id,
        participant_id=idea.participant_id,
        title=idea.title,
        cause=cause,
        reason=reason,
    )
