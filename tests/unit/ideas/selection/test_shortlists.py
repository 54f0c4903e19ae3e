from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from groundswell_ideas.contests.phases import obstacles_to_entering
from groundswell_ideas.contests.rules import Contest, PhaseReached
from groundswell_ideas.juries.rules.scoring import Judged
from groundswell_ideas.selection.rules import of_no_region, region_of
from groundswell_ideas.selection.rules.shortlists import (
    against_the_jury,
    filled,
    obstacles_to_shortlisting,
    of_another_region,
    with_shortlist,
    wrong_size,
)
from groundswell_ideas.submissions.rules import Idea, Status
from groundswell_ideas.terms.rules import Obstacle, Region, Selection, Shortlisting

NOW = datetime(2026, 3, 9, tzinfo=UTC)


@pytest.fixture
def contest(draft: Contest) -> Contest:
    return replace(draft, phases=(PhaseReached("moderation", NOW),))


def listing(contest: Contest, shortlist: Shortlisting, *regions: str) -> Contest:
    terms = replace(
        contest.terms,
        selection=Selection(shortlist=shortlist),
        regions=tuple(Region(name=name) for name in regions),
    )
    return replace(contest, terms=terms)


def idea(idea_id: str, region: str | None = None, status: Status = "approved") -> Idea:
    return Idea(
        brand_id="nerc",
        contest_id="con_1",
        id=idea_id,
        participant_id="per_1",
        title="A shoe",
        summary="",
        fields={},
        status=status,
        region=region,
        submitted_at=NOW,
    )


def rules(obstacles: Sequence[Obstacle]) -> list[str]:
    return [obstacle.rule for obstacle in obstacles]


@pytest.mark.parametrize(
    ("shortlist", "count", "wrong"),
    [
        (Shortlisting(size=10), 10, []),
        (Shortlisting(size=10), 9, ["size"]),
        (Shortlisting(size=10), 11, ["size"]),
        (Shortlisting(maximum=10), 9, []),
        (Shortlisting(maximum=10), 11, ["maximum"]),
        (Shortlisting(), 500, []),
    ],
)
def test_it_has_the_size_that_was_promised(
    contest: Contest, shortlist: Shortlisting, count: int, wrong: list[str]
) -> None:
    idea_ids = [f"idea_{n}" for n in range(count)]
    sized = listing(contest, shortlist)
    assert rules(wrong_size(sized, idea_ids)) == wrong
    found = obstacles_to_entering(with_shortlist(sized, idea_ids), "voting", NOW)
    assert rules(found) == wrong


def test_a_region_in_which_nobody_takes_part_keeps_no_other_waiting(contest: Contest) -> None:
    islands = listing(contest, Shortlisting(size=2), "Java", "Bali")
    assert wrong_size(islands, []) == []
    java = with_shortlist(islands, ["idea_1", "idea_2"], "Java")
    assert rules(obstacles_to_entering(java, "voting", NOW)) == ["missing"]
    bali = with_shortlist(java, [], "Bali")
    assert obstacles_to_entering(bali, "voting", NOW) == []
    nobody = with_shortlist(with_shortlist(islands, [], "Java"), [], "Bali")
    assert rules(obstacles_to_entering(nobody, "voting", NOW)) == ["missing"]


def test_where_all_are_on_it_nobody_sets_it(contest: Contest) -> None:
    for shortlist in (
        Shortlisting(by="all"),
        Shortlisting(by="threshold", threshold_votes=100),
    ):
        assert rules(obstacles_to_shortlisting(listing(contest, shortlist))) == ["all"]
    assert obstacles_to_shortlisting(contest) == []


def test_all_approved_ideas_come_on_it_by_themselves(contest: Contest) -> None:
    everybody = filled(listing(contest, Shortlisting(by="all")), {"idea_2": None, "idea_1": None})
    assert everybody.shortlist == ("idea_2", "idea_1")
    assert everybody.version == contest.version


def test_from_any_other_go_those_that_are_approved_no_more(contest: Contest) -> None:
    listed = with_shortlist(contest, ["idea_1", "idea_2"])
    left = filled(listed, {"idea_2": None})
    assert left.shortlist == ("idea_2",)
    ten = listing(left, Shortlisting(size=2))
    assert rules(obstacles_to_entering(ten, "voting", NOW)) == ["size"]


class TestRegions:
    @pytest.fixture
    def regional(self, contest: Contest) -> Contest:
        return listing(contest, Shortlisting(maximum=2), "south", "north")

    def test_each_has_its_part(self, regional: Contest) -> None:
        one = with_shortlist(regional, ["idea_1"], "north")
        both = with_shortlist(one, ["idea_2", "idea_3"], "south")
        assert both.shortlist == ("idea_2", "idea_3", "idea_1")
        assert region_of(both, "idea_1") == "north"
        again = with_shortlist(both, ["idea_4"], "south")
        assert again.shortlist == ("idea_4", "idea_1")
        assert again.version == regional.version + 3

    def test_one_is_named_and_there_is_one(self, contest: Contest, regional: Contest) -> None:
        assert rules(of_no_region(regional, None)) == ["missing"]
        assert rules(of_no_region(regional, "west")) == ["unknown"]
        assert of_no_region(regional, "north") == []
        assert rules(of_no_region(contest, "north")) == ["unknown"]
        assert of_no_region(contest, None) == []

    def test_an_idea_belongs_to_its_own(self) -> None:
        ideas = {"idea_1": idea("idea_1", "north"), "idea_2": idea("idea_2")}
        named = {"body.idea_ids.0": "idea_1", "body.idea_ids.1": "idea_2"}
        found = of_another_region(named, ideas, "north")
        assert [o.field for o in found] == ["body.idea_ids.1"]
        assert of_another_region(named, ideas, None) == []

    def test_all_ideas_come_on_the_part_of_theirs(self, contest: Contest) -> None:
        regional = listing(contest, Shortlisting(by="all"), "south", "north")
        approved = {"idea_1": "north", "idea_2": "south", "idea_3": "north"}
        everybody = filled(regional, approved)
        assert everybody.shortlists == {"south": ("idea_2",), "north": ("idea_1", "idea_3")}
        assert everybody.shortlist == ("idea_2", "idea_1", "idea_3")


class TestJury:
    JUDGED = tuple(
        Judged(idea_id=f"idea_{n}", points=points, maximum=100, jurors=3, rank=rank)
        for n, points, rank in ((1, 90, 1), (2, 70, 2), (3, 70, 2), (4, 50, None))
    )

    @pytest.mark.parametrize(
        ("idea_ids", "found"),
        [
            (("idea_1", "idea_2"), []),
            (("idea_1", "idea_3"), []),
            (("idea_2", "idea_3"), ["jury"]),
            (("idea_1", "idea_4"), ["quorum"]),
            (("idea_1", "idea_9"), ["quorum"]),
        ],
    )
    def test_it_takes_the_best_and_of_equals_any(
        self, idea_ids: tuple[str, ...], found: list[str]
    ) -> None:
        named = {f"body.idea_ids.{n}": idea_id for n, idea_id in enumerate(idea_ids)}
        assert rules(against_the_jury(self.JUDGED, named)) == found

    def test_nothing_is_listed_before_its_round_is_closed(self) -> None:
        assert rules(against_the_jury(None, {"body.idea_ids.0": "idea_1"})) == ["open"]
