"""The checker finds what can be wrong with ideas merged on an open ballot; and nothing else."""

import pytest

from tests.chaos.checker.fold import partition_of
from tests.chaos.checker.judge import findings
from tests.chaos.made import ANNE, BEN, BOATY, CLEO, DORA, PARTITIONS, POPPY, Made, found

GO_ALONG, AS_ASKED = "votes_of_merged_ideas_go_along", "merges_are_made_as_asked"
VOTERS = {BOATY: (ANNE, BEN, CLEO), POPPY: (CLEO, DORA)}


@pytest.fixture
def made() -> Made:
    """An open poll of two ideas a ballot, in which one voter has both that will be merged."""
    made = Made()
    made.open(ideas_per_ballot=2)
    for idea, voters in VOTERS.items():
        for voter in voters:
            made.vote(voter, idea)
    return made


def merge(made: Made, number: int, *voters: str, asked: bool = True) -> None:
    """Control records `number` and the next one: an idea goes on in another one."""
    if asked:
        made.note("merge", poll="ship", change="merged")
    made.control("BallotChanged", number, removed_idea_ids=[BOATY])
    _move(made, "VotesMerged", number + 1, voters)


def part(made: Made, number: int, *voters: str) -> None:
    """Control records `number` and the next one: it comes back."""
    made.note("merge", poll="ship", change="unmerged")
    made.control("BallotChanged", number, added_idea_ids=[BOATY])
    _move(made, "VotesParted", number + 1, voters)


def _move(made: Made, kind: str, number: int, voters: tuple[str, ...]) -> None:
    for partition in range(PARTITIONS):
        here = [voter for voter in voters if partition_of(voter, PARTITIONS) == partition]
        data = {"poll_id": "ship", "number": number, "idea_id": BOATY, "into_idea_id": POPPY}
        made.append(partition, kind, f"ship/{number}/{partition}", data | {"voters": here})


def votes(made: Made, after: int) -> list[int]:
    evidence = made.whole(after)
    assert findings(evidence) == []
    return [line["votes"] for line in evidence.tallies["ship"]["tally"]]


def test_a_merge_counts_each_voter_once_and_has_no_finding(made: Made) -> None:
    merge(made, 2, ANNE, BEN, CLEO)
    assert votes(made, after=3) == [4, 0]  # of the two ideas that are left


def test_parting_gives_the_votes_back_and_has_no_finding(made: Made) -> None:
    merge(made, 2, ANNE, BEN, CLEO)
    part(made, 4, ANNE, BEN, CLEO)
    assert votes(made, after=5) == [3, 2, 0]


def test_a_merge_in_pieces_is_one(made: Made) -> None:
    merge(made, 2, ANNE)
    _move(made, "VotesMerged", 4, (BEN, CLEO))
    assert votes(made, after=4) == [4, 0]


def test_a_voter_who_is_left_behind(made: Made) -> None:
    merge(made, 2, ANNE, CLEO)
    assert found(made.whole(after=3)) == {GO_ALONG}


def test_a_voter_whose_vote_does_not_come_back(made: Made) -> None:
    merge(made, 2, ANNE, BEN, CLEO)
    part(made, 4, ANNE, CLEO)
    assert found(made.whole(after=5)) == {GO_ALONG}


def test_a_merge_that_is_not_made(made: Made) -> None:
    made.note("merge", poll="ship", change="merged")
    assert found(made.whole()) == {AS_ASKED}


def test_a_merge_that_nobody_asked_for(made: Made) -> None:
    merge(made, 2, ANNE, BEN, CLEO, asked=False)
    assert found(made.whole(after=3)) == {AS_ASKED}


def test_more_votes_of_a_merged_idea_than_people_sent_for_either(made: Made) -> None:
    merge(made, 2, ANNE, BEN, CLEO)
    evidence = made.whole(after=3)
    evidence.tallies["ship"]["tally"][0]["votes"] += 1
    assert "no_vote_counts_twice" in found(evidence)
