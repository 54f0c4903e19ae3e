"""What is told of climbs: the events of steps reached and missed. Pure; the commands emit them."""

from collections.abc import Sequence

from groundswell_contracts.event import Event
from groundswell_contracts.tallies import ThresholdMissed, ThresholdReached
from groundswell_voting.ladders.rules import Climb
from groundswell_voting.polls.rules import Poll
from groundswell_voting.voteslog.rules import moment

Move = tuple[Climb, Climb]
"""A climb before and after something."""


def told(poll: Poll, moves: Sequence[Move]) -> list[Event]:
    """The events about climbs of a poll that went on."""
    return [*_reached(poll, moves), *_missed(poll, moves)]


def _reached(poll: Poll, moves: Sequence[Move]) -> list[Event]:
    return [
        ThresholdReached(
            contest_id=poll.contest_id,
            poll_id=poll.poll_id,
            idea_id=after.idea_id,
            step=reached.step,
            votes=reached.votes,
            reached_at=moment(reached.at_ms),
        )
        for before, after in moves
        for reached in after.reached[len(before.reached) :]
    ]


def _missed(poll: Poll, moves: Sequence[Move]) -> list[Event]:
    return [
        ThresholdMissed(
            contest_id=poll.contest_id,
            poll_id=poll.poll_id,
            idea_id=after.idea_id,
            step=after.step,
            votes=after.missed_votes,
            deadline=moment(after.due_at_ms),
        )
        for _, after in moves
        if after.missed_votes is not None
    ]
