"""An idea from the first draft to its coming in, and what it is asked for on the way."""

import asyncio
from datetime import UTC, datetime
from typing import Any

from groundswell_contracts.ideas import IdeaSubmitted
from groundswell_ideas.app.parts import submission_commands
from groundswell_ideas.submissions.commands import ENTRIES
from groundswell_ideas.submissions.rules import Provenance
from groundswell_ideas.submissions.rules.entering import DRAFTS_MAXIMUM, Entry
from groundswell_kit.clock import utc_now
from tests.integration.ideas.submissions.desk import Desk, errors
from tests.integration.ideas.world import BRAND
from tests.support.pictures import PDF, png


async def test_a_draft_is_its_authors_alone_until_it_is_handed_in(themed: Desk) -> None:
    draft = await themed.hand_in(draft=True)
    assert (draft["status"], draft["submitted_at"]) == ("draft", None)
    path = f"/v1/ideas/{draft['id']}"
    assert await themed.seen(draft["id"], "per_1") == 200
    assert await themed.seen(draft["id"], "per_2") == 404
    assert (await themed.world.send("GET", path, by="manager")).status_code == 404
    assert (await themed.world.send("POST", f"{path}/approve", {}, by="editor")).status_code == 404
    assert await themed.listed(by="editor", brand=BRAND) == []
    mine = await themed.done("GET", "/v1/me/ideas")
    assert [idea["id"] for idea in mine["items"]] == [draft["id"]]
    assert await themed.told() == []

    early = await themed.ask("POST", f"{path}/submit")
    assert early.status_code == 422
    assert errors(early) == [
        ("body.fields.port", "required"),
        ("body.category", "required"),
    ]
    said: dict[str, Any] = {"category": "Light", "fields": {"port": "Hull", "crew": 30}}
    edited = (await themed.revise(draft, **said)).json()
    assert (edited["status"], edited["revision"]) == ("draft", 2)
    assert edited["fields"] == {"port": "Hull", "crew": 30}

    handed_in = await themed.done("POST", f"{path}/submit")
    assert (handed_in["status"], handed_in["category"]) == ("submitted", "Light")
    assert await themed.done("POST", f"{path}/submit") == handed_in
    assert await themed.told() == ["IdeaSubmitted"]
    assert await themed.listed(by="editor", brand=BRAND) == [draft["id"]]
    kept = await themed.done("GET", f"{path}/revisions")
    assert [(r["number"], r["fields"]) for r in kept["items"]] == [(2, edited["fields"])]


async def test_what_does_not_fit_the_form_is_named(themed: Desk) -> None:
    body = {
        "title": "x",
        "summary": "y",
        "category": "Smell",
        "region": "Java",
        "fields": {"port": 7, "crew": 91, "sails": "red", "sketches": ["upl_x"]},
    }
    refused = await themed.ask("POST", themed.path, body)
    assert refused.status_code == 422
    assert errors(refused) == [
        ("body.fields.sails", "unknown"),
        ("body.fields.port", "type"),
        ("body.fields.crew", "maximum"),
        ("body.category", "unknown"),
        ("body.region", "unknown"),
    ]
    body = {"title": "x", "summary": "y", "category": "Light"}
    stranger = body | {"fields": {"port": "Hull", "sketches": ["upl_x"]}}
    assert errors(await themed.ask("POST", themed.path, stranger)) == [
        ("body.fields.sketches.0", "unknown-media")
    ]
    assert await themed.world.kept("ideas") == {"ideas": []}


async def test_without_a_form_fields_are_short_texts(desk: Desk) -> None:
    body = {"title": "x", "summary": "y"}
    for value, rule in ((7, "type"), ("x" * 1_001, "maxLength"), (["x"], "type")):
        refused = await desk.ask("POST", desk.path, body | {"fields": {"port": value}})
        assert (refused.status_code, errors(refused)) == (422, [("body.fields.port", rule)])


async def test_pictures_are_shown_when_the_idea_is(themed: Desk) -> None:
    sketch, document = await themed.upload(png()), await themed.upload(PDF, "application/pdf")
    said = {"category": "Light", "fields": {"port": "Hull", "sketches": [document]}}
    body = {"title": "x", "summary": "y"} | said
    refused = await themed.ask("POST", themed.path, body)
    assert errors(refused) == [("body.fields.sketches.0", "media-kind")]
    body["fields"] = {"port": "Hull", "sketches": [sketch]}
    others = await themed.ask("POST", themed.path, body, by="per_2")
    assert errors(others) == [("body.fields.sketches.0", "unknown-media")]

    idea = await themed.done("POST", themed.path, body)
    picture = f"/v1/media/{sketch}/small"
    assert (await themed.world.send("GET", picture, by=None)).status_code == 404
    assert (await themed.world.send("GET", picture, by="juror")).status_code == 200
    await themed.world.approve(idea["id"])
    assert (await themed.world.send("GET", picture, by=None)).status_code == 200
    await themed.done("POST", f"/v1/ideas/{idea['id']}/withdraw")
    assert (await themed.world.send("GET", picture, by=None)).status_code == 404


async def test_a_picture_that_an_idea_drops_is_let_go(themed: Desk) -> None:
    first, second = await themed.upload(png(64, 48)), await themed.upload(png(48, 64))
    fields = {"port": "Hull", "sketches": [first]}
    idea = await themed.hand_in(category="Light", fields=fields)
    revised = (await themed.revise(idea, fields=fields | {"sketches": [second]})).json()
    assert revised["fields"]["sketches"] == [second]
    media = {m["_id"]: m for m in (await themed.world.kept("media"))["media"]}
    assert (media[first]["holder_id"], media[second]["holder_id"]) == (None, idea["id"])


async def test_staff_hand_in_for_somebody(themed: Desk) -> None:
    body = {
        "title": "Told at a stall",
        "summary": "A lamp of paper.",
        "category": "Light",
        "fields": {"port": "Yogya"},
        "participant_id": "per_7",
        "on_behalf_of": "The cook of the eatery by the station.",
        "original_at": "2018-05-01T10:00:00Z",
    }
    path = f"{themed.path}/on-behalf"
    idea = await themed.world.done("POST", path, body, by="editor", key="k")
    assert (idea["participant_id"], idea["original_at"]) == ("per_7", "2018-05-01T10:00:00Z")
    provenance = idea["record"]["provenance"]
    assert (provenance["kind"], provenance["entered_by"]) == ("staff", "the_editor")
    assert provenance["on_behalf_of"] == body["on_behalf_of"]
    await themed.world.approve(idea["id"])
    public = await themed.world.done("GET", f"/v1/ideas/{idea['id']}", by=None)
    assert public["record"] is None
    mine = await themed.done("GET", "/v1/me/ideas", by="per_7")
    assert [one["id"] for one in mine["items"]] == [idea["id"]]
    assert mine["items"][0]["record"]["provenance"]["on_behalf_of"] is None
    (told,) = [e.data for e in await themed.world.events() if isinstance(e.data, IdeaSubmitted)]
    assert (told.entered_by, told.participant_id) == ("James Hand", "per_7")
    ahead = body | {"original_at": "2199-01-01T00:00:00Z"}
    refused = await themed.world.send("POST", path, ahead, by="editor")
    assert errors(refused) == [("body.original_at", "future")]


async def test_an_import_keeps_its_dates_and_a_repeat_changes_nothing(desk: Desk) -> None:
    commands = submission_commands(desk.world.settings, desk.world.stores)
    now = await desk.hand_in(0)
    old = Provenance(kind="import", original_at=datetime(2012, 5, 1, tzinfo=UTC), reference="7")
    entry = Entry(title="An old one", summary="It was there before.")
    where = (BRAND, "the_manager", desk.contest_id, "per_5", entry, old)
    idea, is_new = await commands.take_in(*where)
    again, is_new_again = await commands.take_in(*where)
    assert (is_new, is_new_again, again.id) == (True, False, idea.id)
    events = [e.data for e in await desk.world.events() if isinstance(e.data, IdeaSubmitted)]
    assert [event.entered_by for event in events] == [None, "James Hand"]
    for idea_id in (idea.id, now["id"]):
        await desk.world.approve(idea_id)
    assert await desk.listed("order=oldest") == [idea.id, now["id"]]
    assert await desk.listed("order=newest") == [now["id"], idea.id]


async def test_a_draft_that_is_given_up_is_seen_by_nobody_else(desk: Desk) -> None:
    draft = await desk.hand_in(draft=True)
    path = f"/v1/ideas/{draft['id']}"
    assert (await desk.done("POST", f"{path}/withdraw"))["status"] == "withdrawn"
    assert (await desk.world.send("GET", path, by="manager")).status_code == 404
    later = [(await desk.hand_in(number))["id"] for number in (1, 2)]
    staff = {"by": "editor", "brand": BRAND}
    assert await desk.listed("status=withdrawn", **staff) == []
    assert await desk.listed("order=shuffled&seed=x&status=withdrawn", **staff) == []
    assert await desk.listed("q=hull", **staff) == []
    page = await desk.world.done("GET", f"{desk.path}?limit=1", **staff)
    rest = await desk.world.done("GET", f"{desk.path}?limit=1&cursor={page['next']}", **staff)
    assert [item["id"] for item in (*page["items"], *rest["items"])] == later


async def test_nobody_floods_a_contest(desk: Desk) -> None:
    idea, now = await desk.hand_in(), utc_now()
    draft = await desk.hand_in(1, draft=True)
    await desk.world.database["quotas"].update_one(
        {"_id": f"nerc\nentries\nper_1\n{ENTRIES.begins(now).isoformat()}"},
        {"$set": {"times": ENTRIES.most, "ends_at": ENTRIES.ends(now)}},
        upsert=True,
    )
    body = {"title": "x", "summary": "y"}
    answers = [
        await desk.ask("POST", desk.path, body),
        await desk.ask("POST", desk.path, body | {"draft": True}),
        await desk.revise(idea, title="Other"),
        await desk.revise(draft, title="Other"),
    ]
    if utc_now() < ENTRIES.ends(now):  # else another hour has begun
        assert [answer.status_code for answer in answers] == [429] * 4
    await desk.hand_in(2, by="per_2")


async def test_nobody_begins_more_than_they_can_finish(desk: Desk) -> None:
    body = {"title": "x", "summary": "y", "draft": True}
    first = await desk.done("POST", desk.path, body)
    for _ in range(DRAFTS_MAXIMUM - 2):
        await desk.done("POST", desk.path, body)
    at_once = await asyncio.gather(*(desk.ask("POST", desk.path, body) for _ in range(3)))
    assert sorted(answer.status_code for answer in at_once) == [201, 409, 409]
    refused = await desk.ask("POST", desk.path, body)
    assert errors(refused) == [("drafts", "maximum")]
    await desk.hand_in(1)  # an idea that is no draft
    await desk.hand_in(2, by="per_2", draft=True)
    await desk.done("POST", f"/v1/ideas/{first['id']}/withdraw")
    await desk.done("POST", desk.path, body)
