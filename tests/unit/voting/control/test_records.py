from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell_contracts.event import Event
from groundswell_contracts.votes import (
    BallotChanged,
    VotersReinstated,
    VotersSetAside,
    VotesMerged,
    VotesParted,
)
from groundswell_voting.control.records import (
    VOTERS_PER_RECORD,
    VOTERS_PER_RECORD_OF_DAYS,
    ControlEvent,
    Own,
    number_of_records,
    own_voters,
    record_of_change,
    record_of_stage,
    taken_away,
    voters_per_record,
)
from groundswell_voting.control.records import (
    given as announced_after,
)
from groundswell_voting.polls.merging import MergedIdeaChange, MergedVotesChange
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


NOBODY: Own = [()] * PARTITIONS


def records(what: What, first: int, own: Own = NOBODY) -> list[Sequence[ControlEvent]]:
    asked = change(what)
    pieces = range(number_of_records(asked, own))
    return [record_of_change(asked, first + piece, piece, own) for piece in pieces]


LEAVES = MergedIdeaChange("a", "b", "leave")
RETURNS = MergedIdeaChange("a", "b", "return")


@pytest.mark.parametrize(
    ("what", "fields"),
    [
        (IdeasChange(("c",), ("a",)), {"added_idea_ids": ("c",), "removed_idea_ids": ("a",)}),
        (LEAVES, {"removed_idea_ids": ("a",)}),
        (RETURNS, {"added_idea_ids": ("a",)}),
        (ClosingChange(AT), {"closes_at": AT}),
    ],
)
def test_a_change_of_the_ballot_is_one_record_everywhere(
    what: What, fields: dict[str, Any]
) -> None:
    event = BallotChanged(poll_id="poll_1", number=7, **fields)
    assert records(what, 7) == [[event] * PARTITIONS]


def test_a_pause_is_no_record() -> None:
    with pytest.raises(ValueError, match="pause"):
        records(PauseChange(paused=True), 7)


PERIODS = {"poll": VOTERS_PER_RECORD, "day": VOTERS_PER_RECORD_OF_DAYS}
NamesVoters = VotersSetAside | VotersReinstated | VotesMerged | VotesParted
NAMING_VOTERS: dict[str, tuple[VotersChange | MergedVotesChange, type[Event]]] = {
    "set_aside": (VotersChange("set_aside", "c", "Why."), VotersSetAside),
    "reinstate": (VotersChange("reinstate", "c", "Why."), VotersReinstated),
    "merge": (MergedVotesChange("a", "b", "merge"), VotesMerged),
    "unmerge": (MergedVotesChange("a", "b", "unmerge"), VotesParted),
}


@given(
    st.integers(1, 4_000),
    st.sampled_from(sorted(NAMING_VOTERS)),
    st.sampled_from(sorted(PERIODS)),
)
def test_every_voter_is_in_one_piece_of_their_partition(
    number: int, kind: str, period: str
) -> None:
    """Of a poll that counts per day pieces are small: each voter has a ballot of every day."""
    voters = tuple(f"v_{n}" for n in range(number))
    most = voters_per_record(Rules(period=period))  # type: ignore[arg-type]
    own = own_voters(VotersChange("set_aside", "c", "Why.", resolved=voters), PARTITIONS)
    what, expected = NAMING_VOTERS[kind]
    with pytest.raises(ValueError, match="begun"):
        records(what, 5, own)
    pieces = records(replace(what, voters_per_record=most), 5, own)
    named: list[str] = []
    for at, piece in enumerate(pieces):
        assert len(piece) == PARTITIONS
        for partition, event in enumerate(piece):
            assert type(event) is expected
            assert isinstance(event, NamesVoters)
            assert event.number == 5 + at
            assert len(event.voters) <= PERIODS[period]
            assert all(partition_of(v, PARTITIONS) == partition for v in event.voters)
            named += event.voters
        assert any(event.voters for event in piece if isinstance(event, NamesVoters))
    assert sorted(named) == sorted(voters)


def test_that_votes_went_along_is_recorded_of_none_too() -> None:
    what = MergedVotesChange("a", "b", "merge", voters_per_record=9)
    event = VotesMerged(poll_id="poll_1", number=5, idea_id="a", into_idea_id="b", voters=[])
    assert records(what, 5) == [[event] * PARTITIONS]


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
    # Its votes keep their places on ballots, so that none is announced to be free.
    assert taken_away(LEAVES) == {"withdrawn_idea_ids": ("a",)}
    assert announced_after(after, LEAVES) is None
    assert announced_after(after, RETURNS) == {"returned_idea_ids": ("a",)}
    assert announced_after(after, MergedVotesChange("a", "b", "merge")) is None
    assert taken_away(ClosingChange(AT)) == {"accepts_until": AT}
    assert announced_after(after, ClosingChange(AT)) == {"closes_at": AT, "accepts_until": AT}
    assert announced_after(after, PauseChange(paused=False)) == {"accepting": True}
    assert announced_after(after, VotersChange("set_aside", "c", "Why.")) is None
    with pytest.raises(ValueError, match="pause"):
        taken_away(PauseChange(paused=True))
