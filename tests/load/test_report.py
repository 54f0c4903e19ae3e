"""The published results: the figures follow from the numbers, and the README quotes the table."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.load.figures import CONTEXT, FIGURES, Figure
from tests.load.report import BEGIN, END, quote, summary, verdict
from tests.load.results import Results

PROJECT = Path(__file__).parents[2]
PUBLISHED = PROJECT / "docs" / "benchmarks"

MORE = Figure("more is better", "e", lambda turn: turn["a"]["n"], floor=1, goal=2)
LESS = Figure("less is better", "e", lambda t: t["a"]["n"], floor=2, goal=1, higher_is_better=False)


@pytest.fixture
def published() -> Results:
    return Results(PUBLISHED, json.loads((PUBLISHED / "results.json").read_text()))


@pytest.mark.parametrize(
    ("figure", "values", "expected"),
    [
        (MORE, [0.5, 0.9, 3], "**missed**"),
        (MORE, [0.9, 1.5, 3], "floor"),
        (MORE, [0.9, 2, 3], "goal"),
        (LESS, [0.5, 2.1, 3], "**missed**"),
        (LESS, [0.5, 1.1, 3], "floor"),
        (LESS, [0.5, 1, 3], "goal"),
    ],
)
def test_the_median_decides(figure: Figure, values: list[float], expected: str) -> None:
    assert verdict(figure, values) == expected


def test_a_turn_that_is_not_whole_gives_no_value() -> None:
    turns: list[dict[str, Any]] = [{"a": {"n": 3}}, {}]
    assert MORE.values({"e": {"repetitions": turns}}) == [3]
    assert MORE.values({}) == []


def test_a_figure_was_measured_three_times_at_least_or_says_that_it_was_not(
    published: Results,
) -> None:
    for figure in (*FIGURES, *CONTEXT):
        turns = len(figure.values(published.content["experiments"]))
        assert turns >= 3 or (turns == 0 and "not measured" in summary(published)), figure.name


def test_readme_and_results_quote_the_numbers(published: Results) -> None:
    table = summary(published)
    assert f"{BEGIN}\n{table}\n{END}" in (PROJECT / "README.md").read_text()
    assert table in (PUBLISHED / "results.md").read_text()


def test_a_quote_stands_between_the_marks(published: Results, tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"before {BEGIN}old{END} after")
    quote(published, readme)
    assert readme.read_text() == f"before {BEGIN}\n{summary(published)}\n{END} after"
