"""What Redis holds comes back as it was, in few bytes and under names of one partition."""

import re

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from groundswell_voting.counting.fold import BallotKey, Fold
from groundswell_voting.counting.layout import (
    BUCKETS,
    bucket_key,
    dropped,
    read_ballot,
    read_poll,
    read_polls,
    read_tally,
    tally_key,
    write_ballot,
    write_poll,
    written,
)
from groundswell_voting.counting.rules import Ballot, Poll, Stage
from groundswell_voting.counting.tally import Tally
from groundswell_voting.voteslog.rules import Eligibility, LadderStep, Rules
from tests.unit.voting.logs import LADDERLESS

TEXT = st.text(st.characters(codec="utf-8"), max_size=30)
NUMBERS = st.integers(0, 10_000)
VOTES = st.lists(st.tuples(NUMBERS, st.sampled_from(["web", "shop"]) | TEXT), max_size=5)


@st.composite
def ballots(draw: st.DrawFn) -> Ballot:
    """Standing ones have an idea, or had; stated ones may have none, and have a revision."""
    votes = draw(VOTES)
    revision = draw(st.just(0) | st.integers(0, 10_000))
    ideas, channels = [i for i, _ in votes], [c for _, c in votes]
    pairs = draw(st.lists(st.tuples(NUMBERS, NUMBERS), max_size=2).map(tuple))
    weight = draw(st.integers(1, 3) | st.integers(1, 10**6))
    return Ballot(tuple(ideas), tuple(channels), weight, revision, pairs)


POLLS = st.builds(
    Poll,
    number=st.integers(1, 10**9),
    stage=st.sampled_from(Stage),
    ideas=st.lists(TEXT, unique=True, max_size=5).map(
        lambda ids: {i: n for n, i in enumerate(ids)}
    ),
    rules=st.builds(
        Rules,
        **LADDERLESS,
        eligibility=st.builds(Eligibility, regions=st.lists(TEXT, max_size=2).map(tuple)),
        ladder=st.lists(st.builds(LadderStep, NUMBERS, NUMBERS), max_size=2).map(tuple),
    ),
    closes_at_ms=st.integers(0, 10**14),
    removed=st.frozensets(NUMBERS, max_size=3),
    merged=st.frozensets(NUMBERS, max_size=3),
    set_aside=st.frozensets(TEXT, max_size=3),
    periods=st.lists(TEXT, unique=True, max_size=3).map(tuple),
    halted=st.booleans(),
)


@given(ballots())
def test_a_ballot_comes_back(ballot: Ballot) -> None:
    assert read_ballot(write_ballot(ballot).encode()) == ballot


@given(NUMBERS)
def test_a_plain_vote_is_the_ordinal_alone(idea: int) -> None:
    assert write_ballot(Ballot((idea,), ("web",))) == str(idea)


@given(st.integers(0, 99))
def test_a_ballot_without_merged_ideas_has_no_part_for_them(idea: int) -> None:
    """There are many, so that each byte is one too many."""
    ballot = Ballot((idea,), ("shop",), 2)
    assert write_ballot(ballot) == f'[[{idea}],["shop"],2,0]'
    merged = msgspec.structs.replace(ballot, merged=((idea, 100),))
    assert write_ballot(merged) == f'[[{idea}],["shop"],2,0,[[{idea},100]]]'


@given(POLLS)
def test_a_poll_comes_back(poll: Poll) -> None:
    assert read_poll(write_poll(poll).encode()) == poll
    stored = {b"known": write_poll(poll).encode(), b"unheard of": b""}
    assert read_polls(stored) == {"known": poll}


@given(st.dictionaries(TEXT, st.integers(-9, 10**12), max_size=5))
def test_a_tally_comes_back(counts: dict[str, int]) -> None:
    fold, tally = Fold(3, 12), Tally()
    fold.tallies["ship"] = tally
    for name, number in counts.items():
        tally.add(name, number)
    pairs = written(fold).get(tally_key(3, "ship"), [])
    texts = [text.encode() for text in pairs]
    stored = dict(zip(texts[::2], texts[1::2], strict=True))
    assert read_tally(stored) == Tally(tally.counts)


@given(st.integers(0, 99), TEXT)
def test_every_name_is_of_its_partition(partition: int, voter: str) -> None:
    """One hash tag: a cluster keeps them together, whatever poll and voter are called."""
    key = BallotKey("ship", "2026-11-22", voter)
    fold = Fold(partition, 100, ballots={key: Ballot((1,), ("web",))}, changed_ballots={key})
    fold.tallies["ship"] = Tally()
    fold.tallies["ship"].add("0", 1)
    hashes = written(fold)
    assert len(hashes) == 3
    assert all(name.startswith(f"{{v{partition}}}:") for name in hashes)
    assert hashes[bucket_key(partition, key)] == [voter, "1"]


@given(TEXT)
def test_what_is_dropped_is_where_ballots_lie(voter: str) -> None:
    fold = Fold(3, 12, retired={"ship": ("", "2026-11-22")})
    tallies, beginnings = dropped(fold)
    assert tallies == [tally_key(3, "ship")]
    names = [bucket_key(3, BallotKey("ship", period, voter)) for period in ("", "2026-11-22")]
    for name, beginning in zip(names, beginnings, strict=True):
        bucket = re.fullmatch(r"\d+", name.removeprefix(beginning))
        assert bucket is not None
        assert int(bucket[0]) < BUCKETS
