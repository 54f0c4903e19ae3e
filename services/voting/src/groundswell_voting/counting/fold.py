"""The fold: records of one partition, in order, into polls, ballots and tallies. No I/O.

The counter folds on from what Redis holds, the recount from nothing; both through `Fold.take`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from groundswell_voting.counting.merging import merge, part
from groundswell_voting.counting.rules import Ballot, Poll, Stage, Verdict, advance, judge
from groundswell_voting.counting.tally import Tally
from groundswell_voting.voteslog.rules import (
    Control,
    DeadlinePassed,
    Malformed,
    Merged,
    Parted,
    Record,
    Reinstated,
    SetAside,
    Vote,
    partition_of,
)

MOST_BALLOTS = 10_000
"""What voters that a control record names have in all periods of a poll, as far as it is loaded at
once.
"""


class BallotKey(NamedTuple):
    """Whose ballot: one voter in one period of one poll."""

    poll_id: str
    period: str
    voter: str


def ballot_key(vote: Vote) -> BallotKey:
    """The ballot that a vote may change."""
    return BallotKey(vote.poll_id, vote.period, vote.voter)


_MOVING_BALLOTS = (SetAside, Reinstated, Merged, Parted)


@dataclass(slots=True)
class Fold:
    """Polls, ballots and tallies of one partition as the log up to some offset makes them.

    Whoever folds on from a stored state has its polls and tallies here, and puts the ballots that
    a batch can touch (`ballots_of`) in first. `changed_polls`, `changed_ballots` and each tally's
    `changed` then tell what to store (values are absolute), until `stored` forgets them.
    """

    partition: int
    partitions: int
    polls: dict[str, Poll] = field(default_factory=dict)
    ballots: dict[BallotKey, Ballot] = field(default_factory=dict)
    tallies: dict[str, Tally] = field(default_factory=dict)
    changed_polls: set[str] = field(default_factory=set)
    changed_ballots: set[BallotKey] = field(default_factory=set)
    retired: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Polls retired since the last store, with their periods: the store forgets their ballots and
    counts. What comes later for them is counted anew."""

    def at_once(self, records: Sequence[Record]) -> Sequence[Record]:
        """As many of these records, which come next, as are to be folded in one batch.

        All of them, but for voters whom control records name in a poll of many days: at most
        MOST_BALLOTS of theirs, or what a single record asks for.
        """
        ballots = 0
        for at, record in enumerate(records):
            body = record.body
            if isinstance(body, _MOVING_BALLOTS):
                poll = self.polls.get(body.poll_id)
                ballots += len(body.voters) * (0 if poll is None else len(poll.periods))
                if at and ballots > MOST_BALLOTS:
                    return records[:at]
        return records

    def ballots_of(self, records: Iterable[Record]) -> set[BallotKey]:
        """Every ballot that these records, which come next, can touch."""
        keys: set[BallotKey] = set()
        voters: dict[str, set[str]] = {}
        for record in records:
            match record.body:
                case Vote() as vote:
                    keys.add(ballot_key(vote))
                case SetAside() | Reinstated() | Merged() | Parted() as control:
                    voters.setdefault(control.poll_id, set()).update(control.voters)
        for poll_id, named in voters.items():
            # What they have in a period that begins in these records, their votes here name.
            poll = self.polls.get(poll_id)
            for period in () if poll is None else poll.periods:
                keys.update(BallotKey(poll_id, period, voter) for voter in named)
        return keys

    def take_all(self, records: Iterable[Record]) -> list[Verdict | None]:
        """Fold records that follow each other in the log; the verdict on each."""
        return [self.take(record) for record in records]

    def take(self, record: Record) -> Verdict | None:
        """Fold one record; the verdict on a vote, None for everything else."""
        match record.body:
            case Vote() as vote:
                return self._take_vote(vote, record.appended_at_ms)
            case Malformed():
                return None
            case control:
                self._take_control(control)
                return None

    def stored(self) -> None:
        """Forget what changed: it is in the store now. Ballots are loaded anew for each batch."""
        self.ballots.clear()
        self.changed_polls.clear()
        self.changed_ballots.clear()
        for tally in self.tallies.values():
            tally.changed.clear()
        self.retired.clear()

    def _take_vote(self, vote: Vote, appended_at_ms: int) -> Verdict:
        key = ballot_key(vote)
        before = self.ballots.get(key)
        misplaced = partition_of(vote.voter, self.partitions) != self.partition
        poll = self.polls.get(vote.poll_id)
        verdict, after = judge(poll, before, vote, appended_at_ms, misplaced=misplaced)
        tally = self._tally(vote.poll_id)
        tally.add_verdict(verdict)
        if poll is None or after is None or after is before:
            return verdict
        aside = verdict is Verdict.SET_ASIDE
        main = poll.rules.channels[0]
        if poll.rules.kind == "standing" and not after.merged:
            idea, channel = after.ideas[-1], after.channels[-1]
            tally.add_vote(idea, channel, main, after.weight, aside=aside)
        else:
            if before is not None:
                tally.add_ballot(before, main, -1, aside=aside)
            tally.add_ballot(after, main, 1, aside=aside)
        self.ballots[key] = after
        self.changed_ballots.add(key)
        if vote.period not in poll.periods:
            self._change(vote.poll_id, replace(poll, periods=(*poll.periods, vote.period)))
        return verdict

    def _take_control(self, control: Control) -> None:
        before = self.polls.get(control.poll_id)
        after = advance(before, control)
        if after is None or after is before:
            return
        self._change(control.poll_id, after)
        if before is None or after.halted:
            return
        match control:
            case SetAside():
                self._move(before, after, after.set_aside - before.set_aside, control.poll_id)
            case Reinstated():
                self._move(before, after, before.set_aside - after.set_aside, control.poll_id)
            case Merged() | Parted():
                self._merge_or_part(after, control)
            case DeadlinePassed():
                ideas = [after.ideas[i] for i in control.idea_ids if i in after.ideas]
                self._tally(control.poll_id).note_deadline(control.number, ideas)
        if after.stage is Stage.RETIRED:
            self.retired[control.poll_id] = before.periods
            self.tallies.pop(control.poll_id, None)

    def _move(self, before: Poll, after: Poll, voters: frozenset[str], poll_id: str) -> None:
        """Move the ballots of voters out of the tally or back into it."""
        tally = self._tally(poll_id)
        main = after.rules.channels[0]
        for voter in voters:
            was_aside = voter in before.set_aside
            for period in after.periods:
                ballot = self.ballots.get(BallotKey(poll_id, period, voter))
                if ballot is not None:
                    tally.add_ballot(ballot, main, -1, aside=was_aside)
                    tally.add_ballot(ballot, main, 1, aside=not was_aside)
        tally.note_voters_set_aside(len(after.set_aside))

    def _merge_or_part(self, poll: Poll, control: Merged | Parted) -> None:
        """Move votes from one idea to another, or back, on all ballots of these voters."""
        idea, into = (poll.ideas.get(i) for i in (control.idea_id, control.into_idea_id))
        if idea is None or into is None:
            return
        tally, rules = self._tally(control.poll_id), poll.rules
        main, move = rules.channels[0], merge if isinstance(control, Merged) else part
        for voter in control.voters:
            aside = voter in poll.set_aside
            for period in poll.periods:
                key = BallotKey(control.poll_id, period, voter)
                before = self.ballots.get(key, Ballot())
                after = move(before, idea, into, rules.ideas_per_ballot, poll.removed)
                if after is not before:
                    tally.add_ballot(before, main, -1, aside=aside)
                    tally.add_ballot(after, main, 1, aside=aside)
                    self.ballots[key] = after
                    self.changed_ballots.add(key)

    def _change(self, poll_id: str, poll: Poll) -> None:
        self.polls[poll_id] = poll
        self.changed_polls.add(poll_id)

    def _tally(self, poll_id: str) -> Tally:
        tally = self.tallies.get(poll_id)
        if tally is None:
            tally = self.tallies[poll_id] = Tally()
        return tally
