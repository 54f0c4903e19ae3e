"""The tables of the demo's report."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.markup import escape
from rich.table import Table

from groundswell_local.demo.journey import Booked
from groundswell_local.demo.people import Heard
from groundswell_local.demo.published import PublishedName

MOST_BYTES = 3_000_000_000
"""What all processes together may take."""

_MEGABYTE = 1_000_000


def plain(rows: Iterable[Sequence[str]]) -> Table:
    """Rows without a heading."""
    table = Table.grid(padding=(0, 2))
    for row in rows:
        table.add_row(*row)
    return table


def decision_table(decision: Mapping[str, Any]) -> Table:
    """What the brand decided, and why."""
    return plain(
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


def events_table(events: Mapping[str, tuple[int, int]]) -> Table:
    """The records of each topic, of this run and of all."""
    table = Table(box=None, pad_edge=False)
    table.add_column("topic")
    table.add_column("this run", justify="right")
    table.add_column("all runs", justify="right")
    for topic, (added, total) in events.items():
        table.add_row(topic, f"{added:,}", f"{total:,}")
    return table


def seconds_table(seconds: Mapping[str, float]) -> Table:
    """How long each step took, and all of them."""
    rows = [(step, f"{took:.1f} s") for step, took in seconds.items()]
    return plain([*rows, ("all of this", f"{sum(seconds.values()):.1f} s")])


def reward_table(booked: Booked) -> Table:
    """The legs of each ledger entry, and what the winner has in the end.

    A debit is positive and a credit negative: the brand spends, and owes the winner.
    """
    table = Table(box=None, pad_edge=False)
    table.add_column("ledger entry")
    table.add_column("account")
    table.add_column("debit, or -credit", justify="right")
    for entry in booked.entries:
        for number, leg in enumerate(entry["legs"]):
            table.add_row("" if number else entry["kind"], leg["account"], money(leg))
    for balance in booked.statement["balances"]:
        table.add_row("[bold]balance[/]", "in the winner's statement", money(balance))
    return table


def mails_table(all_heard: Sequence[Heard]) -> Table:
    """The mails that came to each person, oldest first."""
    rows = []
    for heard in all_heard:
        mark = "[green]each once[/]" if heard.complete else "[red]not as they should be[/]"
        subjects = "\n".join(letter.subject for letter in heard.letters)
        rows.append((f"{heard.person.address}\n{mark}", escape(subjects)))
    return plain(rows)


def memory_table(most: Mapping[str, int], now: Mapping[str, int]) -> Table:
    """The sizes of the processes when they took the most together, and now."""
    table = Table(box=None, pad_edge=False)
    table.add_column("process")
    table.add_column("most, MB", justify="right")
    table.add_column("now, MB", justify="right")
    for name in sorted({*most, *now}, key=lambda name: -most.get(name, 0)):
        table.add_row(name, _megabytes(most.get(name, 0)), _megabytes(now.get(name, 0)))
    total, left = sum(most.values()), sum(now.values())
    mark = "[green]under[/]" if total <= MOST_BYTES else "[red]over[/]"
    allowed = f"{mark} the {_megabytes(MOST_BYTES)} allowed"
    table.add_row("[bold]together[/]", _megabytes(total), _megabytes(left), allowed)
    return table


def tallies_table(
    published: Sequence[PublishedName], expected: Sequence[int], certified: Sequence[int]
) -> Table:
    """The certified tally beside the published one, which may have been scaled down."""
    scaled = sum(expected) != sum(name.votes for name in published)
    table = Table(box=None, pad_edge=False)
    table.add_column("rank", justify="right")
    table.add_column("name")
    table.add_column("published", justify="right")
    if scaled:
        table.add_column("scaled down", justify="right")
    table.add_column("certified", justify="right")
    table.add_column("")
    for name, wanted, counted in zip(published, expected, certified, strict=True):
        figures = [f"{name.votes:,}", *([f"{wanted:,}"] if scaled else []), f"{counted:,}"]
        mark = "[green]equal[/]" if counted == wanted else "[red]different[/]"
        table.add_row(str(name.rank), name.name, *figures, mark)
    return table


def money(amount: Mapping[str, Any]) -> str:
    """Such as `-10,000.00 GBP`; the demo pays in a currency of a hundred minor units."""
    whole, part = divmod(abs(amount["amount_minor"]), 100)
    sign = "-" if amount["amount_minor"] < 0 else ""
    return f"{sign}{whole:,}.{part:02} {amount['currency']}"


def _megabytes(size: int) -> str:
    return f"{size / _MEGABYTE:,.0f}"
