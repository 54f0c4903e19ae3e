"""Certify a poll: recount its archived log, compare with the live count, publish the tally."""

from dataclasses import dataclass
from itertools import islice

from groundswell_contracts.tallies import LogRange, TallyCertified
from groundswell_kit.clock import utc_now
from groundswell_kit.mongo import Client, transaction
from groundswell_kit.observability import get_logger
from groundswell_voting.archive.records import Archive
from groundswell_voting.certification.recount import RecountFailed, recount_partition
from groundswell_voting.certification.result import attributions, result
from groundswell_voting.certification.rules import (
    PartitionCount,
    difference,
    log_hash,
    same_ballot,
)
from groundswell_voting.certification.store import AttributionStore, TallyStore
from groundswell_voting.counting.projection import CountedTally, Projection
from groundswell_voting.counting.rules import Stage
from groundswell_voting.metrics import CERTIFICATIONS_REFUSED
from groundswell_voting.polls.rules import Poll, PollStage
from groundswell_voting.polls.store import PollStore
from groundswell_voting.voteslog.codec import decode, rules_to
from groundswell_voting.voteslog.rules import Opened, Sealed

log = get_logger()

TOLD_AT_ONCE = 100
"""Ideas whose links are kept, or told, in one go."""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Where a poll lies in one partition: from its opening to its seal."""

    first_offset: int
    last_offset: int


@dataclass(frozen=True)
class CertificationCommands:
    """Called by the state machine for a poll that is sealed."""

    client: Client
    archive: Archive
    projection: Projection
    tallies: TallyStore
    attributions: AttributionStore
    polls: PollStore
    partitions: int

    async def certify(self, poll: Poll) -> None:
        """Certify the poll, or note why not. Repeated until archive and count have come to the
        seal; a difference stays an alarm until the count has been rebuilt and is equal.
        """
        stretches = await self._stretches(poll.poll_id)
        if stretches is None:
            return
        live = [await self.projection.tally(p, poll.poll_id) for p in range(self.partitions)]
        if any(live[p].offset <= stretch.last_offset for p, stretch in stretches.items()):
            return
        try:
            counts = [await self._recount(poll.poll_id, p, s) for p, s in stretches.items()]
            _require_whole(poll, counts)
            _require_equal(counts, live)
        except RecountFailed as refusal:
            await self._refuse(poll, str(refusal))
            return
        await self._publish(poll, counts)

    async def conclude(self, poll: Poll, _: TallyCertified) -> None:
        """Tell by which links the certified votes came. Safe to repeat; MongoDB's errors pass
        through.
        """

        async def work() -> int:
            return await self.attributions.tell(poll.brand_id, poll.poll_id, TOLD_AT_ONCE)

        while await transaction(self.client, work):
            pass

    async def _stretches(self, poll_id: str) -> dict[int, _Stretch] | None:
        """The poll's stretch in every partition; None while the archive is not that far."""
        opened: dict[int, int] = {}
        sealed: dict[int, int] = {}
        for archived in await self.archive.control_records(poll_id):
            body = decode(archived).body
            if isinstance(body, Opened):
                opened.setdefault(archived.partition, archived.offset)
            if isinstance(body, Sealed):
                sealed.setdefault(archived.partition, archived.offset)
        stretches: dict[int, _Stretch] = {}
        for partition in range(self.partitions):
            if partition not in opened or partition not in sealed:
                return None
            position = await self.archive.position(partition)
            if position.offset <= sealed[partition]:
                return None
            stretches[partition] = _Stretch(opened[partition], sealed[partition])
        return stretches

    async def _recount(self, poll_id: str, partition: int, stretch: _Stretch) -> PartitionCount:
        first, last = stretch.first_offset, stretch.last_offset
        archived = await self.archive.count(partition, first, last)
        if archived != last - first + 1:
            raise RecountFailed(f"the archive of partition {partition} has a hole")
        records = self.archive.poll_records(partition, first, last, poll_id)
        return await recount_partition(poll_id, partition, self.partitions, records)

    async def _refuse(self, poll: Poll, refusal: str) -> None:
        if poll.refusal == refusal:
            return
        CERTIFICATIONS_REFUSED.inc()
        log.error("certification refused", poll_id=poll.poll_id, refusal=refusal)
        await self.polls.change(poll, refusal=refusal)

    async def _publish(self, poll: Poll, counts: list[PartitionCount]) -> None:
        tally = _certified(poll, counts)
        # Before the tally stands: they follow from the same log, whoever keeps them first.
        links = attributions(tally, counts)
        while some := list(islice(links, TOLD_AT_ONCE)):
            await self.attributions.keep(poll.brand_id, some)

        async def work() -> bool:
            if await self.polls.change(poll, stage=PollStage.CERTIFIED, refusal=None) is None:
                return False  # another worker was faster
            await self.tallies.insert(poll.brand_id, tally)
            return True

        if await transaction(self.client, work):
            log.info("tally certified", poll_id=poll.poll_id, log_hash=tally.log_hash)


def _require_whole(poll: Poll, counts: list[PartitionCount]) -> None:
    if any(count.poll.stage is not Stage.SEALED for count in counts):
        raise RecountFailed("the archive ends before the seal")
    if not same_ballot(counts, poll.idea_ids, poll.removed_idea_ids, poll.rules):
        raise RecountFailed("the log has another ballot, or other rules, than the stored poll")


def _require_equal(counts: list[PartitionCount], live: list[CountedTally]) -> None:
    for count in counts:
        found = difference(count, live[count.partition].tally)
        if found is not None:
            raise RecountFailed(f"the live count differs: {found}")


def _certified(poll: Poll, counts: list[PartitionCount]) -> TallyCertified:
    found = result(counts)
    return TallyCertified(
        contest_id=poll.contest_id,
        poll_id=poll.poll_id,
        rules=rules_to(poll.rules),
        tally=found.tally,
        removed=found.removed,
        voters_set_aside=found.voters_set_aside,
        set_aside=found.set_aside,
        channels=found.channels,
        verdicts=found.verdicts,
        log_ranges=[
            LogRange(
                partition=count.partition,
                first_offset=count.first_offset,
                last_offset=count.last_offset,
            )
            for count in counts
        ],
        log_hash=log_hash(counts),
        certified_at=utc_now(),
    )
