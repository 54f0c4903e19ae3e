"""How an editor's decision changes an idea. Pure; called by the commands."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from groundswell_ideas.audit.rules import UNSAID, SubjectKind, Why
from groundswell_ideas.cases.rules import Cause
from groundswell_ideas.contests.rules import Contest, stands_for_vote
from groundswell_ideas.discussion.rules import Comment
from groundswell_ideas.submissions.rules import Idea
from groundswell_ideas.terms.rules import Obstacle

Decision = Literal["approved", "rejected"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """An editor's decision on a subject; on the `revision` of an idea, or on any of them."""

    kind: SubjectKind
    subject_id: str
    decision: Decision
    why: Why = UNSAID
    revision: int | None = None


def is_repeat(idea: Idea, decision: Decision) -> bool:
    """Whether the idea was decided in just this way before."""
    return idea.status == decision


def obstacles_to_deciding(
    idea: Idea,
    decision: Decision,
    causes: Collection[Cause] = (),
    *,
    contest: Contest | None = None,
) -> list[Obstacle]:
    """What keeps an idea from being decided: a decision is final, the same again is allowed.

    It opens again for `causes`: an appeal against being turned down, or reports of what was let
    in. What people vote on in its contest stays all the same.
    """
    if idea.status in ("submitted", decision):
        return []
    if idea.status == "rejected" and "appeal" in causes:
        return []
    if idea.status == "approved" and not {"reports", "staff"}.isdisjoint(causes):
        return [] if contest is None else obstacles_to_taking_down(contest, idea)
    return [Obstacle("status", "final", f"the idea is already {idea.status}")]


def obstacles_to_taking_down(contest: Contest, idea: Idea) -> list[Obstacle]:
    """What keeps an approved idea from disappearing: that people vote on it, or will.

    First it leaves the shortlist, or the ballot by an amendment with a reason that everybody reads.
    """
    if idea.status != "approved":
        return [Obstacle("status", "status", f"the idea is {idea.status}")]
    if stands_for_vote(contest, idea.id):
        message = "the idea is on the shortlist or a ballot: it has to leave that first"
        return [Obstacle("shortlist", "on-ballot", message)]
    return []


def obstacles_to_revision(idea: Idea, seen: int | None) -> list[Obstacle]:
    """What keeps an editor from deciding about revision `seen`: a later one came; None: any."""
    if seen in (None, idea.revision):
        return []
    return [Obstacle("body.revision", "revision", f"revision {idea.revision} came meanwhile")]


def obstacles_to_deciding_comment(comment: Comment) -> list[Obstacle]:
    """What keeps a comment from being decided: that its author took it back."""
    if comment.status == "deleted":
        return [Obstacle("status", "final", "the comment was deleted")]
    return []


def rejected(idea: Idea, why: Why, at: datetime) -> Idea:
    """The idea turned down; its author has their answer."""
    return replace(
        idea,
        status="rejected",
        reason=why.words,
        reason_code=why.code,
        decided_at=at,
        answered_at=at,
        held_for=(),
    )


def reopened(idea: Idea, why: Why) -> Idea:
    """The idea right before it is let in, without what an earlier decision left."""
    return replace(idea, reason_code=why.code, answered_at=None)
