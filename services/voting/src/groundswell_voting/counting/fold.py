"""The fold: records of one partition, in order, into polls, ballots and tallies. No I/O.

The counter folds on from what Redis holds, the recount from nothing; both through `Fold.take`.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from groundswell_voting.counting.rules import Ballot, Poll, Stage, Verdict, advance, judge
from groundswell_voting.voteslog.rules import Malformed, Record, Vote, partition_of


@dataclass(frozen=True, slots=True)
class BallotKey:
    """Whose ballot: one voter in one period of one poll."""

    poll_id: str
    period: str
    voter: str


@dataclass(slots=True)
class Tally:
    """Counts of one poll in one partition: votes by idea, and records by what became of them."""

    votes: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[Verdict] = field(default_factory=Counter)


def ballot_key(vote: Vote) -> BallotKey:
    """The ballot that a vote may change."""
    return BallotKey(vote.poll_id, vote.period, vote.voter)


@dataclass(slots=True)
class Fold:
    """Polls, ballots and tallies of one partition as the log up to some offset makes them.

    Whoever folds on from a stored state puts the ballots and counts that a batch can touch in
    first; `changed_polls` and `changed_ballots` then tell what to store (values are absolute).
    """

    partition: int
    partitions: int
    polls: dict[str, Poll] = field(default_factory=dict)
    ballots: dict[BallotKey, Ballot] = field(default_factory=dict)
    tallies: dict[str, Tally] = field(default_factory=dict)
    changed_polls: set[str] = field(default_factory=set)
    changed_ballots: set[BallotKey] = field(default_factory=set)

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
                before = self.polls.get(control.poll_id)
                after = advance(before, control)
                if after is not None and after is not before:
                    self.polls[control.poll_id] = after
                    self.changed_polls.add(control.poll_id)
                return None

    def _take_vote(self, vote: Vote, appended_at_ms: int) -> Verdict:
        key = ballot_key(vote)
        before = self.ballots.get(key)
        misplaced = partition_of(vote.voter, self.partitions) != self.partition
        poll = self.polls.get(vote.poll_id)
        verdict, after = judge(poll, before, vote, appended_at_ms, misplaced=misplaced)
        tally = self.tallies.setdefault(vote.poll_id, Tally())
        tally.verdicts[verdict] += 1
        if verdict is Verdict.COUNTED and after is not None:
            tally.votes[vote.idea_ids[0]] += after.weight
            self.ballots[key] = after
            self.changed_ballots.add(key)
        return verdict

    def retired_now(self) -> list[str]:
        """Polls that this fold saw retired: their ballots may be dropped from the store."""
        return [p for p in self.changed_polls if self.polls[p].stage is Stage.RETIRED]
