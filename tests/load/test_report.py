"""The published results: the figures follow from the numbers, and the README quotes the table."""

import json
import re
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from tests.load.__main__ import EXPERIMENTS
from tests.load.figures import FIGURES, Figure
from tests.load.machine import QUIET_SHARE
from tests.load.report import BEGIN, END, quote, summary, verdict
from tests.load.results import OtherRun, Results
from tests.load.sizes import FULL

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


def test_every_side_was_measured_three_times_at_full_size(published: Results) -> None:
    assert published.content["sizes"] == asdict(FULL)
    assert published.content["experiments"].keys() == EXPERIMENTS.keys()
    for name, one in published.content["experiments"].items():
        assert len(one["repetitions"]) >= 3, name
        assert all(set(turn) == set(one["sides"]) for turn in one["repetitions"]), name


def test_what_was_not_measured_is_told(published: Results) -> None:
    table = summary(published)
    for figure in FIGURES:
        (row,) = [line for line in table.splitlines() if line.startswith(f"| {figure.name} |")]
        measured = figure.experiment in published.content["experiments"]
        assert ("not measured" in row) != measured


def test_sizes_of_a_new_experiment_leave_the_others_results_alone(tmp_path: Path) -> None:
    before = Results.open(tmp_path, FULL)
    before.content["sizes"].pop("ideas")
    before.begin("standings", ["standings"], [], 0.0)
    before.add("standings", 0, "standings", {"p99_ms": 3.0})
    again = Results.open(tmp_path, FULL)
    assert again.has("standings", 0, "standings")
    assert again.content["sizes"] == asdict(FULL)
    with pytest.raises(OtherRun):
        Results.open(tmp_path, replace(FULL, standings_ideas=7))


def test_the_machine_was_quiet_and_the_code_is_known(published: Results) -> None:
    for name, one in published.content["experiments"].items():
        assert one["busy_before"] <= QUIET_SHARE, f"others worked beside {name}: a shakedown"
        assert all(re.fullmatch(r"[0-9a-f]{7,40}", commit) for commit in one["commits"]), name


def test_readme_and_results_quote_the_numbers(published: Results) -> None:
    table = summary(published)
    assert f"{BEGIN}\n{table}\n{END}" in (PROJECT / "README.md").read_text()
    assert table in (PUBLISHED / "results.md").read_text()


def test_a_quote_stands_between_the_marks(published: Results, tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"before {BEGIN}old{END} after")
    quote(published, readme)
    assert readme.read_text() == f"before {BEGIN}\n{summary(published)}\n{END} after"
