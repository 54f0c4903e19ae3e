"""Facts, entries, balances and events are written together or not at all."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from structlog.testing import capture_logs

from groundswell_kit.outbox import Outbox
from tests.integration.rewards.story import published, selected, vetoed
from tests.integration.rewards.world import World
from tests.support.broken_outbox import SecondAttempt, add_and_break
from tests.support.service import Json

Change = Callable[[World, Json], Awaitable[Any]]

CHANGES: dict[str, tuple[Change, list[str]]] = {
    "accept": (lambda world, reward: world.accept(reward, key="k1"), ["RewardGranted"]),
    "decline": (lambda world, reward: world.decline(reward, key="k1"), ["RewardDeclined"]),
    "veto": (lambda world, _: world.hear(vetoed("idea_2")), ["RewardReversed"]),
    "select": (lambda world, _: world.hear(selected("idea_3")), ["RewardOffered"]),
    "plan": (lambda world, _: world.hear(published("con_2")), ["RewardOffered"]),
}


async def scene(world: World) -> Json:
    """A reward that is offered; beside it one that is granted, and a win that waits for a plan."""
    await world.hear(published(), selected("idea_2"))
    (granted,) = (await world.statement("person_1"))["rewards"]
    assert (await world.accept(granted)).status_code == 200
    await world.hear(selected(), selected(contest_id="con_2"))
    reward: Json = (await world.statement("person_1"))["rewards"][0]
    assert reward["status"] == "offered"
    return reward


@pytest.mark.parametrize("name", CHANGES)
async def test_without_its_events_nothing_is_kept(
    world: World, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    change, _ = CHANGES[name]
    reward = await scene(world)
    before = await world.kept()
    with monkeypatch.context() as broken, capture_logs():
        broken.setattr(Outbox, "add", add_and_break)
        if name in ("accept", "decline"):
            assert (await change(world, reward)).status_code == 500
        else:
            with pytest.raises(RuntimeError, match="broken on purpose"):
                await change(world, reward)
    assert await world.kept() == before


@pytest.mark.parametrize("name", CHANGES)
async def test_a_transaction_that_begins_again_books_and_tells_once(
    world: World, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    change, told = CHANGES[name]
    reward = await scene(world)
    before = await world.event_names()
    second = SecondAttempt(monkeypatch)
    await change(world, reward)
    assert second.attempts == 2
    assert (await world.event_names())[len(before) :] == told
    assert (await world.audit()).findings == []
