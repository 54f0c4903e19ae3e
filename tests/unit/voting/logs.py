"""Small votes logs for tests: bodies of records, and Hypothesis strategies for whole logs."""

from collections.abc import Sequence

from hypothesis import strategies as st

from groundswell_voting.voteslog.rules import (
    Body,
    Closed,
    Malformed,
    Opened,
    Record,
    Retired,
    Sealed,
    Vote,
)

CLOSES_AT_MS = 1_000
IDEAS = ("boaty", "poppy", "henry")
VOTERS = tuple(f"voter_{n}" for n in range(6))
POLLS = ("ship", "pizza")


def vote(voter: str = "voter_0", idea: str = "boaty", poll: str = "ship", weight: int = 1) -> Vote:
    """A vote in a standing poll. Its id says what it is: equal votes have equal ids."""
    return Vote(f"{poll}/{voter}/{idea}", poll, voter, (idea,), "pass_1", weight=weight)


def opened(poll: str = "ship", number: int = 1, ideas_per_ballot: int = 1) -> Opened:
    return Opened(poll, number, IDEAS, ideas_per_ballot, CLOSES_AT_MS)


def life(poll: str = "ship", ideas_per_ballot: int = 1) -> list[Opened | Closed | Sealed | Retired]:
    """The control records of a poll in their order."""
    return [
        opened(poll, 1, ideas_per_ballot),
        Closed(poll, 2),
        Sealed(poll, 3),
        Retired(poll, 4),
    ]


def records_of(
    bodies: Sequence[Body], times: Sequence[int] | None = None, partition: int = 0
) -> list[Record]:
    """A partition that holds these bodies from offset 0 on, appended at `times` or early."""
    moments = times or [0] * len(bodies)
    return [
        Record(partition, offset, moment, f"id_{offset}", body)
        for offset, (body, moment) in enumerate(zip(bodies, moments, strict=True))
    ]


VOTES = st.builds(
    vote,
    voter=st.sampled_from(VOTERS),
    idea=st.sampled_from([*IDEAS, "removed"]),
    poll=st.sampled_from(POLLS),
    weight=st.integers(0, 3),
)


@st.composite
def logs(draw: st.DrawFn, *, ideas_per_ballot: int | None = None) -> list[Record]:
    """A partition in which votes, repeats and strange votes lie between two polls' controls.

    Controls may be repeated, lie in a wrong order, or be missing; times mostly grow.
    """
    limit = draw(st.integers(1, 3)) if ideas_per_ballot is None else ideas_per_ballot
    controls = [control for poll in POLLS for control in life(poll, limit)]
    strange: list[Body] = [
        Vote("many", "ship", VOTERS[0], IDEAS, "pass_1"),
        Vote("none", "ship", VOTERS[0], (), "pass_1"),
        Vote("revised", "ship", VOTERS[0], ("boaty",), "pass_1", revision=1),
        Vote("daily", "ship", VOTERS[0], ("boaty",), "pass_1", period="2016-04-16"),
        Malformed("not JSON"),
    ]
    # A poll usually opens, or the most interesting verdicts would be rare.
    openings: list[Body] = [life(poll, limit)[0] for poll in POLLS]
    head = draw(st.permutations(openings)) if draw(st.integers(0, 4)) else []
    body: st.SearchStrategy[Body] = st.one_of(
        VOTES, VOTES, VOTES, st.sampled_from(controls), st.sampled_from(strange)
    )
    bodies: list[Body] = [*head, *draw(st.lists(body, max_size=40))]
    times = draw(
        st.lists(st.integers(0, 2 * CLOSES_AT_MS), min_size=len(bodies), max_size=len(bodies))
    )
    return records_of(bodies, sorted(times) if draw(st.booleans()) else times)
