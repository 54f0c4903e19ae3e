"""One poll's counts over all partitions, kept up to date. Used by standings and their history."""

from collections.abc import Mapping, Sequence

from groundswell_voting.counting.projection import CountedTally, Projection
from groundswell_voting.counting.tally import Tally


class Totals:
    """The sum of a poll's tallies; what was counted since the last time is read, and no more.

    `parts` are the partitions as they were read last, `tally` their sum. For one reader at a time.
    """

    def __init__(self, projection: Projection, poll_id: str, partitions: int) -> None:
        self._projection = projection
        self._poll_id = poll_id
        self._parts: dict[int, CountedTally] = {}
        self._partitions = partitions
        self.tally = Tally()

    @property
    def parts(self) -> Sequence[CountedTally]:
        """The partitions in their order; empty before the first refresh."""
        return [self._parts[partition] for partition in sorted(self._parts)]

    async def refresh(self) -> None:
        """Read the partitions whose position has moved. Redis errors pass through.

        One after the other, so that other tasks run between them; after an error the next refresh
        goes on where this one stopped.
        """
        positions = await self._projection.positions(self._partitions)
        for partition, position in enumerate(positions):
            before = self._parts.get(partition)
            if before is not None and before.position == position:
                continue
            after = await self._projection.tally(partition, self._poll_id)
            self._move({} if before is None else before.tally.counts, after.tally.counts)
            self._parts[partition] = after

    def _move(self, before: Mapping[str, int], after: Mapping[str, int]) -> None:
        counts = self.tally.counts
        for name, number in after.items():
            if (known := before.get(name, 0)) != number:
                counts[name] += number - known
        for name in before.keys() - after.keys():
            counts[name] -= before[name]
