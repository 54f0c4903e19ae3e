"""Who made an idea together, and what it was made of."""

from typing import Any

import pytest

from tests.integration.ideas.submissions.desk import Desk, errors, opened


def team(*shares: int) -> list[dict[str, Any]]:
    return [
        {"participant_id": f"per_{n}", "basis_points": share}
        for n, share in enumerate(shares, start=1)
    ]


async def test_a_share_stands_once_its_member_says_so(desk: Desk) -> None:
    idea = await desk.hand_in(team=team(5_000, 3_000, 2_000))
    assert idea["record"]["shares"] == {"per_1": 10_000}
    path = f"/v1/ideas/{idea['id']}/team/me"
    joined = await desk.done("PUT", path, by="per_2")
    assert joined["record"]["shares"] == {"per_1": 7_000, "per_2": 3_000}
    assert await desk.done("PUT", path, by="per_2") == joined
    assert (await desk.ask("DELETE", path, by="per_3")).status_code == 204
    assert (await desk.ask("PUT", path, by="per_3")).status_code == 404
    assert (await desk.ask("PUT", path, by="per_1")).status_code == 403
    await desk.world.approve(idea["id"])
    public = await desk.world.done("GET", f"/v1/ideas/{idea['id']}", by=None)
    assert (public["authors"], public["record"]) == (["per_1", "per_2"], None)
    assert (await desk.ask("PUT", path, by="per_3")).status_code == 403
    mine = await desk.done("GET", "/v1/me/ideas", by="per_2")
    assert [one["id"] for one in mine["items"]] == [idea["id"]]


@pytest.mark.parametrize(
    ("shares", "rule"), [(team(5_000, 4_999), "sum"), (team(10_000)[:0] + team(1)[:1], "sum")]
)
async def test_shares_add_up(desk: Desk, shares: list[dict[str, Any]], rule: str) -> None:
    body = {"title": "x", "summary": "y", "team": shares}
    refused = await desk.ask("POST", desk.path, body)
    assert (refused.status_code, errors(refused)) == (422, [("body.team", rule)])


async def test_a_remix_names_its_parent_and_is_listed_with_it(desk: Desk) -> None:
    parent = await desk.hand_in(0)
    unseen = {"title": "x", "summary": "y", "parent": {"idea_id": parent["id"]}}
    refused = await desk.ask("POST", desk.path, unseen)
    assert errors(refused) == [("body.parent.idea_id", "unknown")]
    await desk.world.approve(parent["id"])
    child = await desk.hand_in(1, "per_2", parent={"idea_id": parent["id"], "share": 1_500})
    await desk.world.approve(child["id"])
    grandchild = await desk.hand_in(2, "per_3", parent={"idea_id": child["id"]})
    await desk.world.approve(grandchild["id"])
    assert grandchild["ancestors"] == [parent["id"], child["id"]]
    assert await desk.listed(f"remix_of={parent['id']}") == [child["id"]]
    path = f"/v1/ideas/{child['id']}/lineage"
    lineage = await desk.world.done("GET", path, by=None)
    assert [one["id"] for one in lineage["ancestors"]] == [parent["id"]]
    assert [one["id"] for one in lineage["remixes"]] == [grandchild["id"]]
    below = await desk.world.done("GET", f"/v1/ideas/{grandchild['id']}/lineage", by=None)
    assert [one["share"] for one in below["ancestors"]] == [None, 1_500]
    assert errors(await desk.revise(child, by="per_2", parent=None)) == [("body.parent", "fixed")]

    await desk.done("POST", f"/v1/ideas/{parent['id']}/withdraw")
    lineage = await desk.world.done("GET", path, by=None)
    assert lineage["ancestors"] == [
        {"id": parent["id"], "title": None, "participant_id": None, "share": None}
    ]


async def test_an_idea_of_another_contest_is_no_parent(desk: Desk) -> None:
    elsewhere = await opened(desk.world, desk.decoder)
    parent = await elsewhere.hand_in()
    await desk.world.approve(parent["id"])
    body = {"title": "x", "summary": "y", "parent": {"idea_id": parent["id"]}}
    assert errors(await desk.ask("POST", desk.path, body)) == [("body.parent.idea_id", "unknown")]


async def test_what_is_declared_is_kept_and_in_no_event(desk: Desk) -> None:
    eligibility = {"minimum_age": 13, "guardian_below": 16, "countries": ["GB"]}
    terms = [{"version": 1, "text": "Be kind.", "since": "2020-01-01T00:00:00Z"}]
    school = await opened(desk.world, desk.decoder, eligibility=eligibility, terms_of_entry=terms)
    young = {"age_confirmed": True, "birth_years": [2011, 2012], "country": "GB"}
    body = {"title": "x", "summary": "y", "accepted_terms": 1, "declaration": young}
    refused = await school.ask("POST", school.path, body)
    assert errors(refused) == [("body.declaration.guardian", "guardian")]
    consent = {"statement": "My child may.", "given_at": "2026-03-01T10:00:00Z"}
    body["declaration"] = young | {"guardian": consent}
    idea = await school.done("POST", school.path, body)
    acceptance = idea["record"]["acceptance"]
    assert acceptance["terms_version"] == 1
    assert acceptance["declaration"]["guardian"] == consent
    events = str([event.data for event in await desk.world.events()])
    assert "My child may" not in events
    assert "2012" not in events


async def test_a_region_follows_from_the_country_if_it_can(desk: Desk) -> None:
    regions = [
        {"name": "Java", "countries": ["ID"]},
        {"name": "Malaya", "countries": ["MY", "SG"]},
    ]
    people: dict[str, Any] = {
        "people": ["Kitchen"],
        "reward_budget": {"amount_minor": 1, "currency": "SGD"},
        "entry_form": {"properties": {}, "required": []},
    }
    asia = await opened(
        desk.world, desk.decoder, template="regional", reward_plan=None, regions=regions, **people
    )
    said: dict[str, Any] = {"declaration": {"country": "SG"}}
    assert (await asia.hand_in(0, **said))["region"] == "Malaya"
    body = {"title": "x", "summary": "y"}
    assert errors(await asia.ask("POST", asia.path, body)) == [("body.region", "required")]
    wrong = body | said | {"region": "Java"}
    assert errors(await asia.ask("POST", asia.path, wrong)) == [("body.region", "country")]


async def test_a_remix_is_mended_after_its_parent_has_gone(desk: Desk) -> None:
    parent = await desk.hand_in(0)
    await desk.world.approve(parent["id"])
    child = await desk.hand_in(1, "per_2", parent={"idea_id": parent["id"], "share": 1_500})
    await desk.done("POST", f"/v1/ideas/{parent['id']}/withdraw")
    mended = (await desk.revise(child, by="per_2", title="Mended")).json()
    assert (mended["title"], mended["parent_share"]) == ("Mended", 1_500)
    assert mended["ancestors"] == [parent["id"]]


async def test_a_share_is_confirmed_as_it_was_seen(desk: Desk) -> None:
    idea = await desk.hand_in(team=team(5_000, 5_000))
    await desk.revise(idea, team=team(9_999, 1))
    path = f"/v1/ideas/{idea['id']}/team/me"
    refused = await desk.ask("PUT", path, {"basis_points": 5_000}, by="per_2")
    assert (refused.status_code, errors(refused)) == (409, [("body.basis_points", "share")])
    joined = await desk.done("PUT", path, {"basis_points": 1}, by="per_2")
    assert joined["record"]["shares"] == {"per_1": 9_999, "per_2": 1}


async def test_who_has_a_share_declares_what_is_asked_of_those_who_enter(desk: Desk) -> None:
    eligibility = {"minimum_age": 13, "countries": ["GB", "IE"]}
    school = await opened(desk.world, desk.decoder, eligibility=eligibility)
    declared = {"age_confirmed": True, "country": "GB"}
    idea = await school.hand_in(team=team(5_000, 5_000), declaration=declared)
    path = f"/v1/ideas/{idea['id']}/team/me"
    country, age = "body.declaration.country", "body.declaration.age_confirmed"
    said: dict[str, Any]
    for said, refusals in (
        ({}, [(country, "missing"), (age, "age")]),
        ({"declaration": {"age_confirmed": True}}, [(country, "missing")]),
        ({"declaration": {"country": "FR"}}, [(country, "country"), (age, "age")]),
        ({"declaration": {"country": "IE"}}, [(age, "age")]),
    ):
        refused = await school.ask("PUT", path, said, by="per_2")
        assert (refused.status_code, errors(refused)) == (409, refusals)
    (member,) = (await school.done("GET", f"/v1/ideas/{idea['id']}"))["record"]["team"]
    assert member["confirmed_at"] is None

    theirs = {"age_confirmed": True, "birth_years": [1990, 1999], "country": "IE"}
    joined = await school.done("PUT", path, {"declaration": theirs}, by="per_2")
    assert joined["record"]["shares"] == {"per_1": 5_000, "per_2": 5_000}
    assert joined["record"]["team"][0]["declaration"] == theirs | {"guardian": None}
    assert await school.done("PUT", path, by="per_2") == joined  # and need not say it again
    shown = await desk.world.done("GET", f"/v1/ideas/{idea['id']}", by="auditor")
    assert shown["record"]["team"][0]["declaration"] == theirs | {"guardian": None}
    to_author = await school.done("GET", f"/v1/ideas/{idea['id']}")
    assert to_author["record"]["team"][0]["declaration"] is None
    assert "1990" not in str([event.data for event in await desk.world.events()])


async def test_a_contest_for_guests_has_none_but_guests_in_its_teams(desk: Desk) -> None:
    closed = await opened(desk.world, desk.decoder, eligibility={"who": "invited"})
    guests = f"/v1/contests/{closed.contest_id}/guests"
    await desk.world.done("PUT", guests, {"entries": [{"participant_id": "per_1"}]})
    idea = await closed.hand_in(team=team(5_000, 5_000))
    path = f"/v1/ideas/{idea['id']}/team/me"
    refused = await closed.ask("PUT", path, by="per_2")
    assert errors(refused) == [("eligibility.who", "invited")]
    await desk.world.done("PUT", guests, {"entries": [{"participant_id": "per_2"}]})
    joined = await closed.done("PUT", path, by="per_2")
    assert joined["authors"] == ["per_1", "per_2"]
