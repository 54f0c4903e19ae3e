"""When reports take something out of the public eye until an editor has looked. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from groundswell_ideas.audit.rules import Subject, Why
from groundswell_ideas.contests.rules import Contest, stands_for_vote
from groundswell_ideas.quotas.rules import Quota
from groundswell_ideas.submissions.rules import Idea

HOLD_AT = 5
"""Reports of so many people, since an editor looked last, hide it until one looks again."""

REPORTS = Quota("reports", 20, timedelta(days=1))
"""What a person may report at a brand: who reports everything in sight is heard no further."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What somebody reported, once for each subject. It is open until an editor decides."""

    id: str
    subject: Subject
    reporter_id: str
    why: Why
    reported_at: datetime
    open: bool = True


def is_to_be_held(contest: Contest, idea: Idea, reports: int) -> bool:
    """Whether so many open reports hide an idea.

    Never one that is voted on: a few people could take it out of the race. It is in the queue all
    the same.
    """
    public = idea.status == "approved" and not stands_for_vote(contest, idea.id)
    return public and reports >= HOLD_AT


def held(idea: Idea, cause: str) -> Idea:
    """The idea waiting for an editor again."""
    return replace(idea, status="submitted", held_for=(*idea.held_for, cause))
