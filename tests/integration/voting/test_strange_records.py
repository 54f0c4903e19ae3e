"""Records that must not count are refused; only what nobody can judge stops its partition."""

import json
from typing import Any

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from groundswell_kit.partitions import PartitionsHalted
from groundswell_voting.counting.counter import BATCH_RECORDS
from groundswell_voting.counting.projection import Projection
from groundswell_voting.counting.rules import Verdict
from groundswell_voting.voteslog.rules import VOTE_TYPE
from tests.integration.voting.conftest import NewLog
from tests.integration.voting.counters import Counting, counting
from tests.integration.voting.world import (
    Log,
    cast,
    eventually,
    opened,
    rest_of_life,
    until_exact,
    voters_of,
)

VOTE = [("ce_id", b"id_1"), ("ce_type", VOTE_TYPE.encode())]
STRANGE = [("ce_id", b"id_1"), ("ce_type", b"groundswell.BallotEaten.v1")]
_, SOMEBODY, *LATER = voters_of(0, 2, 50)
GOOD = cast(SOMEBODY).model_dump()
DEEP = b'{"x":' + b"[" * 5_000 + b"]" * 5_000 + b"}"

POISON: dict[str, tuple[bytes | None, list[tuple[str, Any]]]] = {
    "no value": (None, VOTE),
    "no JSON": (b"{", VOTE),
    "no UTF-8": (b'{"vote_id":"\xff"}', VOTE),
    "half a character": (b'{"vote_id":"\\ud800"}', VOTE),
    "another shape": (b'{"poll_id":"ship"}', VOTE),
    "nested deeply": (DEEP, VOTE),
    "no id": (json.dumps(GOOD).encode(), [("ce_id", None), VOTE[1]]),
    "huge revision": (json.dumps(GOOD | {"revision": 2**70}).encode(), VOTE),
    "negative revision": (json.dumps(GOOD | {"revision": -1}).encode(), VOTE),
    "another period": (json.dumps(GOOD | {"period": "2026-11-22"}).encode(), VOTE),
    "no idea": (json.dumps(GOOD | {"idea_ids": []}).encode(), VOTE),
    "nul": (json.dumps(GOOD | {"voter": "\0", "idea_ids": ["\0"], "poll_id": "\0"}).encode(), VOTE),
    "a count as idea": (json.dumps(GOOD | {"idea_ids": ["v:counted"]}).encode(), VOTE),
    "an ordinal as idea": (json.dumps(GOOD | {"idea_ids": ["0"]}).encode(), VOTE),
    "a strange control": (b"{}", [("ce_type", b"groundswell.VotingClosed.v1")]),
}


@pytest.fixture
async def log(new_log: NewLog) -> Log:
    """Two partitions in which a poll is open and one has voted."""
    log = await new_log(2)
    await log.everywhere(opened())
    for partition in range(2):
        await log.append(partition, cast(voters_of(partition, 2, 1)[0]))
    return log


async def votes(projection: Projection, partition: int) -> int:
    return (await projection.tally(partition, "ship")).tally.votes().total()


async def test_counting_goes_on_behind_what_is_refused(log: Log, projection: Projection) -> None:
    """Each twice, as a producer may write it, with a vote behind that must be reached."""
    reached: dict[str, int] = {}
    for (name, (value, headers)), voter in zip(POISON.items(), LATER, strict=False):
        await log.append_raw(0, [(b"key", value, headers)] * 2)
        reached[name] = await log.append(0, cast(voter)) + 1
    last = max(reached.values())

    async def is_counted() -> bool:
        return (await projection.position(0)).offset == last

    async with counting(log, projection) as one:
        try:
            await eventually(is_counted, "the records behind are counted")
        except AssertionError as late:
            position = await projection.position(0)
            stuck = [name for name, offset in reached.items() if offset > position.offset]
            raise AssertionError(f"counting does not get over: {stuck}") from late
        assert not one.reader.halted
    # One had voted before, one whose vote is without an id but good, and those behind.
    assert await votes(projection, 0) == 1 + 1 + len(POISON)


async def test_a_vote_in_the_wrong_partition_is_refused(log: Log, projection: Projection) -> None:
    await log.append(1, *(cast(voter) for voter in voters_of(0, 2, 5)))
    async with counting(log, projection):
        await until_exact(log, projection)
    tally = (await projection.tally(1, "ship")).tally
    assert tally.verdicts() == {Verdict.COUNTED: 1, Verdict.WRONG_PARTITION: 5}
    assert tally.votes() == {0: 1}


@pytest.mark.parametrize("headers", [STRANGE, [("ce_type", None)]])
async def test_an_unknown_type_stops_its_partition_and_no_other(
    log: Log, projection: Projection, headers: list[tuple[str, Any]]
) -> None:
    await log.append_raw(0, [(b"key", b"{}", headers)])
    # More than one batch behind it: none of them is touched.
    await log.append(0, *(cast(voter) for voter in voters_of(0, 2, BATCH_RECORDS + 100)))
    restarts = REGISTRY.get_sample_value("groundswell_counter_restarts_total")
    async with counting(log, projection) as one:
        await until_exact(log, projection)
        await eventually(lambda: _is_halted(one, 0), "the partition is halted")
        await log.append(1, *(cast(voter) for voter in voters_of(1, 2, 20)))
        await until_exact(log, projection)
        with pytest.raises(PartitionsHalted, match=r"0.*unknown type"):
            await one.reader.ready()
        assert list(one.reader.halted) == [0]
    assert [await votes(projection, p) for p in range(2)] == [1, 20]
    # A new process comes to the same record.
    async with counting(log, projection) as one:
        await eventually(lambda: _is_halted(one, 0), "the partition is halted again")
    assert await votes(projection, 0) == 1
    assert REGISTRY.get_sample_value("groundswell_counter_restarts_total") == restarts


async def test_a_gap_in_the_controls_halts_the_poll_with_an_alarm(
    log: Log, projection: Projection
) -> None:
    _, sealed, _ = rest_of_life()
    with capture_logs() as logged:
        async with counting(log, projection) as one:
            await log.append(0, opened("pizza"), sealed)
            await log.append(0, *(cast(voter) for voter in voters_of(0, 2, 5)))
            await log.append(0, *(cast(voter, poll_id="pizza") for voter in voters_of(0, 2, 5)))
            await until_exact(log, projection)
            assert not one.reader.halted
    assert await votes(projection, 0) == 1
    assert (await projection.tally(0, "ship")).tally.verdicts()[Verdict.HALTED] == 5
    assert (await projection.tally(0, "pizza")).tally.votes() == {0: 5}
    alarms = [line for line in logged if line["log_level"] == "error"]
    assert any("ship" in str(line) for line in alarms), "nobody is told"


async def _is_halted(one: Counting, partition: int) -> bool:
    return partition in one.reader.halted
