"""What hostile text does to an idea that is handed in over HTTP: nothing."""

import json

import pytest

from tests.integration.ideas.world import World

HTML = "<script>alert('x')</script><img src=x onerror=alert(1)>"


async def hand_in(world: World, title: str, summary: str) -> tuple[int, dict[str, object]]:
    contest_id = str((await world.draft())["id"])
    await world.enter(contest_id, "submission")
    path = f"/v1/contests/{contest_id}/ideas"
    body = {"title": title, "summary": summary}
    answer = await world.send("POST", path, body, by="participant", subject="per_1")
    assert answer.headers["content-type"].startswith("application/")
    return answer.status_code, answer.json()


async def test_markup_is_text_and_stays_text(world: World) -> None:
    status, idea = await hand_in(world, HTML, HTML)
    assert (status, idea["title"], idea["summary"]) == (201, HTML, HTML)


async def test_what_nobody_sees_is_taken_out(world: World) -> None:
    status, idea = await hand_in(world, "RRS\u202e Boaty\u200b", "One\x1b[31m\r\ntwo\u2066 three")
    assert (status, idea["title"], idea["summary"]) == (201, "RRS Boaty", "One[31m\ntwo three")


@pytest.mark.parametrize(
    ("title", "summary", "field", "rule"),
    [
        ("\u200b\u2060", "A name.", "body.title", "string_too_short"),
        ("\u202e" * 50 + "Boaty", "A name.", "body.title", "hidden-characters"),
        ("Boaty", "Z" + "\u0335" * 500, "body.summary", "combining-marks"),
        ("Boaty", "nul \x00", "body.summary", "nul"),
    ],
)
async def test_what_is_too_much_is_refused_by_field_and_rule(
    world: World, title: str, summary: str, field: str, rule: str
) -> None:
    status, problem = await hand_in(world, title, summary)
    errors = problem["errors"]
    assert isinstance(errors, list)
    assert (status, [(e["field"], e["rule"]) for e in errors]) == (422, [(field, rule)])


@pytest.mark.parametrize("size", [600_000, 10_000_000])
async def test_a_body_of_ten_megabytes_is_refused(world: World, size: int) -> None:
    contest_id = str((await world.draft())["id"])
    await world.enter(contest_id, "submission")
    before = await world.kept("ideas")
    token = world.token("participant", None, "per_1")
    answer = await world.client.post(
        f"/v1/contests/{contest_id}/ideas",
        content=json.dumps({"title": "Boaty", "summary": "x" * size}).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    assert (answer.status_code, answer.json()["type"]) == (413, "/problems/body-too-large")
    assert await world.kept("ideas") == before
