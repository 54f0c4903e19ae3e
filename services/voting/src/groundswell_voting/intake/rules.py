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
    ballot its ordinal; a withdrawn one takes no votes, a removed one has no place on ballots. Of
    what was said of an idea the number of the last time is kept.
    """

    poll_id: str
    brand_id: str
    accepting: bool = False
    closes_at_ms: int = 0
    rules: Rules | None = None
    ideas: dict[str, int] = field(default_factory=dict)
    _accepts_until_ms: int = 0
    _off: dict[str, int] = field(default_factory=dict)
    _removed: dict[str, int] = field(default_factory=dict)
    _returned: dict[str, int] = field(default_factory=dict)
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
        number: int,
        first_ordinal: int = 0,
        idea_ids: Sequence[str] = (),
        *,
        withdrawn: Sequence[str] = (),
        removed: Sequence[str] = (),
        returned: Sequence[str] = (),
    ) -> None:
        """Take what an announcement says of ideas: each stays what it has become, until one with
        a higher number returns it.
        """
        self.ideas.update((i, n) for n, i in enumerate(idea_ids, first_ordinal))
        _note_highest(self._off, (*withdrawn, *removed), number)
        _note_highest(self._removed, removed, number)
        _note_highest(self._returned, returned, number)

    def surely_open_at(self, appended_at_ms: int) -> bool:
        """Whether the log took a vote in time, whatever closing time it is about to have."""
        # What it was about to have is of no matter once its new closing time is announced.
        moving = self._numbers.get("accepts_until", 0) >= self._numbers.get("closes_at", 0)
        end_ms = min(self.closes_at_ms, self._accepts_until_ms) if moving else self.closes_at_ms
        return appended_at_ms < end_ms

    def takes(self, idea_ids: Iterable[str]) -> bool:
        """Whether all of these ideas of the ballot may be voted for."""
        if not self._off:
            return True
        return all(self._off.get(i, 0) <= self._returned.get(i, 0) for i in idea_ids)

    def taken_off(self, idea_ids: Iterable[str]) -> int:
        """The number of the last announcement that took one of these off the ballot; 0: none."""
        return max((self._off.get(i, 0) for i in idea_ids), default=0) if self._off else 0

    def removed(self) -> frozenset[int]:
        """The ordinals of the ideas whose places on ballots are free."""
        return frozenset(
            self.ideas[i]
            for i, number in self._removed.items()
            if i in self.ideas and number > self._returned.get(i, 0)
        )

    def _newer(self, name: str, number: int) -> bool:
        if number <= self._numbers.get(name, 0):
            return False
        self._numbers[name] = number
        return True


def _note_highest(numbers: dict[str, int], idea_ids: Iterable[str], number: int) -> None:
    for idea_id in idea_ids:
        numbers[idea_id] = max(number, numbers.get(idea_id, 0))


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
    withdrawn since, or merged into another one that the vote counts for now.
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
    idea = poll.ideas[vote.idea_ids[0]]
    if idea in counted.ideas:
        return Settled.COUNTED
    return Settled.FULL if is_full(limit, counted, idea, poll.removed()) else None


def _stated(poll: KnownPoll, counted: Ballot, vote: Vote) -> Settled | Outdated | None:
    revision = vote.revision or 0
    if revision > counted.revision:
        return None
    ideas = tuple(sorted(poll.ideas[idea_id] for idea_id in vote.idea_ids))
    same = revision == counted.revision and ideas == counted.ideas
    return Settled.COUNTED if same else Outdated(counted.revision)
