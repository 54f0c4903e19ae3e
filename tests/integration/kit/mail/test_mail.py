"""Mail through a real SMTP server: taken, refused for good, or to be tried again."""

import asyncio
import socket
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage

import pytest
from pydantic import SecretStr

from groundswell_kit import mail
from groundswell_kit.mail import MailNotTaken, MailRefused, send
from groundswell_kit.settings import SmtpSettings
from tests.support.mailbox import Mailbox, mailbox

ADDRESS = "ann.secret@example.com"


@pytest.fixture
async def box() -> AsyncIterator[Mailbox]:
    async with mailbox() as box:
        yield box


def settings(port: int, **changes: object) -> SmtpSettings:
    told = {"host": "127.0.0.1", "port": port, "security": "none", "sender": "us@example.com"}
    return SmtpSettings.model_validate({**told, **changes})


def a_mail() -> EmailMessage:
    message = EmailMessage()
    message["From"] = "us@example.com"
    message["To"] = ADDRESS
    message["Subject"] = "Größe"
    message["Message-ID"] = "<one@example.com>"
    message.set_content("Hello,\nyou won.\n")
    return message


def told_by(error: BaseException) -> str:
    """All that a log would show of an error."""
    return f"{error!r}\n{''.join(traceback.format_exception(error))}"


async def test_a_mail_is_taken(box: Mailbox) -> None:
    await send(settings(box.port), a_mail())
    (taken,) = box.mails
    assert (taken["To"], taken["Message-ID"]) == (ADDRESS, "<one@example.com>")
    assert taken["Subject"] == "Größe"
    assert taken.get_content().splitlines() == ["Hello,", "you won."]


async def test_a_repeat_sends_it_again(box: Mailbox) -> None:
    for _ in range(2):
        await send(settings(box.port), a_mail())
    assert [taken["Message-ID"] for taken in box.mails] == ["<one@example.com>"] * 2


@pytest.mark.parametrize("code", [550, 553])
async def test_a_recipient_refused_for_good(box: Mailbox, code: int) -> None:
    box.recipient_reply = f"{code} no mailbox {ADDRESS} here"
    with pytest.raises(MailRefused) as refused:
        await send(settings(box.port), a_mail())
    assert refused.value.code == code
    assert ADDRESS not in told_by(refused.value)
    assert box.mails == []


async def test_a_content_refused_for_good(box: Mailbox) -> None:
    box.content_reply = f"554 {ADDRESS} wants no such mail"
    with pytest.raises(MailRefused) as refused:
        await send(settings(box.port), a_mail())
    assert refused.value.code == 554
    assert ADDRESS not in told_by(refused.value)


@pytest.mark.parametrize("step", ["sender_reply", "recipient_reply", "content_reply"])
async def test_not_now(box: Mailbox, step: str) -> None:
    setattr(box, step, f"451 not now, {ADDRESS}")
    with pytest.raises(MailNotTaken) as not_taken:
        await send(settings(box.port), a_mail())
    assert ADDRESS not in told_by(not_taken.value)
    setattr(box, step, "250 OK")
    await send(settings(box.port), a_mail())
    assert len(box.mails) == 1


async def test_our_own_address_refused_is_no_fault_of_the_mail(box: Mailbox) -> None:
    box.sender_reply = "550 who are you"
    with pytest.raises(MailNotTaken):
        await send(settings(box.port), a_mail())


async def test_a_server_that_is_away() -> None:
    with socket.socket() as nobody:  # has the port, and does not listen
        nobody.bind(("127.0.0.1", 0))
        with pytest.raises(MailNotTaken) as not_taken:
            await send(settings(nobody.getsockname()[1]), a_mail())
    assert ADDRESS not in told_by(not_taken.value)


async def test_a_server_that_hangs_up_over_the_mail(box: Mailbox) -> None:
    box.content_reply = "421 closing"
    with pytest.raises(MailNotTaken):
        await send(settings(box.port), a_mail())


async def test_a_server_that_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "_SEND_SECONDS", 0.2)
    silent = asyncio.Event()

    async def say_nothing(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await silent.wait()
        writer.close()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    try:
        with pytest.raises(MailNotTaken):
            await send(settings(server.sockets[0].getsockname()[1]), a_mail())
    finally:
        silent.set()
        server.close()


@asynccontextmanager
async def dawdling(seconds: float, silent_at: bytes = b"") -> AsyncIterator[int]:
    """The port of a server that takes every mail, each reply late; it says nothing to one command.

    That command is given as it begins, such as `QUIT`.
    """

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        in_mail, reply = False, b"220 mail.test"
        try:
            while True:
                await asyncio.sleep(seconds)
                writer.write(reply + b"\r\n")
                line = await reader.readline()
                while in_mail and line not in (b".\r\n", b""):
                    line = await reader.readline()
                in_mail = line.startswith(b"DATA")
                reply = b"354 go on" if in_mail else b"250 OK"
                if silent_at and line.startswith(silent_at):
                    await reader.read()
                if reader.at_eof():
                    return
        except ConnectionError:
            return
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def test_a_server_that_is_slow_at_each_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many steps there are, it is given no more time than was said."""
    monkeypatch.setattr(mail, "_SEND_SECONDS", 0.5)
    # Six replies: given as much time for each, it would have taken the mail.
    async with dawdling(0.2) as port:
        with pytest.raises(MailNotTaken):
            await send(settings(port), a_mail())


async def test_a_mail_that_was_taken_is_not_sent_again_for_a_farewell(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mail, "_SEND_SECONDS", 50.0)
    monkeypatch.setattr(mail, "_FAREWELL_SECONDS", 0.2)
    async with dawdling(0.1, silent_at=b"QUIT") as port:
        await send(settings(port), a_mail())


@pytest.mark.parametrize(
    "told",
    [
        {"security": "starttls"},
        {"security": "tls"},
        {"username": "us", "password": SecretStr("wrong")},
    ],
    ids=["no STARTTLS", "no TLS", "no AUTH"],
)
async def test_a_server_set_up_otherwise(box: Mailbox, told: dict[str, object]) -> None:
    """Wrong settings are ours to mend: the mail waits."""
    with pytest.raises(MailNotTaken) as not_taken:
        await send(settings(box.port, **told), a_mail())
    assert "wrong" not in told_by(not_taken.value)
    assert box.mails == []
