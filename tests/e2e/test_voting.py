"""A voter's way through the site, with and without JavaScript."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.e2e.browser import Browsing
from tests.e2e.site import SHIPS, Site, Vote

pytestmark = pytest.mark.timeout(400)  # the first test starts all of Groundswell


@pytest.fixture(scope="module")
async def vote(site: Site) -> Vote:
    """A vote that stays open."""
    return await site.open_vote(await site.person())


def idea(page: Page, title: str) -> object:
    return page.get_by_role("article").filter(has_text=title)


async def test_everybody_can_read_a_contest(browsing: Browsing, site: Site, vote: Vote) -> None:
    for screen, javascript in (("narrow", False), ("phone", True), ("desktop", True)):
        page = await browsing.page(screen, javascript=javascript)
        await page.goto(site.url)
        await browsing.check(page, "contests")
        await page.get_by_role("link", name="Name our ship").first.click()
        await page.goto(f"{site.url}/contests/{vote.contest_id}")
        await expect(page.get_by_text("This vote is advisory.")).to_be_visible()
        await expect(page.get_by_role("link", name="Sign in to vote")).to_have_count(3)
        await browsing.check(page, "contest-voting-nobody")
        await page.get_by_role("link", name=SHIPS[0][0]).first.click()
        await browsing.check(page, "idea-nobody")


async def test_the_colours_of_the_night_can_be_read_too(
    browsing: Browsing, site: Site, vote: Vote
) -> None:
    page = await browsing.page("phone", dark=True)
    for name, path in (("contests", "/"), ("contest", f"/contests/{vote.contest_id}")):
        await page.goto(site.url + path)
        await browsing.check(page, f"{name}-dark")
    await site.sign_in(page, site.address())
    await page.goto(f"{site.url}/account")
    await browsing.check(page, "account-dark")


@pytest.mark.parametrize("javascript", [False, True], ids=["without_javascript", "with_javascript"])
async def test_a_voter_signs_in_votes_and_sees_the_vote_stand(
    browsing: Browsing, site: Site, vote: Vote, javascript: bool
) -> None:
    before = await site.counted(vote.poll_id)
    page = await browsing.page("narrow", javascript=javascript)
    await page.goto(f"{site.url}/contests/{vote.contest_id}")
    await page.get_by_role("link", name=f"Sign in to vote for {SHIPS[1][0]}").click()
    await browsing.check(page, "sign-in")
    await site.sign_in(page, site.address())
    await expect(page).to_have_url(f"{site.url}/contests/{vote.contest_id}")
    await browsing.check(page, "contest-voting-voter")

    await page.get_by_role("button", name=f"Vote for {SHIPS[1][0]}").click()
    await expect(page.locator("#your-vote").get_by_role("status")).to_contain_text("Your vote")
    await browsing.check(page, "contest-voted")
    for _ in range(2):
        await page.goto(f"{site.url}/contests/{vote.contest_id}")
        await expect(page.locator("#your-vote")).to_contain_text(SHIPS[1][0])
        await expect(page.get_by_text("✓ Your vote")).to_have_count(1)
        await expect(page.get_by_role("button", name="Vote for")).to_have_count(0)

    async def is_counted() -> bool:
        await page.reload()
        return "Your vote counts" in await page.locator("#your-vote").inner_text()

    async def stands() -> bool:
        return await site.counted(vote.poll_id) == before + 1

    await site.until(is_counted, "the vote is counted")
    await site.until(stands, "the standings have it")


async def test_a_vote_sent_twice_counts_once_and_a_second_choice_is_refused(
    browsing: Browsing, site: Site, vote: Vote
) -> None:
    page = await browsing.page("phone", javascript=False)
    address = f"{site.url}/contests/{vote.contest_id}"
    await site.sign_in(page, site.address())
    await page.goto(address)
    early = [await page.context.new_page() for _ in range(2)]
    for tab in early:
        await tab.goto(address)
    before = await site.counted(vote.poll_id)
    await page.get_by_role("button", name=f"Vote for {SHIPS[0][0]}").click()

    async def is_counted() -> bool:
        return await site.counted(vote.poll_id) == before + 1

    await site.until(is_counted, "the vote is counted")
    await early[0].get_by_role("button", name=f"Vote for {SHIPS[0][0]}").click()
    await expect(early[0].locator("#your-vote")).to_contain_text("Your vote counts")
    await early[1].get_by_role("button", name=f"Vote for {SHIPS[2][0]}").click()
    refusal = early[1].get_by_role("heading", level=1)
    await expect(refusal).to_have_text("You have no vote left here")
    await browsing.check(early[1], "vote-refused")
    await early[1].get_by_role("link", name="Back to the page").click()
    await expect(early[1].locator("#your-vote")).to_contain_text(SHIPS[0][0])
    assert await site.counted(vote.poll_id) == before + 1


async def test_standings_refresh_themselves(browsing: Browsing, site: Site, vote: Vote) -> None:
    page = await browsing.page("desktop")
    await page.goto(f"{site.url}/contests/{vote.contest_id}")
    standings = page.get_by_role("region", name="Standings")
    shown = await site.counted(vote.poll_id)
    await site.cast(vote, await site.person(), vote.idea_ids[2])
    await expect(standings).to_contain_text(re.compile(rf"\b{shown + 1} votes?\b"))
    await browsing.check(page, "standings-refreshed")
    fragment = await site.http.get(f"{site.url}/contests/{vote.contest_id}/standings")
    assert fragment.headers["cache-control"] == "public, max-age=1"
    assert "cookie" not in fragment.headers["vary"].lower()


async def test_a_hidden_tab_asks_for_nothing(browsing: Browsing, site: Site, vote: Vote) -> None:
    page = await browsing.page("phone")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    hide = """(hidden) => {
      Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }"""
    stream = f"{site.url}/contests/{vote.contest_id}/standings/stream"
    async with page.expect_response(stream):
        await page.goto(f"{site.url}/contests/{vote.contest_id}")
    async with page.expect_event("requestfailed", lambda request: request.url == stream):
        await page.evaluate(hide, True)
    asked.clear()
    await page.wait_for_timeout(5_000)
    assert asked == []
    async with page.expect_request(stream):
        await page.evaluate(hide, False)


async def test_a_long_ballot_has_pages(browsing: Browsing, site: Site) -> None:
    ideas = [(f"RRS Number {number}", "One of many.") for number in range(32)]
    long = await site.open_vote(await site.person(), ideas)
    page = await browsing.page("phone", javascript=False)
    await site.sign_in(page, site.address())
    await page.goto(f"{site.url}/contests/{long.contest_id}")
    await expect(page.get_by_role("button", name="Vote for")).to_have_count(30)
    await page.get_by_role("link", name="More ideas").click()
    await expect(page.get_by_role("button", name="Vote for")).to_have_count(2)
    await page.get_by_role("button", name="Vote for RRS Number 31").click()
    await expect(page.locator("#your-vote")).to_contain_text("RRS Number 31")
    await browsing.check(page, "long-ballot")
