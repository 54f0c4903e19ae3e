"""Codes reach the mailbox whatever happens in between."""

import asyncio
from datetime import timedelta
from email.message import EmailMessage

import pytest

from groundswell_identity.signin.mailer import Mailer
from groundswell_identity.signin.store import CodeMail
from groundswell_kit.clock import utc_now
from groundswell_kit.health import Heartbeat
from tests.integration.identity.world import ANN, World, code_in


async def waiting(world: World) -> int:
    return len((await world.kept("code_mails"))["code_mails"])


async def test_a_mail(world: World) -> None:
    await world.begin()
    assert await world.send_mails() == ["sent"]
    (mail,) = world.box.mails
    assert (mail["From"], mail["To"]) == ("us@example.com", ANN)
    assert mail["Message-ID"].endswith("@example.com>")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"] is not None
    code = code_in(mail)
    assert code not in str(mail["Subject"])
    assert await waiting(world) == 0
    assert await world.send_mails() == []


async def test_the_message_id_does_not_tell_the_sign_in(world: World) -> None:
    """Message-IDs lie in the logs of mail servers, and whoever has the id may guess."""
    sign_in_id = await world.begin()
    await world.send_mails()
    (mail,) = world.box.mails
    assert sign_in_id not in mail.as_string()


async def send_and_crash(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sends the mail that is due, and ends before that is noted."""

    async def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as planted:
        planted.setattr(type(world.stores.code_mails), "remove", crash)
        with pytest.raises(KeyboardInterrupt):
            await world.mails.send_next()


async def test_a_crash_after_sending_sends_it_again_as_the_same_mail(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.begin()
    await send_and_crash(world, monkeypatch)
    assert await world.send_mails() == []  # It is claimed for as long as a server may take.
    await world.database["code_mails"].update_many({}, [{"$set": {"due_at": "$$NOW"}}])
    assert await world.send_mails() == ["sent"]
    first, again = world.box.mails
    assert first["Message-ID"] == again["Message-ID"]
    assert code_in(first) == code_in(again)


async def test_a_used_code_is_mailed_no_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in_id = await world.begin()
    await send_and_crash(world, monkeypatch)
    assert await waiting(world) == 1
    code = code_in(world.box.mails[0])
    assert (await world.try_code(sign_in_id, code)).status_code == 200
    assert await waiting(world) == 0


async def test_a_mail_waits_for_a_server_that_does_not_take_it(world: World) -> None:
    await world.begin()
    world.box.recipient_reply = "450 greylisted"
    before = utc_now()
    assert await world.send_mails() == ["not_taken"]
    world.box.recipient_reply = "250 OK"
    (row,) = (await world.kept("code_mails"))["code_mails"]
    assert row["failures"] == 1
    assert row["due_at"] >= before + timedelta(seconds=1)
    mails = world.database["code_mails"]
    await mails.update_many({}, {"$set": {"due_at": utc_now() + timedelta(minutes=1)}})
    assert await world.send_mails() == []
    await mails.update_many({}, {"$set": {"due_at": utc_now()}})
    assert await world.send_mails() == ["sent"]


async def test_a_mail_is_given_up_when_its_code_expires(world: World) -> None:
    await world.begin()
    world.box.recipient_reply = "450 greylisted"
    await world.send_mails()
    await world.time_passes("code_mails", timedelta(minutes=10))
    world.box.recipient_reply = "250 OK"
    assert await world.send_mails() == []


async def test_a_refused_mail_is_given_up_and_nobody_is_told(world: World) -> None:
    sign_in_id = await world.begin()
    world.box.recipient_reply = "550 no such mailbox"
    assert await world.send_mails() == ["refused"]
    assert await waiting(world) == 0
    assert (await world.try_code(sign_in_id, "000000")).status_code == 400


async def test_an_address_that_cannot_be_written_to_holds_up_nobody(world: World) -> None:
    """Such an address is refused at the door; should one get in, its mail is given up."""
    now = utc_now()
    for number, odd in enumerate(("=?utf-8?q??=@example.com", "a\r\nBcc: b@example.com", "")):
        mail = CodeMail(f"odd_{number}", odd, "123456", now + timedelta(minutes=10), 0)
        await world.stores.code_mails.add(mail, now)
    await world.begin()
    assert sorted(await world.send_mails()) == ["refused", "refused", "refused", "sent"]
    assert [mail["To"] for mail in world.box.mails] == [ANN]


async def test_several_workers_send_each_mail_once(world: World) -> None:
    for number in range(12):
        await world.begin(f"ann{number}@example.com")
    stop = asyncio.Event()
    mailers = [Mailer(world.mails, Heartbeat(10)) for _ in range(3)]
    running = [asyncio.create_task(mailer.run(stop)) for mailer in mailers]
    for number in range(12):
        await world.box.next_to(f"ann{number}@example.com")
    stop.set()
    async with asyncio.timeout(30):
        await asyncio.gather(*running)
    assert len(world.box.mails) == 12
    assert await waiting(world) == 0


async def test_a_stop_waits_for_the_mail_in_hand(world: World) -> None:
    stop = asyncio.Event()

    def stop_now(_: EmailMessage) -> None:
        stop.set()

    world.box.on_mail = stop_now
    await world.begin()
    async with asyncio.timeout(30):
        await Mailer(world.mails, Heartbeat(10)).run(stop)
    assert len(world.box.mails) == 1
    assert await waiting(world) == 0
