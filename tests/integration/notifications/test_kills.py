"""What a kill -9 of the worker's process leaves undone is done by the next, and nothing twice."""

import asyncio
import os
import signal
from email.message import EmailMessage

import pytest

from groundswell_kit.clock import utc_now
from tests.integration.notifications import events
from tests.integration.notifications.standing_in import address_of
from tests.integration.notifications.world import World
from tests.support.service import until

pytestmark = [pytest.mark.usefixtures("topics"), pytest.mark.timeout(240)]

FOLLOWERS = 5_000
START_SECONDS = 80


async def follow(world: World, contest_id: str, people: int) -> None:
    now = utc_now()
    await world.stores.audience.keep_contest(events.BRAND, contest_id, events.TITLE)
    rows = [
        {
            "brand_id": events.BRAND,
            "contest_id": contest_id,
            "person_id": f"person_{n:05}",
            "followed_at": now,
        }
        for n in range(people)
    ]
    await world.database["members"].insert_many(rows)


async def messages(world: World) -> int:
    return await world.database["messages"].count_documents({})


async def a_minute_later(world: World) -> None:
    """Ends the time for which the killed worker had its mails in hand."""
    await world.database["messages"].update_many({}, {"$set": {"mail.due_at": utc_now()}})


async def test_killed_between_sending_and_noting(world: World) -> None:
    async with world.program.serving("worker", roles=1) as worker:

        async def kill(_: EmailMessage) -> str:
            os.kill(worker.process.pid, signal.SIGKILL)
            await worker.process.wait()
            return "250 OK"

        world.mailbox.on_data = kill
        await world.publish(events.selected("con_1", "ada"))
        await asyncio.wait_for(worker.process.wait(), START_SECONDS)
    assert await world.mail_states() == {"due": 1}
    assert len(world.mailbox.mails) == 1

    world.mailbox.clear()
    first = (await world.inbox("ada"))[0]
    await a_minute_later(world)
    async with world.program.serving("worker", roles=1):
        await until(lambda: all_sent(world), START_SECONDS)
    (again,) = world.mailbox.of(address_of("ada"))
    assert again["Message-ID"] == f"<{first['id']}@example.org>"
    (item,) = await world.inbox("ada")
    assert item == first | {"email": "sent"}


async def all_sent(world: World) -> bool:
    return await world.mail_states() == {"sent": 1}


async def test_killed_while_the_server_keeps_it_waiting(world: World) -> None:
    """The server has the whole mail and never says so; its copy and the next one are the same."""
    taken = asyncio.Event()

    async def hang(_: EmailMessage) -> str:
        taken.set()
        await asyncio.sleep(30)
        return "451 too late"

    world.mailbox.on_data = hang
    async with world.program.serving("worker", roles=1) as worker:
        await world.publish(events.selected("con_1", "ada"))
        await asyncio.wait_for(taken.wait(), START_SECONDS)
        worker.process.kill()
        await worker.process.wait()
    (before,) = world.mailbox.mails
    world.mailbox.clear()
    await a_minute_later(world)
    async with world.program.serving("worker", roles=1):
        await until(lambda: all_sent(world), START_SECONDS)
    (again,) = world.mailbox.mails
    assert again["Message-ID"] == before["Message-ID"]
    assert again.get_content() == before.get_content()


async def test_killed_in_the_midst_of_telling_thousands(world: World) -> None:
    await world.identity.stop()  # their mails are not what this is about
    await follow(world, "con_1", FOLLOWERS)
    async with world.program.serving("worker", roles=1) as worker:
        await world.publish(events.voting_opened("con_1"))
        await until(lambda: some_told(world), START_SECONDS)
        worker.process.kill()
        await worker.process.wait()
    assert 0 < await messages(world) < FOLLOWERS
    # Who follows only now is not told, though the pages are not through.
    await world.done("PUT", "/v1/follows/con_1", by="person_99999")

    async with world.program.serving("worker", roles=1):
        await until(lambda: all_told(world), START_SECONDS)
        (broadcast,) = await world.database["broadcasts"].find().to_list()
        assert (broadcast["told_up_to"], broadcast["passes_left"]) == ("", 1)
        # A minute later it goes through all of them once more.
        await world.database["broadcasts"].update_many({}, {"$set": {"next_at": utc_now()}})
        await until(lambda: through(world), START_SECONDS)
    assert await messages(world) == FOLLOWERS
    told = await world.database["messages"].distinct("person_id")
    assert told == [f"person_{n:05}" for n in range(FOLLOWERS)]


async def some_told(world: World) -> bool:
    return await messages(world) > 0


async def all_told(world: World) -> bool:
    return await world.database["broadcasts"].count_documents({"passes_left": 1}) == 1


async def through(world: World) -> bool:
    return await world.database["broadcasts"].count_documents({"next_at": {"$exists": True}}) == 0
