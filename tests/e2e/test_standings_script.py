"""The script that keeps standings fresh, on a page of its own: nobody's place is taken away."""

import re
from importlib.resources import files

from playwright.async_api import Page, Route, expect

from tests.e2e.browser import Browsing

SCRIPT = files("groundswell_web").joinpath("static", "standings.js").read_text()
PAGE = "http://standings.test/"


class Site:
    """A page with standings, whose votes grow each time they are asked for."""

    def __init__(self, *, streams: bool) -> None:
        self.votes = 1
        self.silent = False
        self.asked: list[str] = []
        self._streams = streams
        self._attributes = 'data-refresh="/standings" data-stream="/stream"'

    def standings(self) -> str:
        return (
            f"<section {self._attributes}>"
            f'<a href="/ideas/one">RRS Boaty</a> <span>{self.votes} votes</span></section>'
        )

    async def answer(self, route: Route) -> None:
        path = route.request.url.removeprefix(PAGE)
        self.asked.append(path)
        if path == "standings.js":
            await route.fulfill(body=SCRIPT, content_type="text/javascript")
        elif path == "standings" and self.silent:
            return  # and no answer ever comes
        elif path == "standings":
            self.votes += 1
            await route.fulfill(body=self.standings(), content_type="text/html")
        elif path == "stream" and self._streams:
            self.votes += 1
            body = f"event: standings\ndata: {self.standings()}\n\n"
            await route.fulfill(body=body, content_type="text/event-stream")
        elif path == "stream":
            await route.fulfill(status=503)
        else:
            body = f'{self.standings()}<a href="/">Away</a><script src="/standings.js"></script>'
            await route.fulfill(body=body, content_type="text/html")

    async def open(self, page: Page) -> None:
        await page.route(f"{PAGE}**", self.answer)
        await page.goto(PAGE)


async def test_who_stands_in_the_standings_stays_there(browsing: Browsing) -> None:
    """With a keyboard or a screen reader: what has the focus is not replaced under it."""
    page, site = await browsing.page("desktop"), Site(streams=False)
    await site.open(page)
    link = page.get_by_role("link", name="RRS Boaty")
    await link.focus()
    for _ in range(2):
        async with page.expect_response(f"{PAGE}standings"):
            pass
    await expect(link).to_be_focused()
    await expect(page.locator("section")).to_contain_text("Boaty 1 votes")
    # What came meanwhile is shown as soon as the focus has left, not with the next answer.
    site.silent = True
    await page.get_by_role("link", name="Away").focus()
    await expect(page.locator("section")).not_to_contain_text("Boaty 1 votes")


async def test_without_a_stream_the_page_asks_now_and_then(browsing: Browsing) -> None:
    page, site = await browsing.page("desktop"), Site(streams=False)
    await site.open(page)
    await expect(page.locator("section")).to_contain_text(re.compile("Boaty [3-9] votes"))
    assert site.asked.count("stream") == 1, "not again for a minute"


async def test_a_stream_that_breaks_off_is_taken_up_again(browsing: Browsing) -> None:
    """Each stream here ends after one event."""
    page, site = await browsing.page("desktop"), Site(streams=True)
    await site.open(page)
    await expect(page.locator("section")).not_to_contain_text("Boaty 1 votes")
    async with page.expect_response(f"{PAGE}stream"):
        pass
    assert site.asked.count("standings") >= 1, "asked before it listens again"
