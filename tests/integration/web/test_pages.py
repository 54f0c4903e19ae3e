"""What every page has, and what a page does when something is away."""

import re

import pytest

from groundswell_web.contests.queries import ContestQueries
from tests.integration.web.world import World, form_key, impatience, silent_server

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
PAGES = ("/", "/sign-in", "/account", "/nowhere", "/static/x/site.css", "/ideas/nothing")
UNSAFE = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:", re.IGNORECASE)


@pytest.fixture(autouse=True)
async def _nobody_is_signed_in(world: World) -> None:
    await world.forget_everything()


async def test_every_answer_says_what_browsers_may_do_with_it(world: World) -> None:
    async with world.browser() as browser:
        for path in PAGES:
            answer = await browser.get(path)
            found = dict(
                part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; ")
            )
            assert found == POLICY
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["referrer-policy"] == "same-origin"
            assert "strict-transport-security" not in answer.headers
            assert not UNSAFE.search(answer.text), path
    async with (
        world.site(mode="production", public_url="https://site.test") as app,
        world.browser(app) as browser,
    ):
        answer = await browser.get("/nowhere")
        assert answer.headers["strict-transport-security"].startswith("max-age=63072000")


async def test_static_files_are_kept_under_the_name_of_their_content(world: World) -> None:
    async with world.browser() as browser:
        page = await browser.get("/")
        found = re.search(r'href="(/static/[0-9a-f]{16}/site\.css)"', page.text)
        assert found is not None
        answer = await browser.get(found[1])
        assert answer.headers["content-type"].startswith("text/css")
        assert "immutable" in answer.headers["cache-control"]
        old = await browser.get("/static/0123456789abcdef/site.css")
        assert old.headers["cache-control"] == "no-cache"
        for nothing in ("/static/x/nothing.css", "/static/x/..%2fapp.py", "/static/x/app.py"):
            assert (await browser.get(nothing)).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        "/contests/con_nothing",
        "/contests/..%2f..%2fv1",
        "/contests/%2e%2e",
        "/contests/" + "x" * 3_000,
        "/contests/%00",
        "/ideas/%ff",
        "/contests/%F0%9F%90%9F/decision",
        "/?cursor=" + "x" * 600,
    ],
)
async def test_what_is_not_there_is_a_page_that_says_so(world: World, path: str) -> None:
    async with world.browser() as browser:
        answer = await browser.get(path)
        assert answer.status_code == 404
        assert "This page is not here" in answer.text


async def test_who_is_signed_in_is_so_on_a_page_that_is_not_there(world: World) -> None:
    async with world.signed_in() as browser:
        for path in ("/nowhere", "/contests/%00", "/static/x/nothing.css"):
            answer = await browser.get(path)
            assert answer.status_code == 404
            assert "Sign out" in answer.text or path.startswith("/static")


async def test_without_voting_a_contest_can_be_read(world: World) -> None:
    contest_id = await world.contest("submission", "voting")
    async with world.signed_in() as browser:
        page = await browser.get(f"/contests/{contest_id}")
        assert page.status_code == 200
        for text in (
            "Voting cannot be reached right now.",
            "RRS Boaty",
            "This vote is binding.",
            "The standings cannot be shown right now.",
            "Following cannot be reached right now.",
        ):
            assert text in page.text
        assert "/votes" not in page.text
        fragment = await browser.get(f"/contests/{contest_id}/standings")
        assert fragment.status_code == 503
        assert fragment.headers["retry-after"]


async def test_a_vote_that_could_not_be_sent_can_be_sent_again(world: World) -> None:
    contest_id = await world.contest("submission", "voting")
    async with world.signed_in() as browser:
        page = f"/contests/{contest_id}"
        answer = await browser.post(
            f"{page}/votes",
            {"csrf": await browser.form_token(), "poll_id": "poll_1", "idea_id": "idea_1"},
            Referer=f"http://site.test{page}",
        )
        assert answer.status_code == 503
        assert answer.headers["retry-after"]
        assert "Nothing was changed." in answer.text
        assert 'name="idea_id" value="idea_1"' in answer.text
        assert f'action="{page}/votes"' in answer.text
        assert f'href="{page}"' in answer.text


async def test_a_silent_service_is_not_waited_for_long(world: World) -> None:
    contest_id = await world.contest("submission")
    async with (
        world.signed_in() as browser,
        silent_server() as silent,
        world.site(ideas_url=silent) as app,
        world.browser(app) as visitor,
    ):
        visitor.http.cookies.update(browser.http.cookies)
        with impatience("READ_SECONDS"):
            answer = await visitor.get(f"/contests/{contest_id}")
        assert answer.status_code == 503
        assert 'href="/contests/' in answer.text

        key = form_key(await browser.get(f"/contests/{contest_id}/ideas/new"))
        fields = {"title": "A <ship>", "summary": 'It "floats".', "key": key}
        token = await browser.form_token()
        with impatience("WRITE_SECONDS"), impatience("READ_SECONDS"):
            answer = await visitor.post(f"/contests/{contest_id}/ideas", {"csrf": token, **fields})
        assert answer.status_code == 503
        assert "We could not take your idea right now." in answer.text
        assert 'value="A &lt;ship&gt;"' in answer.text
        assert "It &#34;floats&#34;." in answer.text
        assert form_key(answer) == key


async def test_who_cannot_be_looked_up_is_told_so(world: World) -> None:
    """MongoDB is away."""
    async with world.signed_in() as browser:
        await world.engines.mongo.pause()
        try:
            answer = await browser.get("/")
        finally:
            await world.engines.mongo.resume()
        assert answer.status_code == 503
        assert "We cannot do this right now" in answer.text


async def test_what_breaks_is_a_page_too(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def break_down(*_: object) -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr(ContestQueries, "contests", break_down)
    async with world.browser() as browser:
        answer = await browser.get("/")
        assert answer.status_code == 500
        assert "Something broke on our side" in answer.text
        assert "planted" not in answer.text
        assert answer.headers["content-security-policy"]
        assert answer.headers["x-correlation-id"]


async def test_an_unsubscribe_link_does_nothing_by_itself(world: World) -> None:
    async with world.browser() as browser:
        page = await browser.get("/unsubscribe/abc-_123")
        assert page.status_code == 200
        assert 'action="/unsubscribe/abc-_123"' in page.text
        sent = await browser.http.post(
            "/unsubscribe/abc-_123", data={"List-Unsubscribe": "One-Click"}
        )
        assert sent.status_code == 503, "notifications is away"
