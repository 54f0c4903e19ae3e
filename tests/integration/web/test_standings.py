"""Standings on the site: asked for once for all who look, streamed, and honest."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest

from groundswell_kit.asgi import Receive, Scope, Send, respond
from groundswell_kit.health import Health
from groundswell_kit.serve import Role
from groundswell_web.sharing import KEPT_SECONDS
from tests.integration.voting.boxes import serving
from tests.integration.web.world import World

NOON = "2026-11-22T12:00:00Z"


@pytest.fixture(autouse=True)
async def _nobody_is_signed_in(world: World) -> None:
    await world.forget_everything()


@dataclass
class Voting:
    """A voting service whose standings are what a test says; `asked` are the paths asked for."""

    standings: dict[str, Any]
    asked: list[str] = field(default_factory=list)
    away: bool = False

    async def app(self, scope: Scope, _: Receive, send: Send) -> None:
        self.asked.append(scope["path"])
        await asyncio.sleep(0.05)
        is_standings = scope["path"].endswith("/standings")
        status = 503 if self.away else 200 if is_standings else 404
        await respond(send, status, [], json.dumps(self.standings).encode())

    def asked_for_standings(self) -> int:
        return sum(path.endswith("/standings") for path in self.asked)


def standings(votes: int | None, **more: Any) -> dict[str, Any]:
    return {
        "status": "live",
        "counted_up_to": NOON,
        "not_counted_yet": 0,
        "rebuilding": False,
        "total_votes": votes,
        "idea_count": 1,
        "ideas": [{"idea_id": "idea_1", "votes": votes, "rank": None if votes is None else 1}],
        "outside": [],
        **more,
    }


@asynccontextmanager
async def site_of(world: World, voting: Voting) -> AsyncIterator[httpx2.AsyncClient]:
    """The site in front of this voting service, over a socket."""
    async with (
        serving(Role("stub", 0, Health("stub"), voting.app)) as address,
        world.site(voting_url=address) as app,
        serving(Role("web", 0, Health("web"), app)) as url,
        httpx2.AsyncClient(base_url=url, timeout=30) as browser,
    ):
        yield browser


async def test_views_of_the_same_second_ask_once(world: World) -> None:
    contest_id = await world.contest("submission", "voting")
    voting = Voting(standings(7))
    async with site_of(world, voting) as browser:
        path = f"/contests/{contest_id}/standings"
        began = time.monotonic()
        answers = await asyncio.gather(*(browser.get(path) for _ in range(20)))
        assert {answer.status_code for answer in answers} == {200}
        assert voting.asked_for_standings() <= 1 + (time.monotonic() - began) / KEPT_SECONDS
        await asyncio.sleep(1.1 * KEPT_SECONDS)
        voting.standings = standings(8)
        assert "8 votes" in (await browser.get(path)).text


async def test_who_leaves_early_takes_the_answer_from_nobody(world: World) -> None:
    contest_id = await world.contest("submission", "voting")
    voting = Voting(standings(7))
    async with site_of(world, voting) as browser:
        path = f"/contests/{contest_id}/standings"
        leaving = [asyncio.create_task(browser.get(path)) for _ in range(3)]
        staying = asyncio.create_task(browser.get(path))
        await asyncio.sleep(0.04)
        for task in leaving:
            task.cancel()
        assert (await staying).status_code == 200
        await asyncio.gather(*leaving, return_exceptions=True)


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        (standings(7), "7 votes"),
        (standings(7, status="delayed"), "its standings are shown late"),
        (standings(7, rebuilding=True), "The votes are being counted again."),
        (standings(None, status="hidden", counted_up_to=None), "until it is certified"),
        (standings(7, idea_count=10_000), "of 10,000 ideas"),
        (standings(7, not_counted_yet=3), "3 records are not counted yet"),
    ],
    ids=["live", "delayed", "rebuilding", "hidden", "many", "waiting"],
)
async def test_the_page_says_in_which_state_they_are(
    world: World, told: dict[str, Any], shown: str
) -> None:
    contest_id = await world.contest("submission", "voting")
    async with site_of(world, Voting(told)) as browser:
        page = await browser.get(f"/contests/{contest_id}")
        answer = await browser.get(f"/contests/{contest_id}/standings")
        for text in (page.text, answer.text):
            assert shown in " ".join(text.split())
        assert ('class="votes"' in answer.text) == (told["status"] != "hidden")


async def test_figures_from_outside_are_a_line_of_their_own(world: World) -> None:
    contest_id = await world.contest("submission", "voting")
    line = {
        "id": "out_1",
        "label": "<b>Instagram</b>",
        "source_url": "https://example.com/p/1",
        "taken_at": NOON,
        "figures": [{"idea_id": "idea_1", "votes": 4321}],
    }
    async with site_of(world, Voting(standings(7, outside=[line]))) as browser:
        page = (await browser.get(f"/contests/{contest_id}/standings")).text
        assert "&lt;b&gt;Instagram&lt;/b&gt;" in page
        assert "not part of this count" in page
        assert "4,321" in page
        assert "7 votes" in page
        assert 'href="https://example.com/p/1"' in page


async def test_an_open_page_is_sent_what_changes_until_it_is_certified(world: World) -> None:
    contest_id = await world.contest("submission", "voting")
    voting = Voting(standings(7))
    async with site_of(world, voting) as browser:
        path = f"/contests/{contest_id}/standings/stream"
        async with browser.stream("GET", path) as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            lines = stream.aiter_lines()
            await _until(lines, "7 votes")
            voting.away = True
            await asyncio.sleep(1.5)
            voting.away, voting.standings = False, standings(8)
            await _until(lines, "8 votes")
            voting.standings = standings(9, status="certified")
            await _until(lines, "Certified result")
            rest = [line async for line in lines]
        assert not any("data-stream" in line for line in rest)


async def test_listeners_share_the_reads(world: World) -> None:
    contest_id = await world.contest("submission", "voting")
    voting = Voting(standings(7))
    async with site_of(world, voting) as browser:
        path = f"/contests/{contest_id}/standings/stream"

        async def listen() -> None:
            async with browser.stream("GET", path) as stream:
                lines = stream.aiter_lines()
                await _until(lines, "7 votes")
                await _until(lines, "8 votes")

        began = time.monotonic()
        listening = [asyncio.create_task(listen()) for _ in range(10)]
        await asyncio.sleep(2)
        voting.standings = standings(8)
        await asyncio.gather(*listening)
        assert voting.asked_for_standings() <= 1 + (time.monotonic() - began) / KEPT_SECONDS


async def _until(lines: AsyncIterator[str], text: str) -> None:
    async with asyncio.timeout(30):
        async for line in lines:
            if text in line:
                return
    raise AssertionError(f"the stream ended without {text}")
