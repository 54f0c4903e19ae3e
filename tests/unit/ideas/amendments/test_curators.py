"""Until when another curator can make the shortlist of a contest that has opened."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from groundswell_ideas.amendments.rules.curators import (
    Curator,
    handed_over,
    obstacles_to_handing_over,
)
from groundswell_ideas.contests.rules import Contest, PhaseReached
from groundswell_ideas.terms.rules import PHASES, Phase, Region, Selection, Shortlisting

NOW = datetime(2026, 3, 9, tzinfo=UTC)
LISTING = Shortlisting(size=2, curator="Creative director", curator_id="freya")
ULF = Curator("Art director", "ulf")


@pytest.fixture
def contest(draft: Contest) -> Contest:
    return listing(replace(draft, phases=(PhaseReached("submission", NOW),)), LISTING)


def listing(contest: Contest, shortlist: Shortlisting, *regions: str) -> Contest:
    terms = replace(
        contest.terms,
        selection=Selection(shortlist=shortlist, alternates=3),
        regions=tuple(Region(name=name) for name in regions),
    )
    return replace(contest, terms=terms)


def rules(contest: Contest, curator: Curator = ULF) -> list[str]:
    return [obstacle.rule for obstacle in obstacles_to_handing_over(contest, curator)]


def test_another_one_picks_alone_and_all_else_stays(contest: Contest) -> None:
    assert rules(contest) == []
    after = handed_over(contest, ULF)
    shortlist = after.terms.selection.shortlist
    assert (shortlist.curator, shortlist.curator_id) == ("Art director", "ulf")
    assert (after.version, after.amendments) == (contest.version + 1, contest.amendments + 1)
    assert handed_over(after, Curator("Creative director", "freya")) == replace(
        contest, version=contest.version + 2, amendments=contest.amendments + 2
    )


@pytest.mark.parametrize("phase", PHASES)
def test_from_the_opening_until_the_vote(contest: Contest, phase: Phase) -> None:
    here = replace(contest, phases=(PhaseReached(phase, NOW),))
    assert bool(rules(here)) == (phase not in ("submission", "moderation"))


def test_a_curator_who_never_was_one_is_not_exchanged(contest: Contest) -> None:
    assert rules(listing(contest, Shortlisting(by="jury"))) == ["none"]
    assert rules(listing(contest, Shortlisting(by="all"))) == ["all"]
    assert rules(contest, Curator("Creative director", "freya")) == ["change"]
    assert rules(contest, Curator("Creative director", "ulf")) == []
    assert rules(listing(contest, Shortlisting(size=2))) == ["none"]
    for named in (Shortlisting(curator="Creative director"), Shortlisting(curator_id="freya")):
        assert rules(listing(contest, named)) == []


def test_what_is_handed_in_stays_as_it_is(contest: Contest) -> None:
    handed_in = replace(contest, shortlist=("a", "b"), shortlisted_at=NOW)
    assert rules(handed_in) == ["handed-in"]
    # One of the two was taken back since: somebody has to pick again.
    assert rules(replace(handed_in, shortlist=("a",))) == []


def test_each_region_has_its_part(contest: Contest) -> None:
    regional = replace(listing(contest, LISTING, "Java", "Bali"), shortlisted_at=NOW)
    assert rules(replace(regional, shortlists={"Java": ("a", "b")})) == []
    assert rules(replace(regional, shortlists={"Java": ("a", "b"), "Bali": ("c",)})) == []
    for part in ((), ("c", "d")):
        assert rules(replace(regional, shortlists={"Java": ("a", "b"), "Bali": part})) == [
            "handed-in"
        ]
