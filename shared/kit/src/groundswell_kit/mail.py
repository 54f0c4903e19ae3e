"""Sending mail through an SMTP server. Used by identity for codes, by notifications for the rest.

What a server answers may quote the recipient's address, so no text of it leaves this module.
"""

import asyncio
from contextlib import suppress
from email.message import EmailMessage

import aiosmtplib

from groundswell_kit.settings import SmtpSettings

_SEND_SECONDS = 15.0
_FAREWELL_SECONDS = 1.0


class MailRefused(Exception):
    """The server will never take this mail; `code` is its SMTP reply."""

    def __init__(self, code: int) -> None:
        super().__init__(f"refused with SMTP reply {code}")
        self.code = code


class MailNotTaken(Exception):
    """The server is away, or did not take the mail now; try again. The outcome may be unknown."""


async def send(settings: SmtpSettings, message: EmailMessage) -> None:
    """Hands a mail with its From, To and Message-ID to the server; done when the server has it.

    Raises MailRefused or MailNotTaken. Takes 16 seconds at most. A repeat sends it again.
    """
    password = None if settings.password is None else settings.password.get_secret_value()
    client = aiosmtplib.SMTP(
        hostname=settings.host,
        port=settings.port,
        username=settings.username,
        password=password,
        use_tls=settings.security == "tls",
        start_tls=settings.security == "starttls",
        timeout=_SEND_SECONDS,
    )
    try:
        # The client's own limit is for each of its steps; a slow server would get many times that.
        async with asyncio.timeout(_SEND_SECONDS):
            await client.connect()
            await client.send_message(message)
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        code = _permanent_reply(error)
        if code is not None:
            raise MailRefused(code) from None
        raise MailNotTaken(type(error).__name__) from None
    else:
        # The server has the mail; what it says to the farewell changes nothing.
        with suppress(aiosmtplib.SMTPException, OSError):
            await client.quit(timeout=_FAREWELL_SECONDS)
    finally:
        client.close()


def _permanent_reply(error: Exception) -> int | None:
    """The reply that says never: 5xx to the recipient or the content.

    Not to our credentials and not to our sender (MAIL FROM): both are of our own configuration,
    so the mails wait until it is mended.
    """
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        codes = [refused.code for refused in error.recipients]
        return max(codes) if codes and min(codes) >= 500 else None
    if isinstance(error, aiosmtplib.SMTPRecipientRefused | aiosmtplib.SMTPDataError):
        return error.code if error.code >= 500 else None
    return None
