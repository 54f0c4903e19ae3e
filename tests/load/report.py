"""The figures as tables: results.md, and the same between two marks in the project's README."""

from collections.abc import Sequence
from pathlib import Path
from statistics import median

from tests.load.figures import CONTEXT, FIGURES, Experiments, Figure
from tests.load.machine import FLAGS
from tests.load.results import Results
from tests.load.world import ROLES

HEAD = """# Results

Written by `make bench`: [how it is measured](README.md), [every number](results.json)."""
CONTEXT_HEAD = """## What the ratios come from

The two FastAPI services that write to Kafka and MongoDB are what people would otherwise write: they
check no pass, know no closing time, and let in whatever comes."""

CPU_HEAD = """## Where the CPU time of a vote goes

User and system time of each process, from the kernel, until the last vote is counted and archived,
divided by the votes of the side. A role that only waits costs a little all the same, which shows at
low rates (`growth`). `empty` is the empty FastAPI POST."""
SIDES = (
    *(("intake", "empty"), ("intake", "box"), ("intake", "journeys")),
    *(("growth", "none"), ("growth", "grown")),
)
PROCESSES = {name: name for name in (*ROLES, "kafka", "mongo", "redis")} | {
    "reference:app": "empty",
    "load_tool": "load tool",
}

BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"


def figure_table(experiments: Experiments) -> str:
    """The figures with their floors and goals; those that are not measured yet say so."""
    rows = ["| | measured | spread | floor | goal | |", "|---|---|---|---|---|---|"]
    rows += [_row(figure, figure.values(experiments)) for figure in FIGURES]
    return "\n".join(rows)


def _row(figure: Figure, values: Sequence[float]) -> str:
    assert figure.floor is not None
    assert figure.goal is not None
    bounds = f"{_told(figure.floor, figure)} | {_told(figure.goal, figure)}"
    if not values:
        return f"| {figure.name} | not measured | | {bounds} | |"
    return (
        f"| {figure.name} | **{_told(median(values), figure)}** | {_spread(values, figure)} "
        f"| {bounds} | {verdict(figure, values)} |"
    )


def verdict(figure: Figure, values: Sequence[float]) -> str:
    """What the median has reached."""
    assert figure.floor is not None
    assert figure.goal is not None
    if figure.reached(figure.goal, values):
        return "goal"
    return "floor" if figure.reached(figure.floor, values) else "**missed**"


def _context_table(experiments: Experiments) -> str:
    rows = ["| | measured | spread |", "|---|---|---|"]
    for figure in CONTEXT:
        if values := figure.values(experiments):
            told = _told(median(values), figure)
            rows.append(f"| {figure.name} | {told} | {_spread(values, figure)} |")
    return "\n".join(rows)


def _cpu_table(experiments: Experiments) -> str:
    """Where a vote's CPU time goes: medians of the turns, by process, for those sides that tell."""
    head = "".join(f" {experiment}, {side} |" for experiment, side in SIDES)
    rows = [f"| µs per vote |{head}", f"|---|{'---|' * len(SIDES)}"]
    for process, name in PROCESSES.items():
        cells = []
        for experiment, side in SIDES:
            turns = experiments.get(experiment, {}).get("repetitions", ())
            number = f"{process}_cpu_us_per_vote"
            found = [turn[side][number] for turn in turns if number in turn.get(side, {})]
            cells.append(f" {median(found):,.0f} |" if found else " |")
        rows.append(f"| {name} |{''.join(cells)}")
    return "\n".join(rows)


def _spread(values: Sequence[float], figure: Figure) -> str:
    return f"{_told(min(values), figure, unit=False)} to {_told(max(values), figure)}"


def _told(value: float, figure: Figure, *, unit: bool = True) -> str:
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    text = f"{value:,.{digits}f}"
    return f"{text} {figure.unit}" if unit and figure.unit else text


def summary(results: Results) -> str:
    """The table with the date and the machine, as the README quotes it."""
    experiments = results.content["experiments"]
    machine = results.content["machine"]
    dates = sorted(one["measured_at"][:10] for one in experiments.values() if "measured_at" in one)
    turns = max((len(one["repetitions"]) for one in experiments.values()), default=0)
    when = " to ".join(sorted({dates[0], dates[-1]})) if dates else "never"
    return (
        f"Measured on {when}: {machine['cpus']} CPUs ({machine['cpu']}), "
        f"{machine['memory_gib']} GiB, Linux {machine['kernel']}, Python {machine['python']}; "
        f"everything on this one machine and running. Medians of {turns} turns, from the least to "
        f"the most.\n\n{figure_table(experiments)}"
    )


def write_report(results: Results) -> Path:
    """Writes results.md into the directory of the results."""
    experiments = results.content["experiments"]
    used = sorted({f"{k}: {v}" for one in experiments.values() for k, v in one["versions"].items()})
    commits = sorted({commit for one in experiments.values() for commit in one["commits"]})
    most = max(one["busy_before"] for one in experiments.values())
    busy = f"used by others before an experiment began: {most:.0%} of the machine at most"
    parts = [
        HEAD,
        summary(results),
        "![Each turn beside floor and goal](figures.svg)",
        CONTEXT_HEAD,
        _context_table(experiments),
        "![Votes and requests per second](throughput.svg)",
        CPU_HEAD,
        _cpu_table(experiments),
        "## Under what",
        "\n".join(f"- {line}" for line in (*used, f"commit: {', '.join(commits)}", busy)),
        "\n".join(f"- {name}: {how}" for name, how in FLAGS.items()),
    ]
    path = results.directory / "results.md"
    path.write_text("\n\n".join(parts) + "\n")
    return path


def quote(results: Results, readme: Path) -> None:
    """Puts the table between the marks of a README; without marks it changes nothing."""
    text = readme.read_text()
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if begin and end:
        readme.write_text(f"{before}{begin}\n{summary(results)}\n{end}{after}")
