"""Of an erased person nothing is left, and nothing new comes."""

import asyncio
from datetime import timedelta

import pytest

from groundswell_contracts.cloudevents import CloudEvent
from groundswell_kit.clock import utc_now
from groundswell_kit.mongo import transaction
from groundswell_notifications import app as wiring
from groundswell_notifications.app import worker_role
from groundswell_notifications.audience.rules import PERSON_KINDS
from groundswell_notifications.messages.occasions import occasion
from tests.integration.notifications import events
from tests.integration.notifications.test_http import token
from tests.integration.notifications.world import World
from tests.support.service import running, until

KEPT = ("messages", "members", "preferences")


async def of_ada(world: World) -> list[str]:
    """The collections that still name her."""
    kept = await world.kept(*KEPT)
    return [name for name, documents in kept.items() if "ada" in repr(documents)]


async def use_everything(world: World, person_id: str) -> None:
    await world.hear(events.published("con_1"), events.submitted("con_1", person_id))
    await world.done("PUT", "/v1/follows/con_1", by=person_id)
    choices = {kind: {"email": kind != "won"} for kind in PERSON_KINDS}
    await world.done("PUT", "/v1/preferences", choices, by=person_id)


@pytest.mark.usefixtures("topics")
async def test_all_of_a_person_goes(world: World) -> None:
    await world.identity.stop()
    for person_id in ("ada", "bob"):
        await use_everything(world, person_id)
    assert await of_ada(world) == list(KEPT)
    before = await world.inbox("bob")
    async with running(worker_role(world.settings)):
        await world.publish(events.erased("ada"))
        await until(lambda: nothing_left(world))
    assert await world.inbox("bob") == before


async def nothing_left(world: World) -> bool:
    return await of_ada(world) == []


async def test_nothing_new_comes(world: World) -> None:
    await use_everything(world, "ada")
    await world.hear(events.erased("ada"))
    await world.hear(
        events.approved("con_1", "ada"),
        events.submitted("con_1", "ada", 2),
        events.voting_opened("con_1"),
        events.offered("con_1", "ada"),
    )
    await world.tell_all()
    # Her token still works for some minutes, and so do the links in her mails.
    body = {kind: {"email": False} for kind in PERSON_KINDS}
    assert (await world.send("PUT", "/v1/preferences", body, by="ada")).status_code == 403
    assert (await world.send("PUT", "/v1/follows/con_1", by="ada")).status_code == 403
    await world.done("POST", f"/v1/unsubscribes/{token(world, 'ada', 'won')}", by=None)
    assert await world.inbox("ada") == []
    assert await of_ada(world) == []


async def test_what_was_under_way_goes_a_minute_later(world: World) -> None:
    """A transaction that saw her before she was erased may commit after it."""
    commands = wiring.message_commands(world.stores)
    told, erased = asyncio.Event(), asyncio.Event()

    async def tell(event: CloudEvent) -> None:
        what = occasion(event.data)
        assert what is not None
        await commands.tell(event, what)
        told.set()
        await erased.wait()

    approved = events.approved("con_1", "ada")
    telling = asyncio.create_task(transaction(world.database.client, lambda: tell(approved)))
    await told.wait()
    await world.hear(events.erased("ada"))
    erased.set()
    await telling
    assert await of_ada(world) == ["messages"]

    assert not await commands.settle_next_erasure()
    a_minute_ago = utc_now() - timedelta(seconds=1)
    await world.database["erased"].update_many({}, {"$set": {"settled_at": a_minute_ago}})
    assert await commands.settle_next_erasure()
    assert await of_ada(world) == []
    assert not await commands.settle_next_erasure()
    assert await world.stores.people.is_erased("ada")
