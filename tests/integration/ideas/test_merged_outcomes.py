"""What becomes of ideas that people voted on as one: reviews, winners, the record, other polls."""

import asyncio
from contextvars import Context
from datetime import timedelta
from functools import partial

import pytest
from structlog.testing import capture_logs

from groundswell_ideas.app.parts import review_commands
from groundswell_ideas.merging.rules import MergeRecord
from groundswell_ideas.merging.store import MergeStore
from groundswell_kit.clock import utc_now
from tests.integration.ideas.merges import ask, ballots, merge, unmerge
from tests.integration.ideas.programmes import climbing
from tests.integration.ideas.world import BRAND, World


async def test_what_is_to_be_answered_goes_on_in_no_other_one(world: World) -> None:
    """Else nobody could accept it any more."""
    contest_id, poll_id, (up, down) = await climbing(world, ideas=2)
    reached = partial(review_commands(world.stores).reached, BRAND, contest_id, poll_id)
    await reached(up, step=1, votes=100, at=utc_now())
    before = await world.kept()
    answer = await ask(world, up, down)
    assert (answer.status_code, answer.json()["errors"][0]["rule"]) == (409, "collected")
    assert await world.kept() == before
    # The other way round it takes the votes along. What voting tells of that one comes too late.
    await merge(world, down, up)
    await reached(down, step=1, votes=100, at=utc_now())
    reviews = f"/v1/contests/{contest_id}/reviews"
    yes = {"outcome": "accepted", "reason": "We would build one."}
    for body in (yes, yes | {"outcome": "declined"}):
        refused = await world.send("PUT", f"{reviews}/{down}", body)
        assert [error["rule"] for error in refused.json()["errors"]] == ["merged"]
    await world.done("PUT", f"{reviews}/{up}", yes)
    # It won with these votes, and nobody takes them or the idea away.
    refused = await unmerge(world, down)
    assert (refused.status_code, refused.json()["errors"][0]["rule"]) == (409, "won")
    path = f"/v1/ideas/{up}/withdraw"
    back = await world.send("POST", path, by="participant", subject="per_0")
    assert [error["rule"] for error in back.json()["errors"]] == ["voted"]


async def test_the_places_of_those_that_went_on_as_one_are_filled_by_nobody(world: World) -> None:
    contest_id, _, (first, second), _ = await world.vote(selection={"winners": {"count": 2}})
    await merge(world, second, first)
    await world.enter(contest_id, "deliberation")
    await world.certify(contest_id, [(first, 7)])
    path = f"/v1/contests/{contest_id}/winners"
    both = {"idea_ids": [first, second], "reason": "The crowd has spoken."}
    refused = await world.send("POST", path, both)
    rules = {error["rule"] for error in refused.json()["errors"]}
    assert (refused.status_code, rules) == (409, {"approved", "count"})
    await world.done("POST", path, both | {"idea_ids": [first]})


async def test_the_record_tells_of_votes_that_still_count(world: World) -> None:
    """If the other one leaves the ballot, the votes for both leave with it."""
    contest_id, poll_id, (first, second), _ = await world.vote()
    await merge(world, second, first)
    change = {"poll_id": poll_id, "removed_idea_ids": [first]}
    body = {"reason": "The name is taken.", "poll_changed": change}
    await world.done("POST", f"/v1/contests/{contest_id}/amendments", body)
    decision = await world.done("GET", f"/v1/contests/{contest_id}/decision", by=None)
    assert decision["merged"] == []


async def test_no_poll_opens_about_an_idea_that_is_merged_at_this_moment(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    contest_id, poll_id, (first, second), late = await world.vote()
    path = f"/v1/contests/{contest_id}/amendments"
    leaving = {"poll_id": poll_id, "removed_idea_ids": [second]}
    await world.done("POST", path, {"reason": "By its author's wish.", "poll_changed": leaving})
    closing = (utc_now() + timedelta(hours=3)).isoformat()
    final = {"name": "final", "idea_ids": [first, second], "closes_at": closing}
    opening = {"reason": "The two best.", "poll_opened": final}
    into, times = MergeStore.into, 0

    async def slow_into(merges: MergeStore, brand_id: str, idea_id: str) -> list[MergeRecord]:
        """Another round opens right after the first look at what is merged."""
        nonlocal times
        times += 1
        if times == 1:
            asked = world.done("POST", path, opening)
            await asyncio.create_task(asked, context=Context())
        return await into(merges, brand_id, idea_id)

    monkeypatch.setattr(MergeStore, "into", slow_into)
    answer = await ask(world, second, late)
    assert (answer.status_code, answer.json()["errors"][0]["rule"]) == (409, "on-ballot")
    assert await ballots(world, contest_id) == [(first,), (first, second)]


async def test_votes_that_a_tally_names_apart_were_never_moved(world: World) -> None:
    """Voting heard of the merge when the tally was made: then the one that has them may win."""
    contest_id, _, (first, second), _ = await world.vote()
    await merge(world, second, first)
    await world.enter(contest_id, "deliberation")
    assert (await unmerge(world, second)).status_code == 409
    with capture_logs() as logs:
        await world.certify(contest_id, [(second, 9), (first, 7)])
    assert [entry["event"] for entry in logs if entry["log_level"] == "warning"] == [
        "merged too late for the tally"
    ]
    decision = await world.done("GET", f"/v1/contests/{contest_id}/decision", by=None)
    assert (decision["merged"], len(decision["tally"]["ideas"])) == ([], 2)
    path = f"/v1/contests/{contest_id}/winners"
    choice = {"idea_ids": [second], "reason": "The crowd has spoken."}
    assert (await world.send("POST", path, choice)).status_code == 409
    assert (await unmerge(world, second)).status_code == 200
    await world.done("POST", path, choice)
