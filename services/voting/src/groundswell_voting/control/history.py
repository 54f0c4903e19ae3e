"""What the log says of polls already: read when a state machine starts, to compare."""

import asyncio

from groundswell_voting.archive.records import Archive
from groundswell_voting.voteslog.codec import LogRecord, decode
from groundswell_voting.voteslog.rules import Control
from groundswell_voting.voteslog.source import read_partition

DEADLINE_SECONDS = 60


class LogHistory:
    """The last control number of each poll: from the archive, and from the log behind it."""

    def __init__(self, bootstrap: str, archive: Archive, partitions: int) -> None:
        self._bootstrap = bootstrap
        self._archive = archive
        self._partitions = partitions

    async def numbers(self, poll_ids: list[str]) -> dict[str, int]:
        """The highest control number of each of these polls, and of any poll behind the archive.

        Raises TimeoutError when the archive is so far behind that the rest takes over a minute.
        """
        numbers = dict.fromkeys(poll_ids, 0)
        async with asyncio.timeout(DEADLINE_SECONDS):
            for poll_id in poll_ids:
                for archived in await self._archive.control_records(poll_id):
                    _note(numbers, archived)
            for partition in range(self._partitions):
                position = await self._archive.position(partition)
                async for record in read_partition(self._bootstrap, partition, position.offset):
                    _note(numbers, record)
        return numbers


def _note(numbers: dict[str, int], record: LogRecord) -> None:
    body = decode(record).body
    if isinstance(body, Control):
        numbers[body.poll_id] = max(numbers.get(body.poll_id, 0), body.number)
