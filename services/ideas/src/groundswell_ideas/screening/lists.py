"""Reads what screening knows from its data files. Called by `app`."""

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from groundswell_ideas.screening.rules import Severity
from groundswell_ideas.screening.rules.folding import Folding
from groundswell_ideas.screening.rules.lexicon import WordList

_DATA = resources.files("groundswell_ideas.screening")


class _WordFile(BaseModel):
    """A file of words; what it holds beyond the fields of WordList is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    language: str
    endings: tuple[str, ...] = ()
    words: dict[Severity, tuple[str, ...]] = {}
    stems: dict[Severity, tuple[str, ...]] = {}
    innocent: tuple[str, ...] = ()

    def value(self) -> WordList:
        return WordList(**dict(self))


@cache
def folding() -> Folding:
    """The one way in which letters are folded here."""
    lines = tomllib.loads((_DATA / "lookalikes.toml").read_text("utf-8"))
    return Folding({character: letter for letter, like in lines.items() for character in like})


def word_lists(directory: Path | None = None) -> Sequence[WordList]:
    """The lists that come with Groundswell, then those in the *.toml files of the directory.

    Lists of one language add up. Raises ValueError naming the file that is no word list.
    """
    files: list[Traversable] = [*(_DATA / "words").iterdir()]
    if directory is not None:
        files += sorted(directory.iterdir())
    return [_read(file) for file in files if file.name.endswith(".toml")]


def _read(file: Traversable) -> WordList:
    try:
        return _WordFile.model_validate(tomllib.loads(file.read_text("utf-8"))).value()
    except ValueError as error:  # of TOML, of UTF-8, of pydantic
        raise ValueError(f"{file.name} is no word list: {error}") from error
