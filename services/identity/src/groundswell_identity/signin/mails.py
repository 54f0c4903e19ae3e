"""The mail that carries a code. Called by the commands."""

from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from groundswell_identity.signin.rules import CODE_LIFETIME
from groundswell_kit.clock import utc_now

_TEXT = """\
Your code is

    {code}

It is good for {minutes} minutes, and for one sign-in. Type it into the page that asked for it, and
give it to nobody: we never ask for it in any other way.

If you did not want to sign in, somebody may have mistyped their address. You need do nothing.
"""


class UnusableAddress(Exception):
    """An address that no mail can be sent to; it is not quoted here."""


def code_mail(sender: str, to: str, code: str, mark: str) -> EmailMessage:
    """The mail to one address. Those of one `mark` have one Message-ID, so that a mailbox which
    gets it twice can tell. The code stands in the text alone: subjects are shown on locked screens.

    Raises UnusableAddress.
    """
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = _recipient(to)
    mail["Subject"] = "Your code to sign in"
    mail["Date"] = format_datetime(utc_now())
    mail["Message-ID"] = f"<{mark}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    minutes = int(CODE_LIFETIME.total_seconds() // 60)
    mail.set_content(_TEXT.format(code=code, minutes=minutes))
    return mail


def _recipient(to: str) -> Address:
    try:
        return Address(addr_spec=to)
    except (HeaderParseError, ValueError, IndexError):
        # Without its cause: the text of that quotes the address.
        raise UnusableAddress from None
