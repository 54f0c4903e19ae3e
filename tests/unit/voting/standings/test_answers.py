"""Answers have the shape that the OpenAPI document promises."""

import json
from datetime import timedelta

from groundswell_voting.polls.rules import Poll
from groundswell_voting.standings.answers import Page, idea, page, streamed, streamed_size
from groundswell_voting.standings.rules import (
    KEPT_BYTES,
    OutsideLine,
    Place,
    SetAside,
    board_after,
)
from groundswell_voting.standings.schemas import IdeaStanding, Standings, StreamedStandings
from groundswell_voting.voteslog.rules import Rules
from tests.unit.voting.standings.boards import IDEAS, NOON, board, figures

LINES = [
    OutsideLine("out_1", "Instagram", "https://example.com/p", NOON, {"boaty": 5, "cold": 1}),
]
POLL = Poll("poll_1", "nerc", "con_1", IDEAS, Rules(channels=("web", "shop")), NOON)
FULL = board_after(
    None,
    "poll_1",
    figures(
        4,
        9,
        0,
        0,
        1,
        channels={
            "web": dict.fromkeys(IDEAS, 1),
            "shop": {"boaty": 3, "poppy": 8, "henry": 0, "cold": 0, "david": 0},
        },
        set_aside=SetAside(2, 3),
        counted_up_to=NOON,
        not_counted_yet=12,
    ),
    LINES,
)
HIDDEN = board(status="hidden", votes=None, offsets=None)


def cursor(place: Place) -> str:
    return f"behind {place.idea_id}"


def test_a_page_is_what_is_promised() -> None:
    shown = Standings.model_validate_json(page(FULL, Page(0, 2), cursor).body)
    assert [(i.idea_id, i.votes, i.rank) for i in shown.ideas] == [("poppy", 9, 1), ("boaty", 4, 2)]
    assert (shown.total_votes, shown.idea_count, shown.next) == (14, 5, "behind boaty")
    assert [figure.votes for figure in shown.outside[0].figures] == [5], "of the ideas shown"
    assert shown.set_aside is not None
    assert (shown.set_aside.voters, shown.set_aside.votes) == (2, 3)
    last = Standings.model_validate_json(page(FULL, Page(4, 2, None, moved=True), cursor).body)
    assert (last.next, last.moved, len(last.ideas)) == (None, True, 1)


def test_a_channel_has_its_own_total_and_ranks() -> None:
    shown = Standings.model_validate_json(page(FULL, Page(0, 1, "shop"), cursor).body)
    assert (shown.channel, shown.total_votes, shown.ideas[0].votes) == ("shop", 11, 8)


def test_one_idea_is_what_is_promised() -> None:
    shown = IdeaStanding.model_validate_json(idea(FULL, POLL, "boaty").body)
    assert (shown.votes, shown.rank, shown.by_channel) == (4, 2, {"web": 1, "shop": 3})
    removed = board(4, 9, removed_idea_ids=frozenset({"henry"}))
    gone = IdeaStanding.model_validate_json(idea(removed, POLL, "henry").body)
    assert (gone.removed, gone.votes, gone.rank) == (True, None, None)


def test_events_are_what_is_promised() -> None:
    first = StreamedStandings.model_validate_json(streamed(FULL, None, 2, rebuilding=False))
    assert [(i.place, i.idea_id) for i in first.ideas] == [(1, "poppy"), (2, "boaty")]
    after = board_after(FULL, "poll_1", figures(4, 9, 0, 0, 2), LINES)
    changes = StreamedStandings.model_validate_json(streamed(after, 1, 100, rebuilding=True))
    assert [(i.place, i.votes) for i in changes.ideas] == [(3, 2)]
    assert changes.rebuilding


def test_nothing_is_told_of_a_hidden_tally() -> None:
    for body in (
        page(HIDDEN, Page(0, 100), cursor).body,
        idea(HIDDEN, POLL, "boaty").body,
        streamed(HIDDEN, None, 100, rebuilding=False).encode(),
    ):
        told = json.loads(body)
        assert told["status"] == "hidden"
        for name in ("position", "counted_up_to", "not_counted_yet", "total_votes", "votes", "rank",
                     "set_aside", "by_channel", "channel"):  # fmt: skip
            assert told.get(name) is None, name
        assert told["outside"] == []
        for each in told.get("ideas", ()):
            assert (each["votes"], each["rank"]) == (None, None)


def test_a_tag_stays_while_nothing_but_the_moment_is_different() -> None:
    first = page(FULL, Page(0, 5), cursor)
    same = {
        name: getattr(FULL.figures, name)
        for name in ("channels", "set_aside", "counted_up_to", "not_counted_yet")
    }
    moment = FULL.figures.as_of + timedelta(seconds=1)
    moved = board_after(FULL, "poll_1", figures(4, 9, 0, 0, 1, as_of=moment, **same), LINES)
    assert page(moved, Page(0, 5), cursor).etag == first.etag
    assert page(moved, Page(0, 5), cursor).body != first.body
    other = board_after(FULL, "poll_1", figures(4, 9, 0, 0, 2, **same), LINES)
    assert page(other, Page(0, 5), cursor).etag != first.etag


def test_strange_sizes_do_not_fill_the_memory() -> None:
    ideas = [f"idea_{number:04}" for number in range(1_000)]
    shown = board(idea_ids=ideas, votes=dict.fromkeys(ideas, 1))
    for size in range(1, 1_001):
        page(shown, Page(0, size), cursor)
        streamed(shown, None, streamed_size(size), rebuilding=False)
        assert sum(len(answer.body) for answer in shown.answers._kept.values()) <= KEPT_BYTES
    assert page(shown, Page(0, 1_000), cursor) is page(shown, Page(0, 1_000), cursor)


def test_streams_of_all_sizes_share_a_few() -> None:
    assert [streamed_size(limit) for limit in (1, 10, 11, 1_000, 10_000)] == [
        *(10, 10, 100, 1_000, 10_000)
    ]
    assert len({streamed_size(limit) for limit in range(1, 10_001)}) == 4
