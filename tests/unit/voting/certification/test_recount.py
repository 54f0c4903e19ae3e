"""A recount reads one poll out of a partition, up to its seal, and refuses what is not whole."""

from collections.abc import AsyncIterator, Sequence

import pytest

from groundswell_contracts.cloudevents import CloudEvent, to_kafka
from groundswell_contracts.event import Event
from groundswell_contracts.poll_rules import PollRules
from groundswell_contracts.votes import (
    PollRetired,
    TallySealed,
    VoteCast,
    VotingClosed,
    VotingOpened,
)
from groundswell_voting.archive.records import ArchivedRecord
from groundswell_voting.certification.recount import RecountFailed, recount_partition
from groundswell_voting.counting.rules import Verdict
from tests.support.events import NOW

OPENED = VotingOpened(
    poll_id="ship",
    contest_id="con_01",
    number=1,
    rules=PollRules(),
    idea_ids=["boaty", "poppy"],
    closes_at=NOW,
)
CLOSED = VotingClosed(poll_id="ship", number=2, reason="deadline")
SEALED = TallySealed(poll_id="ship", number=3)
RETIRED = PollRetired(poll_id="ship", number=4)


def cast(voter: str, idea: str, poll: str = "ship") -> VoteCast:
    return VoteCast(
        vote_id=f"{voter}/{idea}", poll_id=poll, voter=voter, idea_ids=[idea], pass_id="pass_01"
    )


def archived(events: Sequence[Event], first_offset: int = 100) -> list[ArchivedRecord]:
    records = []
    for offset, event in enumerate(events, first_offset):
        message = to_kafka(CloudEvent(f"id_{offset}", "/test", NOW, "nerc", event))
        records.append(ArchivedRecord(0, offset, 5, message.key, message.value, message.headers))
    return records


async def source(records: Sequence[ArchivedRecord]) -> AsyncIterator[ArchivedRecord]:
    for record in records:
        yield record


LOG = [
    cast("early", "boaty"),
    cast("anne", "boaty", "pizza"),
    OPENED,
    cast("anne", "boaty"),
    cast("bert", "poppy"),
    cast("anne", "poppy"),
    OPENED.model_copy(update={"poll_id": "pizza"}),
    cast("anne", "boaty"),
    CLOSED,
    CLOSED,
    cast("carl", "boaty"),
    SEALED,
    cast("dora", "boaty"),
    RETIRED,
]


async def test_one_poll_is_counted_from_its_first_record_to_its_seal() -> None:
    count = await recount_partition("ship", 0, 1, source(archived(LOG)))
    assert (count.first_offset, count.last_offset) == (100, 111)
    assert count.votes == {"boaty": 1, "poppy": 1}
    assert count.verdicts == {
        Verdict.COUNTED: 2,
        Verdict.OVER_LIMIT: 1,
        Verdict.REPEAT: 1,
        Verdict.TOO_LATE: 1,
        Verdict.TOO_EARLY: 1,
    }


async def test_the_same_log_has_the_same_hash_whatever_lies_around() -> None:
    mine = [event for event in LOG if getattr(event, "poll_id", "") == "ship"]
    whole = archived(LOG)
    only = [r for r, event in zip(whole, LOG, strict=True) if event in mine]
    first = await recount_partition("ship", 0, 1, source(whole))
    second = await recount_partition("ship", 0, 1, source(only))
    assert first == second


@pytest.mark.parametrize("left_out", [OPENED, CLOSED], ids=["opening", "closing"])
async def test_a_missing_control_record_fails_it(left_out: Event) -> None:
    log = [event for event in LOG if event is not left_out]
    with pytest.raises(RecountFailed, match="misses a control record"):
        await recount_partition("ship", 0, 1, source(archived(log)))


async def test_a_log_without_the_seal_fails_it() -> None:
    with pytest.raises(RecountFailed, match="not sealed"):
        await recount_partition("ship", 0, 1, source(archived(LOG[:9])))


async def test_an_empty_log_fails_it() -> None:
    with pytest.raises(RecountFailed, match="not sealed"):
        await recount_partition("ship", 0, 1, source([]))


async def test_a_poll_without_votes_counts_nothing() -> None:
    count = await recount_partition("ship", 0, 1, source(archived([OPENED, CLOSED, SEALED])))
    assert not count.votes
    assert not count.verdicts


async def test_malformed_records_are_no_part_of_it() -> None:
    records = archived(LOG)
    broken = ArchivedRecord(0, 104, 5, b"bert", b"{", records[4].headers)
    count = await recount_partition("ship", 0, 1, source([*records[:4], broken, *records[5:]]))
    assert count.votes == {"boaty": 1}
