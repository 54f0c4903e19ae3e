"""The script that keeps standings fresh, on a page of its own: nobody's place is taken away."""

from importlib.resources import files

from playwright.async_api import Route, expect

from tests.e2e.browser import Browsing

SCRIPT = files("groundswell_web").joinpath("static", "standings.js").read_text()
PAGE = "http://standings.test/"


def standings(votes: int) -> str:
    return (
        '<section data-refresh="/standings">'
        f'<a href="/ideas/one">RRS Boaty</a> <span>{votes} votes</span></section>'
    )


async def test_who_stands_in_the_standings_stays_there(browsing: Browsing) -> None:
    """With a keyboard or a screen reader: what has the focus is not replaced under it."""
    page = await browsing.page("desktop")
    votes = 1

    async def answer(route: Route) -> None:
        nonlocal votes
        path = route.request.url.removeprefix(PAGE)
        if path == "standings.js":
            await route.fulfill(body=SCRIPT, content_type="text/javascript")
        elif path == "standings":
            votes += 1
            await route.fulfill(body=standings(votes), content_type="text/html")
        else:
            body = f'{standings(votes)}<a href="/">Away</a><script src="/standings.js"></script>'
            await route.fulfill(body=body, content_type="text/html")

    await page.route(f"{PAGE}**", answer)
    await page.goto(PAGE)
    link = page.get_by_role("link", name="RRS Boaty")
    await link.focus()
    async with page.expect_response(f"{PAGE}standings"):
        pass
    async with page.expect_response(f"{PAGE}standings"):
        pass
    await expect(link).to_be_focused()
    await page.get_by_role("link", name="Away").focus()
    await expect(page.locator("section")).not_to_contain_text("1 votes")
