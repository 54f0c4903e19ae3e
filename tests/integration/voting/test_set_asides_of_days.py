"""Voters of a poll of many days are set aside without all of their days in hand at once."""

from collections.abc import Iterable

import pytest
from redis.asyncio import Redis

from groundswell_contracts.votes import VotersReinstated, VotersSetAside
from groundswell_kit.partitions import Position
from groundswell_voting.counting import counter, fold
from groundswell_voting.counting.fold import BallotKey
from groundswell_voting.counting.projection import Projection
from groundswell_voting.counting.rules import Ballot
from groundswell_voting.voteslog.codec import LogRecord, decode
from groundswell_voting.voteslog.rules import Record
from tests.integration.voting.conftest import NewLog
from tests.integration.voting.counters import counting
from tests.integration.voting.world import cast, opened, until_exact, voters_of

DAYS = [f"2026-11-{day:02}" for day in range(1, 21)]
VOTERS = 6


class Watched(Projection):
    """Remembers how many ballots each batch loads."""

    def __init__(self, redis: Redis) -> None:
        super().__init__(redis)
        self.loaded: list[int] = []

    async def load(
        self, partition: int, keys: Iterable[BallotKey]
    ) -> tuple[Position, dict[BallotKey, Ballot]]:
        wanted = list(keys)
        self.loaded.append(len(wanted))
        return await super().load(partition, wanted)


async def test_set_asides_of_many_days_are_counted_in_several_batches(
    new_log: NewLog, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    most = 3 * len(DAYS)
    monkeypatch.setattr(fold, "MOST_BALLOTS", most)
    log = await new_log(1)
    voters = voters_of(0, 1, VOTERS)
    await log.everywhere(opened(period="day"))
    votes = [cast(v).model_copy(update={"period": day}) for day in DAYS for v in voters]
    await log.cast(*votes)
    watched = Watched(redis)
    async with counting(log, watched):
        await until_exact(log, watched)
    aside = [(VotersSetAside, voter) for voter in voters]
    back = [(VotersReinstated, voter) for voter in voters[:4]]
    for number, (kind, voter) in enumerate([*aside, *back], 2):
        await log.everywhere(
            kind(poll_id="ship", number=number, case="c", reason="Bots.", voters=[voter])
        )
    watched.loaded.clear()
    decoded: list[int] = []

    def noting(raw: LogRecord) -> Record:
        decoded.append(raw.offset)
        return decode(raw)

    monkeypatch.setattr(counter, "decode", noting)
    async with counting(log, watched):
        await until_exact(log, watched)
        tally = (await watched.tally(0, "ship")).tally
    assert (tally.votes()[0], tally.set_aside()[0]) == (4 * len(DAYS), 2 * len(DAYS))
    assert len(watched.loaded) >= 4
    assert max(watched.loaded) <= most
    assert sorted(decoded) == sorted(set(decoded)), "a record was decoded for each batch"
