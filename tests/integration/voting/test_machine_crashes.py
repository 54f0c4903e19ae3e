"""Whatever a worker was doing when it was killed, or fell asleep, the log stays right."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from groundswell_contracts.polls import PollAnnounced
from groundswell_voting.counting.fold import Fold
from groundswell_voting.counting.rules import Stage
from groundswell_voting.polls.rules import (
    ClosingChange,
    IdeasChange,
    PauseChange,
    Poll,
    VotersChange,
    What,
)
from groundswell_voting.voteslog.codec import milliseconds
from groundswell_voting.voteslog.rules import BallotChanged, Malformed, Record, Vote, partition_of
from tests.integration.voting.crashes import WAIT, How, all_interrupted
from tests.integration.voting.installation import Voting
from tests.integration.voting.world import IDEAS

LIFE = ["Opened", "BallotChanged", "BallotChanged", "SetAside", "Closed", "Sealed"]
VOTERS = tuple(f"voter_{n}" for n in range(40))
LATER = timedelta(days=2)


async def changed_in_every_way(voting: Voting) -> tuple[Poll, Sequence[What]]:
    poll = await voting.plan()
    return poll, [
        PauseChange(paused=True),
        IdeasChange(added=("idea_new",), removed=IDEAS[:1]),
        ClosingChange(poll.closes_at + LATER),
        PauseChange(paused=False),
        VotersChange("set_aside", "c-1", "One machine.", VOTERS, resolved=VOTERS),
    ]


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    ("how", "moves"), [("killed", 0), ("asleep", 1), ("asleep", 4), ("asleep", 9), ("asleep", 99)]
)
async def test_a_worker_ends_between_any_two_steps(voting: Voting, how: How, moves: int) -> None:
    polls = await all_interrupted(voting, changed_in_every_way, how, moves)
    assert len(polls) > 40, "it did less than it is known to do"
    log = await voting.logs_of(polls)
    said = await voting.announcements_of(polls)
    for poll in polls:
        for partition, records in log[poll.poll_id].items():
            is_right(poll, records, partition, voting.settings.voting_partitions)
        is_announced_right(poll, said[poll.poll_id], log[poll.poll_id][0])
        after = await voting.poll(poll)
        assert (after.control_number, after.changes_done, after.pauses_done) == (len(LIFE), 3, 2)
        assert not after.paused
        assert (after.idea_ids, after.removed_idea_ids) == ((*IDEAS, "idea_new"), IDEAS[:1])


def is_right(poll: Poll, records: Sequence[Record], partition: int, partitions: int) -> None:
    """The first record of each number comes in its order; a repeat says the same."""
    by_number: dict[int, Any] = {}
    for record in records:
        assert not isinstance(record.body, Vote | Malformed)
        first = by_number.setdefault(record.body.number, record.body)
        assert first == record.body
    assert [type(body).__name__ for body in by_number.values()] == LIFE
    assert list(by_number) == list(range(1, len(LIFE) + 1))
    fold = Fold(partition, partitions)
    fold.take_all(records)
    counted = fold.polls[poll.poll_id]
    assert (counted.stage, counted.halted) == (Stage.SEALED, False)
    assert list(counted.ideas) == [*IDEAS, "idea_new"]
    assert (counted.removed, counted.closes_at_ms) == (
        frozenset({0}),
        milliseconds(poll.closes_at + LATER),
    )
    assert counted.set_aside == {v for v in VOTERS if partition_of(v, partitions) == partition}


def is_announced_right(
    poll: Poll, announced: Sequence[tuple[int, PollAnnounced]], records: Sequence[Record]
) -> None:
    """Each number was used once, the highest say how it ended, and taking away was waited for."""
    numbers = [change.number for _, change in announced]
    assert len(set(numbers)) == len(numbers)
    in_order = [change for _, change in sorted(announced, key=lambda said: said[1].number)]
    assert [c.accepting for c in in_order if c.accepting is not None][-1] is False
    assert [c.closes_at for c in in_order if c.closes_at is not None][-1] == poll.closes_at + LATER
    withdrawn = min(at_ms for at_ms, change in announced if change.withdrawn_idea_ids)
    changed = next(r for r in records if isinstance(r.body, BallotChanged))
    assert changed.appended_at_ms - withdrawn >= WAIT * 1000
    freed = min(at_ms for at_ms, change in announced if change.removed_idea_ids)
    assert changed.appended_at_ms <= freed
