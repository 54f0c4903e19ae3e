"""A repeated request has the first one's answer, and happens once."""

import asyncio

import pytest

from tests.integration.ideas.scene import Scene, new_scene
from tests.integration.ideas.walk import WRITES, Route, statuses
from tests.integration.ideas.world import World, new_contest

KEYED = [
    route
    for route in WRITES
    if route.method == "POST"
    and route.path.endswith(("contests", "ideas", "on-behalf", "vetoes", "winners", "amendments"))
]


def path_of(scene: Scene, route: Route) -> str:
    return route.path.replace("{contest_id}", route.at.format(**scene.ids))


@pytest.mark.parametrize("route", KEYED, ids=lambda route: route.name)
async def test_the_same_key_gives_the_same_answer_once(world: World, route: Route) -> None:
    scene = await new_scene(world)
    path, body, by = path_of(scene, route), scene.filled(route.body), min(route.roles)
    first = await world.send("POST", path, body, by=by, key="k1")
    assert first.status_code == 201, first.text
    kept = await world.kept()
    again = await world.send("POST", path, body, by=by, key="k1")
    assert (again.status_code, again.content) == (first.status_code, first.content)
    for header in ("Location", "ETag", "Content-Type"):
        assert again.headers.get(header) == first.headers.get(header)
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert await world.kept() == kept


@pytest.mark.parametrize("route", KEYED, ids=lambda route: route.name)
async def test_the_same_key_for_something_else_is_refused(world: World, route: Route) -> None:
    scene = await new_scene(world)
    path, body, by = path_of(scene, route), scene.filled(route.body), min(route.roles)
    text = "reason" if "reason" in body else "title"
    await world.done("POST", path, body, by=by, key="k1")
    kept = await world.kept()
    other = await world.send("POST", path, body | {text: "Another"}, by=by, key="k1")
    assert other.status_code == 422
    assert other.json()["type"] == "/problems/idempotency-key-reused"
    assert await world.kept() == kept


@pytest.mark.parametrize("route", KEYED, ids=lambda route: route.name)
async def test_of_five_at_once_one_takes_effect(world: World, route: Route) -> None:
    scene = await new_scene(world)
    path, body, by = path_of(scene, route), scene.filled(route.body), min(route.roles)
    events = len(await world.events())
    answers = await asyncio.gather(
        *(world.send("POST", path, body, by=by, key="k1") for _ in range(5))
    )
    assert {(answer.status_code, answer.content) for answer in answers} == {
        (201, answers[0].content)
    }
    assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == 4
    told = len(await world.events()) - events
    assert told == (0 if route.path == "/v1/contests" else 1)


async def test_a_key_is_the_callers_own(world: World) -> None:
    first = await world.done("POST", "/v1/contests", new_contest(), key="k1")
    colleague = await world.done("POST", "/v1/contests", new_contest(), key="k1", subject="m2")
    other = await world.done("POST", "/v1/contests", new_contest(), key="k1", brand="other")
    assert len({first["id"], colleague["id"], other["id"]}) == 3


async def test_a_refused_request_leaves_its_key_free(world: World) -> None:
    contest_id = (await world.draft())["id"]
    path = f"/v1/contests/{contest_id}/ideas"
    body = {"title": "RRS Boaty", "summary": "Because."}
    early = await world.send("POST", path, body, by="participant", key="k1")
    assert early.status_code == 404
    await world.enter(contest_id, "submission")
    assert (await world.send("POST", path, body, by="participant", key="k1")).status_code == 201


@pytest.mark.parametrize("decision", ["approve", "reject"])
async def test_the_same_decision_again_changes_nothing(world: World, decision: str) -> None:
    scene = await new_scene(world)
    path = f"/v1/ideas/{scene.ids['waiting']}/{decision}"
    first = await world.done("POST", path, {"reason": "Thought through."}, by="editor")
    kept = await world.kept()
    again = await world.done("POST", path, {"reason": "Thought again."}, by="editor")
    assert again == first
    assert await world.kept() == kept


async def test_without_a_key_each_request_is_a_new_one(world: World) -> None:
    scene = await new_scene(world)
    (route,) = (r for r in KEYED if r.path == "/v1/contests")
    before = len((await world.kept("contests"))["contests"])
    for _ in range(2):
        await statuses(scene, route, {"manager"})
    assert len((await world.kept("contests"))["contests"]) == before + 2
