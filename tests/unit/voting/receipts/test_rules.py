"""What a receipt says, and how that changes with what happens to the poll."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell_voting.counting.fold import Fold
from groundswell_voting.counting.rules import Verdict
from groundswell_voting.receipts.rules import ReceiptState, fold_voter, outcome
from groundswell_voting.voteslog.rules import (
    BallotChanged,
    Body,
    Closed,
    Merged,
    Parted,
    Record,
    Reinstated,
    Retired,
    Rules,
    Sealed,
    SetAside,
    Vote,
)
from tests.unit.voting.logs import (
    CLOSES_AT_MS,
    DAYS,
    NEXT,
    VOTERS,
    ballot,
    logs,
    numbered,
    opened,
    vote,
)

VOTER = "voter_0"
OPENED = opened(number=NEXT)
CHANGEABLE = opened(number=NEXT, rules=Rules("changeable", 2))
CLOSED, SEALED, RETIRED = Closed("ship", NEXT), Sealed("ship", NEXT), Retired("ship", NEXT)
ASIDE, BACK = SetAside("ship", NEXT, (VOTER,)), Reinstated("ship", NEXT, (VOTER,))
NO_BOATY = BallotChanged("ship", NEXT, removed=("boaty",))
NO_POPPY = BallotChanged("ship", NEXT, removed=("poppy",))
BOATY_BACK = BallotChanged("ship", NEXT, added=("boaty",))
MERGED = Merged("ship", NEXT, "boaty", "poppy", (VOTER,))
MERGED_WITH_HENRY = Merged("ship", NEXT, "boaty", "henry", (VOTER,))
PARTED = Parted("ship", NEXT, "boaty", "poppy", (VOTER,))
MINE, OTHER, NONE = vote(), vote(idea="poppy"), vote(idea="nonsense")
FIRST = ballot(ideas=("boaty", "poppy"), revision=1)
SECOND = ballot(ideas=("henry",), revision=2)


def logged(bodies: list[Body], at_ms: int = 0) -> list[Record]:
    """Records whose ids are those of their votes."""
    return [
        Record(0, offset, at_ms, getattr(body, "vote_id", f"control_{offset}"), body)
        for offset, body in enumerate(numbered(bodies))
    ]


def state_of(asked: Vote, *bodies: Body, at_ms: int = 0) -> ReceiptState:
    found = fold_voter(logged(list(bodies), at_ms), "ship", VOTER, 1)
    return outcome(asked.vote_id, *found).state


STATES: list[tuple[ReceiptState, Vote, list[Body]]] = [
    ("not_known_yet", MINE, []),
    ("not_known_yet", MINE, [OPENED]),
    ("not_known_yet", MINE, [OPENED, OTHER]),
    ("refused", MINE, [MINE]),
    ("refused", MINE, [MINE, OPENED]),
    ("counted", MINE, [OPENED, MINE]),
    ("counted", MINE, [OPENED, MINE, MINE]),
    ("counted", MINE, [MINE, OPENED, MINE]),
    ("counted", MINE, [OPENED, MINE, CLOSED, MINE, SEALED, MINE, RETIRED, MINE]),
    ("over_limit", OTHER, [OPENED, MINE, OTHER]),
    ("over_limit", OTHER, [OPENED, MINE, OTHER, CLOSED, OTHER, SEALED, RETIRED]),
    ("counted", OTHER, [OPENED, MINE, OTHER, NO_BOATY, OTHER]),
    ("too_late", MINE, [OPENED, CLOSED, MINE]),
    ("too_late", MINE, [OPENED, CLOSED, SEALED, MINE]),
    ("too_late", MINE, [OPENED, CLOSED, SEALED, RETIRED, MINE]),
    ("not_on_ballot", NONE, [OPENED, NONE]),
    ("idea_removed", MINE, [OPENED, NO_BOATY, MINE]),
    ("idea_removed", MINE, [OPENED, MINE, NO_BOATY]),
    ("idea_removed", MINE, [OPENED, MINE, NO_BOATY, ASIDE, CLOSED, SEALED, RETIRED]),
    ("set_aside", MINE, [OPENED, MINE, ASIDE]),
    ("set_aside", MINE, [OPENED, ASIDE, MINE, CLOSED, SEALED, RETIRED]),
    ("counted", MINE, [OPENED, ASIDE, MINE, BACK]),
    ("counted", MINE, [OPENED, MINE, CLOSED, ASIDE, BACK]),
    ("refused", MINE, [CHANGEABLE, MINE]),
    ("counted", FIRST, [CHANGEABLE, FIRST]),
    ("replaced", FIRST, [CHANGEABLE, FIRST, SECOND]),
    ("replaced", FIRST, [CHANGEABLE, SECOND, FIRST]),
    ("counted", SECOND, [CHANGEABLE, SECOND, FIRST]),
    ("counted", FIRST, [CHANGEABLE, FIRST, NO_BOATY]),
    ("idea_removed", SECOND, [CHANGEABLE, SECOND, BallotChanged("ship", NEXT, (), ("henry",))]),
    ("set_aside", SECOND, [CHANGEABLE, FIRST, SECOND, ASIDE]),
    ("replaced", FIRST, [CHANGEABLE, FIRST, SECOND, ASIDE]),
    (
        "repeat",
        ballot(ideas=("poppy", "boaty"), revision=1),
        [CHANGEABLE, FIRST, ballot(ideas=("poppy", "boaty"), revision=1)],
    ),
    ("counted", ballot(revision=3), [CHANGEABLE, FIRST, ballot(revision=3), NO_BOATY]),
    ("not_known_yet", MINE, [OPENED, Closed("ship", 5), MINE]),
    ("idea_removed", MINE, [OPENED, NO_BOATY, MINE, MERGED]),
    ("counted", MINE, [OPENED, MINE, NO_BOATY, MERGED]),
    ("counted", MINE, [OPENED, MINE, NO_BOATY, MERGED, MINE, CLOSED, SEALED, RETIRED]),
    ("counted", OTHER, [OPENED, MINE, NO_BOATY, MERGED, OTHER]),
    ("set_aside", MINE, [OPENED, MINE, ASIDE, NO_BOATY, MERGED]),
    ("over_limit", MINE, [OPENED, MINE, NO_BOATY, OTHER, MERGED_WITH_HENRY]),
    ("over_limit", MINE, [OPENED, MINE, NO_BOATY, MERGED, OTHER, BOATY_BACK, PARTED]),
    ("counted", OTHER, [OPENED, MINE, NO_BOATY, MERGED, OTHER, BOATY_BACK, PARTED]),
    ("counted", MINE, [OPENED, MINE, NO_BOATY, MERGED, BOATY_BACK, PARTED]),
    ("idea_removed", MINE, [OPENED, MINE, NO_BOATY, MERGED, NO_POPPY]),
    ("counted", FIRST, [CHANGEABLE, FIRST, NO_BOATY, MERGED]),
    ("replaced", FIRST, [CHANGEABLE, FIRST, NO_BOATY, MERGED, SECOND, BOATY_BACK, PARTED]),
]


@pytest.mark.parametrize(("state", "asked", "bodies"), STATES)
def test_states(state: ReceiptState, asked: Vote, bodies: list[Body]) -> None:
    assert state_of(asked, *bodies) == state


def test_a_vote_at_the_closing_time_is_too_late() -> None:
    assert state_of(MINE, OPENED, MINE, at_ms=CLOSES_AT_MS) == "too_late"


def test_the_record_that_decided_comes_with_it() -> None:
    records = logged([MINE, OPENED, OTHER, MINE, CLOSED, MINE])
    found = fold_voter(records, "ship", VOTER, 1)
    assert outcome(OTHER.vote_id, *found).record == records[2]
    assert outcome(MINE.vote_id, *found).record == records[0]


@pytest.mark.parametrize(
    ("asked", "bodies", "counts_for"),
    [
        (MINE, [OPENED, MINE], ("boaty",)),
        (MINE, [OPENED, MINE, NO_BOATY, MERGED], ("poppy",)),
        (MINE, [OPENED, MINE, NO_BOATY, MERGED, BOATY_BACK, PARTED], ("boaty",)),
        (FIRST, [CHANGEABLE, FIRST], ("boaty", "poppy")),
        (FIRST, [CHANGEABLE, FIRST, NO_BOATY], ("poppy",)),
        (FIRST, [CHANGEABLE, FIRST, NO_BOATY, MERGED], ("poppy",)),
        (FIRST, [CHANGEABLE, FIRST, NO_BOATY, MERGED_WITH_HENRY], ("poppy", "henry")),
        (MINE, [OPENED, MINE, NO_BOATY, MERGED, ASIDE], ()),
        (MINE, [OPENED, MINE, NO_BOATY], ()),
    ],
)
def test_what_a_vote_counts_for(
    asked: Vote, bodies: list[Body], counts_for: tuple[str, ...]
) -> None:
    found = fold_voter(logged(bodies), "ship", VOTER, 1)
    assert outcome(asked.vote_id, *found).counts_for == counts_for


def test_each_day_has_its_ballot_and_its_receipts() -> None:
    days = [vote(period=day, idea=idea) for day, idea in zip(DAYS, ("boaty", "poppy"), strict=True)]
    records = logged([opened(number=NEXT, rules=Rules(period="day")), *days, CLOSED])
    count, verdicts = fold_voter(records, "ship", VOTER, 1)
    assert count is not None
    assert {period: b.ideas for period, b in count.ballots.items()} == {
        DAYS[0]: (0,),
        DAYS[1]: (1,),
    }
    assert [outcome(day.vote_id, count, verdicts).state for day in days] == ["counted"] * 2


@given(logs(), st.sampled_from(VOTERS))
def test_a_receipt_says_counted_for_what_is_in_the_tally(log: list[Record], voter: str) -> None:
    """A voter's own records tell the same as the whole partition's."""
    whole = Fold(0, 1)
    for record in log:
        if not isinstance(record.body, Retired):
            whole.take(record)
    ballots = {
        key.period: found
        for key, found in whole.ballots.items()
        if (key.poll_id, key.voter) == ("ship", voter)
    }
    mine = [_named(record) for record in log if _concerns(record, voter)]
    count, verdicts = fold_voter(mine, "ship", voter, 1)
    assert (count.ballots if count else {}) == ballots
    for record, verdict in verdicts:
        found = outcome(record.id, count, verdicts)
        assert isinstance(record.body, Vote)
        if found.state == "counted":
            assert count is not None
            ordinals = {count.poll.ideas[idea_id] for idea_id in record.body.idea_ids}
            stands = ballots[record.body.period]
            assert ordinals <= set(stands.ideas)
            counted = {count.poll.ideas[idea_id] for idea_id in found.counts_for}
            assert counted <= stands.counted().keys() - count.poll.removed
            assert counted or not record.body.idea_ids
            assert voter not in count.poll.set_aside
        elif verdict is Verdict.COUNTED:
            assert found.state in ("replaced", "idea_removed", "set_aside", "over_limit")


def _named(record: Record) -> Record:
    """With the id that its vote has in a real log."""
    return msgspec.structs.replace(record, id=getattr(record.body, "vote_id", record.id))


def _concerns(record: Record, voter: str) -> bool:
    """Whether it is one of the voter's votes in the poll, or a control record of it."""
    body = record.body
    return getattr(body, "poll_id", "") == "ship" and getattr(body, "voter", voter) == voter
