"""Pages about what went wrong: readable, and with a way out."""

from collections.abc import AsyncIterator

import pytest
from cryptography.fernet import Fernet
from playwright.async_api import Route, expect
from pydantic import SecretStr

from groundswell_kit.ids import new_id
from groundswell_local.ports import free_ports
from groundswell_web.app import api_role
from groundswell_web.settings import Settings
from tests.e2e.browser import Browsing
from tests.e2e.site import Site
from tests.integration.voting.boxes import serving

pytestmark = pytest.mark.timeout(400)  # the first test starts all of Groundswell


@pytest.fixture
async def alone(site: Site) -> AsyncIterator[str]:
    """The address of a site whose services are all away."""
    nobody = f"http://127.0.0.1:{free_ports(1)[0]}"
    settings = Settings(
        mode="local",
        mongo_uri=site.running.engines.mongo.address,
        database_prefix=new_id("test"),
        cursor_secret=SecretStr("a secret of the tests, 32 bytes and more"),
        web_api_port=0,
        ideas_url=nobody,
        voting_url=nobody,
        notifications_url=nobody,
        rewards_url=nobody,
        identity_url=nobody,
        web_session_keys=SecretStr(Fernet.generate_key().decode()),
    )
    async with serving(api_role(settings)) as url:
        yield url


async def test_services_are_away(browsing: Browsing, alone: str) -> None:
    for screen in ("narrow", "desktop"):
        page = await browsing.page(screen, javascript=False)
        answer = await page.goto(f"{alone}/contests/con_1")
        assert answer is not None
        assert (answer.status, answer.headers["retry-after"]) == (503, "2")
        await expect(page.get_by_role("link", name="Try again")).to_be_visible()
        await browsing.check(page, "away")
        await page.goto(f"{alone}/sign-in")
        await page.get_by_label("E-mail address").fill("ann@example.com")
        await page.get_by_role("button", name="Mail me a code").click()
        await expect(page.get_by_text("We cannot sign you in right now.")).to_be_visible()
        await browsing.check(page, "away-sign-in")
        assert "ann@example.com" not in await page.content()


async def test_a_form_without_its_cookie_is_refused(browsing: Browsing, site: Site) -> None:
    page = await browsing.page("narrow", javascript=False)
    await page.goto(f"{site.url}/sign-in")
    await page.context.clear_cookies()
    await page.get_by_label("E-mail address").fill(site.address())
    await page.get_by_role("button", name="Mail me a code").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("This form is no longer valid")
    await browsing.check(page, "form-expired")
    await page.get_by_role("link", name="Back to the page").click()
    await expect(page.get_by_label("E-mail address")).to_be_visible()


async def test_other_sites_get_nothing_sent(browsing: Browsing, site: Site) -> None:
    async def lure(route: Route) -> None:
        form = f'<form method="post" action="{site.url}/sign-out"><button>Win</button></form>'
        await route.fulfill(content_type="text/html", body=form)

    page = await browsing.page("phone", javascript=False)
    await page.route("http://evil.test/", lure)
    await site.sign_in(page, site.address())
    await page.goto("http://evil.test/")
    await page.get_by_role("button", name="Win").click()
    heading = page.get_by_role("heading", level=1)
    await expect(heading).to_have_text("This was not sent from our page")
    await browsing.check(page, "not-from-our-page")
    await page.goto(site.url)
    await expect(page.get_by_role("button", name="Sign out")).to_be_visible()
