from collections import Counter
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell_voting.certification.rules import (
    LogHash,
    PartitionCount,
    RankedIdea,
    difference,
    log_hash,
    rank,
    totals,
)
from groundswell_voting.counting.rules import Verdict
from groundswell_voting.voteslog.rules import Record
from tests.unit.voting.logs import vote

SHIPS = {"boaty": 124_109, "poppy": 34_371, "henry": 15_231, "cold": 10_679, "david": 10_284}
VOTES = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 5)).map(Counter)
VERDICTS = st.dictionaries(st.sampled_from(Verdict), st.integers(0, 5)).map(Counter)
OUTSIDE = {Verdict.TOO_EARLY, Verdict.AFTER_SEAL}


def count_of(
    votes: Counter[str], verdicts: Counter[Verdict], partition: int = 0, hashed: bytes = b""
) -> PartitionCount:
    return PartitionCount(partition, 0, 9, votes, verdicts, hashed)


class TestRank:
    def test_the_ships(self) -> None:
        assert rank(SHIPS, Counter(SHIPS)) == [
            RankedIdea(ship, votes, place) for place, (ship, votes) in enumerate(SHIPS.items(), 1)
        ]

    def test_equal_votes_share_a_rank_and_leave_out_the_next(self) -> None:
        ranked = rank("abcde", Counter(a=1, b=7, c=7, d=1))
        assert [(i.idea_id, i.rank) for i in ranked] == [
            ("b", 1),
            ("c", 1),
            ("a", 3),
            ("d", 3),
            ("e", 5),
        ]

    @given(st.lists(st.sampled_from("abcdef"), unique=True), VOTES)
    def test_a_rank_is_one_more_than_there_are_better(
        self, ballot: list[str], votes: Counter[str]
    ) -> None:
        ranked = rank(ballot, votes)
        assert sorted(i.idea_id for i in ranked) == sorted(ballot)
        for idea in ranked:
            assert idea.votes == votes[idea.idea_id]
            assert idea.rank == 1 + sum(votes[other] > idea.votes for other in ballot)
        places = [(i.rank, ballot.index(i.idea_id)) for i in ranked]
        assert places == sorted(places)


class TestDifference:
    @given(VOTES, VERDICTS, VERDICTS)
    def test_what_lies_outside_of_the_tally_is_no_difference(
        self, votes: Counter[str], verdicts: Counter[Verdict], outside: Counter[Verdict]
    ) -> None:
        live = Counter({v: n for v, n in verdicts.items() if v not in OUTSIDE})
        live.update({v: n for v, n in outside.items() if v in OUTSIDE})
        assert difference(count_of(votes, verdicts), votes, live) is None

    @given(VOTES, VERDICTS, st.sampled_from("abcdefg"), st.integers(-9, 9).filter(bool))
    def test_one_vote_more_or_less_is_a_difference(
        self, votes: Counter[str], verdicts: Counter[Verdict], idea: str, change: int
    ) -> None:
        live = votes + Counter()
        live[idea] += change
        found = difference(count_of(votes, verdicts, partition=7), live, verdicts)
        assert found is not None
        assert "partition 7" in found

    @pytest.mark.parametrize("verdict", Verdict)
    def test_one_record_judged_otherwise_is_a_difference(self, verdict: Verdict) -> None:
        votes, verdicts = Counter(a=3), Counter({Verdict.COUNTED: 3, Verdict.REPEAT: 1})
        found = difference(count_of(votes, verdicts), votes, verdicts + Counter([verdict]))
        assert (found is None) == (verdict in OUTSIDE)

    def test_nothing_on_both_sides_is_equal(self) -> None:
        assert difference(count_of(Counter(), Counter()), Counter(a=0), Counter()) is None


class TestTotals:
    @given(st.lists(st.tuples(VOTES, VERDICTS)))
    def test_partitions_are_summed(
        self, parts: list[tuple[Counter[str], Counter[Verdict]]]
    ) -> None:
        votes, verdicts = totals(count_of(*part, n) for n, part in enumerate(parts))
        assert votes == Counter({i: sum(v[i] for v, _ in parts) for i in "abcdef"})
        assert verdicts == Counter({v: sum(c[v] for _, c in parts) for v in Verdict})


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
        counts = [count_of(Counter(), Counter(), n, bytes([n]) * 32) for n in range(3)]
        assert log_hash(counts) == sha256(b"".join(c.log_hash for c in counts)).hexdigest()
        assert log_hash(counts) != log_hash(counts[::-1])
