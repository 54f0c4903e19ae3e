"""A recount reads one poll out of a partition, up to its seal, and refuses what is not whole."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from groundswell_contracts.cloudevents import CloudEvent, to_kafka
from groundswell_contracts.event import Event
from groundswell_contracts.poll_rules import PollRules
from groundswell_contracts.votes import (
    BallotChanged,
    PollRetired,
    TallySealed,
    VoteCast,
    VotingClosed,
    VotingOpened,
)
from groundswell_voting.archive.records import ArchivedRecord
from groundswell_voting.certification.recount import RecountFailed, recount_partition
from groundswell_voting.certification.rules import PartitionCount
from groundswell_voting.counting.rules import Stage, Verdict
from groundswell_voting.voteslog.rules import Rules
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


async def recounted(records: Sequence[ArchivedRecord], **more: Any) -> PartitionCount:
    return await recount_partition("ship", 0, 1, source(records), **more)


async def test_one_poll_is_counted_from_its_opening_to_its_seal() -> None:
    count = await recounted(archived(LOG))
    assert (count.first_offset, count.last_offset) == (102, 111)
    assert count.poll.stage is Stage.SEALED
    assert count.tally.votes() == {0: 1, 1: 1}
    assert count.tally.verdicts() == {
        Verdict.COUNTED: 2,
        Verdict.OVER_LIMIT: 1,
        Verdict.REPEAT: 1,
        Verdict.TOO_LATE: 1,
    }


async def test_the_same_log_is_the_same_count_wherever_reading_began() -> None:
    """From zero or from the opening, with what lies around it or without."""
    mine = [event for event in LOG if getattr(event, "poll_id", "") == "ship"]
    whole = archived(LOG)
    only = [r for r, event in zip(whole, LOG, strict=True) if event in mine]
    first = await recounted(whole)
    assert first == await recounted(only)
    assert first == await recounted(whole[2:])


@pytest.mark.parametrize(
    ("left_out", "refusal"), [(OPENED, "is not opened"), (CLOSED, "misses a control record")]
)
async def test_a_missing_control_record_fails_it(left_out: Event, refusal: str) -> None:
    log = [event for event in LOG if event is not left_out]
    with pytest.raises(RecountFailed, match=refusal):
        await recounted(archived(log))


async def test_a_log_without_the_seal_is_counted_to_its_end() -> None:
    count = await recounted(archived(LOG[:8]))
    assert (count.poll.stage, count.last_offset) == (Stage.OPEN, 107)
    assert count.tally.votes() == {0: 1, 1: 1}


async def test_an_empty_log_fails_it() -> None:
    with pytest.raises(RecountFailed, match="not opened"):
        await recounted([])


async def test_a_poll_without_votes_counts_nothing() -> None:
    count = await recounted(archived([OPENED, CLOSED, SEALED]))
    assert not count.tally.counts


async def test_malformed_records_are_no_part_of_it() -> None:
    records = archived(LOG)
    broken = ArchivedRecord(0, 104, 5, b"bert", b"{", records[4].headers)
    count = await recounted([*records[:4], broken, *records[5:]])
    assert count.tally.votes() == {0: 1}


async def test_the_ballot_as_it_was_in_the_end_comes_with_it() -> None:
    changed = BallotChanged(
        poll_id="ship", number=2, added_idea_ids=("henry",), removed_idea_ids=("boaty",)
    )
    count = await recounted(archived([OPENED, cast("anne", "boaty"), changed]))
    assert count.poll.ideas == {"boaty": 0, "poppy": 1, "henry": 2}
    assert count.poll.removed == {0}


class TestOtherRules:
    async def test_votes_are_judged_by_them(self) -> None:
        count = await recounted(archived(LOG), other_rules=Rules(ideas_per_ballot=2))
        assert count.tally.votes() == {0: 1, 1: 2}
        assert count.log_hash == (await recounted(archived(LOG))).log_hash

    async def test_a_segment_may_weigh_more(self) -> None:
        gold = cast("anne", "boaty").model_copy(update={"segment": "gold"})
        count = await recounted(archived([OPENED, gold]), other_rules=Rules(weights={"gold": 5}))
        assert count.tally.votes() == {0: 5}

    @pytest.mark.parametrize("rules", [Rules(kind="changeable"), Rules(period="day")])
    async def test_votes_of_another_form_cannot_be_judged(self, rules: Rules) -> None:
        with pytest.raises(RecountFailed, match="a standing poll per poll"):
            await recounted(archived(LOG), other_rules=rules)


async def test_it_tells_how_far_it_has_come() -> None:
    told: list[int] = []
    many = archived([OPENED, *(cast(f"voter_{n}", "boaty") for n in range(2_500))])
    await recounted(many, progress=told.append)
    assert told == [1_000, 2_000]
