"""What the demo tells in the end: the two tallies side by side, and where to look at the rest."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from groundswell_local.demo.contest import ShipContest
from groundswell_local.demo.published import PublishedName
from groundswell_local.settings import LocalPorts

EQUAL = "certified tally equals the published one"

_REAL_AND_GENERATED = (
    ("real", "the totals, as published in 2016 (data/README.md)"),
    ("real", "Kafka, MongoDB and Redis, and each role of the services in a process of its own"),
    ("real", "each vote: a signed token, a ballot pass and a vote over HTTP, one voter at a time"),
    ("generated", "the voters, their order (fixed seed), and the local issuer of their tokens"),
    ("generated", "the shortlist (7,000 names were entered), the rules and the owner's reasons"),
)


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a run.

    `expected` and `certified` are votes in the order of the published names; `verdicts` count the
    log's votes by what became of them; of `sampled` receipts, `uncounted` are not as they should
    be; `repeats` requests were sent again; `events` are a topic's records of this run and of all;
    `seconds` tell how long each step took.
    """

    published: Sequence[PublishedName]
    expected: Sequence[int]
    certified: Sequence[int]
    verdicts: Mapping[str, int]
    decision: Mapping[str, Any]
    sampled: int
    uncounted: int
    repeats: int
    events: Mapping[str, tuple[int, int]]
    seconds: Mapping[str, float]

    @property
    def tallies_equal(self) -> bool:
        """Whether every name was certified with the votes that it should have."""
        return list(self.certified) == list(self.expected)

    @property
    def equal(self) -> bool:
        """Whether everything is as it should be: the tallies and the sampled receipts."""
        return self.tallies_equal and self.uncounted == 0


def tell(result: Result, addresses: Iterable[tuple[str, str]], console: Console) -> None:
    """Print all of it, the most important last."""
    for title, table in (
        ("The decision", _decision(result.decision)),
        ("Events in Kafka", _events(result.events)),
        ("What was real and what was generated", _plain(_REAL_AND_GENERATED)),
        ("How long it took", _seconds(result.seconds)),
    ):
        console.print(f"\n[bold]{title}[/]")
        console.print(table)
    console.print("\n[bold]Where to look, as long as it is up[/]")
    for name, address in addresses:
        console.print(f"{name:<30}{address}", soft_wrap=True, markup=False)
    console.print("\n[bold]The certified tally beside the published one[/]")
    console.print(_tallies(result))
    _tell_whether_equal(result, console)


def where_to_look(contest: ShipContest, directory: Path) -> list[tuple[str, str]]:
    """The addresses of everything that a run leaves to be looked at."""
    roles = {
        name.removesuffix("_port").replace("_", "-"): f"http://127.0.0.1:{port}"
        for name, port in LocalPorts()
        if not name.startswith(("kafka", "mongo", "redis"))
    }
    return [
        ("contest", contest.contest_url),
        ("decision", f"{contest.contest_url}/decision"),
        ("poll", contest.poll_url),
        ("standings", f"{contest.poll_url}/standings"),
        ("tally", f"{contest.poll_url}/tally"),
        ("API of ideas", f"{roles['ideas-api']}/docs"),
        ("API of voting", f"{roles['voting-api']}/docs"),
        ("API of the ballot box", f"{roles['voting-ballot-box']}/openapi.json"),
        *((f"metrics of {name}", f"{url}/metrics") for name, url in roles.items()),
        *((f"log of {name}", str(directory / "logs" / f"{name}.log")) for name in roles),
    ]


def _tell_whether_equal(result: Result, console: Console) -> None:
    verdicts = ", ".join(f"{verdict} {count:,}" for verdict, count in result.verdicts.items())
    good = result.sampled - result.uncounted
    console.print(f"\nvotes in the log: {verdicts}; requests sent again: {result.repeats:,}")
    console.print(f"receipts that say so: {good} of {result.sampled} that were looked at")
    total = sum(result.expected)
    scaled = "" if total == _total(result.published) else f", scaled down to {total:,} votes"
    if result.tallies_equal:
        console.print(f"[bold green]{EQUAL}[/]{scaled}")
    else:
        console.print(f"[bold red]the certified tally DIFFERS from the published one[/]{scaled}")


def _plain(rows: Iterable[tuple[str, str]]) -> Table:
    table = Table.grid(padding=(0, 2))
    for row in rows:
        table.add_row(*row)
    return table


def _decision(decision: Mapping[str, Any]) -> Table:
    return _plain(
        [
            ("the vote was", decision["vote"]),
            *((f"vetoed: {veto['title']}", veto["reason"]) for veto in decision["vetoes"]),
            *(
                (f"winner: {winner['title']} (rank {winner['rank']})", winner["reason"])
                for winner in decision["winners"]
            ),
            ("the crowd was", "overruled" if decision["overruled"] else "followed"),
        ]
    )


def _events(events: Mapping[str, tuple[int, int]]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("topic")
    table.add_column("this run", justify="right")
    table.add_column("all runs", justify="right")
    for topic, (added, total) in events.items():
        table.add_row(topic, f"{added:,}", f"{total:,}")
    return table


def _seconds(seconds: Mapping[str, float]) -> Table:
    rows = [(step, f"{took:.1f} s") for step, took in seconds.items()]
    return _plain([*rows, ("all of this", f"{sum(seconds.values()):.1f} s")])


def _tallies(result: Result) -> Table:
    scaled = sum(result.expected) != _total(result.published)
    table = Table(box=None, pad_edge=False)
    table.add_column("rank", justify="right")
    table.add_column("name")
    table.add_column("published", justify="right")
    if scaled:
        table.add_column("scaled down", justify="right")
    table.add_column("certified", justify="right")
    table.add_column("")
    for name, expected, certified in zip(
        result.published, result.expected, result.certified, strict=True
    ):
        figures = [f"{name.votes:,}", *([f"{expected:,}"] if scaled else []), f"{certified:,}"]
        mark = "[green]equal[/]" if certified == expected else "[red]different[/]"
        table.add_row(str(name.rank), name.name, *figures, mark)
    return table


def _total(published: Sequence[PublishedName]) -> int:
    return sum(name.votes for name in published)
