"""Mails wait for identity and the SMTP server, and what is not wanted or cannot be is not sent."""

import asyncio
from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from groundswell_kit.clock import utc_now
from groundswell_local.engines import Engines
from groundswell_notifications.app import worker_role
from groundswell_notifications.audience.rules import PERSON_KINDS
from groundswell_notifications.email import commands
from groundswell_notifications.email.identity import Contact
from groundswell_notifications.email.letters import LetterWriter
from groundswell_notifications.email.rules import IN_HAND
from groundswell_notifications.messages.rules import Message
from tests.integration.notifications import events
from tests.integration.notifications.world import World
from tests.support.service import is_ready, running, until

pytestmark = pytest.mark.usefixtures("topics")


def gauge(name: str) -> float:
    return REGISTRY.get_sample_value(name) or 0.0


async def state_of_mail(world: World, person_id: str) -> tuple[str, str | None]:
    (document,) = await world.database["messages"].find({"person_id": person_id}).to_list()
    return document["mail"]["state"], document["mail"].get("note")


async def attempted(world: World, times: int) -> bool:
    wanted = {"mail.state": "due", "mail.attempts": {"$gte": times}}
    return await world.database["messages"].count_documents(wanted) == 1


async def ended(world: World, *states: str) -> bool:
    return sorted(await world.mail_states()) == sorted(states)


@pytest.mark.parametrize("away", ["identity", "mailbox", "identity broken"])
async def test_a_mail_waits_while_somebody_is_away(world: World, away: str) -> None:
    if away == "identity broken":
        world.identity.broken = True
    else:
        await getattr(world, away).stop()
    async with running(worker_role(world.settings)) as role:
        await world.publish(events.approved("con_1", "ada"))
        await until(lambda: attempted(world, 2))
        assert (await world.inbox("ada"))[0]["email"] == "due"
        await until(lambda: is_ready(role))
        await until(lambda: _oldest_waits(2))
        assert gauge("groundswell_mails_due") == 1
        if away == "identity broken":
            world.identity.broken = False
        else:
            await getattr(world, away).start()
        await until(lambda: ended(world, "sent"))
        await until(_nothing_due)
    assert len(world.mails_to("ada")) == 1
    assert (await world.inbox("ada"))[0]["email"] == "sent"


async def test_a_mail_that_breaks_off_holds_up_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = LetterWriter.letter

    def letter(
        writer: LetterWriter, message: Message, contact: Contact, now: datetime
    ) -> EmailMessage:
        if message.person_id == "ada":
            raise RuntimeError(f"something about {contact.email}")
        return whole(writer, message, contact, now)

    monkeypatch.setattr(LetterWriter, "letter", letter)
    with capture_logs() as logs:
        async with running(worker_role(world.settings)):
            await world.publish(events.approved("con_1", "ada"), events.approved("con_1", "bob"))
            await until(lambda: ended(world, "due", "sent"))
            await until(lambda: attempted(world, 1))
    (broken,) = (line for line in logs if line["event"] == "mail broke off")
    assert broken["error"] == "RuntimeError"
    assert "people.test" not in repr(logs)
    assert len(world.mails_to("bob")) == 1
    monkeypatch.undo()
    # It is tried again when the minute is over for which it was in hand.
    await world.database["messages"].update_many({}, {"$set": {"mail.due_at": utc_now()}})
    async with running(worker_role(world.settings)):
        await until(lambda: ended(world, "sent"))
    assert len(world.mails_to("ada")) == 1


@pytest.mark.timeout(180)
async def test_mongodb_may_go_away_and_come_back(world: World, engines: Engines) -> None:
    async with running(worker_role(world.settings)) as role:
        await world.publish(events.approved("con_1", "ada"))
        await until(lambda: ended(world, "sent"))
        await engines.mongo.kill()
        await until(lambda: is_ready(role, ready=False))
        await engines.mongo.start()
        await world.publish(events.approved("con_1", "bob"), events.voting_opened("con_1"))
        await until(lambda: _told(world, 2), seconds=60)
        await until(lambda: ended(world, "sent"))
        await until(lambda: is_ready(role))
    assert len(world.mailbox.mails) == 2


@pytest.mark.timeout(180)
async def test_a_mail_is_sent_once_though_mongodb_is_away_when_it_was_sent(
    world: World, engines: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As long as it is in hand: on a busy machine MongoDB takes its time to come back.
    monkeypatch.setattr(commands, "NOTING_SECONDS", IN_HAND.total_seconds())

    async def lose_mongodb(_: EmailMessage) -> str:
        await engines.mongo.kill()
        return "250 OK"

    world.mailbox.on_data = lose_mongodb
    async with running(worker_role(world.settings)) as role:
        await world.publish(events.approved("con_1", "ada"))
        await until(lambda: is_ready(role, ready=False))
        await asyncio.sleep(6)  # longer than a client looks for its server
        await engines.mongo.start()
        await until(lambda: ended(world, "sent"), seconds=60)
    assert len(world.mailbox.mails) == 1


async def _oldest_waits(seconds: float) -> bool:
    return gauge("groundswell_mails_oldest_due_age_seconds") >= seconds


async def _nothing_due() -> bool:
    return gauge("groundswell_mails_due") == gauge("groundswell_mails_oldest_due_age_seconds") == 0


async def test_what_is_chosen_counts_when_the_mail_is_sent(world: World) -> None:
    await world.identity.stop()
    async with running(worker_role(world.settings)):
        await world.publish(events.approved("con_1", "ada"), events.approved("con_1", "bob"))
        await until(lambda: _told(world, 2))
        # Both chose after the event, and before identity was there to be asked.
        wanted = {kind: {"email": kind != "idea_approved"} for kind in PERSON_KINDS}
        await world.done("PUT", "/v1/preferences", wanted, by="ada")
        await world.identity.start()
        await until(lambda: ended(world, "sent", "not_wanted"))
    assert await state_of_mail(world, "ada") == ("not_wanted", None)
    assert world.mails_to("ada") == []
    assert len(world.mails_to("bob")) == 1
    assert world.identity.asked == ["bob"]
    assert await world.kinds("ada") == ["idea_approved"]


async def _told(world: World, count: int) -> bool:
    return await world.database["messages"].count_documents({}) == count


async def test_a_mail_that_can_never_be_sent_fails_alone(world: World) -> None:
    world.identity.erased.add("bob")
    world.mailbox.unknown.add("cyd@people.test")
    old = utc_now() - timedelta(days=7, seconds=1)
    async with running(worker_role(world.settings)):
        await world.publish(
            *(events.approved("con_1", person_id) for person_id in ("ada", "bob", "cyd")),
            events.submitted("con_1", "dee", at=old),
        )
        await until(lambda: ended(world, "sent", "failed"))
    assert await state_of_mail(world, "ada") == ("sent", None)
    assert await state_of_mail(world, "bob") == ("failed", "no such person")
    assert await state_of_mail(world, "cyd") == ("failed", "refused with 550")
    assert await state_of_mail(world, "dee") == ("failed", "too late")
    for person_id in ("bob", "cyd", "dee"):
        assert (await world.inbox(person_id))[0]["email"] == "failed"
    assert len(world.mailbox.mails) == 1


async def test_an_address_that_is_none_fails_without_being_told(world: World) -> None:
    world.identity.answer = {"email": "secret.ada@x.test\r\nBcc: spy@evil.test"}
    async with running(worker_role(world.settings)):
        await world.publish(events.approved("con_1", "ada"))
        await until(lambda: ended(world, "failed"))
    assert await state_of_mail(world, "ada") == ("failed", "unusable address")
    assert world.mailbox.mails == []
