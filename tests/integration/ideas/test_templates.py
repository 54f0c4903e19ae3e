"""The programmes that a brand can take, and the draft that comes of one."""

from pathlib import Path
from typing import Any

import pytest

from groundswell_ideas import app as wiring
from groundswell_kit.health import Health
from tests.integration.ideas.world import World, new_contest
from tests.support import service

POEMS = """
name = "poems"
version = 3
title = "Poems"
summary = "Poems by customers, read aloud by the one who likes them best."
rules_in_words = ["Everybody writes one.", "There is no vote."]
promises = ["owner", "rules", "answer_by"]

[[transition]]
from = "draft"
to = ["submission"]

[[transition]]
from = "submission"
to = ["closed"]
takes_ideas = true

[terms]
vote = "advisory"
timetable = {}
moderation = "self_publishing"
"""
OPENING: dict[str, Any] = {
    "people": ["The design team"],
    "reward_budget": {"amount_minor": 900_000, "currency": "USD"},
}


async def test_everybody_reads_them_with_their_rules(world: World) -> None:
    listed = await world.done("GET", "/v1/templates", by=None)
    names = [template["name"] for template in listed["items"]]
    assert names == sorted(names)
    assert len(names) == 6
    for template in listed["items"]:
        assert template["rules_in_words"]
        one = await world.done("GET", f"/v1/templates/{template['name']}", by=None)
        assert one == template
    assert (await world.send("GET", "/v1/templates/nothing", by=None)).status_code == 404


async def test_a_draft_takes_what_its_template_says(world: World) -> None:
    body = new_contest(template="design-and-vote", selection={"winners": {"count": 3}})
    draft = await world.done("POST", "/v1/contests", body)
    assert draft["template"] == {"name": "design-and-vote", "version": 1}
    assert draft["selection"]["shortlist"]["size"] == 10
    assert draft["selection"]["winners"] == {
        "by": "tally",
        "count": 3,
        "tally_weight": 1,
        "jury_weight": 1,
    }
    path = f"/v1/contests/{draft['id']}/entry-form"
    form = await world.done("GET", f"{path}?locale=en")
    assert form["form"]["properties"]["sketches"]["maxItems"] == 6
    assert form["form"]["properties"]["sketches"]["title"] == "Your sketches"
    assert (await world.send("GET", path, by=None)).status_code == 404


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"template": "nothing"}, ("body.template", "unknown")),
        ({"moderation": "self_publishing"}, ("body.moderation", "fixed-by-template")),
        (
            {"selection": {"shortlist": {"size": 99}}},
            ("body.selection.shortlist.size", "template-maximum"),
        ),
        ({"texts": {"fr": {"title": "Chaussures"}}}, ("body.texts.fr", "language")),
    ],
)
async def test_what_the_template_fixes_is_refused_by_field_and_rule(
    world: World, changes: dict[str, Any], error: tuple[str, str]
) -> None:
    body = new_contest(template="design-and-vote") | changes
    answer = await world.send("POST", "/v1/contests", body)
    assert answer.status_code == 422
    assert [(e["field"], e["rule"]) for e in answer.json()["errors"]] == [error]
    if "template" not in changes:
        draft = await world.done("POST", "/v1/contests", new_contest(template="design-and-vote"))
        edited = await world.send("PATCH", f"/v1/contests/{draft['id']}", changes, if_match="*")
        assert [(e["field"], e["rule"]) for e in edited.json()["errors"]] == [error]


async def test_an_edit_keeps_the_rest_of_what_the_template_says(world: World) -> None:
    draft = await world.done("POST", "/v1/contests", new_contest(template="design-and-vote"))
    changes = {"selection": {"shortlist": {"size": 4}}}
    path = f"/v1/contests/{draft['id']}"
    edited = await world.done("PATCH", path, changes, if_match="*")
    assert edited["selection"]["shortlist"] == draft["selection"]["shortlist"] | {"size": 4}
    assert edited["selection"]["winners"] == draft["selection"]["winners"]


async def test_each_programme_opens_and_ends_by_its_own_course(world: World) -> None:
    prizes = [{"name": "A share", "goes_to": "author", "words": "Of each order."}]
    ladder = [{"votes": 2, "within_seconds": 60}]
    poll = {
        "name": "Support",
        "rules": {"kind": "standing", "ideas_per_ballot": None, "ladder": ladder},
    }
    region = {"name": "Java", "time_zone": "Asia/Jakarta", "countries": ["ID"]}
    own: dict[str, dict[str, Any]] = {
        "make-and-earn": {"prizes": prizes, "timetable": None, "vote": None, "polls": None},
        "support-ladder": {"polls": [poll], "vote": None},
        "regional": {"regions": [region]},
        "themed-contest": {"categories": ["Light", "Sound"], "vote": None},
    }
    first = {"support-ladder": "voting"}
    listed = await world.done("GET", "/v1/templates", by=None)
    for name in [template["name"] for template in listed["items"]]:
        changes = {**OPENING, **own.get(name, {}), "template": name, "reward_plan": None}
        draft = await world.done("POST", "/v1/contests", new_contest(**changes))
        opened = await world.enter(draft["id"], first.get(name, "submission"))
        assert opened["takes_ideas"], name
        if name in ("make-and-earn", "support-ladder"):
            assert (await world.enter(draft["id"], "closed"))["phase"] == "closed"


async def test_another_one_in_a_file_opens_and_runs(world: World, tmp_path: Path) -> None:
    (tmp_path / "poems.toml").write_text(POEMS)
    settings = world.settings.model_copy(update={"templates_dir": tmp_path})
    app = wiring.create_api(settings, world.stores, Health("api"))
    async with service.client_of(app) as client:
        token = world.token("manager")
        listed = await service.send(client, "GET", "/v1/templates")
        assert "poems" in [template["name"] for template in listed.json()["items"]]
        body = new_contest(template="poems", vote=None, timetable=None, reward_plan=None)
        drafted = await service.send(client, "POST", "/v1/contests", body, token=token)
        path = f"/v1/contests/{service.succeeded(drafted)['id']}"
    # What it is made of stays with it, also where the file is not.
    contest_id = path.rpartition("/")[2]
    opened = await world.enter(contest_id, "submission")
    assert opened["template"] == {"name": "poems", "version": 3}
    await world.submit(contest_id, "Ode to a boat")
    refused = await world.send("POST", f"{path}/phase", {"to": "voting"}, if_match="*")
    assert refused.json()["errors"][0]["message"] == "from submission a contest goes only to closed"
    assert (await world.enter(contest_id, "closed"))["phase"] == "closed"


async def test_a_process_does_not_start_with_a_bad_template(world: World, tmp_path: Path) -> None:
    (tmp_path / "poems.toml").write_text(POEMS.replace("version = 3", "version = 0"))
    settings = world.settings.model_copy(update={"templates_dir": tmp_path})
    with pytest.raises(Exception, match=r"poems\.toml") as refused:
        wiring.create_api(settings, world.stores, Health("api"))
    assert "version: " in str(refused.value)
