"""Shorthand for what editors, authors and the public do about ideas and comments in tests."""

from typing import Any

import httpx2

from groundswell_kit.clock import utc_now
from tests.integration.ideas.world import World
from tests.support.service import Json

SELF_PUBLISHING: dict[str, Any] = {
    "template": "make-and-earn",
    "timetable": None,
    "reward_plan": None,
    "entry_form": {"required": [], "properties": {"note": {"type": "string"}}},
    "people": ["The design team"],
    "reward_budget": {"amount_minor": 900_000, "currency": "USD"},
    "prizes": [{"name": "A share", "goes_to": "author", "words": "A share of each order."}],
}


async def open_contest(world: World, **changes: object) -> str:
    """A contest that takes ideas."""
    contest_id = str((await world.draft(**changes))["id"])
    await world.enter(contest_id, "submission")
    return contest_id


async def approved(world: World, contest_id: str, title: str, by: str = "per_1") -> str:
    """An idea that everybody sees."""
    idea_id = await world.submit(contest_id, title, by)
    await world.approve(idea_id)
    return idea_id


async def say(world: World, idea_id: str, text: str, by: str = "per_2", **more: object) -> Json:
    """A participant's comment."""
    path = f"/v1/ideas/{idea_id}/comments"
    body = {"text": text, **more}
    return await world.done("POST", path, body, by="participant", subject=by)


async def thread(world: World, idea_id: str, query: str = "", **how: Any) -> list[Json]:
    """The discussion of an idea."""
    path = f"/v1/ideas/{idea_id}/comments{query}"
    page = await world.done("GET", path, **{"by": None, **how})
    return list(page["items"])


async def queue(world: World, query: str = "", subject: str | None = None) -> list[Json]:
    """What waits for an editor."""
    page = await world.done("GET", f"/v1/moderation/queue{query}", by="editor", subject=subject)
    return list(page["items"])


async def report(world: World, path: str, by: str, **body: object) -> httpx2.Response:
    """Somebody's report of an idea or a comment."""
    what = {"reason_code": "advertising", **body}
    return await world.send("PUT", f"{path}/report", what, by="participant", subject=by)


async def reject(world: World, idea_id: str) -> None:
    """Turns an idea down."""
    body = {"reason_code": "off-topic"}
    await world.done("POST", f"/v1/ideas/{idea_id}/reject", body, by="editor")


async def trail(world: World, subject_id: str) -> list[tuple[str, str, str | None]]:
    """What was done to a subject, as the auditor reads it: the verb, and who."""
    path = f"/v1/moderation/acts?subject_id={subject_id}"
    page = await world.done("GET", path, by="auditor")
    return [(act["verb"], act["by"]["kind"], act["by"]["id"]) for act in page["items"]]


async def let_claims_lapse(world: World) -> None:
    """As if a quarter of an hour had passed."""
    await world.database["cases"].update_many({}, {"$set": {"claimed_until": utc_now()}})
