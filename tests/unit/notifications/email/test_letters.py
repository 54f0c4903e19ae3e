"""Mails as a receiver gets them: headers that nobody else can write, and the words."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from aiosmtplib.email import flatten_message

from groundswell_contracts.event import Event
from groundswell_notifications.audience.rules import KINDS, Kind
from groundswell_notifications.email.identity import Contact
from groundswell_notifications.email.letters import LetterWriter, UnusableAddress
from groundswell_notifications.email.rules import MailKind, read_unsubscribe_token
from groundswell_notifications.messages.occasions import occasion
from groundswell_notifications.messages.rules import Message, message_id
from groundswell_notifications.messages.wording import words

KEY = b"a link key of the tests, 32 bytes"
THEN = datetime(2026, 4, 1, 12, tzinfo=UTC)
NOW = datetime(2026, 4, 1, 12, 5, tzinfo=UTC)
ADA = Contact("ada@example.org", "Ada")
WRITER = LetterWriter("hello@groundswell.test", "https://groundswell.test", KEY)
HEADERS = {
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Content-Type",
    "Content-Transfer-Encoding",
    "MIME-Version",
}


def message(event: Event, person_id: str = "person_1") -> Message:
    told = occasion(event)
    assert told is not None
    subject, text = words(told.kind, {"contest": None, **told.facts})
    return Message(
        brand_id="nerc",
        id=message_id("/groundswell/ideas", "evt_1", THEN, person_id),
        person_id=person_id,
        kind=told.kind,
        contest_id=told.contest_id,
        idea_id=told.idea_id,
        subject=subject,
        text=text,
        path=told.path,
        created_at=THEN,
    )


def received(event: Event, contact: Contact = ADA) -> EmailMessage:
    """The mail after it went over the wire."""
    letter = WRITER.letter(message(event), contact, NOW)
    raw = flatten_message(letter)
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    parsed = message_from_bytes(raw, policy=default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def test_the_headers(telling: dict[str, Event]) -> None:
    mail = received(telling["won"])
    assert mail["From"] == "Groundswell <hello@groundswell.test>"
    assert mail["To"] == "ada@example.org"
    assert mail["Subject"] == "Your idea “RRS Boaty” has won"
    assert mail["Date"].datetime == NOW
    told = message(telling["won"])
    assert mail["Message-ID"] == f"<{told.id}@groundswell.test>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content_charset() == "utf-8"


def test_the_links(telling: dict[str, Event]) -> None:
    mail = received(telling["won"])
    link = str(mail["List-Unsubscribe"])
    assert link.startswith("<https://groundswell.test/unsubscribe/")
    token = link.removesuffix(">").rpartition("/")[2]
    assert read_unsubscribe_token(token, KEY) == MailKind("person_1", "won")
    lines = mail.get_content().splitlines()
    assert "https://groundswell.test/contests/con_1/decision" in lines
    assert f"No more mails of this kind: {link[1:-1]}" in lines


def test_a_long_link_is_not_folded(telling: dict[str, Event]) -> None:
    """Folded, it would be written in encoded words, and mail programs would not know it."""
    letter = WRITER.letter(message(telling["won"], "person_" + "x" * 60), ADA, NOW)
    lines = flatten_message(letter).decode().split("\r\n")
    (line,) = (line for line in lines if line.startswith("List-Unsubscribe:"))
    assert len(line) > 150
    assert line.endswith(">")


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_in_a_title_becomes_a_header(kind: Kind, hostile: dict[str, Event]) -> None:
    mail = received(hostile[kind])
    assert set(mail.keys()) == HEADERS
    assert len(mail.keys()) == len(HEADERS)
    assert mail["To"] == "ada@example.org"
    assert not mail.defects


@pytest.mark.parametrize(
    "name", ["Ada\r\nBcc: spy@evil.test", "=?utf-8?q?=0ABcc=3A_x?=", "A" * 500]
)
def test_nor_does_a_name(name: str, telling: dict[str, Event]) -> None:
    mail = received(telling["won"], Contact("ada@example.org", name))
    assert set(mail.keys()) == HEADERS
    assert mail.get_content().splitlines()[0].startswith("Hello ")


def test_a_person_without_a_name_is_not_greeted_by_one(telling: dict[str, Event]) -> None:
    mail = received(telling["won"], Contact("ada@example.org", None))
    assert mail.get_content().startswith("Congratulations!")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nobody",
        "a@b\r\nBcc: spy@evil.test",
        "a@b.test, c@d.test",
        "<a@b.test>",
        "@",
        "a b@c.test",
    ],
)
def test_an_unusable_address_is_refused_and_not_quoted(
    address: str, telling: dict[str, Event]
) -> None:
    with pytest.raises(UnusableAddress) as refused:
        WRITER.letter(message(telling["won"]), Contact(address, None), NOW)
    assert str(refused.value) == ""
    assert refused.value.__suppress_context__


def test_a_contact_does_not_show_itself() -> None:
    assert "ada" not in repr(ADA).lower()
