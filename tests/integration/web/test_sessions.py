"""Sessions: what is kept of them, how they begin and end, and renewing their tokens."""

import asyncio
import hashlib
from datetime import timedelta

import httpx2
import pytest

from groundswell_kit.clock import utc_now
from tests.integration.web.world import PUBLIC_URL, World, form_token, impatience, silent_server

ADDRESS = "ann@example.com"


@pytest.fixture(autouse=True)
async def _nobody_is_signed_in(world: World) -> None:
    await world.forget_everything()


async def is_signed_in(answer: httpx2.Response) -> bool:
    return "Sign out" in answer.text


async def test_signing_in_begins_a_session_that_tells_nothing(world: World) -> None:
    async with world.browser() as browser:
        answer = await world.sign_in(browser, ADDRESS, "/sign-in?return_to=/contests/con_1")
        assert answer.headers["location"] == "/contests/con_1"
        cookie = browser.http.cookies["groundswell"]
        session = await world.session()
        tokens = world.opened(session)
        assert session["_id"] == hashlib.sha256(f"session\n{cookie}".encode()).hexdigest()
        kept = repr(session)
        for secret in (ADDRESS, cookie, tokens.access_token, tokens.refresh_token):
            assert secret not in kept
        page = await browser.get("/")
        assert await is_signed_in(page)
        for secret in (ADDRESS, cookie, tokens.access_token, tokens.refresh_token):
            assert secret not in page.text
        account = await browser.get("/account")
        assert ADDRESS in account.text
        assert page.headers["cache-control"] == account.headers["cache-control"] == "no-store"


async def test_cookies_are_for_this_site_alone(world: World) -> None:
    async with world.browser() as browser:
        answer = await world.sign_in(browser, ADDRESS)
        begun, ended = answer.headers.get_list("set-cookie")
        for attribute in ("HttpOnly", "SameSite=lax", "Path=/", "Max-Age=2592000"):
            assert attribute in begun
        assert "Secure" not in begun
        assert ended.startswith('groundswell-sign-in=""')
        assert "Max-Age=0" in ended
    async with (
        world.site(mode="production", public_url="https://site.test") as app,
        world.browser(app) as browser,
    ):
        answer = await browser.get("/sign-in")
        (cookie,) = answer.headers.get_list("set-cookie")
        assert cookie.startswith("__Host-groundswell-sign-in=")
        for attribute in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
            assert attribute in cookie
        assert "Domain" not in cookie


async def test_a_session_gets_a_new_name_at_each_sign_in(world: World) -> None:
    async with world.signed_in() as browser:
        first = browser.http.cookies["groundswell"]
        await world.database["sessions"].update_one({}, {"$set": {"expires_at": utc_now()}})
        await world.sign_in(browser, ADDRESS)
        assert browser.http.cookies["groundswell"] != first
        assert len(await world.database["sessions"].find().to_list()) == 1
    async with world.browser() as other:
        with_old_name = await other.get("/inbox", Cookie=f"groundswell={first}")
        assert with_old_name.headers["location"].startswith("/sign-in")


async def test_signing_out_ends_session_and_tokens(world: World) -> None:
    async with world.signed_in() as browser:
        tokens = world.opened(await world.session())
        cookie = browser.http.cookies["groundswell"]
        answer = await browser.send("/sign-out")
        assert answer.headers["location"] == "/"
        assert "groundswell" not in browser.http.cookies
        assert await world.database["sessions"].count_documents({}) == 0
        browser.http.cookies.set("groundswell", cookie)
        assert not await is_signed_in(await browser.get("/"))
    async with httpx2.AsyncClient(base_url=world.settings.identity_url, timeout=30) as http:
        form = {"grant_type": "refresh_token", "refresh_token": tokens.refresh_token}
        assert (await http.post("/v1/token", data=form)).status_code == 400


async def test_a_session_ends_with_its_time(world: World) -> None:
    async with world.signed_in() as browser:
        await world.database["sessions"].update_one({}, {"$set": {"expires_at": utc_now()}})
        assert not await is_signed_in(await browser.get("/"))
    indexes = await world.database["sessions"].index_information()
    assert indexes["expires_at_1"]["expireAfterSeconds"] == 0


async def test_parallel_requests_renew_once(world: World) -> None:
    async with world.signed_in() as browser, world.site() as other_process:
        before = await world.generation()
        await world.expire_tokens()
        async with world.browser(other_process) as elsewhere:
            elsewhere.http.cookies.update(browser.http.cookies)
            pages = await asyncio.gather(
                *(visitor.get("/account") for visitor in (browser, elsewhere) for _ in range(8))
            )
        assert [page.status_code for page in pages] == [200] * 16
        assert await world.generation() == before + 1
        session = await world.session()
        assert (session["version"], session["renewing_until"]) == (2, None)
        assert world.opened(session).valid_until > utc_now() + timedelta(minutes=10)


async def test_who_renewed_and_died_holds_nobody_up_for_long(world: World) -> None:
    async with world.signed_in() as browser:
        await world.expire_tokens()
        claimed = {"renewing_until": utc_now() + timedelta(seconds=1)}
        await world.database["sessions"].update_one({}, {"$set": claimed})
        assert (await browser.get("/account")).status_code == 200


async def test_tokens_that_were_ended_elsewhere_sign_out(world: World) -> None:
    async with world.signed_in() as browser:
        await world.expire_tokens()
        await world.identity_database["refresh_families"].delete_many({})
        answer = await browser.get("/account")
        assert answer.status_code == 303
        assert answer.headers["location"] == "/sign-in?return_to=/account"
        assert await world.database["sessions"].count_documents({}) == 0


async def test_a_token_that_is_refused_signs_out(world: World) -> None:
    """The keys of identity were lost, or the clock of this machine is wrong."""
    async with world.signed_in() as browser:
        session = await world.session()
        broken = world.opened(session).model_copy(update={"access_token": "nonsense"})
        sealed = world._cipher.encrypt(broken.model_dump_json().encode())
        await world.database["sessions"].update_one({}, {"$set": {"sealed": sealed}})
        answer = await browser.get("/account?saved=profile")
        assert answer.headers["location"] == "/sign-in?return_to=/account%3Fsaved%3Dprofile"
        assert "groundswell" not in browser.http.cookies
        assert await world.database["sessions"].count_documents({}) == 0


async def test_without_identity_a_token_is_used_to_its_end(world: World) -> None:
    async with (
        world.signed_in() as browser,
        silent_server() as silent,
        world.site(identity_url=silent) as app,
        world.browser(app) as visitor,
    ):
        visitor.http.cookies.update(browser.http.cookies)
        await world.expire_tokens(timedelta(seconds=50))
        with impatience("WRITE_SECONDS"):
            assert await is_signed_in(await visitor.get("/"))
            await world.expire_tokens()
            answer = await visitor.get("/")
        assert answer.status_code == 503
        assert "We cannot do this right now" in answer.text
        assert await is_signed_in(await browser.get("/")), "no session was lost"


async def test_nobody_is_led_to_another_site(world: World) -> None:
    async with world.browser() as browser:
        for number, wanted in enumerate(("//evil.example", "https://evil.example", "/\\evil")):
            answer = await world.sign_in(
                browser, f"p{number}@example.com", f"/sign-in?return_to={wanted}"
            )
            assert answer.headers["location"] == "/"
            again = await browser.get(f"/sign-in?return_to={wanted}")
            assert again.headers["location"] == "/"
            browser.http.cookies.clear()


async def test_a_code_is_good_in_its_own_browser_alone(world: World) -> None:
    """Somebody who lures another into their own sign-in does not get through with it."""
    async with world.browser() as mine, world.browser() as theirs:
        token = form_token(await mine.get("/sign-in"))
        await mine.post("/sign-in", {"csrf": token, "email": ADDRESS})
        code = await world.mailed_code()
        other = form_token(await theirs.get("/sign-in"))
        for sent in (token, other, ""):
            answer = await theirs.post("/sign-in/code", {"csrf": sent, "code": code})
            assert answer.status_code in (303, 403)
            assert "groundswell" not in theirs.http.cookies
        answer = await mine.post(
            "/sign-in/code",
            {"csrf": token, "code": code},
            Origin="https://evil.example",
            **{"Sec-Fetch-Site": "cross-site"},
        )
        assert answer.status_code == 403
        answer = await mine.post("/sign-in/code", {"csrf": token, "code": code}, Origin=PUBLIC_URL)
        assert answer.status_code == 303
