"""Ideas that say the same go on as one, and can be parted again."""

import pytest

from tests.integration.ideas.moderation.desk import (
    SELF_PUBLISHING,
    approved,
    open_contest,
    queue,
    say,
    thread,
    trail,
)
from tests.integration.ideas.world import World
from tests.support.service import Json


@pytest.fixture
async def contest_id(world: World) -> str:
    return await open_contest(world)


async def merge(world: World, idea: str, into: str) -> Json:
    return await world.done("POST", f"/v1/ideas/{idea}/merge", {"into_idea_id": into}, by="editor")


async def also_by(world: World, idea: str) -> tuple[str, ...]:
    return (await world.stores.ideas.get("nerc", idea)).also_by


async def merged(world: World, idea: str, **how: str) -> list[tuple[str | None, list[str]]]:
    found = await world.done("GET", f"/v1/ideas/{idea}/merged", **{"by": None, **how})
    return [(item["title"], item["authors"]) for item in found["items"]]


async def test_who_had_it_and_what_led_there_is_kept(world: World, contest_id: str) -> None:
    into = await approved(world, contest_id, "RRS Boaty", "per_1")
    public = await approved(world, contest_id, "RRS Boatie", "per_2")
    waiting = await world.submit(contest_id, "RRS Boati", "per_3")
    for _ in range(2):
        gone = await merge(world, public, into)
        assert gone["status"] == "merged"
    await merge(world, waiting, into)
    assert await also_by(world, into) == ("per_2", "per_3")
    seen, unseen = ("RRS Boatie", ["per_2"]), ("RRS Boati", ["per_3"])
    assert await merged(world, into) == [seen, (None, ["per_3"])]
    assert await merged(world, into, by="juror") == [seen, unseen]
    assert (await world.send("GET", f"/v1/ideas/{public}", by=None)).status_code == 200
    assert (await world.send("GET", f"/v1/ideas/{waiting}", by=None)).status_code == 404
    assert await queue(world) == []
    events = [e.data for e in await world.events() if "Merged" in e.data.type]
    assert [(e.key, getattr(e, "into_idea_id", "")) for e in events] == [
        (public, into),
        (waiting, into),
    ]
    assert (await trail(world, waiting))[-1] == ("merged", "staff", "the_editor")


async def test_it_can_be_undone(world: World, contest_id: str) -> None:
    into = await approved(world, contest_id, "RRS Boaty", "per_1")
    public = await approved(world, contest_id, "RRS Boatie", "per_2")
    waiting = await world.submit(contest_id, "RRS Boati", "per_3")
    for idea in (public, waiting):
        await merge(world, idea, into)
    why = {"reason": "They are two different ships."}
    single = await world.done("POST", f"/v1/ideas/{public}/unmerge", why, by="editor")
    assert single["status"] == "approved"
    assert await also_by(world, into) == ("per_3",)
    single = await world.done("POST", f"/v1/ideas/{waiting}/unmerge", why, by="editor")
    assert single["status"] == "submitted"
    assert [case["subject_id"] for case in await queue(world)] == [waiting]
    assert await also_by(world, into) == ()
    assert await merged(world, into) == []
    again = await world.send("POST", f"/v1/ideas/{public}/unmerge", why, by="editor")
    assert again.status_code == 409
    of_public = [type(e.data).__name__ for e in await world.events() if e.data.key == public]
    assert of_public == [
        "IdeaSubmitted",
        "IdeaApproved",
        "IdeaMerged",
        "IdeaUnmerged",
        "IdeaApproved",
    ]
    await merge(world, public, into)
    assert await also_by(world, into) == ("per_2",)


async def test_ideas_go_on_in_one_that_takes_part_and_in_no_chain(
    world: World, contest_id: str
) -> None:
    one, two, three = [await approved(world, contest_id, f"Ship {n}") for n in range(3)]
    elsewhere = await approved(world, await open_contest(world), "Ship 4")
    await merge(world, one, two)

    async def refused(idea: str, into: str) -> str:
        body = {"into_idea_id": into}
        answer = await world.send("POST", f"/v1/ideas/{idea}/merge", body, by="editor")
        assert answer.status_code in (409, 422)
        return str(answer.json()["errors"][0]["rule"])

    assert await refused(two, three) == "holds-others"
    assert await refused(one, three) == "status"
    assert await refused(three, one) == "status"
    assert await refused(three, three) == "itself"
    assert await refused(three, elsewhere) == "unknown"


async def test_a_discussion_stays_where_it_was_held(world: World) -> None:
    contest_id = await open_contest(world, **SELF_PUBLISHING)
    into, idea = [await world.submit(contest_id, f"RRS {n}", f"per_{n}") for n in range(2)]
    waiting = await world.stores.ideas.get("nerc", idea)
    if waiting.status == "submitted":
        await world.approve(idea)
    await say(world, idea, "Would it float?")
    await merge(world, idea, into)
    assert [c["text"] for c in await thread(world, idea)] == ["Would it float?"]
    body = {"text": "And now?"}
    path = f"/v1/ideas/{idea}/comments"
    answer = await world.send("POST", path, body, by="participant")
    assert answer.status_code == 409


async def test_nobody_is_named_who_never_confirmed_a_part(world: World, contest_id: str) -> None:
    into = await approved(world, contest_id, "RRS Boaty", "per_1")
    shares = [{"participant_id": f"per_{n}", "basis_points": 5_000} for n in (2, 3)]
    body = {"title": "RRS Boatie", "summary": "Twice the name.", "team": shares}
    path = f"/v1/contests/{contest_id}/ideas"
    idea = await world.done("POST", path, body, by="participant", subject="per_2")
    await world.approve(idea["id"])
    await merge(world, idea["id"], into)
    assert await merged(world, into) == [("RRS Boatie", ["per_2"])]
    assert await also_by(world, into) == ("per_2", "per_3")  # neither is a juror of it


async def test_nobody_takes_back_what_others_had(world: World, contest_id: str) -> None:
    into = await approved(world, contest_id, "RRS Boaty", "per_1")
    public = await approved(world, contest_id, "RRS Boatie", "per_2")
    waiting = await world.submit(contest_id, "RRS Boati", "per_3")
    for idea in (public, waiting):
        await merge(world, idea, into)
    for _ in range(2):
        path = f"/v1/ideas/{into}/withdraw"
        await world.done("POST", path, by="participant", subject="per_1")
    assert (await world.send("GET", f"/v1/ideas/{public}", by=None)).status_code == 200
    assert [case["subject_id"] for case in await queue(world)] == [waiting]
    assert await also_by(world, into) == ()
    assert (await trail(world, public))[-1] == ("unmerged", "participant", "per_1")
    assert (await world.event_names()).count("IdeaUnmerged") == 2
