"""Signing in by a mailed code: wrong addresses and codes, the keyboard, and signing out."""

import pytest
from playwright.async_api import expect

from tests.e2e.browser import Browsing
from tests.e2e.site import Site

pytestmark = pytest.mark.timeout(400)  # the first test starts all of Groundswell


async def test_what_goes_wrong_is_said(browsing: Browsing, site: Site) -> None:
    page = await browsing.page("narrow", javascript=False)
    address = site.address()
    await page.goto(f"{site.url}/sign-in?return_to=/rewards")
    await page.get_by_label("E-mail address").fill("somebody@nowhere")
    await page.get_by_role("button", name="Mail me a code").click()
    await expect(page.get_by_label("E-mail address")).to_have_attribute("aria-invalid", "true")
    await browsing.check(page, "sign-in-flaw")
    await page.get_by_label("E-mail address").fill(address)
    await page.get_by_role("button", name="Mail me a code").click()
    await browsing.check(page, "sign-in-code")
    for wrong in ("12", "000000"):
        await page.get_by_label("Code from the mail").fill(wrong)
        await page.get_by_role("button", name="Sign in").click()
        await expect(page.get_by_label("Code from the mail")).to_have_attribute(
            "aria-invalid", "true"
        )
    await browsing.check(page, "sign-in-wrong-code")
    assert address not in await page.content()
    code = await site.mailed_code(address)
    await page.get_by_label("Code from the mail").fill(f" {code[:3]} {code[3:]} ")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page).to_have_url(f"{site.url}/rewards")
    assert address not in await page.content()


async def test_too_many_codes_are_refused_with_a_time(browsing: Browsing, site: Site) -> None:
    page = await browsing.page("phone", javascript=False)
    address = site.address()
    for _ in range(4):
        await page.goto(f"{site.url}/sign-in")
        await page.get_by_label("E-mail address").fill(address)
        async with page.expect_event("load"):
            await page.get_by_role("button", name="Mail me a code").click()
    await expect(page.get_by_text("Too many codes were asked for")).to_be_visible()
    await browsing.check(page, "sign-in-too-often")


async def test_the_keyboard_alone_will_do(browsing: Browsing, site: Site) -> None:
    page = await browsing.page("desktop")
    await page.goto(f"{site.url}/sign-in")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    await browsing.picture(page, "skip-link")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await expect(page.get_by_label("E-mail address")).to_be_focused()
    address = site.address()
    await page.keyboard.type(address)
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Code from the mail")).to_be_focused()
    await page.keyboard.type(await site.mailed_code(address))
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    cookies = await page.context.cookies()
    assert {(c["httpOnly"], c["sameSite"]) for c in cookies} == {(True, "Lax")}
    assert await page.evaluate("document.cookie") == ""
    await page.get_by_role("button", name="Sign out").press("Enter")
    await expect(page.get_by_role("link", name="Sign in")).to_be_visible()
