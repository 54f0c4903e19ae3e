"""After the vote: the decision with its reasons, the messages, the reward, and the way out.

One winner goes through all of it, so the tests of this module follow each other.
"""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from playwright.async_api import Browser, Page, expect

from groundswell_local.mail.mailbox import Mailbox
from groundswell_local.paths import mail_directory
from tests.e2e.browser import Browsing
from tests.e2e.site import SHIPS, Site, Vote

pytestmark = pytest.mark.timeout(400)  # the first test starts all of Groundswell

VETO = "Names of polar research ships are for explorers."
REASON = "A name that honours a lifetime of discovery."
LAST_WORDS = ("was ruled out", "has won", "waits for you", "The result of", "is booked")


@dataclass
class Winner:
    """Somebody whose idea wins, in front of a browser without JavaScript."""

    address: str
    page: Page
    browsing: Browsing
    vote: Vote

    async def check(self, name: str) -> None:
        await self.browsing.check(self.page, name)


@pytest.fixture(scope="module")
async def winner(browser: Browser, site: Site) -> AsyncIterator[Winner]:
    """The author of all ideas of a vote that has two votes for the first and one for the second."""
    browsing = Browsing(browser)
    page = await browsing.page("narrow", javascript=False)
    address = site.address("winner")
    await site.sign_in(page, address)
    await page.goto(f"{site.url}/rewards")
    await browsing.check(page, "rewards-none")
    vote = await site.open_vote(await site.person(address))
    for number, idea_id in enumerate((*vote.idea_ids[:2], vote.idea_ids[0])):
        await site.cast(vote, await site.person(site.address(f"voter{number}")), idea_id)
    yield Winner(address, page, browsing, vote)
    await browsing.close()


async def test_a_contest_is_followed(site: Site, winner: Winner) -> None:
    page = winner.page
    await page.goto(f"{site.url}/contests/{winner.vote.contest_id}")
    await page.get_by_role("button", name="Follow this contest").click()
    await expect(page.get_by_role("button", name="Stop following")).to_be_visible()
    await winner.check("contest-followed")
    await page.get_by_role("button", name="Stop following").click()
    await expect(page.get_by_role("button", name="Follow this contest")).to_be_visible()


async def test_the_decision_shows_how_it_came_about(
    browsing: Browsing, site: Site, winner: Winner
) -> None:
    vote = winner.vote
    contest, page = f"/contests/{vote.contest_id}", winner.page
    await site.certify(vote)

    async def is_shown() -> bool:
        # The site asks for a poll once a second for all views.
        await page.goto(site.url + contest)
        return await page.get_by_role("region", name="Certified result").count() == 1

    await site.until(is_shown, "the certified result is on the page")
    await expect(page.get_by_role("region", name="Certified result")).to_contain_text("3 votes")
    await winner.check("contest-deliberation")
    boaty, attenborough, _ = vote.idea_ids
    await site.staff("POST", f"/v1{contest}/vetoes", {"idea_id": boaty, "reason": VETO})
    selection = {"idea_ids": [attenborough], "reason": REASON}
    await site.staff("POST", f"/v1{contest}/winners", selection)
    await site.enter(vote.contest_id, "decided")
    for screen in ("desktop", "phone", "narrow"):
        reader = await browsing.page(screen, javascript=False)
        await reader.goto(site.url + contest)
        await browsing.check(reader, "contest-decided")
        await reader.get_by_role("link", name="See the winners").click()
        for text in (VETO, REASON, SHIPS[0][0], SHIPS[1][0], "The vote was"):
            await expect(reader.get_by_text(text).first).to_be_visible()
        await reader.get_by_text("How this can be checked").click()
        await browsing.check(reader, "decision")


async def test_the_reward_is_accepted_under_its_terms(site: Site, winner: Winner) -> None:
    page = winner.page

    async def has_an_offer() -> bool:
        await page.goto(f"{site.url}/rewards")
        return await page.get_by_role("button", name="Accept the reward").count() == 1

    await site.until(has_an_offer, "the reward is offered")
    await expect(page.get_by_text("You allow us to paint the name on a ship.")).to_be_visible()
    await page.get_by_text("I do not want this reward").click()
    await winner.check("rewards-offered")
    await page.get_by_label("I have read these terms and accept them.").check()
    await page.get_by_role("button", name="Accept the reward").click()
    await expect(page.get_by_text("Accepted and booked")).to_be_visible()
    await expect(page.get_by_role("table", name="What was booked")).to_contain_text("GBP\u00a0500")
    await winner.check("rewards-granted")


async def test_the_inbox_tells_all_of_it(site: Site, winner: Winner) -> None:
    page = winner.page

    async def has_heard() -> bool:
        await page.goto(f"{site.url}/inbox")
        headings = " ".join(await page.locator("article.message h2").all_inner_texts())
        return all(words in headings for words in LAST_WORDS)

    await site.until(has_heard, "the last message on each matter has come")
    unread = await page.get_by_role("heading", name="Unread").count()
    await winner.check("inbox")
    await page.get_by_role("button", name=re.compile("^Mark as read")).first.click()
    await expect(page.get_by_role("heading", name="Unread")).to_have_count(unread - 1)
    await page.get_by_role("button", name=re.compile("^Open")).first.click()
    await expect(page).to_have_url(re.compile("/(rewards|ideas|contests)"))


async def test_a_mail_leads_to_no_more_of_its_kind(
    browsing: Browsing, site: Site, winner: Winner
) -> None:
    mailbox = Mailbox(mail_directory(site.state))

    async def is_mailed() -> bool:
        return any(VETO in mail.text for mail in mailbox.newest_first(winner.address))

    await site.until(is_mailed, "the veto is mailed")
    mails = mailbox.newest_first(winner.address)
    text = next(mail.text for mail in mails if VETO in mail.text)
    link = re.search(r"http\S+/unsubscribe/\S+", text)
    assert link is not None
    stranger = await browsing.page("narrow", javascript=False)
    await stranger.goto(link[0])
    await browsing.check(stranger, "unsubscribe")
    await stranger.get_by_role("button", name="End these mails").click()
    await expect(stranger.get_by_role("status")).to_contain_text("Your idea was ruled out")
    await browsing.check(stranger, "unsubscribed")
    await winner.page.goto(f"{site.url}/account")
    await expect(winner.page.get_by_label("Your idea was ruled out")).not_to_be_checked()


async def test_the_account_is_changed_and_erased(site: Site, winner: Winner) -> None:
    page = winner.page
    await page.goto(f"{site.url}/account")
    await expect(page.get_by_text(winner.address)).to_be_visible()
    await winner.check("account")
    await page.get_by_label("Name", exact=True).fill("Ann \u05d0 <b>")
    await page.get_by_label("Time zone").select_option("Europe/Vienna")
    await page.get_by_role("button", name="Save the profile").click()
    await expect(page.get_by_role("status")).to_have_text("Your profile is saved.")
    await expect(page.get_by_label("Name", exact=True)).to_have_value("Ann \u05d0 <b>")
    await page.get_by_label("Your idea won").uncheck()
    await page.get_by_role("button", name="Save the choice").click()
    await expect(page.get_by_label("Your idea won")).not_to_be_checked()
    await winner.check("account-saved")

    await page.get_by_role("link", name="Erase my account").click()
    for typed, name in (("no", "erasure-unconfirmed"), ("erase", "erased")):
        await page.get_by_label("Type ERASE to confirm").fill(typed)
        await page.get_by_role("button", name="Erase my account").click()
        await winner.check(name)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Your account is erased")
    await page.goto(f"{site.url}/account")
    await expect(page).to_have_url(re.compile("/sign-in"))
