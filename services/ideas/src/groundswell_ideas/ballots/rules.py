"""Which ballots an idea comes on, or leaves, by itself. Pure; called by the commands."""

from dataclasses import replace
from datetime import datetime

from groundswell_ideas.amendments.rules import is_open
from groundswell_ideas.contests.rules import Contest
from groundswell_ideas.polls.rules import BALLOTS_MAXIMUM, Poll, ideas_on_ballots
from groundswell_ideas.submissions.rules import Idea
from groundswell_ideas.terms.rules import Obstacle


def ballots_for(contest: Contest, idea: Idea, now: datetime) -> list[Poll]:
    """The open polls whose ballot an idea comes on with its approval.

    There are some where ideas come in while people vote, as those of a support ladder do.
    """
    step = contest.programme.step(contest.phase)
    if idea.brief or not (step.takes_ideas and step.votes):
        return []
    return [
        poll
        for poll in contest.polls
        if is_open(contest, poll, now)
        and poll.region in (None, idea.region)
        and idea.id not in (*poll.idea_ids, *poll.removed_idea_ids)
    ]


def ballots_with(contest: Contest, idea: Idea, now: datetime) -> list[Poll]:
    """The open polls that have an idea on their ballot."""
    return [
        poll for poll in contest.polls if idea.id in poll.idea_ids and is_open(contest, poll, now)
    ]


def obstacles_to_listing(contest: Contest, ballots: int) -> list[Obstacle]:
    """What keeps one more idea from so many ballots."""
    if ideas_on_ballots(contest.polls) + ballots <= BALLOTS_MAXIMUM:
        return []
    message = f"the ballots of a contest hold {BALLOTS_MAXIMUM:,} ideas together at most"
    return [Obstacle("polls", "maximum", message)]


def without(contest: Contest, idea_id: str) -> Contest:
    """The contest without the idea on its shortlist, before there is a vote."""
    return replace(
        contest,
        version=contest.version + 1,
        shortlist=tuple(i for i in contest.shortlist if i != idea_id),
        shortlists={
            region: tuple(i for i in idea_ids if i != idea_id)
            for region, idea_ids in contest.shortlists.items()
        },
    )
