"""A contest with several polls: each has its page, its standings, its votes and its result."""

import re
from collections import ChainMap
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import unescape
from typing import Any

import pytest

from groundswell_ideas.app import Stores
from groundswell_ideas.selection.rules import CertifiedTally, RankedIdea
from groundswell_kit.clock import utc_now
from groundswell_kit.mongo import connected
from tests.integration.web.test_adversity import A_PASS, TAKEN, answering, same_person
from tests.integration.web.world import BRAND, Browser, World

POLLS = [{"name": "north"}, {"name": "south"}]


@pytest.fixture(autouse=True)
async def _nobody_is_signed_in(world: World) -> None:
    await world.forget_everything()


@asynccontextmanager
async def people_voting(
    world: World,
    contest: dict[str, Any],
    idea_id: str,
    besides: dict[str, tuple[int, object]] | None = None,
    heard: dict[str, bytes] | None = None,
) -> AsyncIterator[Browser]:
    """Somebody on a site whose voting has all polls open, with 11 votes, 22, and so on.

    Voting answers as `besides` says at that moment, where that says anything; `heard` is what it
    was sent last, by path.
    """
    answers: dict[str, tuple[int, object]] = {}
    for number, poll_id in enumerate(contest["poll_ids"], start=1):
        path, votes = f"/v1/polls/{poll_id}", 11 * number
        idea = {"idea_id": idea_id, "votes": votes, "rank": 1}
        counted = {"counted_up_to": utc_now().isoformat(), "not_counted_yet": 0}
        answers |= {
            path: (
                200,
                {
                    "poll_id": poll_id,
                    "stage": "open",
                    "paused": False,
                    "rules": {},
                    "idea_ids": [idea_id],
                    "closes_at": contest["timetable"]["voting_closes_at"],
                },
            ),
            f"{path}/standings": (
                200,
                {
                    "status": "live",
                    "total_votes": votes,
                    "idea_count": 1,
                    "ideas": [idea],
                    "rebuilding": False,
                    "outside": [],
                    **counted,
                },
            ),
            f"{path}/ballot": (200, {"periods": []}),
            f"{path}/passes": (201, A_PASS),
            f"{path}/votes": (202, TAKEN),
        }
    async with (
        world.signed_in() as browser,
        answering(ChainMap(besides or {}, answers), heard=heard) as address,
        world.site(voting_url=address, ballot_box_urls=(address,)) as site,
        same_person(world, browser, site) as visitor,
    ):
        yield visitor


async def test_each_poll_has_its_page(world: World) -> None:
    contest_id = await world.contest("submission", "voting", polls=POLLS)
    contest = await world.staff("GET", f"/v1/contests/{contest_id}")
    ideas = await world.staff("GET", f"/v1/contests/{contest_id}/ideas")
    (idea_id,) = [idea["id"] for idea in ideas["items"]]
    path, (north, south) = f"/contests/{contest_id}", contest["poll_ids"]
    async with people_voting(world, contest, idea_id) as visitor:
        pages = {
            poll_id: (await visitor.get(f"{path}?poll={poll_id}")).text
            for poll_id in (north, south, "nowhere")
        }
        assert pages["nowhere"] == pages[north] == (await visitor.get(path)).text
        for poll_id, votes in ((north, "11 votes"), (south, "22 votes")):
            page = pages[poll_id]
            assert votes in page
            assert f'href="{path}?poll={poll_id}" aria-current=page' in page
            assert f'data-refresh="{path}/standings?poll={poll_id}"' in page
            assert f'name="poll_id" value="{poll_id}"' in page
            fragment = await visitor.get(f"{path}/standings?poll={poll_id}")
            assert votes in fragment.text
        voted = await visitor.send(f"{path}/votes", poll_id=south, idea_id=idea_id, several="yes")
        assert voted.headers["location"] == f"{path}?poll={south}#your-vote"
        assert (
            "choose yours on the page of the contest"
            in (await visitor.get(f"/ideas/{idea_id}")).text
        )


async def test_whoever_signs_in_to_vote_comes_back_to_the_same_poll(world: World) -> None:
    contest_id = await world.contest("submission", "voting", polls=POLLS)
    contest = await world.staff("GET", f"/v1/contests/{contest_id}")
    ideas = await world.staff("GET", f"/v1/contests/{contest_id}/ideas")
    (idea_id,) = [idea["id"] for idea in ideas["items"]]
    path = f"/contests/{contest_id}?poll={contest['poll_ids'][1]}"
    async with people_voting(world, contest, idea_id) as visitor:
        visitor.http.cookies.clear()
        page = (await visitor.get(path)).text
        links = re.findall(r'href="(/sign-in[^"]*)">Sign in to (vote|follow)', page)
        assert {what for _, what in links} == {"vote", "follow"}
        for link, _ in links:
            answer = await world.sign_in(visitor, "ann@example.com", unescape(link))
            assert answer.headers["location"] == path
            visitor.http.cookies.clear()


async def test_several_polls_that_are_planned_are_not_spoken_of(world: World) -> None:
    contest_id = await world.contest("submission", polls=POLLS)
    async with world.browser() as browser:
        page = (await browser.get(f"/contests/{contest_id}")).text
    assert f'href="/sign-in?return_to=/contests/{contest_id}"' in page


async def test_a_single_poll_is_not_spoken_of(world: World) -> None:
    contest_id = await world.contest("submission", "voting")
    async with world.signed_in() as browser:
        page = await browser.get(f"/contests/{contest_id}")
    assert "Polls of this contest" not in page.text
    assert f'data-refresh="/contests/{contest_id}/standings"' in page.text


async def test_the_decision_shows_the_result_of_each(world: World) -> None:
    contest_id = await world.contest("submission", "voting", polls=POLLS)
    contest = await world.staff("GET", f"/v1/contests/{contest_id}")
    ideas = await world.staff("GET", f"/v1/contests/{contest_id}/ideas")
    (idea_id,) = [idea["id"] for idea in ideas["items"]]
    settings = world.settings
    async with connected(settings.mongo_uri, settings.database("ideas")) as database:
        for poll_id, votes in zip(contest["poll_ids"], (1_111, 2_222), strict=True):
            tally = CertifiedTally(
                poll_id=poll_id,
                ideas=(RankedIdea(idea_id, votes, 1),),
                verdicts={"counted": votes},
                log_hash="ab" * 32,
                certified_at=utc_now(),
            )
            await Stores(database).tallies.add(BRAND, contest_id, tally)
    async with world.browser() as browser:
        page = (await browser.get(f"/contests/{contest_id}/decision")).text
    places = [
        page.index(text) for text in ("north</bdi>, ", "1,111", "Other polls", "south</bdi>, ")
    ]
    assert places == sorted(places)
    assert "2,222" in page
