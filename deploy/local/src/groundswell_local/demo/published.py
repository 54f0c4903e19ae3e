"""The published result of the 2016 vote, and the votes that a replay of it casts. Pure but for
reading the file; used by the demo.
"""

import csv
import random  # noqa: TID251 - a fixed seed: the order is the same in every run
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_SEED = 2016


@dataclass(frozen=True, slots=True)
class PublishedName:
    """A name and its votes; equal votes would share a rank."""

    rank: int
    name: str
    votes: int


def read_published(path: Path) -> list[PublishedName]:
    """The names in the file, best first."""
    with path.open(newline="", encoding="utf-8") as file:
        return [
            PublishedName(int(row["rank"]), row["idea"], int(row["votes"]))
            for row in csv.DictReader(file)
        ]


def scaled(totals: Sequence[int], votes: int) -> list[int]:
    """`totals` in proportion, so that they sum to `votes`; each stays at least 1.

    By largest remainder, in whole numbers: the sum of `totals` gives them back as they are, and a
    larger total never becomes the smaller one. Raises ValueError for fewer votes than totals.
    """
    if votes < len(totals):
        raise ValueError(f"{len(totals)} names need {len(totals)} votes or more, not {votes}")
    whole = sum(totals)
    counts = [max(1, votes * total // whole) for total in totals]
    remainders = [
        votes * total - count * whole for total, count in zip(totals, counts, strict=True)
    ]
    missing = votes - sum(counts)
    by_remainder = sorted(range(len(totals)), key=lambda i: remainders[i], reverse=True)
    for i in by_remainder[: max(missing, 0)]:
        counts[i] += 1
    for _ in range(-missing):  # the small ones were lifted to 1, at the cost of the largest
        counts[max(range(len(totals)), key=lambda i: (counts[i], -totals[i]))] -= 1
    return counts


def voting_order(counts: Sequence[int]) -> list[int]:
    """For each voter in turn the position of the choice; position i comes counts[i] times."""
    choices = [position for position, count in enumerate(counts) for _ in range(count)]
    random.Random(_SEED).shuffle(choices)  # noqa: S311 - nothing is secret in it
    return choices
