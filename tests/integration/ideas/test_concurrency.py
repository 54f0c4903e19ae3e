"""Changes at the same moment: one wins, the others are told."""

import asyncio
from collections import Counter
from collections.abc import Iterable

import httpx2

from tests.integration.ideas.scene import new_scene
from tests.integration.ideas.world import World


def outcomes(answers: Iterable[httpx2.Response]) -> Counter[int]:
    return Counter(answer.status_code for answer in answers)


async def test_of_phase_changes_from_one_version_one_wins(world: World) -> None:
    draft = await world.draft()
    path = f"/v1/contests/{draft['id']}/phase"
    answers = await asyncio.gather(
        *(
            world.send("POST", path, {"to": "submission"}, if_match=f'"v{draft["version"]}"')
            for _ in range(5)
        )
    )
    assert outcomes(answers) == {200: 1, 412: 4}
    opening = ["ContestPhaseChanged", "ContestPublished", "StaffBriefed"]
    assert await world.event_names() == opening


async def test_of_an_edit_and_an_opening_one_wins(world: World) -> None:
    draft = await world.draft()
    path, version = f"/v1/contests/{draft['id']}", f'"v{draft["version"]}"'
    answers = await asyncio.gather(
        world.send("PATCH", path, {"title": "Name our boat"}, if_match=version),
        world.send("POST", f"{path}/phase", {"to": "submission"}, if_match=version),
    )
    assert outcomes(answers) == {200: 1, 412: 1}


async def test_the_version_that_an_answer_names_is_the_next_to_use(world: World) -> None:
    path = f"/v1/contests/{(await world.draft())['id']}"
    read = await world.send("GET", path)
    edited = await world.send(
        "PATCH", path, {"title": "Name our boat"}, if_match=read.headers["ETag"]
    )
    opened = await world.send(
        "POST", f"{path}/phase", {"to": "submission"}, if_match=edited.headers["ETag"]
    )
    listed = await world.send(
        "PUT",
        f"{path}/shortlist",
        {"idea_ids": []},
        by="editor",
        if_match=opened.headers["ETag"],
    )
    shown = (await world.send("GET", path)).headers["ETag"]
    assert shown.startswith(listed.headers["ETag"].removesuffix('"'))
    for named, status in ((read.headers["ETag"], 412), (shown, 200)):
        again = await world.send(
            "PUT", f"{path}/shortlist", {"idea_ids": []}, by="editor", if_match=named
        )
        assert again.status_code == status


async def test_of_two_different_decisions_one_stands(world: World) -> None:
    scene = await new_scene(world)
    path = f"/v1/ideas/{scene.ids['waiting']}"
    events = len(await world.events())
    answers = await asyncio.gather(
        world.send("POST", f"{path}/approve", {}, by="editor"),
        world.send("POST", f"{path}/reject", {"reason": "No."}, by="editor"),
    )
    assert outcomes(answers) == {200: 1, 409: 1}
    assert len(await world.events()) == events + 1


async def test_five_editors_with_one_mind_tell_once(world: World) -> None:
    scene = await new_scene(world)
    path = f"/v1/ideas/{scene.ids['waiting']}/approve"
    events = len(await world.events())
    answers = await asyncio.gather(*(world.send("POST", path, {}, by="editor") for _ in range(5)))
    assert outcomes(answers) == {200: 5}
    assert len(await world.events()) == events + 1


async def test_an_idea_cannot_be_vetoed_and_win(world: World) -> None:
    contest_id, idea_ids = await world.contest_in("deliberation")
    path = f"/v1/contests/{contest_id}"
    answers = await asyncio.gather(
        world.send("POST", f"{path}/vetoes", {"idea_id": idea_ids[0], "reason": "No."}),
        world.send("POST", f"{path}/winners", {"idea_ids": idea_ids[:1], "reason": "Yes."}),
    )
    vetoed, selected = answers
    assert vetoed.status_code == 201
    decision = await world.done("GET", f"{path}/decision", by=None)
    assert decision["winners"] == []
    (veto,) = decision["vetoes"]
    assert veto["was_selected"] == (selected.status_code == 201)
    assert selected.status_code in (201, 409)


async def test_the_shortlist_that_is_voted_on_is_the_one_that_stands(world: World) -> None:
    contest_id, idea_ids = await world.contest_in("moderation")
    await world.shortlist(contest_id, idea_ids)
    path = f"/v1/contests/{contest_id}"
    await asyncio.gather(
        world.send("POST", f"{path}/phase", {"to": "voting"}, if_match="*"),
        world.send(
            "PUT", f"{path}/shortlist", {"idea_ids": idea_ids[:1]}, by="editor", if_match="*"
        ),
    )
    contest = await world.stores.contests.get("nerc", contest_id)
    assert contest.phase == "voting"
    (plan,) = [poll for event in await world.events() for poll in getattr(event.data, "polls", ())]
    assert tuple(plan.idea_ids) == contest.shortlist
