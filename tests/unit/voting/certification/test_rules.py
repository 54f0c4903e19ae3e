from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell_contracts.tallies import ChannelVotes, IdeaTally, IdeaVotes, TallyCertified
from groundswell_kit.outbox import MAX_EVENT_BYTES
from groundswell_voting.certification.result import Result, certified_result, result
from groundswell_voting.certification.rules import (
    LogHash,
    PartitionCount,
    RankedIdea,
    by_id,
    difference,
    log_hash,
    rank,
    same_ballot,
    totals,
)
from groundswell_voting.counting.rules import Poll, Stage
from groundswell_voting.counting.tally import Tally
from groundswell_voting.polls.rules import MAX_IDEAS
from groundswell_voting.voteslog.rules import Record, Rules
from tests.support.events import SAMPLE
from tests.unit.voting.logs import vote

SHIPS = {"boaty": 124_109, "poppy": 34_371, "henry": 15_231, "cold": 10_679, "david": 10_284}
OUTSIDE = {"v:too_early", "v:after_seal"}
NAMES = ["0", "1", "2", "a0", "c:shop:1", "d4:0", "s", "v:counted", "v:repeat", *sorted(OUTSIDE)]
COUNTS = st.dictionaries(st.sampled_from(NAMES), st.integers(0, 5)).map(Counter)
POLL = Poll(9, Stage.SEALED, {"boaty": 0, "poppy": 1, "henry": 2}, Rules(), 1_000)


def count_of(
    counts: Mapping[str, int], partition: int = 0, hashed: bytes = b"", poll: Poll = POLL
) -> PartitionCount:
    return PartitionCount(partition, 0, 9, poll, Tally(Counter(counts)), hashed)


class TestRank:
    def test_the_ships(self) -> None:
        assert rank(SHIPS) == [
            RankedIdea(ship, votes, place) for place, (ship, votes) in enumerate(SHIPS.items(), 1)
        ]

    def test_equal_votes_share_a_rank_and_leave_out_the_next(self) -> None:
        ranked = rank({"a": 1, "b": 7, "c": 7, "d": 1, "e": 0})
        assert [(i.idea_id, i.rank) for i in ranked] == [
            ("b", 1),
            ("c", 1),
            ("a", 3),
            ("d", 3),
            ("e", 5),
        ]

    @given(
        st.lists(st.sampled_from("abcdef"), unique=True),
        st.dictionaries(st.integers(0, 6), st.integers(0, 5)).map(Counter),
    )
    def test_a_rank_is_one_more_than_there_are_better(
        self, ballot: list[str], votes: Counter[int]
    ) -> None:
        named = by_id(ballot, votes)
        assert list(named) == ballot
        ranked = rank(named)
        assert sorted(i.idea_id for i in ranked) == sorted(ballot)
        for idea in ranked:
            assert idea.votes == votes[ballot.index(idea.idea_id)]
            assert idea.rank == 1 + sum(named[other] > idea.votes for other in ballot)
        places = [(i.rank, ballot.index(i.idea_id)) for i in ranked]
        assert places == sorted(places)


class TestDifference:
    @given(COUNTS, st.dictionaries(st.sampled_from(sorted(OUTSIDE)), st.integers(0, 5)))
    def test_what_lies_outside_of_the_tally_is_no_difference(
        self, counts: Counter[str], outside: dict[str, int]
    ) -> None:
        live = {name: n for name, n in counts.items() if name not in OUTSIDE} | outside
        assert difference(count_of(counts), Tally(Counter(live))) is None

    @given(COUNTS, st.sampled_from([*NAMES, "77"]), st.integers(-9, 9).filter(bool))
    def test_one_more_or_less_is_a_difference(
        self, counts: Counter[str], name: str, change: int
    ) -> None:
        """Votes, set aside or not, by channel, at a deadline, and records of every verdict."""
        live = Tally(Counter(counts))
        live.counts[name] += change
        found = difference(count_of(counts, partition=7), live)
        if name in OUTSIDE:
            assert found is None
        else:
            assert found is not None
            assert f"partition 7, {name}: " in found

    def test_nothing_on_both_sides_is_equal(self) -> None:
        assert difference(count_of({}), Tally(Counter({"0": 0}))) is None


class TestTotals:
    @given(st.lists(COUNTS))
    def test_partitions_are_summed(self, parts: list[Counter[str]]) -> None:
        together = totals(count_of(part, n) for n, part in enumerate(parts))
        assert together.counts == Counter({n: sum(part[n] for part in parts) for n in NAMES})


class TestResult:
    COUNTS: ClassVar = {"0": 1, "1": 5, "a0": 2, "a2": 0, "a3": 7, "c:shop:1": 4, "c:shop:3": 6}
    POLL: ClassVar = replace(
        POLL, ideas={"boaty": 0, "poppy": 1, "henry": 2, "cold": 3}, removed=frozenset({0, 3})
    )

    def test_all_that_a_tally_tells(self) -> None:
        counts = self.COUNTS | {"3": 9, "s": 2, "v:counted": 3, "v:repeat": 1, "d2:0": 1}
        assert result([count_of(counts, p, poll=self.POLL) for p in range(2)]) == Result(
            tally=[
                IdeaTally(idea_id="poppy", votes=10, rank=1),
                IdeaTally(idea_id="henry", votes=0, rank=2),
            ],
            removed=(IdeaVotes(idea_id="boaty", votes=2), IdeaVotes(idea_id="cold", votes=18)),
            voters_set_aside=4,
            set_aside=(IdeaVotes(idea_id="boaty", votes=4), IdeaVotes(idea_id="cold", votes=14)),
            channels=(ChannelVotes(channel="shop", votes=[8, 0]),),
            verdicts={"counted": 6, "repeat": 2},
        )

    def test_a_tally_of_the_largest_ballot_fits_into_an_event(self) -> None:
        ids = {f"idea_{n:026}": n for n in range(MAX_IDEAS)}
        counts = {str(n): 10**6 for n in range(MAX_IDEAS)}
        for channel in ("shop", "fair"):
            counts |= {f"c:{channel}:{n}": 10**5 for n in range(MAX_IDEAS)}
        found = result([count_of(counts, poll=replace(POLL, ideas=ids))])
        tally = SAMPLE.data.model_copy(
            update={name: getattr(found, name) for name in Result.__dataclass_fields__}
        )
        assert len(tally.model_dump_json()) < MAX_EVENT_BYTES

    def test_it_is_the_one_that_was_certified(self) -> None:
        found = result([count_of(self.COUNTS, poll=self.POLL)])
        tally = SAMPLE.data.model_copy(
            update={name: getattr(found, name) for name in Result.__dataclass_fields__}
        )
        assert isinstance(tally, TallyCertified)
        read_again = TallyCertified.model_validate_json(tally.model_dump_json())
        assert certified_result(read_again) == found


class TestSameBallot:
    @pytest.mark.parametrize(
        ("poll", "same"),
        [
            (POLL, True),
            (replace(POLL, number=3, closes_at_ms=7, periods=("",)), True),
            (replace(POLL, ideas={"boaty": 0, "poppy": 1}), False),
            (replace(POLL, ideas={"poppy": 0, "boaty": 1, "henry": 2}), False),
            (replace(POLL, removed=frozenset({1})), False),
            (replace(POLL, rules=Rules(ideas_per_ballot=2)), False),
        ],
    )
    def test_all_partitions_end_with_it(self, poll: Poll, same: bool) -> None:
        counts = [count_of({}, 0), count_of({}, 1, poll=poll)]
        assert same_ballot(counts, ("boaty", "poppy", "henry"), (), Rules()) == same

    def test_what_left_the_ballot_is_known(self) -> None:
        counts = [count_of({}, poll=replace(POLL, removed=frozenset({2})))]
        assert same_ballot(counts, ("boaty", "poppy", "henry"), ("henry",), Rules())
        assert not same_ballot(counts, ("boaty", "poppy", "henry"), (), Rules())


RECORDS = st.lists(
    st.tuples(st.integers(0, 10**6), st.integers(0, 10**13), st.binary(max_size=8)), max_size=5
)


def hashed(records: list[tuple[int, int, bytes]]) -> bytes:
    log = LogHash()
    for offset, appended_at_ms, value in records:
        log.take(Record(0, offset, appended_at_ms, "id", vote()), value)
    return log.digest()


class TestLogHash:
    def test_it_never_changes(self) -> None:
        """Golden, and as the description says: anybody can compute it from the log."""
        expected = sha256(b"5:1460000000000:2:{}" + b"6:1460000000001:0:").digest()
        assert hashed([(5, 1_460_000_000_000, b"{}"), (6, 1_460_000_000_001, b"")]) == expected

    @given(RECORDS, RECORDS)
    def test_other_records_have_another_hash(
        self, records: list[tuple[int, int, bytes]], others: list[tuple[int, int, bytes]]
    ) -> None:
        assert (hashed(records) == hashed(others)) == (records == others)

    def test_a_value_cannot_pretend_to_be_two_records(self) -> None:
        two = [(1, 2, b"a"), (3, 4, b"b")]
        assert hashed(two) != hashed([(1, 2, b"a3:4:1:b")])

    def test_the_partitions_are_hashed_in_their_order(self) -> None:
        counts = [count_of({}, n, bytes([n]) * 32) for n in range(3)]
        assert log_hash(counts) == sha256(b"".join(c.log_hash for c in counts)).hexdigest()
        assert log_hash(counts) != log_hash(counts[::-1])
