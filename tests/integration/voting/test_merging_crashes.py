"""A worker that merges ideas is killed, or falls asleep, between any two of its steps."""

from collections import Counter
from collections.abc import Sequence

import pytest

from groundswell_voting.counting.fold import Fold
from groundswell_voting.counting.rules import Stage
from groundswell_voting.polls.merging import MergedIdeaChange, MergedVotesChange
from groundswell_voting.polls.rules import Poll, PollStage, What
from groundswell_voting.voteslog.rules import Malformed, Record, Rules, Vote
from tests.integration.voting.crashes import WAIT, How, all_interrupted
from tests.integration.voting.installation import Voting
from tests.integration.voting.world import IDEAS, cast

A, B, C = IDEAS[:3]
VOTES = {A: ("voter_1", "voter_2", "voter_3"), B: ("voter_3", "voter_4"), C: ("voter_1",)}
CHANGES: list[What] = [
    MergedIdeaChange(A, B, "leave"),
    MergedVotesChange(A, B, "merge"),
    MergedIdeaChange(B, C, "leave"),
    MergedVotesChange(B, C, "merge"),
    MergedIdeaChange(B, C, "return"),
    MergedVotesChange(B, C, "unmerge"),
]
MERGING = ["BallotChanged", "Merged"]
LIFE = ["Opened", *MERGING, *MERGING, "BallotChanged", "Parted", "Closed", "Sealed"]


async def with_votes(voting: Voting) -> tuple[Poll, Sequence[What]]:
    """A poll that is open, with its votes."""
    poll, life = await voting.plan(rules=Rules(ideas_per_ballot=2)), voting.life(WAIT)
    while (now := await voting.poll(poll)).stage is not PollStage.OPEN:
        await life.step(now)
    for idea, voters in VOTES.items():
        await voting.votes_log.cast(*(cast(voter, idea, poll.poll_id) for voter in voters))
    return poll, CHANGES


@pytest.mark.timeout(240)
@pytest.mark.parametrize(("how", "moves"), [("killed", 0), ("asleep", 1), ("asleep", 6)])
async def test_votes_have_moved_once(voting: Voting, how: How, moves: int) -> None:
    async with voting.counted():
        polls = await all_interrupted(voting, with_votes, how, moves)
    assert len(polls) > 24, "it did less than it is known to do"
    log = await voting.logs_of(polls)
    for poll in polls:
        votes = Counter[int]()
        for partition, records in log[poll.poll_id].items():
            fold = Fold(partition, voting.settings.voting_partitions)
            fold.take_all(records)
            counted = fold.polls[poll.poll_id]
            assert (counted.stage, counted.halted) == (Stage.SEALED, False)
            says_the_same(records)
            if poll.poll_id in fold.tallies:
                votes.update(fold.tallies[poll.poll_id].votes())
        assert (votes[0], votes[1], votes[2]) == (0, 4, 1), poll
        after = await voting.poll(poll)
        assert (after.control_number, after.changes_done) == (len(LIFE), len(CHANGES))
        assert after.removed_idea_ids == (A,)
        assert [(m.idea_id, m.into_idea_id, m.votes_moved) for m in after.merged] == [(A, B, True)]


def says_the_same(records: Sequence[Record]) -> None:
    """The first record of each number comes in its order; a repeat says the same."""
    first: dict[int, object] = {}
    for record in records:
        body = record.body
        if not isinstance(body, Vote | Malformed):
            assert first.setdefault(body.number, body) == body
    assert [type(body).__name__ for body in first.values()] == LIFE
