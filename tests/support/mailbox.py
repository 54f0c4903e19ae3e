"""A real SMTP server in the loop of the test: keeps what it takes, and refuses as it is told."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session

TAKEN = "250 OK"


@dataclass
class Mailbox:
    """What was taken, and the replies to come; `on_mail` is called before one is acknowledged."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    sender_reply: str = TAKEN
    recipient_reply: str = TAKEN
    content_reply: str = TAKEN
    on_mail: Callable[[EmailMessage], None] = lambda _: None
    arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def handle_MAIL(  # noqa: N802 - the name is aiosmtpd's
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: object
    ) -> str:
        envelope.mail_from = address
        return self.sender_reply

    async def handle_RCPT(  # noqa: N802 - the name is aiosmtpd's
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: object
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.recipient_reply

    async def handle_DATA(  # noqa: N802 - the name is aiosmtpd's
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        if self.content_reply == TAKEN:
            self.on_mail(mail)
            async with self.arrived:
                self.mails.append(mail)
                self.arrived.notify_all()
        return self.content_reply

    async def next_to(self, address: str, number: int = 1) -> EmailMessage:
        """The n-th mail to an address, when it has come."""
        async with asyncio.timeout(45), self.arrived:
            await self.arrived.wait_for(lambda: len(self.to(address)) >= number)
        return self.to(address)[number - 1]

    def to(self, address: str) -> list[EmailMessage]:
        """The mails to an address, as they came."""
        return [mail for mail in self.mails if mail["To"] == address]


@asynccontextmanager
async def mailbox() -> AsyncIterator[Mailbox]:
    """A server on a free port, until the block ends."""
    box = Mailbox()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(box, hostname="mail.test", loop=loop), "127.0.0.1", 0
    )
    box.port = server.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        server.close()
