"""The mail server as a process: what it said 250 to is there after `kill -9`."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx2
import pytest

from groundswell_kit.mail import MailNotTaken, MailRefused, send
from groundswell_kit.settings import SmtpSettings
from groundswell_local.mail.mailbox import Mailbox
from groundswell_local.paths import mail_directory
from groundswell_local.ports import free_ports

Start = Callable[[], Awaitable[asyncio.subprocess.Process]]


@pytest.fixture
def ports() -> tuple[int, int]:
    smtp, page = free_ports(2)
    return smtp, page


@pytest.fixture
def smtp(ports: tuple[int, int]) -> SmtpSettings:
    return SmtpSettings(port=ports[0], security="none", sender="groundswell@localhost.localdomain")


@pytest.fixture
async def start(tmp_path: Path, ports: tuple[int, int]) -> AsyncIterator[Start]:
    """Starts the server on the same ports and directory again and again; ready when returned."""
    settings = {
        "GROUNDSWELL_STATE": str(tmp_path),
        "GROUNDSWELL_SMTP_PORT": str(ports[0]),
        "GROUNDSWELL_LOCAL_MAIL_PORT": str(ports[1]),
    }
    started: list[asyncio.subprocess.Process] = []

    async def run() -> asyncio.subprocess.Process:
        with (tmp_path / "mail.log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "groundswell_local.mail"),
                env=os.environ | settings,
                stdout=log,
            )
        started.append(process)
        async with asyncio.timeout(45), httpx2.AsyncClient(timeout=40) as http:
            while not await _ready(http, ports[1]):  # noqa: ASYNC110 - only HTTP tells
                await asyncio.sleep(0.05)
        return process

    yield run
    for process in started:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _ready(http: httpx2.AsyncClient, port: int) -> bool:
    try:
        return (await http.get(f"http://127.0.0.1:{port}/readyz")).status_code == 200
    except httpx2.TransportError:
        return False


def message(number: int, **headers: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "groundswell@localhost.localdomain"
    mail["To"] = "somebody@people.example"
    mail["Subject"] = f"Mail {number}"
    mail["Message-ID"] = f"<{number}@localhost.localdomain>"
    for name, value in headers.items():
        mail[name] = value
    mail.set_content("." * 3 + "\n.\nText with lines that are dots.\n")
    return mail


async def test_a_mail_taken_is_kept_when_the_server_is_killed(
    start: Start, smtp: SmtpSettings, tmp_path: Path
) -> None:
    taken: list[str] = []

    async def send_on(first: int) -> None:
        for number in range(first, first + 1000):
            try:
                await send(smtp, message(number))
            except MailNotTaken:
                return
            taken.append(f"<{number}@localhost.localdomain>")

    server = await start()
    sending = [asyncio.create_task(send_on(first)) for first in (0, 1_000, 2_000)]
    async with asyncio.timeout(45):
        while len(taken) < 30:  # noqa: ASYNC110 - the senders tell nobody
            await asyncio.sleep(0.01)
    os.kill(server.pid, signal.SIGKILL)
    await asyncio.wait(sending, timeout=45)
    await start()
    kept = [mail.message_id for mail in Mailbox(mail_directory(tmp_path)).newest_first()]
    assert set(taken) <= set(kept)
    assert len(set(kept)) == len(kept)
    await send(smtp, message(9_999))


async def test_it_shows_what_it_took_and_logs_no_address(
    start: Start, smtp: SmtpSettings, ports: tuple[int, int], tmp_path: Path
) -> None:
    server = await start()
    await send(smtp, message(1))
    page = f"http://127.0.0.1:{ports[1]}"
    async with httpx2.AsyncClient(base_url=page, timeout=40) as http:
        listed: dict[str, Any] = (await http.get("/mails.json")).json()
        (mail,) = listed["mails"]
        assert mail["recipients"] == ["somebody@people.example"]
        assert mail["text"] == "...\n.\nText with lines that are dots.\n"
        assert "Mail 1" in (await http.get("/")).text
    server.terminate()
    assert await asyncio.wait_for(server.wait(), 45) == 0
    log = (tmp_path / "mail.log").read_text()
    assert "mail kept" in log
    assert "people.example" not in log


async def test_a_mail_that_is_too_large_is_not_taken(
    start: Start, smtp: SmtpSettings, tmp_path: Path
) -> None:
    await start()
    mail = message(1)
    mail.set_content("x" * 70 + "\n" + ("y" * 70 + "\n") * 20_000)
    with pytest.raises((MailRefused, MailNotTaken)):
        await send(smtp, mail)
    assert Mailbox(mail_directory(tmp_path)).newest_first() == []


async def test_a_disk_that_takes_nothing_is_an_answer_to_come_again(
    start: Start, smtp: SmtpSettings, tmp_path: Path
) -> None:
    await start()
    mail_directory(tmp_path).rmdir()
    with pytest.raises(MailNotTaken):
        await send(smtp, message(1))
    mail_directory(tmp_path).mkdir()
    await send(smtp, message(1))
