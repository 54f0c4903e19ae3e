"""What a poll is, as its contest plans and changes it. Pure; used by contests and amendments."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

POLLS_MAXIMUM = 50

BALLOT_MAXIMUM = 11_000
"""Ideas on one ballot, those that left among them. Voting takes 1,000 more: ideas that come at the
same moment do not see each other."""

BALLOTS_MAXIMUM = 20_000
"""Ideas on all ballots of a contest: its ids travel in one event, and lie in one document."""


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Who may vote: everybody who is signed in and meets each condition that is set."""

    invited_only: bool = False
    segments: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    account_age_seconds: int = 0


@dataclass(frozen=True, slots=True)
class LadderStep:
    """Votes that an idea must reach, and the time that it has from the step before (seconds)."""

    votes: int
    within_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PollRules:
    """How the votes of a poll count: the contract's PollRules, field by field.

    They are frozen when the poll opens, and obeyed by voting alone.
    """

    kind: Literal["standing", "changeable"] = "standing"
    ideas_per_ballot: int | None = 1
    period: Literal["poll", "day"] = "poll"
    time_zone: str = "UTC"
    weights: Mapping[str, int] = field(default_factory=dict)
    eligibility: Eligibility = Eligibility()
    tallies: Literal["live", "delayed", "hidden"] = "live"
    delay_seconds: int = 0
    channels: tuple[str, ...] = ("web",)
    review_seconds: int = 0
    ladder: tuple[LadderStep, ...] = ()


@dataclass(frozen=True, slots=True)
class PollTerms:
    """A poll that a contest promises; `name` tells it from its siblings."""

    name: str = ""
    rules: PollRules = field(default_factory=PollRules)


@dataclass(frozen=True, slots=True)
class IdeaMerge:
    """An idea that goes on in another one of its ballot, which has its votes meanwhile."""

    idea_id: str
    into_idea_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """A poll that has opened. `removed_idea_ids` were on its ballot and never come back.

    `merged` are off the ballot too, and come back with their votes if that is undone. `region` is
    the one of the contest's regions whose ideas it is about, None: all.
    """

    id: str
    name: str
    region: str | None = None
    rules: PollRules
    idea_ids: tuple[str, ...]
    removed_idea_ids: tuple[str, ...] = ()
    merged: tuple[IdeaMerge, ...] = ()
    closes_at: datetime
    paused: bool = False

    @property
    def all_idea_ids(self) -> tuple[str, ...]:
        """All that are on its ballot, or were."""
        gone = (merge.idea_id for merge in self.merged)
        return (*self.idea_ids, *self.removed_idea_ids, *gone)


@dataclass(frozen=True, slots=True, kw_only=True)
class PollChange:
    """What becomes different in an open poll; what is None or empty stays."""

    poll_id: str
    added_idea_ids: tuple[str, ...] = ()
    removed_idea_ids: tuple[str, ...] = ()
    merged: tuple[IdeaMerge, ...] = ()
    unmerged: tuple[IdeaMerge, ...] = ()
    closes_at: datetime | None = None
    paused: bool | None = None


def changed(poll: Poll, change: PollChange) -> Poll:
    """The poll after a change that nothing stands in the way of."""
    leaving = {*change.removed_idea_ids, *(merge.idea_id for merge in change.merged)}
    kept = (idea_id for idea_id in poll.idea_ids if idea_id not in leaving)
    back = (merge.idea_id for merge in change.unmerged)
    apart = set(change.unmerged)
    return replace(
        poll,
        idea_ids=(*kept, *change.added_idea_ids, *back),
        removed_idea_ids=(*poll.removed_idea_ids, *change.removed_idea_ids),
        merged=tuple(merge for merge in (*poll.merged, *change.merged) if merge not in apart),
        closes_at=poll.closes_at if change.closes_at is None else change.closes_at,
        paused=poll.paused if change.paused is None else change.paused,
    )


def is_full(poll: Poll, more: int) -> bool:
    """Whether so many ideas more are too many for its ballot."""
    return len(poll.all_idea_ids) + more > BALLOT_MAXIMUM


def have_room(polls: Sequence[Poll], region: str | None, now: datetime) -> bool:
    """Whether all ballots of a contest that are open to an idea of a region take one more."""
    here = (poll for poll in polls if poll.region in (None, region) and now < poll.closes_at)
    return ideas_on_ballots(polls) < BALLOTS_MAXIMUM and not any(is_full(poll, 1) for poll in here)


def ideas_on_ballots(polls: Sequence[Poll]) -> int:
    """How many ideas these polls name, those that left too; BALLOTS_MAXIMUM is the most."""
    return sum(len(poll.all_idea_ids) for poll in polls)
