"""What the demo tells in the end: the two tallies side by side, and all that came of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console

from groundswell_local.demo.addresses import Addresses
from groundswell_local.demo.journey import Booked
from groundswell_local.demo.people import Heard
from groundswell_local.demo.published import PublishedName
from groundswell_local.demo.tables import (
    MOST_BYTES,
    decision_table,
    events_table,
    mails_table,
    memory_table,
    plain,
    reward_table,
    seconds_table,
    tallies_table,
)

EQUAL = "certified tally equals the published one"

_REAL_AND_GENERATED = (
    ("real", "the totals, as published in 2016 (data/README.md)"),
    ("real", "Kafka, MongoDB and Redis, and each role of the services in a process of its own"),
    ("real", "each vote: a signed token, a ballot pass and a vote over HTTP, one voter at a time"),
    ("real", "the entrants' and the follower's sign-in by mailed code, and every mail over SMTP"),
    ("generated", "the voters, their order (fixed seed), and the local issuer of their tokens"),
    ("generated", "the brand's staff, with tokens of the same issuer"),
    ("generated", "the shortlist (7,000 names were entered), the rules and the owner's reasons"),
    ("generated", "the entrants, their addresses, and the reward: none was paid in 2016"),
)


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a run.

    `expected` and `certified` are votes in the order of the published names; `verdicts` count the
    log's votes by what became of them; of `sampled` receipts, `uncounted` are not as they should
    be; `repeats` are the requests that were sent again, by the answer that each had got;
    `events` are a topic's records of this run and of all; `seconds` tell how long each step took;
    `memory_most` and `memory_now` are bytes by process.
    """

    published: Sequence[PublishedName]
    expected: Sequence[int]
    certified: Sequence[int]
    verdicts: Mapping[str, int]
    decision: Mapping[str, Any]
    booked: Booked
    heard: Sequence[Heard]
    sampled: int
    uncounted: int
    repeats: Mapping[str, int]
    events: Mapping[str, tuple[int, int]]
    seconds: Mapping[str, float]
    memory_most: Mapping[str, int]
    memory_now: Mapping[str, int]

    @property
    def tallies_equal(self) -> bool:
        """Whether every name was certified with the votes that it should have."""
        return list(self.certified) == list(self.expected)

    @property
    def all_heard(self) -> bool:
        """Whether everybody got every message, and every mail once."""
        return all(heard.complete for heard in self.heard)

    @property
    def equal(self) -> bool:
        """Whether everything is as it should be: tallies, receipts, ledger, mails and memory."""
        return (
            self.tallies_equal
            and self.uncounted == 0
            and self.booked.balanced
            and self.all_heard
            and sum(self.memory_most.values()) <= MOST_BYTES
        )


def tell(result: Result, to_click: Addresses, to_look: Addresses, console: Console) -> None:
    """Print all of it, the most important last."""
    for title, table in (
        ("Events in Kafka", events_table(result.events)),
        ("What was real and what was generated", plain(_REAL_AND_GENERATED)),
        ("How long it took", seconds_table(result.seconds)),
        ("Memory of each process", memory_table(result.memory_most, result.memory_now)),
        ("The mailboxes", mails_table(result.heard)),
        ("The decision", decision_table(result.decision)),
        ("The reward", reward_table(result.booked)),
    ):
        console.print(f"\n[bold]{title}[/]")
        console.print(table)
    _tell_addresses("Where to look, as long as it is up", to_look, console)
    _tell_addresses("Where to click", to_click, console)
    console.print("\n[bold]The certified tally beside the published one[/]")
    console.print(tallies_table(result.published, result.expected, result.certified))
    _tell_whether_equal(result, console)


def _tell_addresses(title: str, addresses: Addresses, console: Console) -> None:
    console.print(f"\n[bold]{title}[/]")
    for name, address in addresses:
        console.print(f"{name:<32}{address}", soft_wrap=True, markup=False)


def _tell_whether_equal(result: Result, console: Console) -> None:
    verdicts = ", ".join(f"{verdict} {count:,}" for verdict, count in result.verdicts.items())
    good = result.sampled - result.uncounted
    again = sum(result.repeats.values())
    console.print(f"\nvotes in the log: {verdicts}; requests sent again: {again:,}")
    for answer, times in sorted(result.repeats.items(), key=lambda item: -item[1]):
        console.print(f"  {times:,} after: {answer}", soft_wrap=True, markup=False)
    console.print(f"receipts that say so: {good} of {result.sampled} that were looked at")
    _tell_the_rest(result, console)
    total = sum(result.expected)
    whole = sum(name.votes for name in result.published)
    scaled = "" if total == whole else f", scaled down to {total:,} votes"
    if result.tallies_equal:
        console.print(f"[bold green]{EQUAL}[/]{scaled}")
    else:
        console.print(f"[bold red]the certified tally DIFFERS from the published one[/]{scaled}")


def _tell_the_rest(result: Result, console: Console) -> None:
    """One line each for ledger, mails and memory."""
    entries, mails = len(result.booked.entries), sum(len(heard.letters) for heard in result.heard)
    legs = "legs sum to zero" if result.booked.balanced else "[red]the legs DO NOT sum to zero[/]"
    console.print(f"ledger entries: {entries}, {legs}")
    once = "each once" if result.all_heard else "[red]NOT as they should be[/]"
    console.print(f"mails: {mails} to {len(result.heard)} mailboxes, {once}")
    most = sum(result.memory_most.values())
    console.print(f"memory of all processes together: at most {most / 1e6:,.0f} MB")
