"""By which links the votes of a tally came: all of them, and no others."""

from collections import Counter
from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell_contracts.poll_rules import PollRules
from groundswell_contracts.tallies import IdeaTally, LinkVotes, TallyCertified
from groundswell_voting.certification.links import Links
from groundswell_voting.certification.result import LINKS_TOLD, attributions
from groundswell_voting.certification.rules import PartitionCount
from groundswell_voting.counting.fold import Fold
from groundswell_voting.counting.rules import Poll, Stage
from groundswell_voting.counting.tally import Tally
from groundswell_voting.voteslog.rules import (
    BallotChanged,
    Body,
    Merged,
    Parted,
    Reinstated,
    Retired,
    Rules,
    SetAside,
    Vote,
)
from tests.support.events import NOW
from tests.unit.voting.logs import IDEAS, NEXT, ballot, lives, numbered, opened, records_of, vote

CHANGEABLE = Rules(kind="changeable", ideas_per_ballot=2)
TWO = Rules(ideas_per_ballot=2)


def links_of(bodies: Sequence[Body]) -> tuple[Counter[tuple[int, str]], Fold]:
    """The links of a poll's votes up to where its ballots may be forgotten, and the fold."""
    fold, links = Fold(0, 1), Links()
    for record in records_of(numbered(bodies)):
        if isinstance(record.body, Retired):
            break
        verdict = fold.take(record)
        if isinstance(record.body, Vote):
            links.take(record.body, verdict)
    return links.votes(fold, "ship"), fold


def named(bodies: Sequence[Body]) -> dict[tuple[str, str], int]:
    """The same by the ids of the ideas."""
    found, fold = links_of(bodies)
    ids = list(fold.polls["ship"].ideas)
    return {(ids[idea], via): votes for (idea, via), votes in found.items()}


@given(lives(), st.data())
def test_where_each_vote_names_a_link_links_have_the_whole_tally(
    life: list[Body], data: st.DataObject
) -> None:
    """With weights, many days, voters set aside, ideas that left, and ballots stated anew."""
    via = st.sampled_from(["qr", "mail", "anne"])
    bodies = [
        msgspec.structs.replace(body, via=data.draw(via)) if isinstance(body, Vote) else body
        for body in life
    ]
    found, fold = links_of(bodies)
    of_ideas: Counter[int] = Counter()
    for (idea, _), votes in found.items():
        of_ideas[idea] += votes
    assert of_ideas == fold.tallies.get("ship", Tally()).votes()


@given(lives())
def test_votes_that_name_none_are_nowhere(life: list[Body]) -> None:
    assert links_of(life)[0] == {}


class TestStanding:
    def test_each_vote_keeps_its_own(self) -> None:
        votes = [
            vote("anne", "boaty", via="qr"),
            vote("anne", "poppy"),
            vote("bert", "boaty", via="c0de"),
        ]
        assert named([opened("ship", NEXT, TWO), *votes]) == {
            ("boaty", "qr"): 1,
            ("boaty", "c0de"): 1,
        }

    def test_a_repeat_by_another_link_changes_nothing(self) -> None:
        votes = [vote("anne", "boaty", via="qr"), vote("anne", "boaty", via="mail")]
        assert named([opened("ship", NEXT), *votes]) == {("boaty", "qr"): 1}
        votes = [vote("anne", "boaty"), vote("anne", "boaty", via="mail")]
        assert named([opened("ship", NEXT), *votes]) == {}

    def test_what_does_not_count_is_not_there(self) -> None:
        votes = [vote("anne", "boaty", via="qr"), vote("anne", "poppy", via="mail")]
        assert named([opened("ship", NEXT), *votes, vote("bert", "nothing", via="qr")]) == {
            ("boaty", "qr"): 1
        }

    def test_it_has_the_weight_of_its_ballot(self) -> None:
        weighty = Rules(weights={"gold": 3})
        gold = vote("anne", "boaty", segment="gold", via="qr")
        assert named([opened("ship", NEXT, weighty), gold]) == {("boaty", "qr"): 3}

    def test_voters_set_aside_are_out_until_they_are_reinstated(self) -> None:
        aside = SetAside("ship", NEXT, ("anne",))
        votes: list[Body] = [opened("ship", NEXT, TWO), vote("anne", "boaty", via="qr"), aside]
        votes.append(vote("anne", "poppy", via="mail"))
        assert named(votes) == {}
        back = Reinstated("ship", NEXT, ("anne",))
        assert named([*votes, back]) == {("boaty", "qr"): 1, ("poppy", "mail"): 1}

    def test_ideas_that_left_keep_theirs(self) -> None:
        gone = BallotChanged("ship", NEXT, (), ("boaty",))
        votes: list[Body] = [opened("ship", NEXT), vote("anne", "boaty", via="qr"), gone]
        votes.append(vote("anne", "poppy", via="mail"))
        assert named(votes) == {("boaty", "qr"): 1, ("poppy", "mail"): 1}

    def test_a_vote_that_went_along_with_a_merge_keeps_its_own(self) -> None:
        """Anne came by one link and Bert voted for both, by two; it can be undone."""
        votes: list[Body] = [
            opened("ship", NEXT, TWO),
            vote("anne", "boaty", via="qr"),
            vote("bert", "boaty", via="mail"),
            vote("bert", "poppy", via="c0de"),
        ]
        apart = {("boaty", "qr"): 1, ("boaty", "mail"): 1, ("poppy", "c0de"): 1}
        assert named(votes) == apart
        both = ("anne", "bert")
        votes += [
            BallotChanged("ship", NEXT, (), ("boaty",)),
            Merged("ship", NEXT, "boaty", "poppy", both),
        ]
        assert named(votes) == {("poppy", "qr"): 1, ("poppy", "c0de"): 1}
        votes += [
            BallotChanged("ship", NEXT, ("boaty",), ()),
            Parted("ship", NEXT, "boaty", "poppy", both),
        ]
        assert named(votes) == apart

    def test_a_vote_that_is_cast_again_names_what_it_names_now(self) -> None:
        """It lost its place when a merge was undone, and has one again since an idea left."""
        votes: list[Body] = [
            opened("ship", NEXT),
            vote("anne", "boaty", via="qr"),
            BallotChanged("ship", NEXT, (), ("boaty",)),
            Merged("ship", NEXT, "boaty", "poppy", ("anne",)),
            vote("anne", "poppy", via="mail"),
            BallotChanged("ship", NEXT, ("boaty",), ()),
            Parted("ship", NEXT, "boaty", "poppy", ("anne",)),
            BallotChanged("ship", NEXT, (), ("poppy",)),
        ]
        assert named(votes) == {("poppy", "mail"): 1}
        again = [vote("anne", "boaty"), vote("anne", "boaty", via="c0de")]
        assert named([*votes, *again]) == {("poppy", "mail"): 1}


class TestChangeable:
    def test_the_ballot_that_stands_says_it_for_all_its_ideas(self) -> None:
        first = ballot("anne", ("boaty", "poppy"), revision=1, via="qr")
        second = ballot("anne", ("poppy", "henry"), revision=2, via="mail")
        start = opened("ship", NEXT, CHANGEABLE)
        assert named([start, first]) == {("boaty", "qr"): 1, ("poppy", "qr"): 1}
        assert named([start, first, second]) == {("poppy", "mail"): 1, ("henry", "mail"): 1}
        assert named([start, second, first]) == {("poppy", "mail"): 1, ("henry", "mail"): 1}

    @pytest.mark.parametrize("ideas", [(), ("boaty",)])
    def test_one_that_names_none_or_is_empty_takes_it_away(self, ideas: tuple[str, ...]) -> None:
        first = ballot("anne", ("boaty",), revision=1, via="qr")
        second = ballot("anne", ideas, revision=2)
        assert named([opened("ship", NEXT, CHANGEABLE), first, second]) == {}


class TestAttributions:
    @staticmethod
    def told(
        votes: dict[str, int], *links: Counter[tuple[int, str]]
    ) -> list[tuple[str, list[LinkVotes], int, int]]:
        poll = Poll(3, Stage.SEALED, {idea: n for n, idea in enumerate(IDEAS)}, Rules(), 1_000)
        counts = [PartitionCount(n, 0, 9, poll, Tally(), b"", one) for n, one in enumerate(links)]
        tally = TallyCertified(
            contest_id="con_1",
            poll_id="ship",
            rules=PollRules(),
            tally=[IdeaTally(idea_id=idea, votes=n, rank=1) for idea, n in votes.items()],
            verdicts={},
            log_ranges=[],
            log_hash="",
            certified_at=NOW,
        )
        found = list(attributions(tally, counts))
        assert {(one.contest_id, one.poll_id) for one in found} <= {("con_1", "ship")}
        return [(one.idea_id, one.links, one.others, one.unnamed) for one in found]

    def test_partitions_are_added_up_and_the_rest_named_none(self) -> None:
        one = Counter({(0, "qr"): 2, (2, "mail"): 1})
        other = Counter({(0, "qr"): 3, (0, "mail"): 7})
        assert self.told({"boaty": 20, "poppy": 4, "henry": 1}, one, other) == [
            ("boaty", [LinkVotes(via="mail", votes=7), LinkVotes(via="qr", votes=5)], 0, 8),
            ("henry", [LinkVotes(via="mail", votes=1)], 0, 0),
        ]

    def test_ideas_that_left_the_ballot_are_not_told(self) -> None:
        assert self.told({"poppy": 4}, Counter({(0, "qr"): 2})) == []

    def test_the_strongest_links_are_told_and_the_others_added_up(self) -> None:
        links = Counter({(0, f"link_{n:03}"): 1 + (n == 250) for n in range(300)})
        ((_, told, others, unnamed),) = self.told({"boaty": 301}, links)
        assert (len(told), others, unnamed) == (LINKS_TOLD, 100 - 1 + 1, 0)
        assert told[0] == LinkVotes(via="link_250", votes=2)
        assert [one.via for one in told[1:3]] == ["link_000", "link_001"]
        assert sum(one.votes for one in told) + others == 301
