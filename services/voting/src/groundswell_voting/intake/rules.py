"""What the ballot box knows of polls, and what a counted ballot settles. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum

from groundswell_voting.counting.rules import Ballot, is_full
from groundswell_voting.voteslog.rules import Rules, Vote


@dataclass(slots=True)
class KnownPoll:
    """A poll as its announcements have told so far, in whatever order and however often.

    `rules` None: they have not been announced yet. `ideas` gives every idea that was ever on the
    ballot its ordinal; a withdrawn one takes no votes, a removed one has no place on ballots.
    """

    poll_id: str
    brand_id: str
    accepting: bool = False
    closes_at_ms: int = 0
    rules: Rules | None = None
    ideas: dict[str, int] = field(default_factory=dict)
    _accepts_until_ms: int = 0
    _withdrawn: set[str] = field(default_factory=set)
    _removed: set[str] = field(default_factory=set)
    _numbers: dict[str, int] = field(default_factory=dict)

    def announce(
        self,
        number: int,
        *,
        accepting: bool | None = None,
        accepts_until_ms: int | None = None,
        closes_at_ms: int | None = None,
        rules: Rules | None = None,
    ) -> None:
        """Take what an announcement says anew: for each field the highest number wins."""
        if accepting is not None and self._newer("accepting", number):
            self.accepting = accepting
        if accepts_until_ms is not None and self._newer("accepts_until", number):
            self._accepts_until_ms = accepts_until_ms
        if closes_at_ms is not None and self._newer("closes_at", number):
            self.closes_at_ms = closes_at_ms
        if rules is not None and self._newer("rules", number):
            self.rules = rules

    def announce_ideas(
        self,
        first_ordinal: int = 0,
        idea_ids: Sequence[str] = (),
        *,
        withdrawn: Iterable[str] = (),
        removed: Iterable[str] = (),
    ) -> None:
        """Take what an announcement says of ideas: each stays what it has once become."""
        self.ideas.update((i, n) for n, i in enumerate(idea_ids, first_ordinal))
        self._withdrawn.update(withdrawn)
        self._removed.update(removed)

    def surely_open_at(self, appended_at_ms: int) -> bool:
        """Whether the log took a vote in time, whatever closing time it is about to have."""
        # What it was about to have is of no matter once its new closing time is announced.
        moving = self._numbers.get("accepts_until", 0) >= self._numbers.get("closes_at", 0)
        end_ms = min(self.closes_at_ms, self._accepts_until_ms) if moving else self.closes_at_ms
        return appended_at_ms < end_ms

    def takes(self, idea_ids: Iterable[str]) -> bool:
        """Whether all of these ideas of the ballot may be voted for."""
        return self._withdrawn.isdisjoint(idea_ids) and self._removed.isdisjoint(idea_ids)

    def removed(self) -> frozenset[int]:
        """The ordinals of the ideas whose places on ballots are free."""
        return frozenset(self.ideas[i] for i in self._removed if i in self.ideas)

    def _newer(self, name: str, number: int) -> bool:
        if number <= self._numbers.get(name, 0):
            return False
        self._numbers[name] = number
        return True


class Settled(Enum):
    """What is known of a vote without the log: it is not recorded."""

    COUNTED = "counted"
    """The same vote has been counted: it may be answered without being recorded again."""
    FULL = "full"
    """The ballot is full with other ideas: the vote could not count any more."""
    WITHDRAWN = "withdrawn"
    """An idea that it names takes no votes any more."""


@dataclass(frozen=True, slots=True)
class Outdated:
    """A ballot with this revision, or a later one, has been counted: not recorded either."""

    current_revision: int


def settle(poll: KnownPoll, counted: Ballot | None, vote: Vote) -> Settled | Outdated | None:
    """What a voter's counted ballot, as far as it is known, settles; None: the log decides.

    A vote that has been counted stays so for whoever sends it again, also when its idea has been
    withdrawn since.
    """
    # A poll without announced rules takes no votes: see the box.
    rules = poll.rules or Rules()
    if counted is not None:
        settled = (
            _stated(poll, counted, vote)
            if rules.kind == "changeable"
            else _added(poll, counted, vote, rules.ideas_per_ballot)
        )
        if settled is not None:
            return settled
    return None if poll.takes(vote.idea_ids) else Settled.WITHDRAWN


def _added(poll: KnownPoll, counted: Ballot, vote: Vote, limit: int | None) -> Settled | None:
    if poll.ideas.get(vote.idea_ids[0]) in counted.ideas:
        return Settled.COUNTED
    return Settled.FULL if is_full(limit, counted.ideas, poll.removed()) else None


def _stated(poll: KnownPoll, counted: Ballot, vote: Vote) -> Settled | Outdated | None:
    revision = vote.revision or 0
    if revision > counted.revision:
        return None
    ideas = tuple(sorted(poll.ideas[idea_id] for idea_id in vote.idea_ids))
    same = revision == counted.revision and ideas == counted.ideas
    return Settled.COUNTED if same else Outdated(counted.revision)
