"""Answers about standings as bytes, each encoded once for a board and kept with it."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import msgspec

from groundswell_voting.polls.rules import Poll
from groundswell_voting.standings.rules import Answer, Board, Place, of_channel

STREAMED_SIZES = (10, 100, 1_000, 10_000)

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Page:
    """Which places are shown, in the order of the whole poll or of one channel.

    `moved` says that this is another board than the one of the page before.
    """

    first: int
    size: int
    channel: str | None = None
    moved: bool = False


def page(board: Board, asked: Page, cursor_behind: Callable[[Place], str]) -> Answer:
    """A page of the standings, with the cursor of the one that follows it."""

    def document() -> dict[str, Any]:
        places = ranked(board, asked.channel)
        end = asked.first + asked.size
        shown = places[asked.first : end]
        total = board.total_votes
        if asked.channel is not None and total is not None:
            total = sum(place.votes or 0 for place in places)
        return {
            **_state(board, rebuilding=board.figures.rebuilding),
            "channel": asked.channel,
            "total_votes": total,
            **_counts(board),
            "ideas": shown,
            "outside": _outside(board, {place.idea_id for place in shown}),
            "moved": asked.moved,
            "next": cursor_behind(shown[-1]) if shown and end < len(places) else None,
        }

    return _kept(board, asked, document)


def ranked(board: Board, channel: str | None) -> Sequence[Place]:
    """The places in the order of the whole poll or of one channel; KeyError as `of_channel`."""
    if channel is None:
        return board.places
    if channel not in board.by_channel:
        board.by_channel[channel] = of_channel(board, channel)
    return board.by_channel[channel]


def idea(board: Board, poll: Poll, idea_id: str) -> Answer:
    """The place of an idea that is or was on the ballot."""

    def document() -> dict[str, Any]:
        figures = board.figures
        found = next((place for place in board.places if place.idea_id == idea_id), None)
        by_channel = None
        if figures.channels is not None and found is not None:
            by_channel = {name: figures.channels[name][idea_id] for name in poll.rules.channels}
        return {
            **_state(board, rebuilding=figures.rebuilding),
            "idea_id": idea_id,
            "removed": idea_id in figures.removed_idea_ids,
            "votes": None if found is None else found.votes,
            "rank": None if found is None else found.rank,
            "by_channel": by_channel,
            "outside": _outside(board, {idea_id}),
        }

    return _kept(board, ("idea", idea_id), document)


def streamed_size(limit: int) -> int:
    """How many places are streamed to who asks for `limit` of them: the next of a few sizes up.

    Each event is made once for each size, and not once for each number that a client can think of.
    """
    return next((size for size in STREAMED_SIZES if size >= limit), STREAMED_SIZES[-1])


def streamed(board: Board, since: int | None, most: int, *, rebuilding: bool) -> str:
    """The data of an event: the first places, or those that became different since a version."""

    def document() -> dict[str, Any]:
        return {
            **_state(board, rebuilding=rebuilding),
            "total_votes": board.total_votes,
            **_counts(board),
            "ideas": [
                {"place": at, "idea_id": place.idea_id, "votes": place.votes, "rank": place.rank}
                for at, place in enumerate(board.places[:most], 1)
                if since is None or board.changed[at - 1] > since
            ],
            "outside": _outside(board, {place.idea_id for place in board.places[:most]}),
        }

    return _kept(board, ("streamed", since, most, rebuilding), document).body.decode()


def _kept(board: Board, key: object, document: Callable[[], dict[str, Any]]) -> Answer:
    answer = board.answers.get(key)
    if answer is None:
        content = document()
        if "ideas" in content:  # encoded once, for the answer and for its tag
            content["ideas"] = msgspec.Raw(_encode(content["ideas"]))
        body = _encode(content)
        # Weak, because the moment of asking is in the answer and makes no difference.
        digest = blake2b(_encode({**content, "as_of": None}), digest_size=12).hexdigest()
        answer = Answer(body, f'W/"{digest}"', content.get("next"))
        board.answers.keep(key, answer)
    return answer


def _state(board: Board, *, rebuilding: bool) -> dict[str, Any]:
    figures = board.figures
    return {
        "poll_id": board.poll_id,
        "status": figures.status,
        "position": board.position,
        "counted_up_to": figures.counted_up_to,
        "not_counted_yet": figures.not_counted_yet,
        "as_of": figures.as_of,
        "rebuilding": rebuilding,
    }


def _counts(board: Board) -> dict[str, Any]:
    return {
        "set_aside": board.figures.set_aside,
        "idea_count": len(board.places),
        "removed_ideas": len(board.figures.removed_idea_ids),
    }


def _outside(board: Board, idea_ids: Collection[str]) -> list[dict[str, Any]]:
    return [
        {
            "id": line.id,
            "label": line.label,
            "source_url": line.source_url,
            "taken_at": line.taken_at,
            "figures": [
                {"idea_id": idea_id, "votes": votes}
                for idea_id, votes in line.figures.items()
                if idea_id in idea_ids
            ],
        }
        for line in board.outside
    ]
