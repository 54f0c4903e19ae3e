"""What people are told, and what is kept of them, when a part behind the site fails."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx2
import pytest
from fastapi import FastAPI
from pymongo.errors import ServerSelectionTimeoutError

from groundswell_kit.asgi import Receive, Scope, Send, respond
from groundswell_kit.health import Health
from groundswell_kit.serve import Role
from groundswell_web.sessions.store import SessionStore
from tests.integration.voting.boxes import serving
from tests.integration.web.world import (
    Browser,
    World,
    form_key,
    form_token,
    impatience,
    silent_server,
)

POLL = "poll_1"
VOTE = {"poll_id": POLL, "idea_id": "idea_1"}
A_PASS = {"pass": "a pass"}
TAKEN = {"vote_id": "vote_1", "idea_id": "idea_1"}


@pytest.fixture(autouse=True)
async def _nobody_is_signed_in(world: World) -> None:
    await world.forget_everything()


@asynccontextmanager
async def answering(
    answers: Mapping[str, tuple[int, object]],
    retry_after: int = 2,
    heard: dict[str, bytes] | None = None,
) -> AsyncIterator[str]:
    """The address of a server with one answer for each path; `heard` is what each was sent last."""
    headers = [(b"retry-after", str(retry_after).encode())]

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        body = b""
        while (part := await receive()).get("more_body"):
            body += part["body"]
        if heard is not None:
            heard[scope["path"]] = body + part.get("body", b"")
        status, document = answers[scope["path"]]
        await respond(send, status, headers, json.dumps(document).encode())

    async with serving(Role("stub", 0, Health("stub"), answer)) as address:
        yield address


@asynccontextmanager
async def voting(
    world: World, browser: Browser, status: int, answer: object
) -> AsyncIterator[Browser]:
    """The same person on a site whose ballot box has this answer to a vote."""
    passes, votes = f"/v1/polls/{POLL}/passes", f"/v1/polls/{POLL}/votes"
    async with (
        answering({passes: (201, A_PASS), votes: (status, answer)}) as address,
        world.site(voting_url=address, ballot_box_urls=(address,)) as site,
        same_person(world, browser, site) as visitor,
    ):
        yield visitor


@asynccontextmanager
async def same_person(world: World, browser: Browser, site: FastAPI) -> AsyncIterator[Browser]:
    async with world.browser(site) as visitor:
        visitor.http.cookies.update(browser.http.cookies)
        yield visitor


async def is_signed_in(browser: Browser) -> bool:
    return "Sign out" in (await browser.get("/")).text


async def test_signing_out_needs_nobody_else(world: World) -> None:
    async with (
        world.signed_in() as browser,
        silent_server() as silent,
        world.site(identity_url=silent) as site,
        same_person(world, browser, site) as visitor,
    ):
        token = await browser.form_token()
        await world.expire_tokens()
        with impatience("WRITE_SECONDS"):
            answer = await visitor.post("/sign-out", {"csrf": token})
        assert answer.headers["location"] == "/"
        assert await world.database["sessions"].count_documents({}) == 0


async def test_signing_out_can_be_tried_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise ServerSelectionTimeoutError("away")

    async with world.signed_in() as browser:
        token = await browser.form_token()
        with monkeypatch.context() as planted:
            planted.setattr(SessionStore, "find", away)
            answer = await browser.post("/sign-out", {"csrf": token, "by": "button"})
        assert answer.status_code == 503
        assert "Nothing was changed" in answer.text
        assert f'name="csrf" value="{token}"' in answer.text
        assert await is_signed_in(browser)


async def test_an_identity_with_too_much_to_do_signs_nobody_out(world: World) -> None:
    async with (
        world.signed_in() as browser,
        answering({"/v1/token": (429, {"title": "Too many requests"})}) as busy,
        world.site(identity_url=busy) as site,
        same_person(world, browser, site) as visitor,
    ):
        await world.expire_tokens()
        assert (await visitor.get("/")).status_code == 503
        assert await is_signed_in(browser)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(20, "a minute"), (600, "10 minutes"), (5_400, "90 minutes"), (72_000, "20 hours")],
)
async def test_how_long_to_wait_for_another_code_is_told(
    world: World, seconds: int, words: str
) -> None:
    async with (
        answering({"/v1/sign-ins": (429, {})}, retry_after=seconds) as busy,
        world.site(identity_url=busy) as site,
        world.browser(site) as visitor,
    ):
        token = form_token(await visitor.get("/sign-in"))
        answer = await visitor.post("/sign-in", {"csrf": token, "email": "ann@example.com"})
        assert answer.status_code == 429
        assert f"try again in {words}." in answer.text


async def test_no_text_is_lost_when_a_session_cannot_be_renewed(world: World) -> None:
    contest_id = await world.contest("submission")
    path = f"/contests/{contest_id}/ideas"
    async with (
        world.signed_in() as browser,
        silent_server() as silent,
        world.site(identity_url=silent) as site,
        same_person(world, browser, site) as visitor,
    ):
        form = await browser.get(f"{path}/new")
        fields = {"csrf": form_token(form), "key": form_key(form), "title": "A", "summary": "Long"}
        await world.expire_tokens()
        with impatience("WRITE_SECONDS"):
            answer = await visitor.post(path, fields)
        assert answer.status_code == 503
        assert "Nothing was changed" in answer.text
        for name, value in fields.items():
            assert f'name="{name}" value="{value}"' in answer.text
        assert answer.headers["cache-control"] == "no-store"
        assert (await browser.post(path, fields)).status_code == 303


async def test_a_vote_that_was_taken_is_taken_though_it_cannot_be_noted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise ServerSelectionTimeoutError("away")

    monkeypatch.setattr(SessionStore, "remember_vote", away)
    async with (
        world.signed_in() as browser,
        voting(world, browser, 202, TAKEN) as visitor,
    ):
        answer = await visitor.send("/contests/con_1/votes", **VOTE)
        assert answer.status_code == 303
        assert answer.headers["location"] == "/contests/con_1#your-vote"


async def test_nobody_is_told_that_nothing_was_changed_when_something_was(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The account is erased; only its session cannot be ended."""

    async def away(*_: object) -> None:
        raise ServerSelectionTimeoutError("away")

    people = world.identity_database["people"]
    async with world.signed_in() as browser:
        there = await people.count_documents({})
        token = await browser.form_token()
        monkeypatch.setattr(SessionStore, "remove", away)
        answer = await browser.post("/account/erasure", {"csrf": token, "confirmation": "ERASE"})
    assert answer.status_code == 503
    assert await people.count_documents({}) == there - 1
    assert "Nothing was changed" not in answer.text
    assert "We do not know whether this arrived" in answer.text


async def test_a_ballot_pass_that_is_refused_signs_nobody_out(world: World) -> None:
    async with (
        world.signed_in() as browser,
        voting(world, browser, 401, {"type": "/problems/unauthenticated"}) as visitor,
    ):
        answer = await visitor.send("/contests/con_1/votes", **VOTE)
        assert answer.status_code == 503
        assert "Nothing was changed" in answer.text
        assert await is_signed_in(browser)


@pytest.mark.parametrize("verb", ["acceptance", "refusal"])
@pytest.mark.parametrize("key", ["a\nX-Evil: 1", "a\rb", "ä", "x" * 1_000])
async def test_a_key_that_is_none_breaks_nothing(world: World, verb: str, key: str) -> None:
    async with (
        world.signed_in() as browser,
        answering({f"/v1/rewards/reward_1/{verb}": (200, {})}) as rewards,
        world.site(rewards_url=rewards) as site,
        same_person(world, browser, site) as visitor,
    ):
        fields = {"key": key, "accepted": "on", "declined": "on", "terms_hash": "abc"}
        answer = await visitor.send(f"/rewards/reward_1/{verb}", **fields)
        assert answer.headers["location"] == "/rewards"


async def test_only_the_right_digest_is_kept_for_ever(world: World) -> None:
    async with world.browser() as browser:
        for digest in ("a", "static", "0" * 16):
            answer = await browser.get(f"/static/{digest}/site.css")
            assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")


async def test_an_idea_that_may_have_arrived_can_be_sent_again_as_it_is(world: World) -> None:
    contest_id = await world.contest("submission")
    contest = f"/v1/contests/{contest_id}"
    async with httpx2.AsyncClient(base_url=world.settings.ideas_url, timeout=30) as http:
        read = {path: (await http.get(path)).json() for path in (contest, f"{contest}/entry-form")}
    answers: dict[str, tuple[int, object]] = {path: (200, said) for path, said in read.items()}
    answers[f"{contest}/ideas"] = (500, {})
    async with (
        world.signed_in() as browser,
        answering(answers) as address,
        world.site(ideas_url=address) as site,
        same_person(world, browser, site) as visitor,
    ):
        path = f"/contests/{contest_id}/ideas"
        fields = {"csrf": await browser.form_token(), "title": "A ship", "summary": "It floats."}
        answer = await visitor.post(path, fields | {"key": "key_of_mine"})
        assert answer.status_code == 503
        assert "We do not know whether your idea arrived." in answer.text
        assert 'value="A ship"' in answer.text
        assert form_key(answer) == "key_of_mine"
