"""Share cards of ideas: for everybody what is public, and nothing of anything else."""

import asyncio
import io
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from tests.integration.ideas.submissions.desk import Desk
from tests.support.pictures import jpeg
from tests.support.service import Json

SITE = "http://127.0.0.1:8100"
PATHS = ("card", "card.png", "qr.svg")


async def published(desk: Desk, number: int = 0, **said: Any) -> str:
    """The id of an idea that everybody reads."""
    idea = await desk.hand_in(number, **said)
    await desk.world.approve(idea["id"])
    return str(idea["id"])


async def card_of(desk: Desk, idea_id: str) -> Json:
    return await desk.world.done("GET", f"/v1/ideas/{idea_id}/card", by=None)


async def test_a_card_says_what_previews_need(desk: Desk) -> None:
    idea_id = await published(desk, title="RRS <Boaty>")
    card = await card_of(desk, idea_id)
    assert card["link"] == f"{SITE}/ideas/{idea_id}"
    assert card["image"]["url"].startswith(f"{SITE}/ideas/{idea_id}/card.png?v=")
    assert (card["locale"], card["contest_title"]) == ("en", "Name our ship")
    tags = {tag["name"]: tag["content"] for tag in card["tags"]}
    assert tags["og:title"] == "RRS <Boaty>"
    assert tags["og:image"] == card["image"]["url"]
    assert tags["twitter:image:alt"] == card["image"]["alt"] == "RRS <Boaty> (Name our ship)"


@pytest.mark.parametrize(
    "title",
    ["<script>alert(1)</script>", "W" * 200, "سفينة (Boaty) رقم 12", "🚢👨\u200d👩\u200d👧🇬🇧", "="],
)
async def test_whatever_it_is_called_there_is_a_picture(desk: Desk, title: str) -> None:
    idea_id = await published(desk, title=title)
    card = await card_of(desk, idea_id)
    assert card["title"] == title
    answer = await desk.world.client.get(card["image"]["path"])
    assert answer.headers["Content-Type"] == "image/png"
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    with Image.open(io.BytesIO(answer.content)) as picture:
        picture.load()
        assert (picture.format, picture.size) == ("PNG", (1200, 630))


async def test_an_unchanged_card_is_not_sent_again(desk: Desk) -> None:
    idea_id = await published(desk)
    for name in PATHS:
        path = f"/v1/ideas/{idea_id}/{name}"
        first = await desk.world.client.get(path)
        assert "immutable" not in first.headers["Cache-Control"]
        again = await desk.world.client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")


async def test_a_changed_idea_has_another_picture(desk: Desk) -> None:
    idea = await desk.hand_in()
    await desk.world.approve(idea["id"])
    before = await card_of(desk, idea["id"])
    revised = await desk.revise(idea, title="RRS Another")
    assert revised.status_code == 200
    await desk.world.approve(idea["id"])
    after = await card_of(desk, idea["id"])
    assert after["image"]["path"] != before["image"]["path"]
    old = await desk.world.client.get(before["image"]["path"])
    assert "immutable" not in old.headers["Cache-Control"]


async def test_the_picture_of_an_idea_is_on_its_card(desk: Desk) -> None:
    upload = await desk.upload(jpeg(640, 480), "image/jpeg")
    idea_id = await published(desk, 1, fields={"pictures": [upload]})
    bare_id = await published(desk, 2, title="Idea 1")
    with_picture, bare = [
        await desk.world.client.get((await card_of(desk, one))["image"]["path"])
        for one in (idea_id, bare_id)
    ]
    assert len(with_picture.content) > 2 * len(bare.content)


async def test_many_who_ask_at_once_get_one_drawing(desk: Desk) -> None:
    path = (await card_of(desk, await published(desk)))["image"]["path"]
    answers = await asyncio.gather(*(desk.world.client.get(path) for _ in range(30)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1


async def test_the_code_leads_to_the_page(desk: Desk) -> None:
    idea_id = await published(desk)
    path = f"/v1/ideas/{idea_id}/qr.svg"
    answer = await desk.world.client.get(path)
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert ET.fromstring(answer.content).tag.endswith("svg")  # noqa: S314 - our own
    other = await desk.world.client.get(f"{path}?via=mail")
    assert other.content != answer.content
    assert (await desk.world.client.get(f"{path}?via=<x>")).status_code == 422


async def test_what_is_not_public_has_no_card(desk: Desk) -> None:
    waiting = await desk.hand_in()
    draft = await desk.hand_in(1, draft=True)
    readers: tuple[tuple[str | None, str | None], ...] = (
        (None, None),
        ("participant", "per_1"),
        ("manager", "sta_1"),
    )
    for idea_id in (waiting["id"], draft["id"], "idea_none"):
        for name in PATHS:
            for role, subject in readers:
                answer = await desk.world.send(
                    "GET", f"/v1/ideas/{idea_id}/{name}", by=role, subject=subject
                )
                assert answer.status_code == 404, (idea_id, name, role)


async def test_what_is_taken_down_loses_its_card(desk: Desk) -> None:
    idea_id = await published(desk)
    path = (await card_of(desk, idea_id))["image"]["path"]
    assert (await desk.world.client.get(path)).status_code == 200
    why = {"reason": "To be looked at."}
    await desk.world.done("POST", f"/v1/ideas/{idea_id}/hold", why, by="editor")
    assert (await desk.world.client.get(path)).status_code == 404
