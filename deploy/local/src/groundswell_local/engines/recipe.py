"""What the provider has to know of an engine to run it, and the errors that engines raise."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

Say = Callable[[str], None]


class EngineError(Exception):
    """An engine cannot be had, did not start, or cannot do what it was asked."""


class EngineMissingError(EngineError):
    """An engine is not on this machine; the message says what to install."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an engine runs, in its own eyes: inside a container these are the container's."""

    program: tuple[str, ...]
    directory: str
    bind: str
    port: int


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to run one engine, natively or from `image`, where its program is `image_program`.

    `find` returns the native program, fetching it where that is possible, or raises
    `EngineMissingError`; it may take minutes. `configure` writes what `command` needs into the
    engine's directory. `admit` makes an engine that just started one that can be worked with.
    `probe` asks the engine at an address for its version; `log` is the engine's log, if we have
    it. The last two raise as long as the engine does not answer.
    """

    name: str
    image: str
    image_program: tuple[str, ...]
    find: Callable[[Say], tuple[str, ...]]
    command: Callable[[Place], list[str]]
    address: Callable[[int], str]
    probe: Callable[[str, Path | None], Awaitable[str]]
    configure: Callable[[Path, Place], None] | None = None
    admit: Callable[[str], Awaitable[None]] | None = None
