"""A real SMTP server that keeps the mails it takes; it can be stopped, started, made to fail."""

import asyncio
from collections.abc import Awaitable, Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.smtp import SMTP, Envelope, Session

from groundswell_local.ports import free_ports

OnData = Callable[[EmailMessage], Awaitable[str]]


async def take(_: EmailMessage) -> str:
    return "250 OK"


class Mailbox:
    """Listens on one port while started. `on_data` answers for each mail, once it is kept."""

    def __init__(self) -> None:
        # Not one that an outgoing connection takes while it is stopped.
        (self.port,) = free_ports(1)
        self.mails: list[EmailMessage] = []
        self.unknown: set[str] = set()
        self.on_data: OnData = take
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: SMTP(self, hostname="mail.test", loop=loop), "127.0.0.1", self.port
        )

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    def of(self, address: str) -> list[EmailMessage]:
        return [mail for mail in self.mails if mail["To"] == address]

    def clear(self) -> None:
        self.mails.clear()
        self.unknown.clear()
        self.on_data = take

    async def handle_RCPT(  # noqa: N802 - the name that aiosmtpd calls
        self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: list[str]
    ) -> str:
        if address in self.unknown:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - the name that aiosmtpd calls
        self, _: SMTP, __: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=default)
        assert isinstance(mail, EmailMessage)
        assert envelope.rcpt_tos == [mail["To"]]
        self.mails.append(mail)
        return await self.on_data(mail)
