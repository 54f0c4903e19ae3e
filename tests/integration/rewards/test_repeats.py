"""A repeated request, or event, has the first one's effect, and has it once."""

import pytest
from pymongo.errors import DuplicateKeyError

from groundswell_contracts.cloudevents import CloudEvent
from groundswell_contracts.contests import ContestPublished
from groundswell_contracts.event import Event
from groundswell_kit.mongo import transaction
from groundswell_rewards.app import event_handlers
from tests.integration.rewards.story import envelope, published, selected, vetoed
from tests.integration.rewards.world import World
from tests.support.service import Json


async def offered(world: World) -> Json:
    await world.hear(published(), selected())
    reward: Json = (await world.statement("person_1"))["rewards"][0]
    return reward


@pytest.mark.parametrize("what", ["accept", "decline"])
@pytest.mark.parametrize("key", ["k1", None])
async def test_the_same_answer_again_changes_nothing(
    world: World, what: str, key: str | None
) -> None:
    reward = await offered(world)
    send = world.accept if what == "accept" else world.decline
    first = await send(reward, key=key)
    kept = await world.kept()
    again = await send(reward, key=key)
    assert (again.status_code, again.content) == (200, first.content)
    assert ("Idempotency-Replayed" in again.headers) == (key is not None)
    assert await world.kept() == kept


async def test_an_acceptance_repeated_after_a_veto_tells_how_it_stands(world: World) -> None:
    reward = await offered(world)
    await world.accept(reward, key="k1")
    await world.hear(vetoed())
    kept = await world.kept()
    assert (await world.accept(reward, key="k1")).json()["status"] == "granted"
    assert (await world.accept(reward)).json()["status"] == "reversed"
    assert await world.kept() == kept


async def test_a_key_is_for_one_request(world: World) -> None:
    reward = await offered(world)
    await world.accept(reward, key="k1")
    answer = await world.decline(reward, key="k1")
    assert answer.status_code == 422
    assert answer.json()["type"] == "/problems/idempotency-key-reused"


async def test_a_refused_request_leaves_its_key_free(world: World) -> None:
    reward = await offered(world)
    wrong = await world.accept(reward | {"terms_hash": "0" * 64}, key="k1")
    assert wrong.status_code == 409
    assert (await world.accept(reward, key="k1")).status_code == 200


@pytest.mark.parametrize("event", [published(), selected(), vetoed()])
async def test_an_event_delivered_again_is_taken_once(world: World, event: Event) -> None:
    if not isinstance(event, ContestPublished):
        await world.hear(published(), selected("idea_2"))
    first = envelope(event)
    assert await taken(world, first)
    kept = await world.kept()
    assert not await taken(world, first)
    assert await world.kept() == kept


async def taken(world: World, event: CloudEvent) -> bool:
    """Whether the inbox lets it through; its handler then runs as the consumer runs it."""
    handler = event_handlers(world.stores)[type(event.data)]

    async def work() -> bool:
        if not await world.stores.inbox.take(event):
            return False
        await handler(event)
        return True

    return await transaction(world.database.client, work)


async def test_a_winner_told_twice_is_one_win(world: World) -> None:
    """Also when it comes as another event: the idea stands selected already."""
    await world.hear(published(), selected(), selected())
    assert len((await world.kept("wins"))["wins"]) == 1
    assert await world.event_names() == ["RewardOffered"]


async def test_a_veto_told_twice_reverses_once(world: World) -> None:
    await world.accept(await offered(world))
    await world.hear(vetoed(), vetoed())
    assert len((await world.kept("entries"))["entries"]) == 2
    assert (await world.event_names()).count("RewardReversed") == 1


async def test_a_contest_is_published_once(world: World) -> None:
    await world.hear(published())
    before = await world.kept("plans")
    with pytest.raises(ValueError, match="con_1 was published before"):
        await world.hear(published(amount=1))
    assert await world.kept("plans") == before


@pytest.mark.parametrize("amount", [0, -5])
async def test_an_amount_that_is_none_is_parked(world: World, amount: int) -> None:
    with pytest.raises(ValueError, match="no prize"):
        await world.hear(published(amount=amount))


async def test_the_books_refuse_an_entry_that_they_have(world: World) -> None:
    reward = await offered(world)
    await world.accept(reward)
    (entry,) = await world.stores.ledger.of_reward("nerc", reward["id"])
    before = await world.kept()
    with pytest.raises(DuplicateKeyError):
        await world.stores.ledger.append("nerc", entry)
    assert await world.kept() == before


async def test_a_win_is_not_overwritten_unread(world: World) -> None:
    reward = await offered(world)
    win = await world.stores.wins.find_public(reward["id"])
    assert win is not None
    before = await world.kept()
    with pytest.raises(DuplicateKeyError):
        await world.stores.wins.save("nerc", win, [])
    assert await world.kept() == before
