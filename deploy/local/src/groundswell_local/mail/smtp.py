"""The SMTP side: takes mail for anybody, and says 250 when it is on the disk."""

import asyncio
import logging

from aiosmtpd.smtp import SMTP, Envelope, Session

from groundswell_kit.observability import get_logger
from groundswell_local.mail.mailbox import Mailbox

_HOST = "127.0.0.1"
_MOST_BYTES = 1024 * 1024
_SILENCE_SECONDS = 60.0

log = get_logger()


class SmtpServer:
    """Listens on a loopback port from `start` to `stop`."""

    def __init__(self, mailbox: Mailbox, port: int) -> None:
        self._mailbox = mailbox
        self._port = port
        self._server: asyncio.Server | None = None
        logging.getLogger("mail.log").setLevel(logging.ERROR)  # below that it logs addresses

    async def start(self) -> None:
        """Raises OSError when the port is taken."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: self._session(loop), _HOST, self._port)
        log.info("listening", role="smtp", host=_HOST, port=self._port)

    async def stop(self) -> None:
        """Take no more connections; a mail that is under way gets no 250, and comes again."""
        if self._server is not None:
            self._server.close()

    async def serving(self) -> None:
        """Raises when it does not listen; for readiness."""
        if self._server is None or not self._server.is_serving():
            raise ConnectionError("the SMTP server does not listen")

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - the name is aiosmtpd's
        """Called by aiosmtpd when a whole mail is there; returns the reply to it."""
        content = envelope.content
        if not isinstance(content, bytes):
            return "554 5.6.0 There is no mail in it"
        sender, recipients = envelope.mail_from or "", envelope.rcpt_tos
        try:
            mail_id = await asyncio.to_thread(self._mailbox.keep, sender, recipients, content)
        except OSError as error:
            log.exception("mail not kept", errno=error.errno)
            return "451 4.3.0 The mail could not be kept; try again later"
        log.info("mail kept", mail_id=mail_id)
        return f"250 2.0.0 Kept as {mail_id}"

    def _session(self, loop: asyncio.AbstractEventLoop) -> SMTP:
        return SMTP(
            self,
            hostname="localhost",
            data_size_limit=_MOST_BYTES,
            enable_SMTPUTF8=True,
            timeout=_SILENCE_SECONDS,
            loop=loop,
        )
