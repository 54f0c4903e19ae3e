"""Small votes logs for tests: bodies of records, and Hypothesis strategies for whole logs."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from groundswell_voting.voteslog.rules import (
    BallotChanged,
    Body,
    Closed,
    Control,
    DeadlinePassed,
    Malformed,
    Merged,
    Opened,
    Parted,
    Record,
    Reinstated,
    Retired,
    Rules,
    Sealed,
    SetAside,
    Vote,
)

CLOSES_AT_MS = 1_000
IDEAS = ("boaty", "poppy", "henry")
LATER_IDEAS = ("cold", "david")
VOTERS = tuple(f"voter_{n}" for n in range(6))
POLLS = ("ship", "pizza")
DAYS = ("2026-11-21", "2026-11-22")
SEGMENTS = ("", "gold", "silver")
WEIGHTS = {"gold": 3, "silver": 2}
CHANNELS = ("web", "shop")
NEXT = 0
"""A control record with this number gets the next one of its poll from `numbered`."""


def vote(voter: str = "voter_0", idea: str = "boaty", poll: str = "ship", **more: Any) -> Vote:
    """A vote in a standing poll. Its id says what it is: equal votes have equal ids."""
    return ballot(voter, (idea,), poll, **more)


def ballot(
    voter: str = "voter_0", ideas: Iterable[str] = (), poll: str = "ship", **more: Any
) -> Vote:
    """A vote with any list of ideas, as changeable polls take it when it has a revision."""
    chosen = tuple(ideas)
    name = "/".join((poll, voter, more.get("period", ""), str(more.get("revision")), *chosen))
    return Vote(name, poll, voter, chosen, "pass_1", **more)


def opened(poll: str = "ship", number: int = 1, rules: Rules | None = None) -> Opened:
    return Opened(poll, number, IDEAS, rules or Rules(), CLOSES_AT_MS)


def life(poll: str = "ship", rules: Rules | None = None) -> list[Control]:
    """The control records that every poll has, in their order."""
    return [opened(poll, 1, rules), Closed(poll, 2), Sealed(poll, 3), Retired(poll, 4)]


def numbered(bodies: Iterable[Body]) -> list[Body]:
    """Gives each control record whose number is NEXT the next one of its poll."""
    last: dict[str, int] = {}
    done: list[Body] = []
    for body in bodies:
        if isinstance(body, Vote | Malformed):
            done.append(body)
            continue
        number = body.number
        if number == NEXT:
            number = last[body.poll_id] = last.get(body.poll_id, 0) + 1
        done.append(replace(body, number=number))
    return done


def records_of(
    bodies: Sequence[Body], times: Sequence[int] | None = None, partition: int = 0
) -> list[Record]:
    """A partition that holds these bodies from offset 0 on, appended at `times` or early."""
    moments = times or [0] * len(bodies)
    return [
        Record(partition, offset, moment, f"id_{offset}", body)
        for offset, (body, moment) in enumerate(zip(bodies, moments, strict=True))
    ]


LADDERLESS = {
    "kind": st.sampled_from(["standing", "changeable"]),
    "ideas_per_ballot": st.sampled_from([1, 2, 3, None]),
    "period": st.sampled_from(["poll", "day"]),
    "weights": st.sampled_from([{}, WEIGHTS]),
    "channels": st.sampled_from([("web",), CHANNELS]),
}
RULES = st.builds(Rules, **LADDERLESS)
"""All that the count heeds; who may vote and what is shown is decided elsewhere."""


def voting(rules: Rules, poll: str) -> st.SearchStrategy[Body]:
    """Votes as the ballot box appends them in a poll with these rules, and some for no idea."""
    ideas = st.sampled_from([*IDEAS, *IDEAS, *LATER_IDEAS, "nonsense"])
    changeable = rules.kind == "changeable"
    chosen = st.lists(ideas, max_size=4, unique=True) if changeable else st.tuples(ideas)
    return st.builds(
        ballot,
        st.sampled_from(VOTERS),
        chosen,
        st.just(poll),
        period=st.sampled_from(DAYS) if rules.period == "day" else st.just(""),
        revision=st.integers(1, 5) if changeable else st.none(),
        segment=st.sampled_from(SEGMENTS),
        channel=st.sampled_from(CHANNELS),
    )


def amendments(poll: str, number: int = NEXT) -> st.SearchStrategy[Body]:
    """What may come between the opening of a poll and its closing."""
    ideas = st.sampled_from([*IDEAS, *LATER_IDEAS])
    some = st.lists(ideas, max_size=2, unique=True).map(tuple)
    voters = st.lists(st.sampled_from(VOTERS), max_size=3, unique=True).map(tuple)
    this, at = st.just(poll), st.just(number)
    moments = st.none() | st.integers(CLOSES_AT_MS // 2, CLOSES_AT_MS * 2)
    return st.one_of(
        st.builds(BallotChanged, this, at, some, some, moments),
        st.builds(DeadlinePassed, this, at, some),
        set_asides(poll, number),
        st.builds(Reinstated, this, at, voters),
    )


def set_asides(poll: str, number: int = NEXT) -> st.SearchStrategy[Body]:
    voters = st.lists(st.sampled_from(VOTERS), max_size=3, unique=True).map(tuple)
    return st.builds(SetAside, st.just(poll), st.just(number), voters)


MERGES = [
    (),
    (("boaty", "poppy"),),
    (("boaty", "poppy"), ("poppy", "henry")),
    (("boaty", "poppy"), ("henry", "poppy")),
]


@st.composite
def merges(draw: st.DrawFn, poll: str, *, undone: bool) -> list[Control]:
    """Ideas merged one after the other, and some parted again, the last one first; each with all
    voters, in pieces.
    """
    pairs = draw(st.sampled_from(MERGES))
    left = draw(st.integers(0, len(pairs))) if undone else len(pairs)
    steps: list[Control] = []
    for idea, into in pairs:
        steps.append(BallotChanged(poll, NEXT, removed=(idea,)))
        steps += [Merged(poll, NEXT, idea, into, some) for some in draw(pieces())]
    for idea, into in reversed(pairs[left:]):
        steps.append(BallotChanged(poll, NEXT, added=(idea,)))
        steps += [Parted(poll, NEXT, idea, into, some) for some in draw(pieces())]
    return steps


def pieces() -> st.SearchStrategy[tuple[tuple[str, ...], ...]]:
    """All voters, in one piece or in two."""
    return st.integers(0, len(VOTERS)).map(lambda cut: (VOTERS[:cut], VOTERS[cut:]))


STRANGE = st.sampled_from(
    [
        ballot("voter_0", IDEAS),
        ballot("voter_0"),
        vote(revision=1),
        vote(revision=0),
        vote(revision=10_001),
        vote(period="2026-11-21"),
        vote(period="someday"),
        vote(poll="unheard of"),
        ballot("voter_0", ("boaty", "boaty"), revision=2),
        Malformed("not JSON"),
    ]
)


def _stray(poll: str) -> st.SearchStrategy[Body]:
    """Control records again, out of their order, or behind a gap."""
    numbers = st.integers(1, 9)
    plain = st.sampled_from(life(poll))
    return st.one_of(
        plain,
        st.tuples(plain, numbers).map(_with_number),
        numbers.flatmap(lambda number: amendments(poll, number)),
    )


def _with_number(chosen: tuple[Control, int]) -> Body:
    control, number = chosen
    return replace(control, number=number)


@st.composite
def lives(
    draw: st.DrawFn, poll: str = "ship", rules: Rules | None = None, *, undone: bool = True
) -> list[Body]:
    """A poll from its opening on, as the state machine and ballot boxes write it: votes, repeats
    and amendments, often ideas that are merged, and some of them parted again (`undone`), mostly a
    closing, and what still comes behind it.
    """
    chosen = rules or draw(RULES)
    votes = voting(chosen, poll)
    running = draw(st.lists(st.one_of(votes, votes, votes, amendments(poll)), max_size=25))
    bodies: list[Body] = [opened(poll, NEXT, chosen), *running]
    for ending, between in (
        (Closed(poll, NEXT), st.one_of(votes, set_asides(poll))),
        (Sealed(poll, NEXT), votes),
        (Retired(poll, NEXT), votes),
    ):
        if not draw(st.integers(0, 3)):
            break
        bodies += [ending, *draw(st.lists(between, max_size=4))]
    steps = draw(merges(poll, undone=undone))
    sealed = next((at for at, b in enumerate(bodies) if isinstance(b, Sealed)), len(bodies))
    places = st.lists(st.integers(1, sealed), min_size=len(steps), max_size=len(steps))
    for place, step in reversed([*zip(sorted(draw(places)), steps, strict=True)]):
        bodies.insert(place, step)
    return bodies


@st.composite
def logs(draw: st.DrawFn, *, undone: bool = True) -> list[Record]:
    """A partition of two polls, each under its rules, with repeats and strange records between.

    Control records may be repeated, lie in a wrong order, or be missing; times mostly grow.
    """
    strange = draw(st.booleans())
    # An idea that comes back before all of its votes have gone on makes ballots too full; the
    # state machine sees to it, and strays do not.
    halves = [draw(lives(poll, undone=undone and not strange)) for poll in POLLS]
    turns = draw(st.permutations([0] * len(halves[0]) + [1] * len(halves[1])))
    left = [iter(half) for half in halves]
    bodies = numbered(next(left[half]) for half in turns)
    strays = [STRANGE, STRANGE, *map(_stray, POLLS)] if strange else [STRANGE]
    repeats = st.sampled_from(bodies)
    for extra in draw(st.lists(st.one_of(repeats, repeats, *strays), max_size=8)):
        bodies.insert(draw(st.integers(0, len(bodies))), extra)
    times = draw(
        st.lists(st.integers(0, 2 * CLOSES_AT_MS), min_size=len(bodies), max_size=len(bodies))
    )
    # A poll that nobody votes in before its closing time would be a dull one.
    early = sorted(at_ms // 2 for at_ms in times)
    return records_of(bodies, early if draw(st.integers(0, 3)) else times)
