"""Reads template files, and says what is wrong with one. Called by `app` when a process starts."""

import tomllib
from collections.abc import Iterable, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from groundswell_ideas.templates.rules import Template
from groundswell_ideas.templates.schemas import TemplateFile

Templates = Mapping[str, Template]
"""Templates by name, in the order of their names."""


class BadTemplate(Exception):
    """A template file cannot be used; the message names the file, and each field that is wrong."""


def load_templates(directory: Path | None = None) -> Templates:
    """The templates of the house, and those of a directory. Raises BadTemplate."""
    places: list[Traversable] = [files("groundswell_ideas.templates") / "files"]
    if directory is not None:
        if not directory.is_dir():
            raise BadTemplate(f"{directory}: there is no such directory")
        places.append(directory)
    found: dict[str, Template] = {}
    for file in _files(places):
        template = read_template(file.read_text(encoding="utf-8"), str(file))
        name = template.programme.name
        if name in found:
            raise BadTemplate(f"{file}: there is another template of the name {name}")
        found[name] = template
    return dict(sorted(found.items()))


def read_template(text: str, origin: str) -> Template:
    """The template that a file holds; `origin` names it in what is raised."""
    try:
        return TemplateFile.model_validate(_with_nulls(tomllib.loads(text))).value()
    except tomllib.TOMLDecodeError as error:
        raise BadTemplate(f"{origin}: not TOML: {error}") from error
    except ValidationError as error:
        wrong = "\n".join(f"  {_place(e['loc'])}: {_words(e['msg'])}" for e in error.errors())
        raise BadTemplate(f"{origin}:\n{wrong}") from error


def _with_nulls(value: Any) -> Any:
    """TOML has no null: the text "null" stands for it, as in ideas_per_ballot = "null"."""
    if isinstance(value, dict):
        return {name: _with_nulls(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_with_nulls(item) for item in value]
    return None if value == "null" else value


def _files(places: Iterable[Traversable]) -> Iterable[Traversable]:
    for place in places:
        found = [entry for entry in place.iterdir() if entry.name.endswith(".toml")]
        yield from sorted(found, key=lambda entry: entry.name)


def _place(location: tuple[Any, ...]) -> str:
    return ".".join(map(str, location)) or "the file"


def _words(message: str) -> str:
    return message.removeprefix("Value error, ")
