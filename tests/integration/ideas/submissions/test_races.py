"""What is taken away while something else builds on it: nothing is built on air."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import pytest

from groundswell_ideas.app.moderation import decision_routes
from groundswell_ideas.app.parts import ballot_commands, submission_commands
from groundswell_ideas.audit.rules import Why
from groundswell_kit.mongo import transaction
from groundswell_kit.problems import Problem
from tests.integration.ideas.submissions.desk import Desk, opened, support_ladder
from tests.integration.ideas.world import BRAND

WHY = Why(code="duplicate")


async def while_open(
    desk: Desk,
    first: Callable[[], Awaitable[object]],
    second: Callable[[], Coroutine[Any, Any, object]],
) -> object:
    """Runs `first`, and `second` before that is committed; returns what the second gave."""
    begun = asyncio.Event()

    async def held_open() -> None:
        await first()
        begun.set()
        await asyncio.wait([other], timeout=0.5)

    async def later() -> object:
        await begun.wait()
        return await second()

    other = asyncio.create_task(later())
    try:
        await transaction(desk.world.stores.contests.client, held_open)
    finally:
        given = (await asyncio.gather(other, return_exceptions=True))[0]
    return given


async def approved(desk: Desk, number: int, by: str = "per_1") -> str:
    idea = await desk.hand_in(number, by)
    await desk.world.approve(idea["id"])
    return str(idea["id"])


async def shortlisted(desk: Desk) -> tuple[str, ...]:
    return (await desk.world.stores.contests.get(BRAND, desk.contest_id)).shortlist


@pytest.mark.parametrize("way", ["withdraw", "revise", "hold"])
async def test_nothing_is_shortlisted_that_goes_meanwhile(desk: Desk, way: str) -> None:
    idea_id = await approved(desk, 0)

    async def shortlist() -> None:
        await desk.world.selection.shortlist(
            BRAND, desk.contest_id, "*", [idea_id], by="the_editor"
        )

    async def go() -> int:
        path = f"/v1/ideas/{idea_id}"
        if way == "withdraw":
            return (await desk.ask("POST", f"{path}/withdraw")).status_code
        if way == "revise":
            return (await desk.revise({"id": idea_id, "revision": 1}, title="x")).status_code
        why = {"reason": "A letter came."}
        return (await desk.world.send("POST", f"{path}/hold", why, by="editor")).status_code

    gone = await while_open(desk, shortlist, go)
    idea = await desk.world.stores.ideas.get(BRAND, idea_id)
    listed = await shortlisted(desk)
    assert (gone, idea.status, listed) == (
        (200, "withdrawn", ()) if way == "withdraw" else (409, "approved", (idea_id,))
    )


async def test_two_ideas_of_one_author_never_go_on_in_each_other(desk: Desk) -> None:
    one, two = [await approved(desk, number) for number in range(2)]
    merging = decision_routes(desk.world.stores)[2].commands

    async def merge_back() -> object:
        return await merging.merge(BRAND, "another_editor", two, one, WHY, by_manager=False)

    async def merge() -> object:
        return await merging.merge(BRAND, "the_editor", one, two, WHY, by_manager=False)

    refused = await while_open(desk, merge, merge_back)
    assert isinstance(refused, Problem)
    ideas = [await desk.world.stores.ideas.get(BRAND, idea_id) for idea_id in (one, two)]
    assert [idea.merged_into for idea in ideas] == [two, None]


async def test_nothing_goes_on_in_an_idea_that_goes_meanwhile(desk: Desk) -> None:
    one, two = [await approved(desk, number) for number in range(2)]
    merging = decision_routes(desk.world.stores)[2].commands

    async def merge() -> object:
        return await merging.merge(BRAND, "the_editor", one, two, WHY, by_manager=False)

    people = submission_commands(desk.world.settings, desk.world.stores)
    refused = await while_open(desk, lambda: people.withdraw(two, "per_1"), merge)
    assert isinstance(refused, Problem)
    assert (await desk.world.stores.ideas.get(BRAND, one)).status == "approved"


async def test_what_is_approved_and_taken_back_at_once_is_gone(desk: Desk) -> None:
    for number in range(3):
        idea_id = (await desk.hand_in(number))["id"]
        path = f"/v1/ideas/{idea_id}"
        approval, withdrawal = await asyncio.gather(
            desk.world.send("POST", f"{path}/approve", {}, by="editor"),
            desk.ask("POST", f"{path}/withdraw"),
        )
        assert withdrawal.status_code == 200
        assert approval.status_code in (200, 409)
        assert await desk.seen(idea_id) == 404
        told = [e.data for e in await desk.world.events() if e.data.key == idea_id]
        names = [type(event).__name__ for event in told]
        assert names[-1] == "IdeaWithdrawn"
        assert ("IdeaApproved" in names) == (approval.status_code == 200)
    assert (await desk.world.kept("cases"))["cases"] == []


async def test_what_is_approved_again_as_others_are_listed_is_not_forgotten(desk: Desk) -> None:
    world, ladder = desk.world, await opened(desk.world, desk.decoder, **support_ladder())
    idea_id = (await ladder.hand_in())["id"]
    why, listing = {"reason": "A letter came."}, ballot_commands(world.stores).try_next_listing
    await world.done("POST", f"/v1/ideas/{idea_id}/approve", {}, by="editor")
    await world.done("POST", f"/v1/ideas/{idea_id}/hold", why, by="editor")

    async def approve_again() -> None:
        await world.done("POST", f"/v1/ideas/{idea_id}/approve", {}, by="editor")

    assert await while_open(ladder, listing, approve_again) is None
    assert [await listing(), await listing()] == [True, False]
    contest = await world.stores.contests.get(BRAND, ladder.contest_id)
    assert contest.polls[0].idea_ids == (idea_id,)
