"""Participants ask each other for ideas, where the brand allows it."""

from typing import Any

from tests.integration.ideas.programmes import appoint, entry, open_round, themed
from tests.integration.ideas.world import World
from tests.support.service import Json

BRIEF: Json = {
    "title": "A seat for my guide dog",
    "summary": "She needs to lie down behind me, and get out on the kerb's side.",
    "brief": True,
}


async def asked(world: World, contest_id: str, **changes: Any) -> Any:
    path = f"/v1/contests/{contest_id}/ideas"
    return await world.send("POST", path, {**BRIEF, **changes}, by="participant", subject="per_7")


async def listed(world: World, contest_id: str, query: str = "") -> list[str]:
    page = await world.done("GET", f"/v1/contests/{contest_id}/ideas{query}", by=None)
    return [item["id"] for item in page["items"]]


async def test_somebody_asks_and_others_answer(world: World) -> None:
    contest_id = await themed(world, briefs=True)
    handed_in = await asked(world, contest_id)
    brief = handed_in.json()
    assert (handed_in.status_code, brief["brief"], brief["status"]) == (201, True, "submitted")
    assert await listed(world, contest_id, "?briefs=true") == []
    await world.approve(brief["id"])

    parent = {"idea_id": brief["id"]}
    answer = await entry(
        world, contest_id, "A low bench", "per_1", category="Comfort", parent=parent
    )
    other = await entry(world, contest_id, "A hook", "per_2", category="Comfort")
    assert await listed(world, contest_id) == [answer, other]
    assert await listed(world, contest_id, "?briefs=true") == [brief["id"]]
    assert await listed(world, contest_id, f"?remix_of={brief['id']}") == [answer]
    assert await listed(world, contest_id, "?q=dog") == []
    lineage = await world.done("GET", f"/v1/ideas/{answer}/lineage", by=None)
    assert [one["title"] for one in lineage["ancestors"]] == [BRIEF["title"]]


async def test_a_brief_is_neither_judged_nor_voted_on(world: World) -> None:
    contest_id = await themed(world, briefs=True)
    brief = (await asked(world, contest_id)).json()["id"]
    await world.approve(brief)
    await appoint(world, contest_id, "jur_1")
    round_path = await open_round(world, contest_id, "shortlist")
    tasks = await world.done("GET", f"{round_path}/ideas", by="juror", subject="jur_1")
    assert tasks["items"] == []
    scores = {"scores": {"Originality": 9, "Use": 9}}
    path = f"{round_path}/ideas/{brief}/scores"
    refused = await world.send("PUT", path, scores, by="juror", subject="jur_1")
    assert [error["rule"] for error in refused.json()["errors"]] == ["candidate"]
    path, body = f"/v1/contests/{contest_id}/shortlist", {"idea_ids": [brief]}
    unfit = await world.send("PUT", path, body, by="editor", if_match="*")
    assert [error["rule"] for error in unfit.json()["errors"]] == ["approved"]


async def test_where_briefs_are_the_brands_nobody_else_opens_one(world: World) -> None:
    refused = await asked(world, await themed(world))
    assert refused.status_code == 422
    assert [(e["field"], e["rule"]) for e in refused.json()["errors"]] == [("body.brief", "briefs")]


async def test_a_brief_asks_and_answers_nothing_itself(world: World) -> None:
    contest_id = await themed(world, briefs=True)
    idea_id = await entry(world, contest_id, "A hook", "per_2", category="Comfort")
    more: Json = {
        "fields": {"material": "wood"},
        "parent": {"idea_id": idea_id},
        "category": "Speed",
    }
    refused = await asked(world, contest_id, **more)
    assert {e["field"] for e in refused.json()["errors"]} == {f"body.{name}" for name in more}
    by_name = await world.send("GET", f"/v1/contests/{contest_id}/ideas?briefs=true&q=dog", by=None)
    assert by_name.status_code == 422
