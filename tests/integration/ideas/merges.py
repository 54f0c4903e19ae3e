"""What the tests of merges on open ballots ask of the service, and where ideas stand by it."""

import httpx2

from tests.integration.ideas.world import BRAND, World

REASON = "It is the same ship, spelt another way."
APART = {"reason": "One of them is a boat."}


async def ask(world: World, idea_id: str, into: str, by: str = "manager") -> httpx2.Response:
    """The answer to somebody who lets an idea go on in another one."""
    body = {"into_idea_id": into, "reason": REASON}
    return await world.send("POST", f"/v1/ideas/{idea_id}/merge", body, by=by)


async def merge(world: World, idea_id: str, into: str) -> None:
    """A manager lets an idea go on in another one."""
    answer = await ask(world, idea_id, into)
    assert answer.status_code == 200, answer.text


async def unmerge(world: World, idea_id: str, by: str = "manager") -> httpx2.Response:
    """The answer to somebody who makes an idea one of its own again."""
    return await world.send("POST", f"/v1/ideas/{idea_id}/unmerge", APART, by=by)


async def ballots(world: World, contest_id: str) -> list[tuple[str, ...]]:
    """The ideas on each ballot of a contest."""
    return [poll.idea_ids for poll in (await world.stores.contests.get(BRAND, contest_id)).polls]
