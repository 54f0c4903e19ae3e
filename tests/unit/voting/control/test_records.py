from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell_contracts.votes import BallotChanged, VotersReinstated, VotersSetAside
from groundswell_voting.control.records import (
    VOTERS_PER_RECORD,
    VOTERS_PER_RECORD_OF_DAYS,
    record_of_stage,
    records_of_change,
    taken_away,
    voters_per_record,
)
from groundswell_voting.control.records import (
    given as announced_after,
)
from groundswell_voting.polls.rules import (
    Change,
    ClosingChange,
    IdeasChange,
    PauseChange,
    Poll,
    PollStage,
    VotersChange,
    What,
)
from groundswell_voting.voteslog.rules import Rules, partition_of

AT = datetime(2016, 4, 16, tzinfo=UTC)
PARTITIONS = 3


def change(what: What) -> Change:
    return Change("change_1", "poll_1", "nerc", 1, what, asked_at=AT)


def poll(**fields: object) -> Poll:
    return Poll("poll_1", "nerc", "con_1", ("a", "b"), Rules(), AT, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize("stage", [PollStage.PLANNED, PollStage.OPEN, PollStage.CERTIFIED])
def test_not_every_stage_has_a_record(stage: PollStage) -> None:
    with pytest.raises(ValueError, match=stage):
        record_of_stage(poll(), stage)


def test_a_change_of_the_ballot_is_one_record_everywhere() -> None:
    (piece,) = records_of_change(change(IdeasChange(("c",), ("a",))), 7, PARTITIONS)
    event = BallotChanged(
        poll_id="poll_1", number=7, added_idea_ids=("c",), removed_idea_ids=("a",)
    )
    assert piece == [event] * PARTITIONS
    (piece,) = records_of_change(change(ClosingChange(AT)), 8, PARTITIONS)
    assert piece == [BallotChanged(poll_id="poll_1", number=8, closes_at=AT)] * PARTITIONS


def test_a_pause_is_no_record() -> None:
    with pytest.raises(ValueError, match="pause"):
        records_of_change(change(PauseChange(paused=True)), 7, PARTITIONS)


PERIODS = {"poll": VOTERS_PER_RECORD, "day": VOTERS_PER_RECORD_OF_DAYS}


@given(
    st.integers(1, 4_000),
    st.sampled_from(["set_aside", "reinstate"]),
    st.sampled_from(sorted(PERIODS)),
)
def test_every_voter_is_in_one_piece_of_their_partition(
    number: int, kind: str, period: str
) -> None:
    """Of a poll that counts per day pieces are small: each voter has a ballot of every day."""
    voters = tuple(f"v_{n}" for n in range(number))
    most = voters_per_record(Rules(period=period))  # type: ignore[arg-type]
    what = VotersChange(kind, "c", "Why.", resolved=voters)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="begun"):
        records_of_change(change(what), 5, PARTITIONS)
    pieces = records_of_change(change(replace(what, voters_per_record=most)), 5, PARTITIONS)
    expected = VotersSetAside if kind == "set_aside" else VotersReinstated
    named: list[str] = []
    for at, piece in enumerate(pieces):
        assert len(piece) == PARTITIONS
        for partition, event in enumerate(piece):
            assert isinstance(event, expected)
            assert event.number == 5 + at
            assert len(event.voters) <= PERIODS[period]
            assert all(partition_of(v, PARTITIONS) == partition for v in event.voters)
            named += event.voters
        assert any(event.voters for event in piece if isinstance(event, expected))
    assert sorted(named) == sorted(voters)


def test_what_is_announced_before_and_after() -> None:
    ideas = IdeasChange(("c", "d"), ("a",))
    assert taken_away(ideas) == {"withdrawn_idea_ids": ("a",)}
    after = poll()
    content = announced_after(
        Poll("poll_1", "nerc", "con_1", ("a", "b", "c", "d"), Rules(), AT), ideas
    )
    assert content is not None
    assert content["removed_idea_ids"] == ("a",)
    assert (content["ideas"].first_ordinal, content["ideas"].idea_ids) == (2, ["c", "d"])
    assert "ideas" not in (announced_after(after, IdeasChange(removed=("a",))) or {})
    assert taken_away(ClosingChange(AT)) == {"accepts_until": AT}
    assert announced_after(after, ClosingChange(AT)) == {"closes_at": AT, "accepts_until": AT}
    assert announced_after(after, PauseChange(paused=False)) == {"accepting": True}
    assert announced_after(after, VotersChange("set_aside", "c", "Why.")) is None
    with pytest.raises(ValueError, match="pause"):
        taken_away(PauseChange(paused=True))
