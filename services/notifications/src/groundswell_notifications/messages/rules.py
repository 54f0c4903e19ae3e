"""What a message is, its id, and how texts of others get into it. Pure; called by all."""

import hashlib
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final, Literal, NamedTuple

from groundswell_notifications.audience.rules import Kind

MailState = Literal["due", "sent", "not_wanted", "failed"]

SUBJECT_CHARACTERS: Final = 120

# ISO 4217: how many digits of an amount in minor units stand behind the point; two for the rest.
# Tables of locales say what is customary to show, which for some (RSD, IQD) is something else.
_DIGITS: Final = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}

# Emoji and several scripts need them within a word; other format characters can reorder a line.
_JOINERS: Final = "\u200c\u200d"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What one event says, in words, to everybody whom it tells; `path` is a page of the site.

    `member_ids` are those of a brand's staff whom it is for alone, where it names them.
    """

    brand_id: str
    source: str
    event_id: str
    happened_at: datetime
    kind: Kind
    contest_id: str
    idea_id: str | None
    subject: str
    text: str
    path: str
    member_ids: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A notice as it lies in one person's inbox, and what became of the mail that brings it.

    `created_at` is when it happened, and what the inbox is ordered by, through the id.
    """

    brand_id: str
    id: str
    person_id: str
    kind: Kind
    contest_id: str
    idea_id: str | None
    subject: str
    text: str
    path: str
    created_at: datetime
    read_at: datetime | None = None
    mail: MailState = "due"


class DueMail(NamedTuple):
    """A message whose mail somebody has taken in hand, for the how-manieth time."""

    message: Message
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Broadcast:
    """A notice for many, and how far it has come: those up to `told_up_to`.

    By its kind it is for all people of its contest, or for staff of the brand.

    The people are gone through twice: at once, and again when no transaction that began before is
    still at work, because it may have added somebody behind the first pass.
    """

    notice: Notice
    told_up_to: str = ""
    passes_left: int = 2


def addressed(notice: Notice, person_id: str) -> Message:
    """The message that tells this person; the same event and person give the same message."""
    return Message(
        brand_id=notice.brand_id,
        id=message_id(notice.source, notice.event_id, notice.happened_at, person_id),
        person_id=person_id,
        kind=notice.kind,
        contest_id=notice.contest_id,
        idea_id=notice.idea_id,
        subject=notice.subject,
        text=notice.text,
        path=notice.path,
        created_at=notice.happened_at,
    )


def message_id(source: str, event_id: str, happened_at: datetime, person_id: str) -> str:
    """The id of the message of an event to a person; ids of later events sort behind."""
    told = f"{source}\n{event_id}\n{person_id}".encode()
    milliseconds = round(happened_at.timestamp() * 1000)
    return f"msg_{milliseconds:012x}{hashlib.sha256(told).hexdigest()[:24]}"


def in_one_line(text: str) -> str:
    """The text of somebody else as part of a line, also of a header: nothing in it does anything.

    Line breaks and control characters become spaces, so nothing ends the line early or reorders
    it; and `=?`, which begins an encoded word in a header, is taken apart.
    """
    plain = "".join(character if _shows(character) else " " for character in text)
    return " ".join(plain.split()).replace("=?", "= ?")


def in_lines(text: str) -> str:
    """The text of somebody else as a paragraph of its own; its line breaks stay."""
    lines = (in_one_line(line) for line in text.splitlines())
    return "\n".join(lines).strip()


def shortened(line: str, characters: int) -> str:
    """The line, cut with an ellipsis when it has more characters than that."""
    return line if len(line) <= characters else line[: characters - 1].rstrip() + "…"


def amount_text(amount_minor: int, currency: str) -> str:
    """An amount as people read it: 50,000 minor units of GBP are `500.00 GBP`."""
    special = (digits for digits, listed in _DIGITS.items() if currency in listed.split())
    digits = next(special, 2)
    return f"{Decimal(amount_minor).scaleb(-digits):,.{digits}f} {currency}"


def day_text(day: date) -> str:
    """A day as people read it: `16 April 2026`."""
    return f"{day.day} {day:%B %Y}"


def moment_text(moment: datetime) -> str:
    """A moment in UTC as people read it: `16 April 2026, 23:00 UTC`."""
    return f"{day_text(moment)}, {moment:%H:%M} UTC"


def _shows(character: str) -> bool:
    return unicodedata.category(character)[0] != "C" or character in _JOINERS
