"""A message and an address made into a mail (RFC 5322, 8058). Called by the commands."""

from dataclasses import dataclass
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime

from jinja2 import Environment, PackageLoader, StrictUndefined

from groundswell_notifications.audience.rules import STAFF_KINDS
from groundswell_notifications.email.identity import Contact
from groundswell_notifications.email.rules import MailKind, unsubscribe_token
from groundswell_notifications.messages.rules import Message, in_one_line, shortened

NAME_CHARACTERS = 80

_FRAME = Environment(
    loader=PackageLoader(__package__),
    autoescape=False,  # noqa: S701 - mails are plain text
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
).get_template("mail.txt")


class UnusableAddress(Exception):
    """The person's address is none that a mail can be sent to; it is not quoted here."""


class _Unfolded(UnstructuredHeader, BaseHeader):
    """A header in one line: folded, a long URL would become encoded words that nobody follows."""

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("list-unsubscribe", _Unfolded)
_POLICY = SMTP.clone(header_factory=_HEADERS)


@dataclass(frozen=True, slots=True)
class LetterWriter:
    """Writes mails from `sender`; links lead to `public_url`, which ends without a slash."""

    sender: str
    public_url: str
    link_key: bytes

    def letter(self, message: Message, contact: Contact, now: datetime) -> EmailMessage:
        """The mail that brings this message. The same message always has the same Message-ID.

        Raises UnusableAddress.
        """
        token = unsubscribe_token(MailKind(message.person_id, message.kind), self.link_key)
        unsubscribe = f"{self.public_url}/unsubscribe/{token}"
        mail = EmailMessage(policy=_POLICY)
        mail["From"] = Address("Groundswell", addr_spec=self.sender)
        mail["To"] = _recipient(contact)
        mail["Subject"] = message.subject
        mail["Date"] = format_datetime(now)
        mail["Message-ID"] = f"<{message.id}@{self.sender.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail["List-Unsubscribe"] = f"<{unsubscribe}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        text = _FRAME.render(
            name=shortened(in_one_line(contact.display_name or ""), NAME_CHARACTERS),
            text=message.text,
            page=self.public_url + message.path,
            unsubscribe=unsubscribe,
            account=None if message.kind in STAFF_KINDS else f"{self.public_url}/account",
        )
        mail.set_content(text, cte="quoted-printable")
        return mail


def _recipient(contact: Contact) -> Address:
    try:
        return Address(addr_spec=contact.email)
    except (HeaderParseError, ValueError, IndexError):
        # Without its cause: the text of that quotes the address.
        raise UnusableAddress from None
