import string
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell_voting.voteslog.rules import is_vote_of, partition_of, poll_of, vote_id

KEY = bytes(range(32))
OTHER_KEY = bytes(range(1, 33))
NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
ALPHABET = string.ascii_letters + string.digits + "-_=.+/ %~"


class TestPartition:
    @pytest.mark.parametrize(
        ("voter", "of_12", "of_7"),
        [("", 0, 0), ("voter_1", 2, 3), ("QmFzZTY0dXJsLXBzZXVkbw", 9, 5), ("船", 0, 1)],
    )
    def test_it_never_moves(self, voter: str, of_12: int, of_7: int) -> None:
        """Golden: another value would break the order of votes that are in the log already."""
        assert partition_of(voter, 12) == of_12
        assert partition_of(voter, 7) == of_7

    @given(NAMES, st.integers(1, 50))
    def test_it_is_one_of_the_partitions(self, voter: str, partitions: int) -> None:
        assert 0 <= partition_of(voter, partitions) < partitions

    def test_voters_spread_evenly(self) -> None:
        loads = Counter(partition_of(f"voter_{n}", 12) for n in range(12_000))
        assert len(loads) == 12
        assert all(850 < load < 1_150 for load in loads.values())


class TestVoteId:
    @pytest.mark.parametrize(
        ("period", "idea_ids", "revision", "expected"),
        [
            ("", ["idea_1"], None, "poll_01.5PfBVVdphQTF512pJLRc7KnxfxoOK3mc"),
            ("2016-04-16", ["idea_1"], None, "poll_01.5PfBVVdphQTMtERNdgssQwnFm3Om7GVa"),
            ("", ["idea_1", "idea_2"], 3, "poll_01.5PfBVVdphQRxwy5siUPtRDMZprU05AXO"),
        ],
    )
    def test_it_never_changes(
        self, period: str, idea_ids: list[str], revision: int | None, expected: str
    ) -> None:
        """Golden: receipts that voters hold must stay good."""
        assert vote_id(KEY, "poll_01", "voter_1", period, idea_ids, revision) == expected

    @given(NAMES, NAMES, NAMES, NAMES)
    def test_it_tells_its_poll_and_its_voter(
        self, poll: str, voter: str, period: str, idea: str
    ) -> None:
        receipt = vote_id(KEY, poll, voter, period, [idea])
        assert receipt == vote_id(KEY, poll, voter, period, [idea])
        assert poll_of(KEY, receipt) == poll
        assert is_vote_of(KEY, receipt, voter)
        assert not is_vote_of(KEY, receipt, voter + "x")
        assert poll_of(OTHER_KEY, receipt) is None
        assert not is_vote_of(OTHER_KEY, receipt, voter)

    def test_another_vote_has_another_id(self) -> None:
        votes = [
            ("p", "v", "", ["a"], None),
            ("q", "v", "", ["a"], None),
            ("p", "w", "", ["a"], None),
            ("p", "v", "mon", ["a"], None),
            ("p", "v", "", ["b"], None),
            ("p", "v", "", ["a"], 1),
            ("p", "v", "", ["a"], 2),
            ("p", "v", "", ["a", "b"], 1),
            ("p", "v", "", ["b", "a"], 1),
            ("p", "v", "", [], 1),
        ]
        assert len({vote_id(KEY, *vote) for vote in votes}) == len(votes)

    @pytest.mark.parametrize("voter", [f"voter_{n}" for n in range(6)])
    def test_a_changed_id_was_never_issued(self, voter: str) -> None:
        """Every character matters, and there is one way only to write an id."""
        receipt = vote_id(KEY, "poll_01", voter, "", ["idea_1"])
        for place in range(len(receipt)):
            for character in ALPHABET:
                if character != receipt[place]:
                    changed = receipt[:place] + character + receipt[place + 1 :]
                    assert poll_of(KEY, changed) is None, changed
                longer = receipt[:place] + character + receipt[place:]
                if longer != receipt:
                    assert poll_of(KEY, longer) is None, longer
            assert poll_of(KEY, receipt[:place]) is None

    def test_the_id_of_another_poll_cannot_be_borrowed(self) -> None:
        _, _, parts = vote_id(KEY, "poll_01", "voter_1", "", ["idea_1"]).rpartition(".")
        assert poll_of(KEY, f"poll_02.{parts}") is None
        assert not is_vote_of(KEY, f"poll_02.{parts}", "voter_1")

    @given(st.text() | st.text(ALPHABET))
    def test_any_text_is_answered(self, text: str) -> None:
        assert poll_of(KEY, text) is None
        is_vote_of(KEY, text, "voter_1")
