"""Which ballots an idea comes on, leaves or changes for another. Pure; called by the commands."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from groundswell_ideas.amendments.rules import is_open
from groundswell_ideas.contests.rules import Contest, stands_for_vote
from groundswell_ideas.polls.rules import (
    BALLOTS_MAXIMUM,
    IdeaMerge,
    Poll,
    PollChange,
    ideas_on_ballots,
    is_full,
)
from groundswell_ideas.submissions.rules import Idea
from groundswell_ideas.terms.rules import Obstacle


def ballots_for(
    contest: Contest, ideas: Sequence[Idea], now: datetime
) -> list[tuple[Poll, list[Idea]]]:
    """The open polls on whose ballots approved ideas come, each with those that it lacks.

    There are some where ideas come in while people vote, as those of a support ladder do.
    """
    step = contest.programme.step(contest.phase)
    if not (step.takes_ideas and step.votes):
        return []
    found = []
    for poll in contest.polls:
        known = set(poll.all_idea_ids)
        new = [
            idea
            for idea in ideas
            if not idea.brief and poll.region in (None, idea.region) and idea.id not in known
        ]
        if new and is_open(contest, poll, now):
            found.append((poll, new))
    return found


def has_yet_to_open(contest: Contest) -> bool:
    """Whether ballots are still to come, to which ideas are added while people vote."""
    step = contest.programme.step("voting")
    ahead = contest.programme.ahead_of(contest.phase)
    return step.takes_ideas and step.votes and "voting" in ahead


def ballots_with(contest: Contest, idea: Idea, now: datetime) -> list[Poll]:
    """The open polls that have an idea on their ballot."""
    return [
        poll for poll in contest.polls if idea.id in poll.idea_ids and is_open(contest, poll, now)
    ]


def obstacles_to_listing(contest: Contest, polls: Sequence[Poll], more: int) -> list[Obstacle]:
    """What keeps so many more ideas from the ballots of these polls."""
    together = ideas_on_ballots(contest.polls) + len(polls) * more
    if together <= BALLOTS_MAXIMUM and not any(is_full(poll, more) for poll in polls):
        return []
    return [Obstacle("polls", "maximum", "the ballots of the contest are full")]


def obstacles_to_merging(
    contest: Contest, idea: Idea, into: Idea, now: datetime, *, collected: bool
) -> list[Obstacle]:
    """What keeps an idea that people vote on, or will, from going on in another one.

    Its votes go along, as long as both are on the same open ballots. One that is `collected` for
    a review, and not answered, takes others in instead.
    """
    if collected:
        message = f"{idea.title} waits for its answer: let the other one go on in it"
        return [Obstacle("status", "collected", message)]
    if not stands_for_vote(contest, idea.id):
        return []
    return list(_obstacles_on_ballots(contest, idea, into, now))


def obstacles_to_parting(contest: Contest, idea: Idea, now: datetime) -> list[Obstacle]:
    """What keeps a merge from being undone, as people voted on the two as one, or that one won."""
    winners = {winner.idea_id for winner in contest.winners}
    for poll in contest.polls:
        into = {merge.into_idea_id for merge in poll.merged if merge.idea_id == idea.id}
        if into & winners:
            message = "the idea that it went on in has won, with the votes for both"
            return [Obstacle("winners", "won", message)]
        if into.intersection(poll.idea_ids) and not is_open(contest, poll, now):
            message = "a poll has closed that counted its votes for the idea that it went on in"
            return [Obstacle("polls", "counted", message)]
    return []


def merged(contest: Contest, idea: Idea, into: Idea, now: datetime) -> list[PollChange]:
    """How open polls change when an idea on their ballots goes on in another one on them."""
    merge = IdeaMerge(idea.id, into.id)
    polls = ballots_with(contest, idea, now)
    return [PollChange(poll_id=poll.id, merged=(merge,)) for poll in polls]


def parted(contest: Contest, idea_ids: Collection[str], now: datetime) -> list[PollChange]:
    """How open polls change when ideas that left for others on their ballots come back."""
    found = []
    for poll in contest.polls:
        back = tuple(merge for merge in poll.merged if merge.idea_id in idea_ids)
        if back and is_open(contest, poll, now):
            found.append(PollChange(poll_id=poll.id, unmerged=back))
    return found


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


def _obstacles_on_ballots(
    contest: Contest, idea: Idea, into: Idea, now: datetime
) -> Iterator[Obstacle]:
    ballots = ballots_with(contest, idea, now)
    standing = [poll for poll in contest.polls if idea.id in poll.idea_ids]
    if not standing:
        message = "the idea is on the shortlist, or won: it has to leave that first"
        yield Obstacle("shortlist", "on-ballot", message)
    if len(ballots) < len(standing):
        message = "a poll has closed that counts the votes for the idea as its own"
        yield Obstacle("polls", "counted", message)
    if any(into.id not in poll.idea_ids for poll in ballots):
        message = "the idea that it would go on in is not on each ballot that this one is on"
        yield Obstacle("body.into_idea_id", "on-ballot", message)
    for field, answered in (("status", idea), ("body.into_idea_id", into)):
        if answered.answered_at is not None:
            message = f"{answered.title} was answered already, and votes for it change nothing"
            yield Obstacle(field, "answered", message)
