"""The share answered in time is counted as ideas change, and is what counting them all gives."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from groundswell_kit.clock import utc_now
from tests.integration.ideas.submissions.desk import Desk
from tests.integration.ideas.world import BRAND, World

WHY = {"reason": "Not this time."}


async def all_that_can_become_of_ideas(desk: Desk) -> datetime:
    """Ideas in every state, some by detours; a moment in the midst of it."""
    world = desk.world
    ideas = [str((await desk.hand_in(n))["id"]) for n in range(6)]
    body = {"title": "Later", "summary": "Perhaps.", "draft": True}
    draft = await desk.done("POST", desk.path, body)
    for idea_id in (ideas[0], ideas[1], ideas[2]):
        await world.approve(idea_id)
    for idea_id in (ideas[3], ideas[4]):
        await world.done("POST", f"/v1/ideas/{idea_id}/reject", WHY, by="editor")
    await asyncio.sleep(0.01)
    midst = utc_now()
    await asyncio.sleep(0.01)
    await desk.done("PUT", f"/v1/ideas/{ideas[4]}/appeal", {"words": "Once more, please."})
    await world.approve(ideas[4])
    await desk.done("POST", f"/v1/ideas/{ideas[1]}/withdraw")
    merge = f"/v1/ideas/{ideas[2]}"
    await world.done("POST", f"{merge}/merge", {"into_idea_id": ideas[0]}, by="editor")
    assert (await counted(world, desk.contest_id, utc_now())) == (4, 1)
    await world.done("POST", f"{merge}/unmerge", WHY, by="editor")
    await world.done("POST", f"/v1/ideas/{ideas[5]}/reject", WHY, by="editor")
    await desk.done("POST", f"/v1/ideas/{draft['id']}/submit")
    return midst


async def counted(world: World, contest_id: str, by: datetime, **how: Any) -> tuple[int, int]:
    how = {"ends_with_publication": False} | how
    return await world.stores.ideas.answers(BRAND, contest_id, by, **how)


async def one_by_one(
    world: World, contest_id: str, by: datetime, *, ends_with_publication: bool
) -> tuple[int, int]:
    """The same, by looking at each idea."""
    final = ("rejected", "approved") if ends_with_publication else ("rejected",)
    to_answer = answered = 0
    for idea in (await world.kept("ideas"))["ideas"]:
        if idea["contest_id"] == contest_id and idea["status"] not in (
            *("draft", "withdrawn", "merged"),
        ):
            at = idea["answered_at"]
            if at is None and idea["status"] in final:
                at = idea["decided_at"]
            to_answer += 1
            answered += at is not None and at <= by
    return to_answer, answered


@pytest.mark.parametrize("ends_with_publication", [False, True])
async def test_the_counts_are_those_of_all_ideas(desk: Desk, ends_with_publication: bool) -> None:
    midst = await all_that_can_become_of_ideas(desk)
    ahead = utc_now() + timedelta(days=1)
    for by in (midst - timedelta(days=1), midst, utc_now(), ahead):
        how = {"ends_with_publication": ends_with_publication}
        found = await counted(desk.world, desk.contest_id, by, **how)
        assert found == await one_by_one(desk.world, desk.contest_id, by, **how)
    assert (await counted(desk.world, desk.contest_id, ahead))[0] == 6


async def test_ideas_that_come_at_once_are_all_counted(desk: Desk) -> None:
    await asyncio.gather(*(desk.hand_in(n, by=f"per_{n}") for n in range(6)))
    assert await counted(desk.world, desk.contest_id, utc_now()) == (6, 0)
