"""Somebody who follows a link to an idea on the site, signs in there and votes; for scenarios."""

import re
from html import unescape

import httpx2

from tests.support.people import PATIENCE_SECONDS, sign_in_at_site
from tests.support.programme_story import ProgrammeStory

FIREFOX = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


async def follow_and_vote(story: ProgrammeStory, address: str, link: str) -> None:
    """They read the idea as a stranger, sign in from its page, come back to it, and vote for it."""
    async with httpx2.AsyncClient(
        base_url=story.groundswell.web_url, headers=FIREFOX, timeout=PATIENCE_SECONDS
    ) as browser:
        arrived = await browser.get(link, headers={"Sec-Fetch-Site": "cross-site"})
        (sign_in,) = re.findall(r'href="([^"]+)">Sign in to vote', arrived.text)
        browser.headers["Sec-Fetch-Site"] = "same-origin"
        back = await sign_in_at_site(browser, story.state, address, unescape(sign_in))
        page = await browser.get(back)
        names = ("csrf", "poll_id", "idea_id", "via")
        form = {name: _hidden(page, name) for name in names}
        voted = await browser.post(f"/contests/{story.contest_id}/votes", data=form)
        assert voted.status_code == httpx2.codes.SEE_OTHER, voted.text
        assert "Your vote" in (await browser.get(voted.headers["location"])).text


def _hidden(page: httpx2.Response, name: str) -> str:
    """What a hidden field of a form on a page says."""
    found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)">', page.text)
    assert found, page.text
    return unescape(found[1])
