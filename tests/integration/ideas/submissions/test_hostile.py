"""Hostile text in every place of an entry: made harmless, or refused by field and rule."""

from typing import Any

import pytest

from tests.integration.ideas.submissions.desk import Desk, errors, opened

HTML = "<script>alert('x')</script>"
LIGHT: dict[str, Any] = {"category": "Light", "fields": {"port": "Hull"}}


async def test_markup_is_text_everywhere(themed: Desk) -> None:
    said = {"category": "Light", "fields": {"port": "<b>Hull</b>"}}
    idea = await themed.done("POST", themed.path, {"title": HTML, "summary": HTML} | said)
    assert (idea["title"], idea["fields"]["port"]) == (HTML, "<b>Hull</b>")
    await themed.world.approve(idea["id"])
    shown = await themed.world.client.get(f"/v1/ideas/{idea['id']}")
    assert shown.headers["content-type"] == "application/json"


async def test_what_nobody_sees_is_taken_out_of_changes_too(themed: Desk) -> None:
    idea = await themed.hand_in(**LIGHT)
    said: dict[str, Any] = {
        "summary": "One\x1b[31m\r\ntwo\u2066 three",
        "fields": {"port": "H\u202eull\u200b"},
    }
    revised = (await themed.revise(idea, **said)).json()
    assert (revised["summary"], revised["fields"]["port"]) == ("One[31m\ntwo three", "Hull")


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"fields": {"port": "\u202e" * 50}}, ("body.fields.port", "hidden-characters")),
        ({"fields": {"port": "Z" + "\u0335" * 500}}, ("body.fields.port", "combining-marks")),
        ({"fields": {"port": "x" * 10_001}}, ("body.fields.port", "string_too_long")),
        ({"fields": {"port": {"$gt": ""}}}, ("body.fields.port", "type")),
        ({"fields": {"$where": "1"}}, ("body.fields.$where", "string_pattern_mismatch")),
        ({"fields": {"port.x": "1"}}, ("body.fields.port.x", "string_pattern_mismatch")),
        ({"category": {"$ne": None}}, ("body.category", "string_type")),
        ({"category": "\u202e" * 50 + "Light"}, ("body.category", "hidden-characters")),
        ({"participant_id": "per_9"}, ("body.participant_id", "extra_forbidden")),
        ({"status": "approved"}, ("body.status", "extra_forbidden")),
        ({"provenance": {}}, ("body.provenance", "extra_forbidden")),
    ],
)
async def test_what_is_too_much_is_refused(
    themed: Desk, said: dict[str, Any], error: tuple[str, str]
) -> None:
    body = {"title": "Boaty", "summary": "A name."} | LIGHT | said
    refused = await themed.ask("POST", themed.path, body)
    assert refused.status_code == 422
    assert errors(refused)[0][0].startswith(error[0].rpartition(".$")[0] or error[0])
    assert (await themed.world.kept("ideas"))["ideas"] == []


@pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,x", "//evil.example"])
async def test_a_link_is_no_script(desk: Desk, link: str) -> None:
    form = {
        "type": "object",
        "properties": {"site": {"type": "string", "format": "uri"}},
        "required": [],
    }
    linked = await opened(
        desk.world,
        desk.decoder,
        template="design-and-vote",
        entry_form=form,
        people=["Design"],
        reward_budget={"amount_minor": 1, "currency": "USD"},
    )
    body = {"title": "x", "summary": "y", "fields": {"site": link}}
    refused = await linked.ask("POST", linked.path, body)
    assert ("body.fields.site", "uri") in errors(refused)
