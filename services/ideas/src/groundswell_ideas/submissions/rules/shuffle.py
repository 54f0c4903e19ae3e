"""An order of ideas that is fair, and stays the same for a viewer. Pure; called by the queries.

Every idea has a place for good, a number that its id gives it by chance. The places are cut into a
prime number of cells of equal width, each with about a dozen ideas. A viewer goes through the cells
in an order of their own, eight at a time, and each eight's ideas are shuffled for that viewer. So a
page is eight ranges of an index, however many ideas there are.

The cells' order is x -> a x + b modulo the prime, and over all a and b each pair of cells comes in
either order equally often. Hence of any two ideas each is seen first by half of the viewers, and
all ideas have the same mean rank, whatever their places are.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

PLACES = 2**31 - 1
"""All places are below this."""

SAMPLE = 128
"""As many ideas with the lowest places are looked at to tell how many there are."""

CELLS_AT_ONCE = 8
IDEAS_PER_CELL = 12

_CELLS = (1, 11, 23, 47, 97, 197, 397, 797, 1597, 3203, 6421, 12853, 25717, 51437, 102877, 205759)


class Order(NamedTuple):
    """The order of one viewer: how many cells there are, and in which order they come."""

    cells: int
    factor: int
    offset: int
    key: bytes

    @property
    def steps(self) -> int:
        """How many times some cells are shuffled together."""
        return -(-self.cells // CELLS_AT_ONCE)


class Range(NamedTuple):
    """Places from `first` on, up to but without `end`."""

    first: int
    end: int


def place_of(idea_id: str) -> int:
    """The place of an idea, which nobody chose."""
    digest = hashlib.blake2b(idea_id.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % PLACES


def cells_for(sampled_places: Sequence[int]) -> int:
    """Into how many cells to cut, by the lowest places of a list: SAMPLE of them, or all."""
    if len(sampled_places) < SAMPLE:
        return 1
    ideas = SAMPLE * PLACES // (max(sampled_places) + 1)
    return _CELLS[max(0, bisect_right(_CELLS, ideas // IDEAS_PER_CELL) - 1)]


def order_for(seed: str, cells: int) -> Order:
    """The order that a seed gives, which is each viewer's own; the same one always."""
    key = hashlib.blake2b(seed.encode(), digest_size=32).digest()
    return order_of(
        cells,
        int.from_bytes(key[:8], "big"),
        int.from_bytes(key[8:16], "big"),
        key[16:],
    )


def order_of(cells: int, factor: int, offset: int, key: bytes) -> Order:
    """The order by these numbers, which may be any."""
    return Order(cells, 1 + factor % (cells - 1) if cells > 1 else 1, offset % cells, key)


def ranges_at(order: Order, step: int) -> list[Range]:
    """The places of the ideas that come at a step, counted from 0."""
    last = min(order.cells, (step + 1) * CELLS_AT_ONCE)
    cells = (
        (order.factor * number + order.offset) % order.cells
        for number in range(step * CELLS_AT_ONCE, last)
    )
    return [Range(_begin(order, cell), _begin(order, cell + 1)) for cell in sorted(cells)]


def rank_of(order: Order, idea_id: str) -> int:
    """What sorts the ideas of one step; two never have the same, and it fits in 64 bits."""
    digest = hashlib.blake2b(idea_id.encode(), key=order.key, digest_size=8).digest()
    return int.from_bytes(digest, "big")


def _begin(order: Order, cell: int) -> int:
    return -(-PLACES * cell // order.cells)
