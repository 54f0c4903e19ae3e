"""The operator's recount: a poll counted from the votes log itself, beside its certified tally.

Called by `python -m groundswell_voting recount POLL`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from groundswell_contracts.tallies import TallyCertified
from groundswell_voting.certification.queries import TallyQueries
from groundswell_voting.certification.recount import recount_partition
from groundswell_voting.certification.result import Result, certified_result, result
from groundswell_voting.certification.rules import PartitionCount, log_hash
from groundswell_voting.counting.rules import Stage
from groundswell_voting.polls.queries import PollQueries
from groundswell_voting.voteslog.rules import Rules
from groundswell_voting.voteslog.source import read_partition

TELL_EVERY = 50_000


@dataclass(frozen=True, slots=True)
class Recount:
    """What a recount yields. `certified` is None while nothing is; `sealed` tells whether the log
    ends the poll in every partition. `recounted` is under the other rules, where some were given.
    """

    recounted: Result
    log_hash: str
    sealed: bool
    certified: TallyCertified | None

    @property
    def equal(self) -> bool | None:
        """Whether log and result are those that were certified; None when nothing is certified."""
        if self.certified is None:
            return None
        same = certified_result(self.certified) == self.recounted
        return same and self.certified.log_hash == self.log_hash


@dataclass(frozen=True)
class Recounting:
    """Counts polls from the log, reading partition after partition; touches nothing.

    `tell` gets a line now and then about how far it has come.
    """

    bootstrap: str
    partitions: int
    polls: PollQueries
    tallies: TallyQueries
    tell: Callable[[str], None] = field(default=lambda _: None)

    async def recount(self, poll_id: str, other_rules: Rules | None = None) -> Recount:
        """Count a poll, up to its seal or to where the log ends. Raises RecountFailed, a 404
        problem, or Kafka's errors.
        """
        await self.polls.find(poll_id)
        tally = await self.tallies.find(poll_id)
        starts = {} if tally is None else {r.partition: r.first_offset for r in tally.log_ranges}
        counts = [
            await self._count(poll_id, partition, starts.get(partition, 0), other_rules)
            for partition in range(self.partitions)
        ]
        sealed = all(count.poll.stage is Stage.SEALED for count in counts)
        return Recount(result(counts), log_hash(counts), sealed, tally)

    async def _count(
        self, poll_id: str, partition: int, start: int, other_rules: Rules | None
    ) -> PartitionCount:
        where = f"partition {partition + 1} of {self.partitions}"

        def progress(read: int) -> None:
            if read % TELL_EVERY == 0:
                self.tell(f"{where}: {read:,} records")

        count = await recount_partition(
            poll_id,
            partition,
            self.partitions,
            read_partition(self.bootstrap, partition, start),
            other_rules=other_rules,
            progress=progress,
        )
        self.tell(f"{where}: counted up to offset {count.last_offset}")
        return count
