"""What a vote binds a brand to, over HTTP."""

from typing import Any

import pytest

from tests.integration.ideas.world import World

WHY = "Polar ships are named for explorers."


async def select(world: World, contest_id: str, *idea_ids: str) -> tuple[int, list[str]]:
    """The answer to a selection: its status, and the rules that it breaks."""
    answer = await world.send(
        "POST", f"/v1/contests/{contest_id}/winners", {"idea_ids": idea_ids, "reason": WHY}
    )
    document: dict[str, Any] = answer.json()
    return answer.status_code, [error["rule"] for error in document.get("errors", [])]


async def veto(world: World, contest_id: str, idea_id: str) -> None:
    body = {"idea_id": idea_id, "reason": WHY}
    await world.done("POST", f"/v1/contests/{contest_id}/vetoes", body)


async def test_a_binding_vote_is_passed_over_by_vetoes_alone(world: World) -> None:
    contest_id, (first, second, third) = await world.contest_in("deliberation", vote="binding")
    assert await select(world, contest_id, third) == (409, ["binding", "binding"])
    await veto(world, contest_id, first)
    assert await select(world, contest_id, third) == (409, ["binding"])
    assert await select(world, contest_id, first, second) == (409, ["vetoed"])
    assert await select(world, contest_id, third, second) == (201, [])
    decision = await world.done("GET", f"/v1/contests/{contest_id}/decision", by=None)
    assert [(winner["title"], winner["rank"]) for winner in decision["winners"]] == [
        ("Ship 2", 3),
        ("Ship 1", 2),
    ]
    assert decision["overruled"]


@pytest.mark.parametrize(("place", "overruled"), [(0, False), (2, True)])
async def test_an_advisory_vote_may_be_overruled_in_the_open(
    world: World, place: int, overruled: bool
) -> None:
    contest_id, idea_ids = await world.contest_in("deliberation")
    assert await select(world, contest_id, idea_ids[place]) == (201, [])
    decision = await world.done("GET", f"/v1/contests/{contest_id}/decision", by=None)
    assert decision["overruled"] == overruled
    assert decision["winners"][0]["reason"] == WHY


async def test_winners_are_final(world: World) -> None:
    contest_id, (first, second, _) = await world.contest_in("deliberation")
    assert await select(world, contest_id, first) == (201, [])
    assert await select(world, contest_id, second) == (409, ["selected"])
    answer = await world.send(
        "POST", f"/v1/contests/{contest_id}/vetoes", {"idea_id": second, "reason": WHY}
    )
    assert answer.status_code == 409


async def test_the_shortlist_tells_only_of_ideas_that_are_new_on_it(world: World) -> None:
    contest_id, (first, second, third) = await world.contest_in("moderation")
    await world.shortlist(contest_id, [first, second])
    await world.shortlist(contest_id, [third, second])
    told = [
        event.data.key
        for event in await world.events()
        if type(event.data).__name__ == "IdeaShortlisted"
    ]
    assert sorted(told) == sorted([first, second, third])
    contest = await world.stores.contests.get("nerc", contest_id)
    assert contest.shortlist == (third, second)
