"""The site follows the rules of a poll: how many votes, whether they change, who has them."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from groundswell_kit.ids import new_id
from tests.e2e.browser import Browsing
from tests.e2e.site import SHIPS, Site, Vote

pytestmark = pytest.mark.timeout(400)  # the first test starts all of Groundswell

BOATY, DAVID, POPPY = (title for title, _ in SHIPS)


async def open_vote(site: Site, **rules: object) -> Vote:
    return await site.open_vote(await site.person(), polls=[{"rules": rules}])


async def voter(browsing: Browsing, site: Site, vote: Vote) -> Page:
    """A page of the contest, without JavaScript, of somebody who has signed in."""
    page = await browsing.page("narrow", javascript=False)
    await site.sign_in(page, site.address())
    await page.goto(f"{site.url}/contests/{vote.contest_id}")
    return page


async def press(page: Page, button: str) -> None:
    """Sends a form, and waits for the page that answers."""
    async with page.expect_event("load"):
        await page.get_by_role("button", name=button).click()


async def amend(site: Site, vote: Vote, **change: Any) -> None:
    """Changes the open poll, and waits until voting says so."""
    body = {"reason": "For a test.", "poll_changed": {"poll_id": vote.poll_id, **change}}
    key = {"Idempotency-Key": new_id("key")}
    await site.staff("POST", f"/v1/contests/{vote.contest_id}/amendments", body, **key)

    async def is_made() -> bool:
        answer = await site.http.get(f"{site.running.voting_url}/v1/polls/{vote.poll_id}")
        return {name: answer.json()[name] for name in change} == change

    await site.until(is_made, "the poll has changed")


async def says(site: Site, page: Page, text: str) -> None:
    """Looks again until the visitor's own vote is told so."""

    async def is_said() -> bool:
        await page.reload()
        return text in await page.locator("#your-vote").inner_text()

    await site.until(is_said, text)


async def test_each_person_has_as_many_votes_as_the_poll_gives(
    browsing: Browsing, site: Site
) -> None:
    vote = await open_vote(site, ideas_per_ballot=2)
    page = await voter(browsing, site, vote)
    await expect(page.get_by_role("heading", name="2 votes for each person")).to_be_visible()
    for title in (BOATY, POPPY):
        await press(page, f"Vote for {title}")
        await says(site, page, f"Your vote counts for {BOATY}")
    await says(site, page, f"Your vote counts for {BOATY}, {POPPY}")
    await expect(page.get_by_role("button", name="Vote for")).to_have_count(0)
    await browsing.check(page, "two-votes")
    await page.goto(f"{site.url}/ideas/{vote.idea_ids[1]}")
    await expect(page.get_by_text("You have no vote left here.")).to_be_visible()


async def test_all_ideas_may_have_a_vote_each_day(browsing: Browsing, site: Site) -> None:
    rules = {"ideas_per_ballot": None, "period": "day", "time_zone": "Europe/Berlin"}
    page = await voter(browsing, site, await open_vote(site, **rules))
    await expect(page.get_by_role("heading", name="As many votes as you like")).to_be_visible()
    await expect(page.get_by_text("A day ends at midnight (Europe/Berlin).")).to_be_visible()
    for title, _ in SHIPS:
        await press(page, f"Vote for {title}")
        await says(site, page, title)
    await says(site, page, f"Your vote counts for {BOATY}, {DAVID}, {POPPY}")


async def test_a_ballot_is_chosen_changed_and_taken_back(browsing: Browsing, site: Site) -> None:
    vote = await open_vote(site, kind="changeable", ideas_per_ballot=2)
    page = await voter(browsing, site, vote)
    heading = "2 votes for each person, and you can change your mind"
    await expect(page.get_by_role("heading", name=heading)).to_be_visible()
    await expect(page.get_by_role("button", name="Vote for")).to_have_count(0)
    stale = await page.context.new_page()
    await stale.goto(page.url)

    await page.get_by_label(f"On my ballot: {BOATY}").check()
    await page.get_by_label(f"On my ballot: {DAVID}").check()
    await browsing.check(page, "ballot")
    await press(page, "Cast my ballot")
    await expect(page.locator("#your-vote").get_by_role("status")).to_contain_text(BOATY)
    await says(site, page, f"Your vote counts for {BOATY}, {DAVID}")

    await page.get_by_label(f"On my ballot: {BOATY}").uncheck()
    await press(page, "Change my ballot")
    await says(site, page, f"Your vote counts for {DAVID}.")
    await expect(page.get_by_label(f"On my ballot: {BOATY}")).not_to_be_checked()
    await expect(page.get_by_label(f"On my ballot: {DAVID}")).to_be_checked()

    # Who sends a page from before all that changes nothing, and is told so.
    await stale.get_by_label(f"On my ballot: {POPPY}").check()
    await press(stale, "Cast my ballot")
    title = "Your ballot has changed meanwhile"
    await expect(stale.get_by_role("heading", level=1)).to_have_text(title)

    await page.get_by_label(f"On my ballot: {DAVID}").uncheck()
    await press(page, "Change my ballot")
    await says(site, page, "Your ballot is empty.")
    await site.until(lambda: _has(site, vote, 0), "no vote is left")


async def test_one_idea_is_chosen_and_another_one_in_its_place(
    browsing: Browsing, site: Site
) -> None:
    vote = await open_vote(site, kind="changeable")
    page = await voter(browsing, site, vote)
    for title in (BOATY, POPPY):
        await page.get_by_label(f"On my ballot: {title}").check()
        await press(page, "my ballot")
        await says(site, page, f"Your vote counts for {title}.")
    await browsing.check(page, "ballot-of-one")
    await site.until(lambda: _has(site, vote, 1), "one vote is counted")
    await page.get_by_label("None of them").check()
    await press(page, "Change my ballot")
    await says(site, page, "Your ballot is empty.")


async def test_whoever_signs_in_to_vote_comes_back_to_the_same_poll(
    browsing: Browsing, site: Site
) -> None:
    polls = [{"name": "North"}, {"name": "South"}]
    vote = await site.open_vote(await site.person(), polls=polls)
    page = await browsing.page("narrow", javascript=False)
    await page.goto(f"{site.url}/contests/{vote.contest_id}")
    await page.get_by_role("link", name="South").click()
    address = page.url
    assert "?poll=" in address
    await page.get_by_role("link", name=f"Sign in to vote for {BOATY}").click()
    await site.sign_in(page, site.address())
    assert page.url == address


async def test_of_two_tabs_the_one_that_lost_is_told(browsing: Browsing, site: Site) -> None:
    """Both ballots are taken, because neither is counted yet."""
    vote = await open_vote(site, kind="changeable")
    page = await voter(browsing, site, vote)
    other = await page.context.new_page()
    await other.goto(page.url)
    await page.get_by_label(f"On my ballot: {BOATY}").check()
    await other.get_by_label(f"On my ballot: {POPPY}").check()
    await site.running.engines.redis.pause()
    try:
        await press(page, "Cast my ballot")
        await press(other, "Cast my ballot")
    finally:
        await site.running.engines.redis.resume()
    await says(site, other, f"Your vote counts for {BOATY}.")
    await says(site, other, f"Your vote for {POPPY} does not count.")
    await browsing.check(other, "ballot-lost")


async def test_a_vote_that_may_have_arrived_is_not_forgotten(
    browsing: Browsing, site: Site
) -> None:
    vote = await open_vote(site)
    page = await voter(browsing, site, vote)
    await site.running.engines.kafka.pause()
    try:
        await press(page, f"Vote for {BOATY}")
        title = "We do not know whether this arrived"
        await expect(page.get_by_role("heading", level=1)).to_have_text(title)
        await browsing.check(page, "vote-unknown")
        look = await page.context.new_page()
        await look.goto(f"{site.url}/contests/{vote.contest_id}")
        words = f"We do not know yet whether your vote for {BOATY} arrived in time."
        await expect(look.locator("#your-vote")).to_contain_text(words)
        await browsing.check(look, "vote-unknown-contest")
    finally:
        await site.running.engines.kafka.resume()

    async def is_taken() -> bool:
        await press(page, "Send it again")
        return await page.get_by_role("button", name="Send it again").count() == 0

    await site.until(is_taken, "the vote is taken")
    await says(site, look, f"Your vote counts for {BOATY}.")
    await site.until(lambda: _has(site, vote, 1), "one vote is counted")


async def test_nobody_is_invited_to_vote_while_a_poll_is_paused(
    browsing: Browsing, site: Site
) -> None:
    vote = await open_vote(site)
    page = await voter(browsing, site, vote)
    late = await page.context.new_page()
    await late.goto(page.url)
    await amend(site, vote, paused=True)
    await says(site, page, "Voting is paused.")
    await expect(page.get_by_role("button", name="Vote for")).to_have_count(0)
    await browsing.check(page, "paused")
    await page.goto(f"{site.url}/ideas/{vote.idea_ids[0]}")
    await expect(page.get_by_text("Voting is paused.")).to_be_visible()
    await press(late, f"Vote for {BOATY}")
    await expect(late.get_by_text("It is paused, has closed")).to_be_visible()
    await amend(site, vote, paused=False)
    await page.goto(f"{site.url}/contests/{vote.contest_id}")

    async def can_vote() -> bool:
        await page.reload()
        return await page.get_by_role("button", name=f"Vote for {BOATY}").count() == 1

    await site.until(can_vote, "voting goes on")


async def test_who_may_not_vote_is_told_why(browsing: Browsing, site: Site) -> None:
    who = {"invited_only": True, "regions": ["GB", "IE"]}
    vote = await open_vote(site, eligibility=who, weights={"crew": 3})
    page = await voter(browsing, site, vote)
    for text in ("only people who were invited from GB, IE", "those of crew count 3 times"):
        await expect(page.get_by_text(text)).to_be_visible()
    await press(page, f"Vote for {BOATY}")
    await expect(page.get_by_role("heading", level=1)).to_have_text("You cannot vote here")
    await expect(page.get_by_text("Only people who were invited can vote")).to_be_visible()
    await browsing.check(page, "not-eligible")


async def _has(site: Site, vote: Vote, votes: int) -> bool:
    return await site.counted(vote.poll_id) == votes
