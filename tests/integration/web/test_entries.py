"""Handing in with files, through the site and into the real ideas service."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from groundswell_ideas.app import Stores
from groundswell_ideas.inspection.commands import InspectionCommands
from groundswell_ideas.inspection.decoding import Decoder
from groundswell_ideas.media.files import Files
from groundswell_kit.ids import new_id
from groundswell_kit.mongo import connect
from tests.integration.web.world import PUBLIC_URL, Browser, World, form_key, form_token
from tests.support.pictures import SVG, jpeg

FORM: dict[str, Any] = {
    "type": "object",
    "required": ["sketches"],
    "properties": {
        "sketches": {
            "type": "array",
            "items": {"type": "string", "format": "media"},
            "accept": ["image"],
            "maxItems": 2,
        },
        "laces": {"type": "integer", "minimum": 2},
    },
}
PROGRAMME: dict[str, Any] = {
    "people": ["The design team"],
    "reward_budget": {"amount_minor": 900_000, "currency": "GBP"},
    "categories": ["City", "Trail"],
    "entry_form": {**FORM, "required": []},
}
FILE = ("f.sketches", ("boat.jpg", jpeg(), "image/jpeg"))
UPLOAD = re.compile(r'name="kept\.sketches\.(med_\w+)" value="([^"]*)"')


@pytest.fixture(autouse=True)
async def _nobody_is_signed_in(world: World) -> None:
    await world.forget_everything()


@pytest.fixture(scope="module", autouse=True)
async def _uploads_are_checked(world: World) -> AsyncIterator[None]:
    """As the worker of ideas does."""
    database = connect(world.settings.mongo_uri, world.settings.database("ideas"))
    commands = InspectionCommands(Stores(database).media, Files(world.media_url), None)
    decoder = Decoder()

    stop = asyncio.Event()

    async def check() -> None:
        while not stop.is_set():
            if await commands.check_next(decoder) is None:
                await asyncio.sleep(0.05)

    checking = asyncio.create_task(check())
    yield
    stop.set()
    await checking
    await decoder.close()
    await database.client.close()


async def hand_in(browser: Browser, contest_id: str, *files: Any, **fields: str) -> httpx2.Response:
    """Sends the form as browsers do: the fields that stand before the files first."""
    sent = {"csrf": await browser.form_token(), "title": "A shoe", "summary": "It walks."} | fields
    headers = {"Sec-Fetch-Site": "same-origin", "Origin": PUBLIC_URL}
    parts = [(name, (None, value)) for name, value in sent.items()]
    return await browser.http.post(
        f"/contests/{contest_id}/ideas", files=[*parts, *files], headers=headers
    )


async def ideas_of(world: World, contest_id: str) -> list[dict[str, Any]]:
    found = await world.staff("GET", f"/v1/contests/{contest_id}/ideas")
    return list(found["items"])


async def test_a_picture_comes_with_the_idea(world: World) -> None:
    contest_id = await world.contest("submission", entry_form=FORM)
    async with world.signed_in() as browser, world.browser() as stranger:
        answer = await hand_in(browser, contest_id, FILE, key=new_id("form"), **{"f.laces": "4"})
        assert answer.status_code == 303, answer.text
        (idea,) = await ideas_of(world, contest_id)
        assert idea["fields"]["laces"] == 4
        (media_id,) = idea["fields"]["sketches"]
        page = await browser.get(answer.headers["location"])
        assert f'src="/media/{media_id}/medium"' in page.text
        picture = await browser.get(f"/media/{media_id}/small")
        assert picture.headers["content-type"] == "image/webp"
        assert picture.headers["cache-control"] == "private, no-cache"
        known = await browser.get(
            f"/media/{media_id}/small", **{"If-None-Match": picture.headers["etag"]}
        )
        assert known.status_code == 304
        assert (await browser.get(f"/media/{media_id}/original")).status_code == 404
        assert (await stranger.get(f"/media/{media_id}/small")).status_code == 404
        await world.staff("POST", f"/v1/ideas/{idea['id']}/approve", {})
        shown = await stranger.get(f"/media/{media_id}/small")
        assert shown.status_code == 200
        assert "public" in shown.headers["cache-control"]


async def test_the_same_form_sent_twice_at_once_is_one_idea(world: World) -> None:
    contest_id = await world.contest("submission", entry_form=FORM)
    key = new_id("form")
    async with world.signed_in() as browser:
        answers = await asyncio.gather(
            *(hand_in(browser, contest_id, FILE, key=key) for _ in range(2))
        )
        assert len({answer.headers.get("location") for answer in answers}) == 1, answers[0].text
    assert len(await ideas_of(world, contest_id)) == 1


async def test_a_file_stays_when_something_else_is_wrong(world: World) -> None:
    contest_id = await world.contest("submission", entry_form=FORM)
    async with world.signed_in() as browser:
        flawed = await hand_in(browser, contest_id, FILE, key=new_id("form"), **{"f.laces": "1"})
        assert flawed.status_code == 422
        assert "Has to be 2 at least." in flawed.text
        kept = UPLOAD.search(flawed.text)
        assert kept is not None
        assert kept[2] == "boat.jpg"
        again = {f"kept.sketches.{kept[1]}": kept[2], "f.laces": "2"}
        answer = await hand_in(browser, contest_id, key=form_key(flawed), **again)
        assert answer.status_code == 303, answer.text
    (idea,) = await ideas_of(world, contest_id)
    assert idea["fields"]["sketches"] == [kept[1]]


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (("evil.jpg", SVG, "image/jpeg"), "parts of a web page or a program"),
        (("boat.jpg", jpeg()[:2_000], "image/jpeg"), "damaged or cut off"),
        (("boat.heic", jpeg(), "image/heic"), "must be one of image/jpeg"),
        (("empty.jpg", b"", "image/jpeg"), "empty.jpg: "),
    ],
)
async def test_what_is_no_picture_is_told_beside_its_field(
    world: World, file: tuple[str, bytes, str], words: str
) -> None:
    contest_id = await world.contest("submission", entry_form=FORM)
    async with world.signed_in() as browser:
        answer = await hand_in(browser, contest_id, ("f.sketches", file), key=new_id("form"))
        assert answer.status_code == 422
        assert words in answer.text
        assert 'id="f.sketches-error"' in answer.text
        assert 'value="A shoe"' in answer.text
        assert UPLOAD.search(answer.text) is None
    assert await ideas_of(world, contest_id) == []


async def test_files_of_a_session_that_is_over_go_and_the_text_stays(world: World) -> None:
    contest_id = await world.contest("submission", entry_form=FORM)
    async with world.browser() as browser:
        headers = {"Sec-Fetch-Site": "same-origin"}
        answer = await browser.http.post(
            f"/contests/{contest_id}/ideas",
            files=[("csrf", (None, "ab" * 32)), ("title", (None, "A shoe")), FILE],
            headers=headers,
        )
        assert answer.status_code == 403
        assert "Choose your files again" in answer.text
        assert 'value="A shoe"' in answer.text


async def test_an_idea_is_not_taken_without_the_files_that_came_with_it(world: World) -> None:
    form = {**FORM, "required": []}
    contest_id = await world.contest("submission", entry_form=form)
    async with world.signed_in() as browser:
        fields = {"csrf": await browser.form_token(), "title": "A shoe", "summary": "It walks."}
        answer = await browser.http.post(
            f"/contests/{contest_id}/ideas",
            files=[FILE, *((name, (None, value)) for name, value in fields.items())],
            headers={"Sec-Fetch-Site": "same-origin"},
        )
        assert answer.status_code == 503
        assert "Choose your files again" in answer.text
        assert 'value="A shoe"' in answer.text
    assert await ideas_of(world, contest_id) == []


async def test_a_change_of_a_session_that_is_over_is_kept_to_be_sent_again(world: World) -> None:
    contest_id = await world.contest("submission")
    async with world.signed_in() as browser:
        path = (await hand_in(browser, contest_id, key=new_id("form"))).headers["location"]
        fields = {"title": "A better shoe", "summary": "It runs.", "revision": "1", "act": "save"}
        answer = await browser.post(f"{path}/edit", {"csrf": "ab" * 32, **fields})
        assert answer.status_code == 403
        for name, value in fields.items():
            assert f'name="{name}" value="{value}"' in answer.text
        assert f'action="{path}/edit"' in answer.text
        again = await browser.post(f"{path}/edit", {"csrf": form_token(answer), **fields})
        assert again.status_code == 303, again.text
        assert "A better shoe" in (await browser.get(path)).text


async def test_a_change_that_is_sent_twice_is_made_once(world: World) -> None:
    contest_id = await world.contest("submission")
    async with world.signed_in() as browser:
        path = (await hand_in(browser, contest_id, key=new_id("form"))).headers["location"]
        fields = {"title": "A better shoe", "summary": "It runs.", "revision": "1", "act": "save"}
        for _ in range(2):
            answer = await browser.send(f"{path}/edit", **fields)
            assert answer.status_code == 303, answer.text
    (idea,) = await ideas_of(world, contest_id)
    assert (idea["title"], idea["revision"]) == ("A better shoe", 2)


async def test_a_choice_can_be_taken_out_of_a_draft(world: World) -> None:
    contest_id = await world.contest("submission", template="design-and-vote", **PROGRAMME)
    async with world.signed_in() as browser:
        fields = {"category": "City", "act": "draft", "key": new_id("form")}
        path = (await hand_in(browser, contest_id, **fields)).headers["location"]
        assert '<option value="City" selected>' in (await browser.get(f"{path}/edit")).text
        emptied = {"title": "A shoe", "summary": "It walks.", "category": "", "act": "save"}
        answer = await browser.send(f"{path}/edit", **emptied)
        assert answer.status_code == 303, answer.text
        assert " selected>" not in (await browser.get(f"{path}/edit")).text


async def test_a_part_can_go_to_a_charity(world: World) -> None:
    contest_id = await world.contest("submission", template="design-and-vote", **PROGRAMME)
    async with world.signed_in() as browser:
        assert "Give some of it" in (await browser.get(f"/contests/{contest_id}/ideas/new")).text
        gift = {"charity": "Sea rescue", "charity_share": "12.5", "category": "City"}
        answer = await hand_in(browser, contest_id, key=new_id("form"), **gift)
        assert answer.status_code == 303, answer.text
        path = answer.headers["location"]
        shown = (await browser.get(path)).text
        assert "12.5\u00a0% of what its author earns by it, to <bdi>Sea rescue</bdi>" in shown
        form = (await browser.get(f"{path}/edit")).text
        assert 'value="Sea rescue"' in form
        assert 'value="12.5"' in form


async def test_people_ask_others_for_ideas_where_the_brand_lets_them(world: World) -> None:
    contest_id = await world.contest(
        "submission", template="themed-contest", vote="advisory", briefs=True, **PROGRAMME
    )
    gallery = f"/contests/{contest_id}/ideas"
    async with world.signed_in() as browser:
        form = await browser.get(f"{gallery}/new?brief=yes")
        assert "Ask others for ideas" in form.text
        assert 'name="f.sketches"' not in form.text
        asked = {"brief": "yes", "title": "A quiet shoe", "key": form_key(form)}
        answer = await hand_in(browser, contest_id, **asked)
        assert answer.status_code == 303, answer.text
        path = answer.headers["location"]
        await world.staff("POST", f"/v1/ideas/{path.rpartition('/')[2]}/approve", {})
        page = await browser.get(path)
        assert "This asks for ideas" in page.text
        assert f"{gallery}/new?parent={path.rpartition('/')[2]}" in page.text
        assert "A quiet shoe" not in (await browser.get(gallery)).text
        assert "A quiet shoe" in (await browser.get(f"{gallery}?briefs=yes")).text
        fields = {"parent": path.rpartition("/")[2], "category": "City", "key": new_id("form")}
        answer = await hand_in(browser, contest_id, FILE, **fields)
        assert answer.status_code == 303, answer.text
        form = await browser.get(f"{path}/edit")
        assert 'name="brief" value="yes"' in form.text


async def test_a_draft_is_changed_and_handed_in(world: World) -> None:
    contest_id = await world.contest("submission", entry_form=FORM)
    async with world.signed_in() as browser:
        begun = await hand_in(browser, contest_id, FILE, key=new_id("form"), act="draft")
        path = begun.headers["location"]
        assert await ideas_of(world, contest_id) == []
        form = await browser.get(f"{path}/edit")
        kept = UPLOAD.search(form.text)
        assert kept is not None
        fields = {
            "title": "A better shoe",
            "summary": "It runs.",
            "revision": "1",
            f"kept.sketches.{kept[1]}": "",
            "f.laces": "6",
            "act": "submit",
        }
        answer = await browser.send(f"{path}/edit", **fields)
        assert answer.status_code == 303, answer.text
        (idea,) = await ideas_of(world, contest_id)
        assert (idea["title"], idea["fields"]["laces"]) == ("A better shoe", 6)
        late = await browser.send(f"{path}/edit", **fields | {"title": "Too late", "act": "save"})
        assert late.status_code == 409
        assert "changed elsewhere meanwhile" in late.text
        assert 'value="Too late"' in late.text
        assert f'name="revision" value="{idea["revision"]}"' in late.text
