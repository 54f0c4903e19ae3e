"""The plots of a run as SVG: each turn of each figure between floor and goal, and throughputs."""

from pathlib import Path
from statistics import median

import matplotlib as mpl
from matplotlib.figure import Figure as Canvas

from tests.load.figures import CONTEXT, FIGURES, Experiments, Figure

INK, QUIET, GOOD, BAD = "#24292f", "#8c959f", "#1a7f37", "#cf222e"
# The same numbers give the same file: no date, no chance in the names of its parts.
mpl.rcParams.update({"svg.hashsalt": "groundswell", "font.size": 9, "svg.fonttype": "none"})
METADATA = {"Date": None, "Creator": None}


def draw(experiments: Experiments, directory: Path) -> None:
    """Writes figures.svg and throughput.svg."""
    _figures(experiments).savefig(directory / "figures.svg", metadata=METADATA)
    _throughput(experiments).savefig(directory / "throughput.svg", metadata=METADATA)


def _figures(experiments: Experiments) -> Canvas:
    """A line per figure: 0 is where the floor is, 1 where the goal is, right of it is better."""
    canvas = Canvas(figsize=(9, 0.42 * len(FIGURES) + 1.1), layout="constrained")
    axes = canvas.subplots()
    for line, figure in enumerate(reversed(FIGURES)):
        places = [_place(figure, value) for value in figure.values(experiments)]
        colour = BAD if places and median(places) < 0 else GOOD
        axes.plot(places, [line] * len(places), "o", color=colour, alpha=0.6, markersize=6)
        if places:
            axes.plot([median(places)], [line], "|", color=colour, markersize=16, markeredgewidth=2)
    axes.axvline(0, color=BAD, linewidth=1)
    axes.axvline(1, color=GOOD, linewidth=1)
    axes.set_xlim(-1.5, 3)
    axes.set_yticks(range(len(FIGURES)), [_short(f.name) for f in reversed(FIGURES)], color=INK)
    axes.set_xticks([0, 1], ["floor", "goal"])
    axes.grid(axis="y", color=QUIET, alpha=0.25)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.set_title("Each turn (dot) and the median (bar), between floor and goal", loc="left")
    return canvas


def _place(figure: Figure, value: float) -> float:
    """Where a value lies, the floor being 0 and the goal 1; at the edge of the plot if beyond."""
    assert figure.floor is not None
    assert figure.goal is not None
    return max(-1.4, min(2.9, (value - figure.floor) / (figure.goal - figure.floor)))


def _short(name: str) -> str:
    head = name.partition("; ")[0]
    return head if len(head) <= 62 else f"{head[:60]}…"


def _throughput(experiments: Experiments) -> Canvas:
    """Bars of all that is counted per second, with the spread."""
    shown = [(f, v) for f in CONTEXT if f.unit.endswith("/s") and (v := f.values(experiments))]
    canvas = Canvas(figsize=(9, 0.36 * len(shown) + 1.1), layout="constrained")
    axes = canvas.subplots()
    for line, (_, values) in enumerate(reversed(shown)):
        middle = median(values)
        spread = [[middle - min(values)], [max(values) - middle]]
        axes.barh(line, middle, color="#54aeff", height=0.6)
        axes.errorbar(middle, line, xerr=spread, color=INK, capsize=3)
        axes.annotate(
            f"{middle:,.0f}", (max(values), line), (6, 0), textcoords="offset points", va="center"
        )
    names = [f"{figure.name} ({figure.unit})" for figure, _ in reversed(shown)]
    axes.set_yticks(range(len(shown)), names, color=INK)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_title("Per second: median, least and most", loc="left")
    axes.margins(x=0.12)
    return canvas
