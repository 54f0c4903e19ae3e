"""What votes have made of an idea: its steps on a ladder, and its places in tallies. Pure."""

from dataclasses import dataclass
from datetime import datetime

from groundswell_ideas.polls.rules import Poll
from groundswell_ideas.selection.rules import CertifiedTally


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step of a poll's ladder, counted from 1, that an idea reached, or missed in its time."""

    brand_id: str
    idea_id: str
    poll_id: str
    step: int
    votes: int
    reached: bool
    at: datetime

    @property
    def id(self) -> str:
        """It happens once."""
        return f"{self.idea_id}/{self.poll_id}/{self.step:03}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What an idea had in a certified tally; `channels` are the ways by which its votes came."""

    poll_id: str
    certified_at: datetime
    votes: int
    rank: int
    channels: tuple[tuple[str, int], ...]


def place_of(idea_id: str, poll: Poll, tally: CertifiedTally) -> Place | None:
    """The place of an idea in the tally of a poll; None if it is not in there.

    The poll's first channel has what came by none of the others.
    """
    found = next((idea for idea in tally.ideas if idea.idea_id == idea_id), None)
    if found is None:
        return None
    others = sum(votes for _, votes in found.channels)
    return Place(
        poll_id=poll.id,
        certified_at=tally.certified_at,
        votes=found.votes,
        rank=found.rank,
        channels=((poll.rules.channels[0], found.votes - others), *found.channels),
    )
