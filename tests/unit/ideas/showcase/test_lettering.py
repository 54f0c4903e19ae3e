"""Lines and the order of their parts, as people who read the scripts expect them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell_ideas.showcase.rules.lettering import (
    ELLIPSIS,
    clusters,
    in_visual_order,
    runs_right_to_left,
    wrapped,
)
from groundswell_ideas.showcase.rules.scripts import font_of

SHIP, NEW = "ספינה", "חדשה"


def ten_each(text: str) -> float:
    """As wide as a text is when all letters are."""
    return 10.0 * len(clusters(text))


def seen(line: str) -> list[str]:
    """The parts of a line from left to right."""
    base = runs_right_to_left(line)
    return [part.text for part in in_visual_order(line, font_of, right_to_left=base)]


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("abc", ["a", "b", "c"]),
        ("e\u0301a", ["e\u0301", "a"]),
        ("👨\u200d👩\u200d👧!", ["👨\u200d👩\u200d👧", "!"]),
        ("🇬🇧🇫🇷", ["🇬🇧", "🇫🇷"]),
        ("👍🏽", ["👍🏽"]),
        ("เรือ", ["เรื", "อ"]),
    ],
)
def test_what_belongs_together_stays_together(text: str, letters: list[str]) -> None:
    assert clusters(text) == letters


def test_lines_end_between_words() -> None:
    assert wrapped("a new ship for us", 80, ten_each, 4) == (["a new", "ship for", "us"], True)


def test_a_word_that_is_wider_than_a_line_is_cut() -> None:
    lines, complete = wrapped("x" * 25, 100, ten_each, 4)
    assert (lines, complete) == (["x" * 10, "x" * 10, "x" * 5], True)


def test_what_does_not_fit_ends_in_an_ellipsis() -> None:
    lines, complete = wrapped("one two three four five six", 90, ten_each, 2)
    assert not complete
    assert len(lines) == 2
    assert lines[-1].endswith(ELLIPSIS)
    assert all(ten_each(line) <= 90 for line in lines)


def test_chinese_ends_anywhere_but_before_a_full_stop() -> None:
    lines, _ = wrapped("我们的新船。", 50, lambda text: 10.0 * len(text), 3)
    assert lines == ["我们的新", "船。"]


def test_a_line_of_one_direction_is_one_part() -> None:
    assert seen("a new ship") == ["a new ship"]
    (part,) = in_visual_order(f"{SHIP} {NEW}", font_of, right_to_left=True)
    assert (part.text, part.right_to_left) == (f"{SHIP} {NEW}", True)


def test_hebrew_in_english_stands_where_it_was_said() -> None:
    assert seen(f"the {SHIP} of us") == ["the ", SHIP, " ", "of us"]


def test_english_and_numbers_in_hebrew_stand_left_of_what_came_before() -> None:
    assert seen(f"{SHIP} Boaty 42") == ["Boaty 42", f"{SHIP} "]
    assert seen(f"{SHIP} 42 {NEW}") == [NEW, " ", "42", f"{SHIP} "]


def test_numbers_after_hebrew_in_english_belong_to_the_hebrew() -> None:
    assert seen(f"in {SHIP} 42, ok") == ["in ", "42", f"{SHIP} ", ", ok"]


@given(st.text(max_size=60), st.booleans())
def test_every_letter_is_shown_once(text: str, right_to_left: bool) -> None:
    parts = in_visual_order(text, font_of, right_to_left=right_to_left)
    assert sorted("".join(part.text for part in parts)) == sorted(text)


@given(st.text(max_size=80), st.integers(50, 300))
def test_lines_fit_and_hold_everything(text: str, width: int) -> None:
    lines, complete = wrapped(text, width, ten_each, 200)
    assert complete
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(ten_each(line) <= width or len(clusters(line)) == 1 for line in lines)
