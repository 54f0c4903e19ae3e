"""What a contest's terms make of findings, and a screen that a brand brings in a package."""

from pathlib import Path
from typing import Any

import pytest

from groundswell_ideas import app as wiring
from groundswell_ideas.settings import Settings
from groundswell_kit.health import Health
from tests.integration.ideas.moderation.desk import SELF_PUBLISHING
from tests.integration.ideas.world import World
from tests.support import service
from tests.support.service import Json

ACME_SCREENS = """
from groundswell_ideas.screening.rules import Finding


class Trademarks:
    async def look(self, content, policy):
        return [
            Finding("acme_trademark", "block", where, "Titanic", "a trademark")
            for where, text in content.texts.items()
            if "titanic" in text.lower()
        ]


trademarks = Trademarks()
"""


async def hand_in(world: World, contest_id: str, **said: str) -> tuple[int, Json]:
    body = {"title": "RRS Boaty", "summary": "A name that nobody will forget.", **said}
    path = f"/v1/contests/{contest_id}/ideas"
    answer = await world.send("POST", path, body, by="participant", subject="per_1")
    return answer.status_code, answer.json()


async def opened(world: World, screening: Json) -> str:
    contest_id = str((await world.draft(**SELF_PUBLISHING, screening=screening))["id"])
    await world.enter(contest_id, "submission")
    return contest_id


async def test_a_contest_says_what_follows_from_findings(world: World) -> None:
    treatments = {"link": "block", "mail_address": "note", "word": "ignore", "own_word": None}
    contest_id = await opened(world, {"treatments": treatments, "own_words": ["Shackleton"]})
    status, problem = await hand_in(world, contest_id, summary="It is all on www.example.com now.")
    assert (status, problem["errors"][0]["field"], problem["errors"][0]["rule"]) == (
        422,
        "body.summary",
        "link",
    )
    _, noted = await hand_in(world, contest_id, summary="Write to me@example.com if you like it.")
    _, ignored = await hand_in(world, contest_id, title="Damn", summary="A damned shitty old hull.")
    _, held = await hand_in(world, contest_id, title="RRS 5h\u0430ckleton", summary="To the ice!")
    assert [idea["status"] for idea in (noted, ignored, held)] == [
        "approved",
        "approved",
        "submitted",
    ]
    seen = await world.done("GET", f"/v1/ideas/{held['id']}", by="editor")
    assert seen["record"]["held_for"] == ["own_word"]


async def test_what_screening_looks_for_is_read_by_staff_alone(world: World) -> None:
    own = {"treatments": {"link": "note", "near_text": "note"}, "own_words": ["Shackleton"]}
    draft = await world.draft(screening=own)
    path = f"/v1/contests/{draft['id']}"
    read = await world.done("GET", path, by="editor")
    assert read["record"]["screening"] == own
    change = {"screening": {"treatments": {"link": None, "word": "block"}}}
    await world.done("PATCH", path, change, if_match="*")
    read = await world.done("GET", path, by="editor")
    treatments = {"near_text": "note", "word": "block"}
    assert read["record"]["screening"] == own | {"treatments": treatments}
    await world.enter(str(draft["id"]), "submission")
    assert "Shackleton" not in (await world.send("GET", path, by=None)).text
    frozen = await world.send("PATCH", path, change, if_match="*")
    assert frozen.status_code == 409


@pytest.mark.parametrize(
    ("screening", "field"),
    [
        ({"treatments": {"link": "forbid"}}, "body.screening.treatments.link"),
        ({"treatments": {"Link": "hold"}}, "body.screening.treatments.Link"),
        ({"own_words": ["two words"]}, "body.screening.own_words.0"),
        ({"own_words": ["x"]}, "body.screening.own_words.0"),
    ],
)
async def test_what_makes_no_sense_is_refused(world: World, screening: Json, field: str) -> None:
    body = {"title": "Name our ship", "screening": screening}
    answer = await world.send("POST", "/v1/contests", body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].startswith(field)


async def test_a_brand_brings_a_package_of_its_own(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "acme_screens.py").write_text(ACME_SCREENS)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("GROUNDSWELL_SCREENS", '{"nerc": ["acme_screens:trademarks"]}')
    told: dict[str, Any] = world.settings.model_dump(exclude={"screens"})
    app = wiring.create_api(Settings(**told), world.stores, Health("api"))
    contest_id = await opened(world, {})
    lenient = await opened(world, {"treatments": {"acme_trademark": "hold"}})
    async with service.client_of(app) as client:
        body = {"title": "RRS Titanic", "summary": "Unsinkable."}
        token = world.token("participant", None, "per_1")
        answers = [
            await service.send(client, "POST", f"/v1/contests/{where}/ideas", body, token=token)
            for where in (contest_id, lenient)
        ]
    refused, held = (answer.json() for answer in answers)
    assert (refused["type"], refused["errors"][0]["rule"]) == (
        "/problems/refused-by-screening",
        "acme-trademark",
    )
    assert held["status"] == "submitted"


def test_a_screen_that_is_not_there_ends_the_start(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GROUNDSWELL_SCREENS", '{"nerc": ["acme_screens_that_never_were:x"]}')
    with pytest.raises(ValueError, match="acme_screens_that_never_were"):
        Settings(**world.settings.model_dump(exclude={"screens"}))
