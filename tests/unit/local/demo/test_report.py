import io
from dataclasses import replace

from rich.console import Console

from groundswell_local.demo.published import PublishedName
from groundswell_local.demo.report import Result, tell

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
    sampled=10,
    uncounted=0,
    repeats=3,
    events={"groundswell.votes.v1": (148, 1_148)},
    seconds={"voting": 12.34},
)


def told(result: Result) -> str:
    console = Console(file=io.StringIO(), width=100)
    tell(result, [("contest", "http://127.0.0.1:8101/v1/contests/con_1")], console)
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
    assert "counted 100; requests sent again: 3" in text
