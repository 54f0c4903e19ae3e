"""How votes count: written once, used by the counter, the recount and the receipts. Pure."""

import re
from dataclasses import dataclass, replace
from enum import StrEnum

import msgspec

from groundswell_voting.voteslog.rules import (
    BallotChanged,
    Closed,
    Control,
    DeadlinePassed,
    Merged,
    Opened,
    Parted,
    Reinstated,
    Retired,
    Rules,
    Sealed,
    SetAside,
    Vote,
)

MAX_REVISION = 10_000
"""How often a voter may change a ballot; without a bound, one voter could fill the log."""

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class Verdict(StrEnum):
    """What became of one record of a vote."""

    COUNTED = "counted"
    SET_ASIDE = "set_aside"
    REPEAT = "repeat"
    REPLACED = "replaced"
    OVER_LIMIT = "over_limit"
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
    NOT_ON_BALLOT = "not_on_ballot"
    IDEA_REMOVED = "idea_removed"
    NOT_A_VOTE = "not_a_vote"
    WRONG_PARTITION = "wrong_partition"
    HALTED = "halted"
    AFTER_SEAL = "after_seal"


class Stage(StrEnum):
    """How far a poll has come in the log."""

    OPEN = "open"
    CLOSED = "closed"
    SEALED = "sealed"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Poll:
    """A poll as one partition's control records have told so far.

    `ideas` gives each idea that was ever on the ballot its ordinal, by which ballots and tallies
    name it; `removed` are the ordinals of those that left, `merged` of those that went on in
    another idea, and alone may come back. `set_aside` are voters of this partition. `periods` are
    those in which ballots were counted. `number` is the last control record taken. A poll that
    missed one is halted: it counts nothing more.
    """

    number: int
    stage: Stage
    ideas: dict[str, int]
    rules: Rules
    closes_at_ms: int
    removed: frozenset[int] = frozenset()
    merged: frozenset[int] = frozenset()
    set_aside: frozenset[str] = frozenset()
    periods: tuple[str, ...] = ()
    halted: bool = False


class Ballot(msgspec.Struct, frozen=True, gc=False):
    """The standing choice of a voter in one period: ordinals of ideas, in order of counting.

    `ideas` stay what the voter voted for; `merged` are the (idea, other idea) pairs by which such
    a vote counts for another one. `channels` tells for each of `ideas` where its vote came from.
    `revision` is 0 in a standing poll.
    """

    ideas: tuple[int, ...] = ()
    channels: tuple[str, ...] = ()
    weight: int = 1
    revision: int = 0
    merged: tuple[tuple[int, int], ...] = ()

    def counted(self) -> dict[int, int]:
        """The ideas that it counts for, each once, with the place among `ideas` of its vote.

        Of several votes that count for one idea together: the one for that idea itself, else the
        first.
        """
        if not self.merged:
            return {idea: place for place, idea in enumerate(self.ideas)}
        found = dict[int, int]()
        for place, idea in enumerate(self.ideas):
            goes_to = self.goes_to(idea)
            if goes_to == idea:
                found[idea] = place
            else:
                found.setdefault(goes_to, place)
        return found

    def goes_to(self, idea: int) -> int:
        """The idea that a vote for this one counts for."""
        into = dict(self.merged)
        while idea in into:
            idea = into[idea]
        return idea


def advance(poll: Poll | None, control: Control) -> Poll | None:
    """The poll after a control record. A record already taken changes nothing; a gap halts."""
    last = 0 if poll is None else poll.number
    if control.number <= last or (poll is not None and poll.halted):
        return poll
    if control.number > last + 1 or isinstance(control, Opened) != (poll is None):
        return _halted(poll, control)
    if poll is None:
        return _opened(control)
    after = _next(poll, control)
    return _halted(poll, control) if after is None else replace(after, number=control.number)


def _opened(control: Control) -> Poll:
    if not isinstance(control, Opened):
        raise TypeError(f"a poll begins with its opening: {control}")
    # An idea named twice has one ordinal, or the next one added would share one.
    ideas = {idea_id: ordinal for ordinal, idea_id in enumerate(dict.fromkeys(control.idea_ids))}
    return Poll(control.number, Stage.OPEN, ideas, control.rules, control.closes_at_ms)


def _next(poll: Poll, control: Control) -> Poll | None:
    """The poll after a control record whose number is right; None where it must not stand."""
    match control:
        case BallotChanged() if poll.stage in (Stage.OPEN, Stage.CLOSED):
            return _with_ballot(poll, control)
        case DeadlinePassed() if poll.stage is Stage.OPEN:
            return poll
        case SetAside() if poll.stage in (Stage.OPEN, Stage.CLOSED):
            return replace(poll, set_aside=poll.set_aside.union(control.voters))
        case Reinstated() if poll.stage in (Stage.OPEN, Stage.CLOSED):
            return replace(poll, set_aside=poll.set_aside.difference(control.voters))
        case Merged() if poll.stage in (Stage.OPEN, Stage.CLOSED):
            gone = poll.ideas.get(control.idea_id, -1)
            return replace(poll, merged=poll.merged | ({gone} & poll.removed))
        case Parted() if poll.stage in (Stage.OPEN, Stage.CLOSED):
            return poll
        case Closed() if poll.stage is Stage.OPEN:
            return replace(poll, stage=Stage.CLOSED)
        case Sealed() if poll.stage is Stage.CLOSED:
            return replace(poll, stage=Stage.SEALED)
        case Retired() if poll.stage is Stage.SEALED:
            # What can no longer be voted on need not be kept.
            return replace(
                poll,
                stage=Stage.RETIRED,
                ideas={},
                removed=frozenset(),
                merged=frozenset(),
                set_aside=frozenset(),
                periods=(),
            )
        case _:
            return None


def _with_ballot(poll: Poll, change: BallotChanged) -> Poll:
    ideas = dict(poll.ideas)
    for idea_id in change.added:
        ideas.setdefault(idea_id, len(ideas))
    back = poll.merged & {ideas[idea_id] for idea_id in change.added}
    left = {ideas[idea_id] for idea_id in change.removed if idea_id in ideas}
    return replace(
        poll,
        ideas=ideas,
        removed=poll.removed - back | left,
        merged=poll.merged - back - left,
        closes_at_ms=poll.closes_at_ms if change.closes_at_ms is None else change.closes_at_ms,
    )


def _halted(poll: Poll | None, control: Control) -> Poll:
    if poll is None:
        return Poll(control.number, Stage.OPEN, {}, Rules(), 0, halted=True)
    return replace(poll, halted=True)


def judge(
    poll: Poll | None,
    ballot: Ballot | None,
    vote: Vote,
    appended_at_ms: int,
    *,
    misplaced: bool = False,
) -> tuple[Verdict, Ballot | None]:
    """What becomes of a vote, and the voter's ballot after it.

    In time is what the broker appended before `closes_at` and before the closing record. A
    misplaced record stands in another partition than its voter's. COUNTED and SET_ASIDE change
    the ballot, in or outside the tally; nothing else does.
    """
    refused = _out_of_time_or_place(poll, appended_at_ms, misplaced)
    if poll is None or refused is not None:
        return refused or Verdict.TOO_EARLY, ballot
    if not _is_vote(poll.rules, vote):
        return Verdict.NOT_A_VOTE, ballot
    verdict, after = (_added if poll.rules.kind == "standing" else _stated)(poll, ballot, vote)
    if verdict is Verdict.COUNTED and vote.voter in poll.set_aside:
        return Verdict.SET_ASIDE, after
    return verdict, after


def _out_of_time_or_place(
    poll: Poll | None, appended_at_ms: int, misplaced: bool
) -> Verdict | None:
    if poll is None:
        return Verdict.TOO_EARLY
    if poll.halted:
        return Verdict.HALTED
    if poll.stage in (Stage.SEALED, Stage.RETIRED):
        return Verdict.AFTER_SEAL
    if misplaced:
        return Verdict.WRONG_PARTITION
    if poll.stage is Stage.CLOSED or appended_at_ms >= poll.closes_at_ms:
        return Verdict.TOO_LATE
    return None


def _is_vote(rules: Rules, vote: Vote) -> bool:
    """Whether the record has the form that the poll's rules ask for."""
    if rules.period == "day":
        if _DAY.fullmatch(vote.period) is None:
            return False
    elif vote.period:
        return False
    if rules.kind == "standing":
        return len(vote.idea_ids) == 1 and vote.revision is None
    return (
        vote.revision is not None
        and 1 <= vote.revision <= MAX_REVISION
        and len(set(vote.idea_ids)) == len(vote.idea_ids)
    )


def _added(poll: Poll, ballot: Ballot | None, vote: Vote) -> tuple[Verdict, Ballot | None]:
    """A standing vote: one idea more; on a full ballot the log's order decides."""
    idea = poll.ideas.get(vote.idea_ids[0])
    if idea is None:
        return Verdict.NOT_ON_BALLOT, ballot
    if idea in poll.removed:
        return Verdict.IDEA_REMOVED, ballot
    if ballot is None:
        weight = poll.rules.weight_of(vote.segment)
        return Verdict.COUNTED, Ballot((idea,), (vote.channel,), weight)
    if idea in ballot.ideas:
        return Verdict.REPEAT, ballot
    if is_full(poll.rules.ideas_per_ballot, ballot, idea, poll.removed):
        return Verdict.OVER_LIMIT, ballot
    ideas, channels = (*ballot.ideas, idea), (*ballot.channels, vote.channel)
    return Verdict.COUNTED, Ballot(ideas, channels, ballot.weight, merged=ballot.merged)


def is_full(limit: int | None, ballot: Ballot, idea: int, removed: frozenset[int]) -> bool:
    """Whether a standing ballot has no place for an idea that its voter has not voted for.

    A removed idea does not take a place, and one that it counts for already needs no other.
    """
    if limit is None or len(ballot.ideas) < limit:
        return False
    taken = ballot.counted() if ballot.merged else ballot.ideas
    return idea not in taken and len(taken) - sum(it in removed for it in taken) >= limit


def _stated(poll: Poll, ballot: Ballot | None, vote: Vote) -> tuple[Verdict, Ballot | None]:
    """A changeable vote: the highest revision stands, the first record of it."""
    ideas = tuple(sorted(poll.ideas.get(idea_id, -1) for idea_id in vote.idea_ids))
    if -1 in ideas:
        return Verdict.NOT_ON_BALLOT, ballot
    revision = vote.revision or 0
    if ballot is not None and revision <= ballot.revision:
        same = revision == ballot.revision and ideas == ballot.ideas
        return Verdict.REPEAT if same else Verdict.REPLACED, ballot
    if not poll.removed.isdisjoint(ideas):
        return Verdict.IDEA_REMOVED, ballot
    limit = poll.rules.ideas_per_ballot
    if limit is not None and len(ideas) > limit:
        return Verdict.OVER_LIMIT, ballot
    weight = poll.rules.weight_of(vote.segment)
    return Verdict.COUNTED, Ballot(ideas, (vote.channel,) * len(ideas), weight, revision)
