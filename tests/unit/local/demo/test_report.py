"""What the report says, and when it calls a run good."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from groundswell_local.demo.journey import Booked
from groundswell_local.demo.mailboxes import Letter
from groundswell_local.demo.people import Heard, Person
from groundswell_local.demo.published import PublishedName
from groundswell_local.demo.report import Result, tell

FOLLOWER = Person("follower@x.example", ["result_published"], codes=1)
LETTERS = [
    Letter("mail_1", "Your code", "<1@x>", "123456"),
    Letter("mail_2", "The result [of it]", "<2@x>", "..."),
]
HEARD = Heard(FOLLOWER, ["result_published"], mailed=1, letters=LETTERS)
LEGS = [
    {"account": "brand:funding", "amount_minor": -1_000_050, "currency": "GBP"},
    {"account": "payee", "amount_minor": 1_000_050, "currency": "GBP"},
]
BOOKED = Booked(
    statement={"balances": [{"amount_minor": 1_000_050, "currency": "GBP"}]},
    entries=[{"kind": "grant", "legs": LEGS}],
)
RESULT = Result(
    published=[PublishedName(1, "Boaty", 60), PublishedName(2, "Attenborough", 40)],
    expected=[60, 40],
    certified=[60, 40],
    verdicts={"counted": 100},
    decision={
        "vote": "advisory",
        "vetoes": [{"title": "Boaty", "reason": "Too merry."}],
        "winners": [{"title": "Attenborough", "rank": 2, "reason": "A lifetime."}],
        "overruled": True,
    },
    booked=BOOKED,
    heard=[HEARD],
    sampled=10,
    uncounted=0,
    repeats={"503 Away.": 1, "503 Busy.": 2},
    events={"groundswell.votes.v1": (148, 1_148)},
    seconds={"voting": 12.34},
    memory_most={"kafka": 700_000_000, "ideas-api": 99_600_000},
    memory_now={"kafka": 600_000_000},
)


def told(result: Result) -> str:
    console = Console(file=io.StringIO(), width=100)
    to_click = [("contest", "http://127.0.0.1:8100/contests/con_1")]
    tell(result, to_click, [("log", "/state/logs/x.log")], console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_equal_tallies_are_told_in_these_words_and_last() -> None:
    assert RESULT.equal
    assert told(RESULT).splitlines()[-1] == "certified tally equals the published one"


def test_scaled_tallies_are_told_as_such() -> None:
    text = told(replace(RESULT, expected=[6, 4], certified=[6, 4]))

    assert "certified tally equals the published one, scaled down to 10 votes" in text
    assert "scaled down  certified" in text


def test_a_single_vote_of_difference_is_told() -> None:
    result = replace(RESULT, certified=[61, 39])

    assert not result.equal
    assert "equals the published one" not in told(result)
    assert "DIFFERS" in told(result)


def test_a_receipt_that_is_not_counted_makes_it_unequal() -> None:
    result = replace(RESULT, uncounted=1)

    assert not result.equal
    assert "9 of 10" in told(result)


def test_everything_that_came_of_it_is_told() -> None:
    text = told(RESULT)

    for part in ("Too merry.", "A lifetime.", "overruled", "148", "1,148", "12.3 s", "con_1"):
        assert part in text
    for part in ("-10,000.50 GBP", "payee", "balance", "follower@x.example", "Your code"):
        assert part in text
    for part in ("The result [of it]", "ideas-api", "700", "100", "at most 800 MB", "x.log"):
        assert part in text
    assert "counted 100; requests sent again: 3\n  2 after: 503 Busy.\n  1 after: 503 Away." in text


@pytest.mark.parametrize(
    "heard",
    [
        replace(HEARD, kinds=[]),
        replace(HEARD, kinds=["result_published", "result_published"], mailed=2),
        replace(HEARD, mailed=0),
        replace(HEARD, letters=LETTERS[:1]),
        replace(HEARD, letters=[*LETTERS, LETTERS[1]]),
    ],
)
def test_a_message_that_lacks_or_comes_twice_is_told(heard: Heard) -> None:
    result = replace(RESULT, heard=[heard])

    assert not result.equal
    assert "NOT as they should be" in told(result)


@pytest.mark.parametrize("entries", [[], [{"kind": "grant", "legs": LEGS[:1]}]])
def test_a_ledger_that_does_not_add_up_is_told(entries: list[dict[str, object]]) -> None:
    result = replace(RESULT, booked=replace(BOOKED, entries=entries))

    assert not result.equal
    assert "DO NOT sum to zero" in told(result)


def test_too_much_memory_is_told() -> None:
    result = replace(RESULT, memory_most={"kafka": 3_000_000_001})

    assert not result.equal
    assert "over the 3,000 allowed" in told(result)
