"""Facts, entries, balances and events are written together or not at all."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest
from pymongo.errors import OperationFailure
from structlog.testing import capture_logs

from groundswell_contracts.event import Event
from groundswell_kit.outbox import Outbox
from tests.integration.rewards.story import published, selected, vetoed
from tests.integration.rewards.world import Json, World

add = Outbox.add

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
    async def add_and_break(outbox: Outbox, brand_id: str, events: Sequence[Event]) -> None:
        await add(outbox, brand_id, events)
        raise RuntimeError("broken on purpose, after the rows of the events")

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
    attempts = 0

    async def add_at_the_second_attempt(
        outbox: Outbox, brand_id: str, events: Sequence[Event]
    ) -> None:
        nonlocal attempts
        attempts += 1
        await add(outbox, brand_id, events)
        if attempts == 1:
            conflict = OperationFailure("another transaction was faster", 112)
            conflict._add_error_label("TransientTransactionError")
            raise conflict

    change, told = CHANGES[name]
    reward = await scene(world)
    before = await world.event_names()
    monkeypatch.setattr(Outbox, "add", add_at_the_second_attempt)
    await change(world, reward)
    assert attempts == 2
    assert (await world.event_names())[len(before) :] == told
    assert (await world.audit()).findings == []
