"""An author may ask, once, for another look."""

from datetime import timedelta

import pytest

from groundswell_contracts.ideas import IdeaRejected
from groundswell_ideas.appeals.rules import APPEALING
from groundswell_kit.clock import utc_now
from tests.integration.ideas.moderation.desk import (
    SELF_PUBLISHING,
    open_contest,
    queue,
    reject,
    say,
    thread,
    trail,
)
from tests.integration.ideas.world import World

WORDS = {"words": "The anchor is my own drawing."}


@pytest.fixture
async def idea(world: World) -> str:
    """An idea of per_1 that was turned down."""
    idea_id = await world.submit(await open_contest(world))
    await reject(world, idea_id)
    return idea_id


async def test_an_appeal_is_heard_once(world: World, idea: str) -> None:
    path = f"/v1/ideas/{idea}/appeal"
    author = {"by": "participant", "subject": "per_1"}
    for _ in range(2):
        appeal = await world.done("PUT", path, WORDS, **author)
        assert (appeal["words"], appeal["outcome"]) == (WORDS["words"], None)
    other = await world.send("PUT", path, {"words": "Please!"}, **author)
    assert (other.status_code, other.json()["errors"][0]["rule"]) == (409, "once")
    (case,) = await queue(world)
    assert (case["causes"], case["appeal"]["words"]) == (["appeal"], WORDS["words"])
    await world.done("POST", f"/v1/ideas/{idea}/approve", {"reason": "It is."}, by="editor")
    assert (await world.send("GET", f"/v1/ideas/{idea}", by=None)).status_code == 200
    answered = await world.done("GET", path, **author)
    assert (answered["outcome"], answered["reason"]) == ("upheld", "It is.")
    assert await world.done("GET", path, by="auditor") == answered
    assert (await world.send("GET", path, by=None)).status_code == 404
    told = [name for name in await world.event_names() if name.startswith("Idea")]
    assert told == ["IdeaApproved", "IdeaRejected", "IdeaSubmitted"]
    assert [verb for verb, *_ in await trail(world, idea)] == [
        "rejected",
        "appealed",
        "queued",
        "approved",
        "appeal_answered",
    ]


async def test_an_appeal_may_be_declined_for_good(world: World, idea: str) -> None:
    path = f"/v1/ideas/{idea}"
    author = {"by": "participant", "subject": "per_1"}
    await world.done("PUT", f"{path}/appeal", WORDS, **author)
    body = {"reason": "We know that anchor."}
    rejected = await world.done("POST", f"{path}/reject", body, by="editor")
    assert rejected["status"] == "rejected"
    answered = await world.done("GET", f"{path}/appeal", **author)
    assert (answered["outcome"], answered["reason"]) == ("declined", "We know that anchor.")
    assert await world.done("POST", f"{path}/reject", body, by="editor") == rejected
    told = [e.data for e in await world.events() if isinstance(e.data, IdeaRejected)]
    assert [event.after_appeal for event in told] == [False, True]
    assert told[-1].reason == "We know that anchor."
    assert await queue(world) == []
    late = await world.send("POST", f"{path}/approve", {}, by="editor")
    assert (late.status_code, late.json()["errors"][0]["rule"]) == (409, "final")
    again = await world.send("PUT", f"{path}/appeal", {"words": "Please!"}, **author)
    assert again.status_code == 409


async def test_only_the_author_appeals_and_in_time(world: World, idea: str) -> None:
    path = f"/v1/ideas/{idea}/appeal"
    other = await world.send("PUT", path, WORDS, by="participant", subject="per_2")
    assert other.status_code == 404
    decided = utc_now() - APPEALING - timedelta(seconds=1)
    await world.database["ideas"].update_one({"_id": idea}, {"$set": {"decided_at": decided}})
    late = await world.send("PUT", path, WORDS, by="participant", subject="per_1")
    assert (late.status_code, late.json()["errors"][0]["rule"]) == (409, "past")
    waiting = await world.submit(await open_contest(world))
    early = await world.send(
        "PUT", f"/v1/ideas/{waiting}/appeal", WORDS, by="participant", subject="per_1"
    )
    assert (early.status_code, early.json()["errors"][0]["rule"]) == (409, "status")


async def test_authors_of_comments_appeal_likewise(world: World) -> None:
    idea = await world.submit(await open_contest(world, **SELF_PUBLISHING))
    said = await say(world, idea, "This is rubbish.")
    path = f"/v1/comments/{said['id']}"
    await world.done("POST", f"{path}/reject", {"reason_code": "insulting"}, by="editor")
    author = {"by": "participant", "subject": "per_2"}
    await world.done("PUT", f"{path}/appeal", {"words": "I meant the ship."}, **author)
    other = await world.send("PUT", f"{path}/appeal", WORDS, by="participant", subject="per_3")
    assert other.status_code == 404
    await world.done("POST", f"{path}/approve", {}, by="editor")
    assert (await world.done("GET", f"{path}/appeal", **author))["outcome"] == "upheld"
    assert [c["text"] for c in await thread(world, idea)] == ["This is rubbish."]
