"""A mail is one worker's for a minute by MongoDB's clock; what others' clocks say is no matter."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from groundswell_kit.clock import utc_now
from groundswell_notifications.audience.queries import AudienceQueries
from groundswell_notifications.email import commands as module
from groundswell_notifications.email.commands import MailCommands
from groundswell_notifications.email.identity import Identity
from groundswell_notifications.email.letters import LetterWriter
from tests.integration.notifications import events
from tests.integration.notifications.world import World

HOUR = timedelta(hours=1)


def mail_commands(world: World, identity_url: str = "http://127.0.0.1:1") -> MailCommands:
    return MailCommands(
        world.stores.messages,
        AudienceQueries(world.stores.audience, world.stores.people),
        Identity(identity_url, "notifications", "secret"),
        world.settings.smtp,
        LetterWriter("hello@example.org", "http://groundswell.test", b"key"),
    )


def clock_off_by(difference: timedelta) -> Callable[[], datetime]:
    return lambda: utc_now() + difference


async def test_a_worker_whose_clock_is_ahead_takes_nobodys_mail(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.hear(events.approved("con_1", "ada"))
    commands = mail_commands(world)
    assert await commands.take_next()
    monkeypatch.setattr(module, "utc_now", clock_off_by(HOUR))
    assert await commands.take_next() is None


async def test_a_worker_whose_clock_is_behind_takes_its_share(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.hear(events.approved("con_1", "ada"))
    monkeypatch.setattr(module, "utc_now", clock_off_by(-HOUR))
    assert await mail_commands(world).take_next()


async def test_who_held_a_mail_too_long_does_not_take_it_from_the_next(world: World) -> None:
    """The first was paused; when it goes on and fails, the second is still at work."""
    await world.hear(events.approved("con_1", "ada"))
    commands = mail_commands(world)
    paused = await commands.take_next()
    assert paused
    a_minute_later = {"$set": {"mail.due_at": utc_now()}}
    await world.database["messages"].update_many({}, a_minute_later)
    assert await commands.take_next()
    (in_hand,) = await world.database["messages"].find().to_list()
    async with commands.identity:
        assert await commands.deliver(paused) == "identity"
    assert await world.database["messages"].find().to_list() == [in_hand]


async def test_what_waits_is_due_again_after_its_delay(world: World) -> None:
    await world.hear(events.approved("con_1", "ada"))
    commands, messages = mail_commands(world), world.database["messages"]
    async with commands.identity:
        for attempt, seconds in ((1, 2), (2, 4)):
            mail = await commands.take_next()
            assert mail
            assert mail.attempts == attempt
            delay, before = timedelta(seconds=seconds), utc_now()
            assert await commands.deliver(mail) == "identity"
            (waiting,) = await messages.find().to_list()
            assert before <= waiting["mail"]["due_at"] - delay <= utc_now()
            await messages.update_many({}, {"$set": {"mail.due_at": utc_now() + HOUR}})
            assert await commands.take_next() is None
            await messages.update_many({}, {"$set": {"mail.due_at": utc_now()}})
