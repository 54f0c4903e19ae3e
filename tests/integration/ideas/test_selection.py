"""What a vote binds a brand to, over HTTP."""

from typing import Any

import pytest

from groundswell_contracts.topics import WINNERS
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


async def test_while_winners_stand_nobody_else_is_selected_or_vetoed(world: World) -> None:
    contest_id, (first, second, _) = await world.contest_in("deliberation")
    assert await select(world, contest_id, first) == (201, [])
    assert await select(world, contest_id, second) == (409, ["selected"])
    answer = await world.send(
        "POST", f"/v1/contests/{contest_id}/vetoes", {"idea_id": second, "reason": WHY}
    )
    assert answer.status_code == 409


@pytest.mark.parametrize("phase", ["deliberation", "decided", "delivery"])
async def test_a_winner_is_vetoed_in_the_open_and_another_selected(
    world: World, phase: str
) -> None:
    contest_id, (first, second, _) = await world.contest_in(phase)
    if phase == "deliberation":
        assert await select(world, contest_id, first) == (201, [])
    await veto(world, contest_id, first)
    decision = await world.done("GET", f"/v1/contests/{contest_id}/decision", by=None)
    assert decision["winners"] == []
    (shown,) = decision["vetoes"]
    assert (shown["idea_id"], shown["reason"], shown["was_selected"]) == (first, WHY, True)
    assert await select(world, contest_id, first) == (409, ["vetoed"])
    assert await select(world, contest_id, second) == (201, [])
    decision = await world.done("GET", f"/v1/contests/{contest_id}/decision", by=None)
    assert [winner["idea_id"] for winner in decision["winners"]] == [second]
    assert decision["overruled"]
    told = [
        (type(event.data).__name__, getattr(event.data, "idea_id", None))
        for event in await world.events()
        if event.data.topic.name == WINNERS.name
    ]
    assert told == [
        ("WinnerSelected", first),
        ("WinnerVetoed", first),
        ("WinnerSelected", second),
    ]


async def test_a_contest_without_a_standing_winner_is_not_delivered(world: World) -> None:
    contest_id, (first, *_) = await world.contest_in("decided")
    await veto(world, contest_id, first)
    path = f"/v1/contests/{contest_id}/phase"
    answer = await world.send("POST", path, {"to": "delivery"}, if_match="*")
    assert answer.status_code == 409
    assert [error["field"] for error in answer.json()["errors"]] == ["winners"]


async def test_a_closed_contest_keeps_its_winners(world: World) -> None:
    contest_id, (first, *_) = await world.contest_in("closed")
    body = {"idea_id": first, "reason": WHY}
    answer = await world.send("POST", f"/v1/contests/{contest_id}/vetoes", body)
    assert answer.status_code == 409
    assert [error["rule"] for error in answer.json()["errors"]] == ["phase"]
    decision = await world.done("GET", f"/v1/contests/{contest_id}/decision", by=None)
    assert [winner["idea_id"] for winner in decision["winners"]] == [first]


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
