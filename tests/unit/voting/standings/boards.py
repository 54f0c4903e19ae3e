"""Boards for tests."""

from datetime import UTC, datetime
from typing import Any

from groundswell_voting.standings.rules import Board, Figures, board_after

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
IDEAS = ("boaty", "poppy", "henry", "cold", "david")


def figures(*votes: int, **more: Any) -> Figures:
    """Live figures: the votes of the ideas in ballot order, counted to their sum."""
    told: dict[str, Any] = {
        "status": "live",
        "as_of": NOON,
        "idea_ids": IDEAS,
        "votes": dict(zip(IDEAS, votes, strict=False)),
        "offsets": (sum(votes), 7),
    }
    return Figures(**told | more)


def board(*votes: int, before: Board | None = None, **more: Any) -> Board:
    """The board that follows `before`."""
    return board_after(before, "poll_1", figures(*votes, **more), ())
