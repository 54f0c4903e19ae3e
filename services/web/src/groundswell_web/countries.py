"""Countries by their codes, with their names in English as the time-zone database has them."""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files


@cache
def _names() -> dict[str, str]:
    text = files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text(encoding="utf-8")
    lines = (line.split("\t", 1) for line in text.splitlines() if line and line[0] != "#")
    return dict(lines)


def country(code: str) -> str:
    """The name of a country; its code where it has none."""
    return _names().get(code, code)


def choices(codes: Sequence[str] = ()) -> list[tuple[str, str]]:
    """These countries, or all, by their names."""
    return sorted(((code, country(code)) for code in codes or _names()), key=lambda one: one[1])
