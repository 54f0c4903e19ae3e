"""Changes at the same moment: whoever is first, the books are right and nothing happens twice."""

import asyncio
from collections import Counter

import pytest

from tests.integration.rewards.story import published, selected, vetoed
from tests.integration.rewards.world import World
from tests.support.service import Json

ROUNDS = 8


async def reward_in(world: World, contest_id: str) -> Json:
    """A new reward of person_1, in a contest of its own."""
    await world.hear(published(contest_id), selected(contest_id=contest_id))
    reward: Json = (await world.statement("person_1"))["rewards"][0]
    assert reward["contest_id"] == contest_id
    return reward


async def test_an_acceptance_and_a_veto_at_once(world: World) -> None:
    ends: Counter[str] = Counter()
    for number in range(ROUNDS):
        reward = await reward_in(world, f"con_{number}")
        veto = world.hear(vetoed(contest_id=reward["contest_id"]))
        answer, _ = await asyncio.gather(world.accept(reward), veto)
        path = f"/v1/rewards/{reward['id']}"
        after = await world.done("GET", path)
        assert (answer.status_code, after["status"]) in [(200, "reversed"), (409, "withdrawn")]
        ends[after["status"]] += 1
        assert await world.balances() == {}
    entries = (await world.kept("entries"))["entries"]
    assert len(entries) == 2 * ends["reversed"]


async def test_an_acceptance_and_a_refusal_at_once(world: World) -> None:
    for number in range(ROUNDS):
        reward = await reward_in(world, f"con_{number}")
        accepted, refused = await asyncio.gather(world.accept(reward), world.decline(reward))
        after = await world.done("GET", f"/v1/rewards/{reward['id']}")
        assert refused.status_code == 200
        assert (accepted.status_code, after["status"]) in [(200, "reversed"), (409, "declined")]
        assert await world.balances() == {}


async def test_a_refusal_and_a_veto_at_once(world: World) -> None:
    for number in range(ROUNDS):
        reward = await reward_in(world, f"con_{number}")
        veto = world.hear(vetoed(contest_id=reward["contest_id"]))
        refused, _ = await asyncio.gather(world.decline(reward), veto)
        after = await world.done("GET", f"/v1/rewards/{reward['id']}")
        assert (refused.status_code, after["status"]) in [(200, "declined"), (409, "withdrawn")]


@pytest.mark.parametrize("keys", [["k"] * 8, [None] * 8, [f"k{n}" for n in range(8)]])
async def test_of_eight_acceptances_one_is_booked(world: World, keys: list[str | None]) -> None:
    reward = await reward_in(world, "con_1")
    answers = await asyncio.gather(*(world.accept(reward, key=key) for key in keys))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert len((await world.kept("entries"))["entries"]) == 1
    assert await world.event_names() == ["RewardOffered", "RewardGranted"]
    assert sum((await world.balances()).values()) == 0


async def test_a_plan_and_a_win_at_once_do_not_miss_each_other(world: World) -> None:
    for number in range(ROUNDS):
        contest_id = f"con_{number}"
        await asyncio.gather(
            world.hear(selected(contest_id=contest_id)), world.hear(published(contest_id))
        )
        (listed,) = (await world.done("GET", f"/v1/contests/{contest_id}/rewards"))["items"]
        assert listed["status"] == "offered"


async def test_a_plan_and_a_veto_at_once(world: World) -> None:
    for number in range(ROUNDS):
        contest_id = f"con_{number}"
        await world.hear(selected(contest_id=contest_id))
        await asyncio.gather(
            world.hear(vetoed(contest_id=contest_id)), world.hear(published(contest_id))
        )
        (listed,) = (await world.done("GET", f"/v1/contests/{contest_id}/rewards"))["items"]
        assert listed["status"] == "withdrawn"


async def test_twenty_winners_of_a_brand_accept_at_once(world: World) -> None:
    """They share the account of the brand's prizes, and each transaction moves it."""
    people = [f"person_{number}" for number in range(20)]
    await world.hear(published(), *(selected(f"idea_of_{person}", person) for person in people))
    rewards = (await world.done("GET", "/v1/contests/con_1/rewards"))["items"]
    answers = await asyncio.gather(*(world.accept(reward) for reward in rewards))
    assert {answer.status_code for answer in answers} == {200}
    owed = {(f"payee:{person}:payable", "GBP"): -50_000 for person in people}
    assert await world.balances() == owed | {("brand:nerc:prizes", "GBP"): 1_000_000}


async def test_the_books_are_read_as_of_one_moment(world: World) -> None:
    """A check that runs while others book finds nothing."""
    people = [f"person_{number}" for number in range(10)]
    await world.hear(published(), *(selected(f"idea_of_{person}", person) for person in people))
    rewards = (await world.done("GET", "/v1/contests/con_1/rewards"))["items"]
    accepting = asyncio.gather(*(world.accept(reward) for reward in rewards))
    reports = [await world.audit()]
    while not accepting.done():
        reports.append(await world.audit())
    await accepting
    assert [report.findings for report in reports] == [[]] * len(reports)
    assert (await world.audit()).entries == 10
