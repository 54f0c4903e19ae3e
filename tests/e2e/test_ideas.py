"""Handing in an idea: what goes wrong on the way, and what becomes of it."""

import pytest
from playwright.async_api import Page, expect

from tests.e2e.browser import Browsing
from tests.e2e.site import Site

pytestmark = pytest.mark.timeout(400)  # the first test starts all of Groundswell

HOSTILE = "<img src=x onerror=alert(1)> \u202eevil\u202c & \u0007 <b>bold</b>"


async def fill(page: Page, title: str, description: str) -> None:
    await page.get_by_label("Title").fill(title)
    await page.get_by_label("Description").fill(description)


async def send(page: Page) -> None:
    await page.get_by_role("button", name="Hand in this idea").click()


async def test_an_idea_is_handed_in_and_its_author_hears_of_it(
    browsing: Browsing, site: Site
) -> None:
    contest_id = await site.taking_ideas()
    page = await browsing.page("narrow", javascript=False)
    await page.goto(f"{site.url}/contests/{contest_id}")
    await browsing.check(page, "contest-taking-ideas")
    await page.get_by_role("link", name="Hand in an idea").click()
    await site.sign_in(page, site.address())
    await expect(page).to_have_url(f"{site.url}/contests/{contest_id}/ideas/new")
    await browsing.check(page, "new-idea")

    await fill(page, " ", "So that she is never forgotten.")
    await send(page)
    await expect(page.get_by_role("alert")).to_contain_text("Give your idea a title.")
    await expect(page.get_by_label("Description")).to_have_value("So that she is never forgotten.")
    await browsing.check(page, "new-idea-flaws")

    await page.get_by_label("Title").fill("RRS Ada Lovelace")
    await send(page)
    await expect(page.get_by_role("status")).to_contain_text("Received")
    await browsing.check(page, "idea-received")
    idea_id = page.url.rpartition("/")[2]

    stranger = await browsing.page("phone")
    answer = await stranger.goto(page.url)
    assert answer is not None
    assert answer.status == 404
    await browsing.check(stranger, "not-found")

    await site.staff(
        "POST", f"/v1/ideas/{idea_id}/reject", {"reason": "Another ship has this name."}
    )
    await page.reload()
    await expect(page.get_by_role("status")).to_contain_text("Another ship has this name.")
    await browsing.check(page, "idea-rejected")


async def test_a_nervous_thumb_hands_in_one_idea(browsing: Browsing, site: Site) -> None:
    contest_id = await site.taking_ideas()
    page = await browsing.page("phone", javascript=False)
    await site.sign_in(page, site.address())
    await page.goto(f"{site.url}/contests/{contest_id}/ideas/new")
    await fill(page, "RRS Twice", "Sent by a nervous thumb.")
    await page.get_by_role("button", name="Hand in this idea").dblclick()
    await expect(page.get_by_role("status")).to_contain_text("Received")
    found = await site.staff("GET", f"/v1/contests/{contest_id}/ideas")
    assert [idea["title"] for idea in found["items"]] == ["RRS Twice"]


async def test_a_text_survives_the_end_of_its_session(browsing: Browsing, site: Site) -> None:
    contest_id = await site.taking_ideas()
    page = await browsing.page("phone", javascript=False)
    address = site.address()
    await site.sign_in(page, address)
    await page.goto(f"{site.url}/contests/{contest_id}/ideas/new")
    await fill(page, "RRS Patience", "A long text.")
    other = await page.context.new_page()
    await other.goto(site.url)
    await other.get_by_role("button", name="Sign out").click()
    await send(page)
    await expect(page.get_by_role("alert")).to_contain_text("You are not signed in any more")
    await browsing.check(page, "new-idea-signed-out")
    await site.sign_in(other, address)
    await send(page)
    await expect(page.get_by_role("alert")).to_contain_text("send it once more")
    await expect(page.get_by_label("Title")).to_have_value("RRS Patience")
    await send(page)
    await expect(page.get_by_role("status")).to_contain_text("Received")


async def test_what_people_write_stays_text(browsing: Browsing, site: Site) -> None:
    author = await site.person()
    arabic = "سفينة الأبحاث"
    long = "Donaudampfschifffahrtsgesellschaftskapitän" * 4
    vote = await site.open_vote(
        author,
        [(HOSTILE, f"{HOSTILE}\n\nSecond paragraph"), (arabic, f"{arabic}."), (long, long)],
        title=f"{HOSTILE} contest",
        owner=HOSTILE,
        rules=HOSTILE,
    )
    page = await browsing.page("narrow", javascript=False)
    for name, path in (
        ("hostile-contest", f"/contests/{vote.contest_id}"),
        ("hostile-idea", f"/ideas/{vote.idea_ids[0]}"),
        ("hostile-contests", "/"),
        ("hostile-decision", f"/contests/{vote.contest_id}/decision"),
    ):
        await page.goto(site.url + path)
        await browsing.check(page, name)
        assert await page.locator("img:not(.qr), main b").count() == 0
        shown = await page.content()
        assert "\u202e" not in shown
        assert "\u0007" not in shown
    await page.goto(f"{site.url}/ideas/{vote.idea_ids[0]}")
    await expect(page.get_by_role("heading", level=1)).to_have_text(
        "<img src=x onerror=alert(1)> evil & <b>bold</b>"
    )
