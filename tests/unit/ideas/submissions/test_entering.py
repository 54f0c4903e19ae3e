from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from groundswell_ideas.contests.phases import enter
from groundswell_ideas.contests.rules import Contest, Winner
from groundswell_ideas.screening.rules import Finding, Screening
from groundswell_ideas.submissions.rules import Gift, Idea
from groundswell_ideas.submissions.rules.entering import (
    Entry,
    content_of,
    entry_of,
    held_for,
    obstacles_to_entry,
    obstacles_to_parent,
    obstacles_to_region,
    obstacles_to_revising,
    obstacles_to_withdrawing,
    policy_of,
    region_for,
    status_after,
    with_entry,
)
from groundswell_ideas.terms.rules import EntryEligibility, Region

ENTRY = Entry(title="Boaty", summary="Because.")


@pytest.fixture
def contest(draft: Contest, now: datetime) -> Contest:
    return enter(draft, "submission", now)


def with_terms(contest: Contest, **terms: Any) -> Contest:
    return replace(contest, terms=replace(contest.terms, **terms))


def test_an_idea_says_again_what_it_was_told(idea: Idea) -> None:
    entry = Entry(
        title="Boaty",
        summary="Because.",
        fields={"port": "Hull", "crew": 3},
        category="Light",
        region="Java",
        team=(("per_1", 7_500), ("per_2", 2_500)),
        parent_idea_id="idea_0",
        parent_share=100,
        gift=Gift("Sea rescue", 5_000),
    )
    parent = replace(idea, id="idea_0", ancestors=("idea_a",))
    said = with_entry(idea, entry, parent, ["upl_1"])
    assert entry_of(said) == entry
    assert (said.ancestors, said.media) == (("idea_a", "idea_0"), ("upl_1",))


def test_a_charity_is_named_where_something_may_go_to_one(contest: Contest) -> None:
    generous = replace(ENTRY, gift=Gift("Sea rescue", 5_000))
    (refused,) = obstacles_to_entry(contest, "per_1", generous, finished=True)
    assert refused[:2] == ("body.gift", "charity")
    open_to_it = with_terms(contest, charity_payee=True)
    assert obstacles_to_entry(open_to_it, "per_1", generous, finished=True) == []
    assert content_of(open_to_it, generous, {}).texts["gift.charity"] == "Sea rescue"


def test_a_category_is_asked_for_where_there_are_some(contest: Contest) -> None:
    lit = with_terms(contest, categories=("Light", "Sound"))
    assert obstacles_to_entry(lit, "per_1", ENTRY, finished=False) == []
    (missing,) = obstacles_to_entry(lit, "per_1", ENTRY, finished=True)
    assert missing[:2] == ("body.category", "required")
    assert obstacles_to_entry(contest, "per_1", ENTRY, finished=True) == []


@pytest.mark.parametrize(
    ("status", "contest_id", "remixes", "rules"),
    [
        ("approved", "con_1", True, []),
        ("approved", "con_2", True, ["unknown"]),
        ("submitted", "con_1", True, ["unknown"]),
        ("approved", "con_1", False, ["remixes"]),
    ],
)
def test_a_parent_is_an_idea_that_everybody_sees(
    contest: Contest, idea: Idea, status: Any, contest_id: str, remixes: bool, rules: list[str]
) -> None:
    parent = replace(idea, id="idea_0", status=status, contest_id=contest_id)
    entry = replace(ENTRY, parent_idea_id="idea_0")
    found = obstacles_to_parent(with_terms(contest, remixes=remixes), entry, parent)
    assert [obstacle.rule for obstacle in found] == rules


def test_ideas_are_changed_while_the_contest_takes_them(
    contest: Contest, idea: Idea, now: datetime
) -> None:
    def rules(contest: Contest, idea: Idea, at: datetime = now, seen: int = 1) -> list[str]:
        return [o.rule for o in obstacles_to_revising(contest, idea, seen, ENTRY, at)]

    assert rules(contest, idea) == []
    assert rules(contest, replace(idea, status="approved")) == []
    assert rules(contest, idea, seen=2) == ["revision"]
    assert rules(contest, idea, now + timedelta(days=30)) == ["past"]
    assert rules(enter(contest, "moderation", now), idea) == ["phase"]
    assert rules(enter(contest, "moderation", now), replace(idea, status="draft")) == []
    assert rules(replace(contest, shortlist=("idea_1",)), idea) == ["listed"]
    for status in ("rejected", "withdrawn", "merged"):
        assert rules(contest, replace(idea, status=status)) == ["final"]
    moved = replace(ENTRY, region="Java")
    found = obstacles_to_revising(contest, idea, 1, moved, now)
    assert [o.field for o in found] == ["body.region"]


def test_ideas_are_taken_back_until_the_vote_on_them_is_over(
    contest: Contest, idea: Idea, now: datetime
) -> None:
    assert obstacles_to_withdrawing(contest, idea, now) == []
    listed = replace(contest, shortlist=("idea_1",))
    assert obstacles_to_withdrawing(listed, idea, now) == []
    over = enter(listed, "deliberation", now)
    assert [o.rule for o in obstacles_to_withdrawing(over, idea, now)] == ["voted"]
    unlisted = enter(contest, "deliberation", now)
    assert obstacles_to_withdrawing(unlisted, idea, now) == []
    won = replace(contest, winners=(Winner("idea_1", "It builds well.", None, now),))
    accepted = enter(won, "voting", now)
    assert [o.rule for o in obstacles_to_withdrawing(accepted, idea, now)] == ["voted"]


def test_screening_decides_where_a_contest_publishes_by_itself(contest: Contest) -> None:
    alone = with_terms(contest, moderation="self_publishing")
    assert [status_after(alone, outcome) for outcome in ("publish", "hold")] == [
        "approved",
        "submitted",
    ]
    assert status_after(contest, "publish") == "submitted"


def test_it_is_told_for_what_screening_holds() -> None:
    held = Finding("link", "hold", "summary", "x", "x")
    noted = Finding("language", "note", "summary", "x", "x")
    assert held_for(Screening("hold", (held, held, noted))) == ("link",)


def test_the_region_follows_from_a_country_that_only_one_is_for(contest: Contest) -> None:
    regions = (
        Region(name="Java", countries=("ID",)),
        Region(name="Bali", countries=("ID", "TL")),
        Region(name="Malaya", countries=("MY",)),
        Region(name="World"),
    )
    asia = with_terms(contest, regions=regions)
    assert region_for(asia, None, "MY") == "Malaya"
    assert region_for(asia, None, "ID") is None
    assert region_for(asia, "Java", "MY") == "Java"
    assert region_for(asia, None, None) is None
    assert [o.rule for o in obstacles_to_region(asia, "Java", "MY")] == ["country"]
    assert obstacles_to_region(asia, "World", "MY") == []
    assert obstacles_to_region(asia, "Java", None) == []


def test_screening_knows_the_languages_and_the_countries(contest: Contest) -> None:
    terms: dict[str, Any] = {
        "languages": ("pt-BR", "pt", "en"),
        "eligibility": EntryEligibility(countries=("BR",)),
        "regions": (Region(name="Java", countries=("ID", "BR")),),
    }
    policy = policy_of(with_terms(contest, **terms))
    assert (policy.languages, policy.countries) == (("pt", "en"), ("BR", "ID"))
