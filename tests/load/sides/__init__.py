"""The experiments: each starts a world of its own and offers its sides to be measured in turns.

A side is measured by calling it; what it returns are plain numbers, kept as they are.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

from tests.load.sizes import Sizes

Measured = dict[str, float]
Turn = Mapping[str, Mapping[str, float]]
"""What the sides of one turn gave, by their names."""


@dataclass(frozen=True, slots=True)
class Sides:
    """What is measured in turns, in this order, by name; and the versions of the engines."""

    engines: Sequence[str]
    measures: Mapping[str, Callable[[], Awaitable[Measured]]]


@dataclass(frozen=True, slots=True)
class Stage:
    """Where an experiment plays: its sizes, and a directory of its own.

    `turn` tells what the turn under way has given so far, also in an earlier run.
    """

    sizes: Sizes
    directory: Path
    turn: Callable[[], Turn]


Experiment = Callable[[Stage], AbstractAsyncContextManager[Sides]]
