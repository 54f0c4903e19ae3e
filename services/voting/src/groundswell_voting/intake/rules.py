"""What the ballot box knows of polls, and what a counted ballot settles. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum


@dataclass(slots=True)
class KnownPoll:
    """A poll as its announcements have told so far, in whatever order they came."""

    poll_id: str
    brand_id: str
    accepting: bool = False
    closes_at_ms: int = 0
    ideas_per_ballot: int = 0
    ideas: dict[str, int] = field(default_factory=dict)
    _numbers: dict[str, int] = field(default_factory=dict)

    def announce(
        self,
        number: int,
        *,
        accepting: bool | None = None,
        closes_at_ms: int | None = None,
        ideas_per_ballot: int | None = None,
        idea_ids: Sequence[str] | None = None,
    ) -> None:
        """Take an announcement: for each field the highest number wins."""
        if accepting is not None and self._newer("accepting", number):
            self.accepting = accepting
        if closes_at_ms is not None and self._newer("closes_at_ms", number):
            self.closes_at_ms = closes_at_ms
        if ideas_per_ballot is not None and self._newer("ideas_per_ballot", number):
            self.ideas_per_ballot = ideas_per_ballot
        if idea_ids is not None and self._newer("idea_ids", number):
            self.ideas = {idea_id: ordinal for ordinal, idea_id in enumerate(idea_ids)}

    def _newer(self, name: str, number: int) -> bool:
        if number <= self._numbers.get(name, 0):
            return False
        self._numbers[name] = number
        return True


class Settled(Enum):
    """What the counted ballot already says about a vote."""

    COUNTED = "counted"
    """The same vote has been counted: it may be answered without being recorded again."""
    FULL = "full"
    """The ballot is full with other ideas: the vote could not count any more."""


def settle(poll: KnownPoll, counted: Sequence[int] | None, idea_id: str) -> Settled | None:
    """What the ideas counted for a voter settle about a vote; None: the log has to decide."""
    if counted is None:
        return None
    if poll.ideas.get(idea_id) in counted:
        return Settled.COUNTED
    return Settled.FULL if len(counted) >= poll.ideas_per_ballot else None
