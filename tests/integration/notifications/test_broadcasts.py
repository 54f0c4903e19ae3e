"""Who is told of what concerns a whole contest, in whatever order the service hears of it."""

import asyncio
from datetime import timedelta

import pytest

from groundswell_kit.clock import utc_now
from groundswell_kit.mongo import transaction
from groundswell_notifications import app as wiring
from groundswell_notifications.app import worker_role
from groundswell_notifications.messages.occasions import occasion
from tests.integration.notifications import events
from tests.integration.notifications.world import World
from tests.support.service import running, until

HOUR = timedelta(hours=1)


async def test_an_entry_that_is_heard_late_is_told_all_the_same(world: World) -> None:
    now = utc_now()
    await world.hear(events.published("con_1"), events.voting_opened("con_1", at=now))
    await world.tell_all()
    await world.hear(
        events.submitted("con_1", "ada", at=now - HOUR),
        events.submitted("con_1", "bob", at=now + HOUR),
        events.decided("con_1", at=now + 2 * HOUR),
    )
    await world.tell_all()
    assert await world.kinds("ada") == ["idea_received", "result_published", "voting_opened"]
    assert await world.kinds("bob") == ["idea_received", "result_published"]


async def test_who_follows_after_it_happened_is_not_told_of_it(world: World) -> None:
    await world.hear(events.published("con_1"))
    await world.done("PUT", "/v1/follows/con_1", by="ada")
    await world.hear(events.voting_opened("con_1"))
    await world.done("PUT", "/v1/follows/con_1", by="bob")
    await world.tell_all()
    assert await world.kinds("ada") == ["voting_opened"]
    assert await world.kinds("bob") == []
    await world.hear(events.decided("con_1"))
    await world.tell_all()
    assert await world.kinds("bob") == ["result_published"]


async def test_who_unfollows_hears_no_more_but_of_their_own_contest(world: World) -> None:
    await world.hear(events.published("con_1"), events.submitted("con_1", "bob"))
    for person_id in ("ada", "bob"):
        await world.done("PUT", "/v1/follows/con_1", by=person_id)
        await world.done("DELETE", "/v1/follows/con_1", by=person_id)
    await world.hear(events.voting_opened("con_1"))
    await world.tell_all()
    assert await world.kinds("ada") == []
    assert await world.kinds("bob") == ["idea_received", "voting_opened"]


async def test_contests_of_other_brands_are_apart(world: World) -> None:
    await world.hear(events.published("con_1"), events.submitted("con_1", "ada"))
    opened = events.voting_opened("con_1")
    stranger = events.enveloped(opened.data, brand_id="another brand")
    await world.hear(stranger)
    await world.tell_all()
    assert await world.kinds("ada") == ["idea_received"]


async def test_an_entry_that_was_under_way_is_told_by_the_second_pass(world: World) -> None:
    """Neither sees the other: the entry reads before the broadcast, and commits after its pass."""
    await world.hear(events.published("con_1"))
    commands = wiring.message_commands(world.stores)
    at, entered, passed = utc_now() - HOUR, asyncio.Event(), asyncio.Event()

    async def enter() -> None:
        await commands.enter(events.BRAND, "con_1", "ada", at)
        entered.set()
        await passed.wait()

    entering = asyncio.create_task(transaction(world.database.client, enter))
    await entered.wait()
    await world.hear(events.voting_opened("con_1"))
    await world.tell_all()
    passed.set()
    await entering
    assert await world.kinds("ada") == []
    soon = utc_now() + timedelta(seconds=71)
    broadcasts = world.database["broadcasts"]
    assert await broadcasts.count_documents({"next_at": {"$lte": soon}}) == 1
    await broadcasts.update_many({}, {"$set": {"next_at": utc_now()}})
    await world.tell_all()
    assert await world.kinds("ada") == ["voting_opened"]
    assert await broadcasts.count_documents({"next_at": {"$exists": True}}) == 0


async def test_a_broadcast_that_is_begun_again_goes_on_where_it_is(world: World) -> None:
    await world.hear(events.published("con_1"))
    opened = events.voting_opened("con_1")
    what = occasion(opened.data)
    assert what is not None
    commands = wiring.message_commands(world.stores)
    await commands.tell(opened, what)
    await world.tell_all()
    before = await world.kept("broadcasts")
    await commands.tell(opened, what)
    assert await world.kept("broadcasts") == before


async def test_what_was_told_stays_as_it_is(world: World) -> None:
    await world.hear(events.published("con_1"))
    await world.done("PUT", "/v1/follows/con_1", by="ada")
    await world.hear(events.decided("con_1"))
    await world.tell_all()
    (item,) = await world.inbox("ada")
    read = await world.done("POST", f"/v1/inbox/{item['id']}/read", by="ada")
    await world.stores.messages.end_mail(item["id"], "sent", None, utc_now())
    await world.database["broadcasts"].update_many({}, {"$set": {"next_at": utc_now()}})
    await world.tell_all()
    assert await world.inbox("ada") == [read | {"email": "sent"}]


async def test_two_that_tell_the_same_page_tell_it_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("groundswell_notifications.messages.commands.PAGE_PEOPLE", 2)
    people = [f"person_{n}" for n in range(9)]
    await world.hear(events.published("con_1"))
    for person_id in people:
        await world.done("PUT", "/v1/follows/con_1", by=person_id)
    await world.hear(events.decided("con_1"))
    await asyncio.gather(*(world.tell_all() for _ in range(3)))
    for person_id in people:
        assert await world.kinds(person_id) == ["result_published"]


@pytest.mark.usefixtures("topics")
async def test_two_workers_share_the_mails(world: World) -> None:
    people = [f"person_{n}" for n in range(100)]
    await world.hear(*(events.approved("con_1", person_id) for person_id in people))
    async with running(worker_role(world.settings)), running(worker_role(world.settings)):
        await until(lambda: all_sent(world, len(people)))
    assert len(world.mailbox.mails) == len({mail["To"] for mail in world.mailbox.mails}) == 100


async def all_sent(world: World, count: int) -> bool:
    return await world.mail_states() == {"sent": count}
