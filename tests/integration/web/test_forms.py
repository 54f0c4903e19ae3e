"""No form is taken from another site, another session, or in another shape."""

import re

import httpx2
import pytest
from fastapi.routing import iter_route_contexts

from groundswell_web.forms import MAX_BYTES
from tests.integration.web.world import Browser, World, form_key

# Mail programs send this one, from no page and without a session.
WITHOUT_A_SESSION = {"/unsubscribe/{token}"}


@pytest.fixture(autouse=True)
async def _nobody_is_signed_in(world: World) -> None:
    await world.forget_everything()


async def forms(world: World) -> list[str]:
    """The paths of all routes that take forms, with something in place of their parameters."""
    paths = [
        context.path
        for context in iter_route_contexts(world.app.routes)
        if context.path is not None and "POST" in (context.methods or ())
    ]
    assert len(paths) >= 12
    contest_id = await world.contest("submission")
    return [
        re.sub(r"{\w+}", "something_1", path.replace("{contest_id}", contest_id))
        for path in paths
        if path not in WITHOUT_A_SESSION
    ]


async def refused(browser: Browser, path: str, fields: dict[str, str], **headers: str) -> str:
    answer = await browser.post(path, fields, **headers)
    assert answer.status_code == 403, (path, answer.status_code)
    found = re.search(r"<h1>(.*?)</h1>", answer.text)
    assert found is not None
    return found[1]


async def test_forms_of_nobody_lead_to_the_sign_in(world: World) -> None:
    async with world.browser() as browser:
        for path in await forms(world):
            answer = await browser.post(path, {"csrf": "ab" * 32})
            if path in ("/sign-in", "/sign-in/code") or path.endswith(("/ideas", "/edit")):
                assert answer.status_code == 403, path
            else:
                assert answer.headers["location"].startswith("/sign-in"), path


async def test_forms_of_other_sites_are_refused(world: World) -> None:
    async with world.signed_in() as browser:
        token = await browser.form_token()
        fields = {"csrf": token}
        evil = "https://evil.example"
        for path in await forms(world):
            for site in ("cross-site", "same-site"):
                await refused(browser, path, fields, **{"Sec-Fetch-Site": site})
            answer = await browser.http.post(path, data=fields, headers={"Origin": evil})
            assert answer.status_code == 403, path
        assert await world.database["sessions"].count_documents({}) == 1


async def test_forms_of_other_sessions_are_refused(world: World) -> None:
    async with world.signed_in() as browser, world.signed_in("ben@example.com") as ben:
        theirs = await ben.form_token()
        for path in await forms(world):
            for token in (theirs, "", "x", (await browser.form_token())[:-1]):
                assert await refused(browser, path, {"csrf": token}), path
        assert await world.database["sessions"].count_documents({}) == 2


async def test_only_small_forms_in_utf_8_are_read(world: World) -> None:
    async with world.signed_in() as browser:
        token = await browser.form_token()

        async def status(body: bytes, media_type: str) -> int:
            answer = await browser.http.post(
                "/account",
                content=body,
                headers={"Content-Type": media_type, "Sec-Fetch-Site": "same-origin"},
            )
            assert "<h1>" in answer.text
            return answer.status_code

        form = "application/x-www-form-urlencoded"
        good = f"csrf={token}".encode()
        assert await status(good, "application/json") == 415
        assert await status(good, "multipart/form-data; boundary=x") == 415
        assert await status(b"a" * (MAX_BYTES + 1), form) == 413
        assert await status(good + b"&x=%ff", form) == 400
        assert await status(good + b"&x=\xff", form) == 400
        assert await status(good + b"&x=%00", form) == 400
        assert await status(good + b"&x=1" * 1_100, form) == 400


async def test_texts_keep_their_line_ends(world: World) -> None:
    contest_id = await world.contest("submission")
    async with world.signed_in() as browser:
        answer = await browser.send(
            f"/contests/{contest_id}/ideas", title="A ship", summary="one\r\ntwo", key="key_1"
        )
        assert answer.status_code == 303, answer.text
        page = await browser.get(answer.headers["location"])
        assert '<p dir="auto">one<br>two</p>' in page.text


async def test_an_idea_sent_twice_is_one(world: World) -> None:
    contest_id = await world.contest("submission")
    path = f"/contests/{contest_id}/ideas"
    fields = {"title": "Twice", "summary": "Sent twice.", "key": "key_2"}
    async with world.signed_in() as browser:
        answers: list[httpx2.Response] = [await browser.send(path, **fields) for _ in range(2)]
        assert len({answer.headers["location"] for answer in answers}) == 1
        changed = await browser.send(path, **fields | {"title": "Changed meanwhile"})
        assert changed.status_code == 409
        assert "An earlier version of this idea has arrived already" in changed.text
        assert 'value="Changed meanwhile"' in changed.text
        assert form_key(changed) != "key_2"
    found = await world.staff("GET", f"/v1{path}")
    assert len(found["items"]) == 1


async def test_the_text_of_an_idea_comes_back_with_what_is_wrong(world: World) -> None:
    contest_id = await world.contest("submission", "moderation")
    path = f"/contests/{contest_id}/ideas"
    async with world.signed_in() as browser:
        late = await browser.send(path, title="Late", summary="Too late.", key="key_3")
        assert late.status_code == 409
        assert "This contest does not take ideas any more." in late.text
        assert 'value="Late"' in late.text
        flawed = await browser.send(path, title="", summary="s" * 5_001, key="key_3")
        assert flawed.status_code == 422
        assert "Give your idea a title." in flawed.text
        assert "s" * 5_001 in flawed.text
        assert form_key(flawed) == "key_3"
        form = await browser.get(f"{path}/new")
        assert form.status_code == 409
