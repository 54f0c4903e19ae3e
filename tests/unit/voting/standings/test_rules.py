"""Boards: what became different, where pages begin, whether a count stands behind another."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell_voting.certification.rules import RankedIdea, rank
from groundswell_voting.standings.rules import (
    OutsideLine,
    Place,
    board_after,
    by_channel,
    cut_behind,
    first_behind,
    furthest,
    of_channel,
    offsets_of,
    position_text,
    stands_behind,
)
from tests.unit.voting.standings.boards import IDEAS, NOON, board, figures

COUNTS = st.lists(st.integers(0, 4), min_size=5, max_size=5)
OFFSETS = st.lists(st.integers(0, 2**63 - 1), min_size=1, max_size=20).map(tuple)


class TestBoard:
    def test_equal_votes_share_a_rank_in_the_order_of_the_ballot(self) -> None:
        places = board(1, 4, 1, 0, 4).places
        assert [(place.idea_id, place.rank) for place in places] == [
            ("poppy", 1),
            ("david", 1),
            ("boaty", 3),
            ("henry", 3),
            ("cold", 5),
        ]

    @given(COUNTS, COUNTS)
    def test_the_order_is_that_of_the_certified_tally_whatever_stood_before(
        self, now: list[int], then: list[int]
    ) -> None:
        votes = dict(zip(IDEAS, now, strict=True))
        assert board(*now, before=board(*then)).places == rank(votes)

    def test_an_idea_that_stands_where_it_stood_is_not_made_anew(self) -> None:
        first = board(9, 4, 3, 2, 1)
        after = board(9, 4, 3, 2, 0, before=first)
        assert [new is old for new, old in zip(after.places, first.places, strict=True)] == [
            *(True, True, True, True, False)
        ]

    def test_nothing_different_is_the_same_version_at_a_later_moment(self) -> None:
        first = board(1, 2, 3, 0, 0)
        later = board(1, 2, 3, 0, 0, before=first, as_of=NOON + timedelta(seconds=1))
        assert later.version == first.version
        assert later.figures.as_of > first.figures.as_of

    def test_figures_from_outside_make_a_version(self) -> None:
        first = board(1, 2, 3, 0, 0)
        line = OutsideLine("out_1", "Instagram", None, NOON, {"boaty": 5})
        after = board_after(first, "poll_1", figures(1, 2, 3, 0, 0), [line])
        assert after.version == first.version + 1
        assert list(after.changed) == [1] * 5

    def test_an_idea_removed_from_a_hidden_poll_has_no_place(self) -> None:
        hidden: dict[str, Any] = {"status": "hidden", "votes": None, "offsets": None}
        first = board(**hidden)
        after = board(**hidden, removed_idea_ids=frozenset({"poppy"}), before=first)
        assert [place.idea_id for place in after.places] == ["boaty", "henry", "cold", "david"]
        assert after.version == first.version + 1

    @given(st.lists(COUNTS, min_size=2, max_size=6))
    def test_who_applies_the_changes_since_any_version_has_the_newest_board(
        self, counts: list[list[int]]
    ) -> None:
        boards = [board(*counts[0])]
        for votes in counts[1:]:
            boards.append(board(*votes, before=boards[-1]))
        newest = boards[-1]
        for seen in boards:
            mine = list(seen.places)
            for at, place in enumerate(newest.places):
                if newest.changed[at] > seen.version:
                    mine[at] = place
            assert mine == list(newest.places)

    def test_an_idea_that_leaves_and_one_that_joins_move_the_places(self) -> None:
        first = board(5, 4, 3, 2, 1)
        votes = {"boaty": 5, "henry": 3, "cold": 2, "david": 1, "late": 0}
        after = board(
            before=first,
            idea_ids=(*IDEAS, "late"),
            votes=votes,
            removed_idea_ids=frozenset({"poppy"}),
        )
        assert [place.idea_id for place in after.places] == list(votes)
        assert list(after.changed) == [1, 2, 2, 2, 2]

    def test_a_hidden_tally_has_the_order_of_the_ballot_and_no_figures(self) -> None:
        hidden = board(
            status="hidden", votes=None, offsets=None, removed_idea_ids=frozenset({"poppy"})
        )
        assert [place.idea_id for place in hidden.places] == ["boaty", "henry", "cold", "david"]
        assert {(place.votes, place.rank) for place in hidden.places} == {(None, None)}
        assert (hidden.position, hidden.total_votes) == (None, None)


class TestChannels:
    def test_the_main_channel_is_what_the_others_leave(self) -> None:
        votes = {"boaty": 10, "poppy": 3}
        others = {("shop", "boaty"): 4, ("insta", "boaty"): 1, ("shop", "unknown"): 9}
        assert by_channel(("web", "shop", "insta"), votes, others) == {
            "web": {"boaty": 5, "poppy": 3},
            "shop": {"boaty": 4, "poppy": 0},
            "insta": {"boaty": 1, "poppy": 0},
        }

    def test_ranks_of_a_channel_are_its_own(self) -> None:
        shown = board(9, 1, channels={"shop": {"boaty": 0, "poppy": 1}})
        assert of_channel(shown, "shop") == [RankedIdea("poppy", 1, 1), RankedIdea("boaty", 0, 2)]
        with pytest.raises(KeyError):
            of_channel(board(9, 1), "shop")


class TestPages:
    @given(COUNTS, st.integers(1, 5))
    def test_pages_of_one_board_hold_every_idea_once(self, counts: list[int], size: int) -> None:
        shown = board(*counts)
        found: list[Place] = []
        first = 0
        while first < len(shown.places):
            cut = shown.places[first : first + size]
            found += cut
            first = first_behind(shown, shown.places, cut_behind(shown, cut[-1]))
        assert found == list(shown.places)

    def test_a_page_begins_behind_the_votes_of_the_last_idea_whatever_became_of_it(self) -> None:
        before = board(9, 7, 5, 3, 1)
        cut = cut_behind(before, before.places[1])
        after = board(9, 10, 8, 3, 1, before=before)  # the second and the third have moved up
        first = first_behind(after, after.places, cut)
        assert [place.idea_id for place in after.places[first:]] == ["cold", "david"]


class TestPositions:
    @given(OFFSETS)
    def test_they_are_read_as_they_were_written(self, offsets: tuple[int, ...]) -> None:
        assert offsets_of(position_text(offsets)) == offsets

    @pytest.mark.parametrize(
        "text",
        [
            "",
            ".",
            "1.",
            "a",
            "-1",
            "1.2e3",
            "\u0661",
            "1,2",
            "certified",
            "9" * 100_000,
            "9" * 5_000,
            "1 2",
        ],
    )
    def test_other_text_is_none(self, text: str) -> None:
        assert offsets_of(text) is None

    def test_one_partition_behind_is_behind(self) -> None:
        assert stands_behind((5, 6), (5, 7))
        assert not stands_behind((5, 8), (5, 7))
        assert not stands_behind((5,), (5, 7))
        assert not stands_behind((5, 6), None)

    def test_the_furthest_is_taken_partition_by_partition(self) -> None:
        assert furthest((5, 6), (4, 7)) == (5, 7)
        assert furthest((5, 6), (99,)) == (5, 6)
        assert furthest(None, (1,)) == (1,)
        assert furthest((1,), None) == (1,)
