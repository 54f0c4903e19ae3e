"""Entries of figures from outside: what is refused, and which of them stand."""

from datetime import UTC, datetime

from groundswell_voting.outside.rules import MAX_ENTRIES, MAX_LINES, Entry, obstacle, standing

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
BALLOT = ("boaty", "poppy")


def entry(number: int, replaces: int | None = None) -> Entry:
    named = None if replaces is None else f"out_{replaces}"
    return Entry(f"out_{number}", "Instagram", None, NOON, [("boaty", 1)], named, NOON)


def field_of(
    entries: list[Entry], named: tuple[str, ...] = ("boaty",), replaces: str | None = None
) -> str | None:
    found = obstacle(entries, BALLOT, named, replaces)
    assert found is not None
    return found.field


def test_a_correction_takes_the_place_of_what_it_corrects() -> None:
    entries = [entry(1), entry(2), entry(3, replaces=1), entry(4, replaces=3)]
    assert [one.id for one in standing(entries)] == ["out_2", "out_4"]
    assert obstacle(entries, BALLOT, BALLOT, "out_4") is None


def test_what_is_not_there_is_refused_by_its_field() -> None:
    assert field_of([], ("boaty", "trout")) == "body.figures.1.idea_id"
    assert field_of([entry(1)], replaces="out_9") == "body.replaces"


def test_nothing_is_corrected_twice() -> None:
    assert field_of([entry(1), entry(2, replaces=1)], replaces="out_1") is None


def test_lines_and_entries_are_bounded() -> None:
    lines = [entry(number) for number in range(MAX_LINES)]
    assert field_of(lines) is None
    assert obstacle(lines, BALLOT, BALLOT, "out_0") is None
    chain = [entry(0), *(entry(n, replaces=n - 1) for n in range(1, MAX_ENTRIES))]
    assert field_of(chain, replaces=f"out_{MAX_ENTRIES - 1}") is None
