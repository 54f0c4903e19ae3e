"""Whatever order the topics come in, the same facts lead to the same rewards and the same books."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence

import pytest

from tests.integration.rewards.story import published, selected, vetoed
from tests.integration.rewards.world import World
from tests.support.service import Json

Step = Callable[[World, str], Awaitable[None]]
"""Something that happens in a case: a contest with one winner, both named by it."""

PRIZE = {"amount_minor": 50_000, "currency": "GBP"}


def interleavings(*lanes: Sequence[Step]) -> Iterator[list[Step]]:
    """Every order of all steps in which each lane keeps its own."""
    if not any(lanes):
        yield []
    for number, lane in enumerate(lanes):
        if lane:
            rest = [*lanes[:number], lane[1:], *lanes[number + 1 :]]
            for following in interleavings(*rest):
                yield [lane[0], *following]


async def publish(world: World, case: str) -> None:
    await world.hear(published(case))


async def select(world: World, case: str) -> None:
    await world.hear(selected(payee_id=case, contest_id=case))


async def veto(world: World, case: str) -> None:
    await world.hear(vetoed(payee_id=case, contest_id=case))


async def accept(world: World, case: str) -> None:
    """The winner accepts all that they were offered; what is over is refused."""
    for reward in (await world.statement(case))["rewards"]:
        assert (await world.accept(reward)).status_code in (200, 409)


async def decline(world: World, case: str) -> None:
    """The winner declines all that they were offered; what is over is refused."""
    for reward in (await world.statement(case))["rewards"]:
        assert (await world.decline(reward)).status_code in (200, 409)


STORIES: dict[str, list[Step]] = {
    "selected": [select],
    "vetoed": [select, veto],
    "vetoed before": [veto, select],
    "selected again": [select, veto, select],
}
ANSWERS: dict[str, list[Step]] = {
    "no answer": [],
    "accepted": [accept],
    "given back": [accept, decline],
    "declined": [decline],
}


def booked(statement: Json) -> list[tuple[str, ...]]:
    """How each reward stands, and the kinds of its entries."""
    entries = statement["entries"]
    return sorted(
        (reward["status"], *(e["kind"] for e in entries if e["reward_id"] == reward["id"]))
        for reward in statement["rewards"]
    )


@pytest.mark.parametrize("answers", ANSWERS)
@pytest.mark.parametrize("story", STORIES)
async def test_what_is_answered_at_last_does_not_depend_on_the_order_before(
    world: World, story: str, answers: str
) -> None:
    ends = []
    for number, order in enumerate(interleavings([publish], STORIES[story])):
        for step in (*order, *ANSWERS[answers]):
            await step(world, f"case_{number}")
        ends.append(booked(await world.statement(f"case_{number}")))
    assert len(ends) == 1 + len(STORIES[story])
    assert all(end == ends[0] for end in ends)
    assert (await world.audit()).findings == []


@pytest.mark.timeout(180)
@pytest.mark.parametrize("answers", ANSWERS)
@pytest.mark.parametrize("story", STORIES)
async def test_money_is_owed_for_what_stands_granted_after_every_step_of_every_order(
    world: World, story: str, answers: str
) -> None:
    lanes = [publish], STORIES[story], ANSWERS[answers]
    for number, order in enumerate(interleavings(*lanes)):
        for step in order:
            await step(world, f"case_{number}")
            statement = await world.statement(f"case_{number}")
            granted = [end for end in booked(statement) if end[0] == "granted"]
            owed = [balance for balance in statement["balances"] if balance["amount_minor"]]
            assert owed == [PRIZE] * len(granted)
            assert len(granted) <= 1
    assert (await world.audit()).findings == []
    told = Counter(await world.event_names())
    kinds = Counter(entry["kind"] for entry in (await world.kept("entries"))["entries"])
    assert (told["RewardGranted"], told["RewardReversed"]) == (kinds["grant"], kinds["reversal"])
