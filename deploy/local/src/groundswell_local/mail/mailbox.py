"""The mails that were taken, one `.eml` file each. Used by the SMTP server and the page."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from groundswell_kit.ids import new_id


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as it was taken; `sender` and `recipients` are those of the envelope."""

    id: str
    received_at: datetime
    sender: str
    recipients: tuple[str, ...]
    subject: str
    message_id: str
    text: str


class Mailbox:
    """All mails in `directory`, whoever they are for."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)  # codes are for their owner only
        self._directory = directory
        self._known: dict[str, Mail] = {}

    def keep(self, sender: str, recipients: Sequence[str], content: bytes) -> str:
        """Write a mail to the disk for good, and return its id. Raises OSError."""
        mail_id = new_id("mail")
        unfinished = self._directory / f"{mail_id}.new"
        envelope = f"Return-Path: <{sender}>\r\nDelivered-To: {', '.join(recipients)}\r\n"
        with unfinished.open("wb") as file:
            file.write(envelope.encode() + content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(self._path(mail_id))
        _sync_names(self._directory)
        return mail_id

    def newest_first(self, recipient: str | None = None) -> list[Mail]:
        """All mails, or those to one address, in whatever letters it is written."""
        ids = sorted((path.stem for path in self._directory.glob("mail_*.eml")), reverse=True)
        wanted = None if recipient is None else recipient.casefold()
        return [
            mail
            for mail in map(self._read, ids)
            if wanted is None or wanted in map(str.casefold, mail.recipients)
        ]

    def find(self, mail_id: str) -> Mail | None:
        """The mail, or None when there is none of this id."""
        known = any(path.stem == mail_id for path in self._directory.glob("mail_*.eml"))
        return self._read(mail_id) if known else None

    def raw(self, mail_id: str) -> bytes:
        """The whole file of a mail that was found."""
        return self._path(mail_id).read_bytes()

    def _path(self, mail_id: str) -> Path:
        return self._directory / f"{mail_id}.eml"

    def _read(self, mail_id: str) -> Mail:
        """A file never changes, so it is read once."""
        if mail_id not in self._known:
            path = self._path(mail_id)
            received_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            self._known[mail_id] = _parsed(mail_id, received_at, path.read_bytes())
        return self._known[mail_id]


def _parsed(mail_id: str, received_at: datetime, raw: bytes) -> Mail:
    """The first two lines are ours and tell the envelope; the rest may be anything."""
    first, second, content = raw.split(b"\r\n", 2)
    sender = first.decode().removeprefix("Return-Path: <").removesuffix(">")
    recipients = tuple(second.decode().removeprefix("Delivered-To: ").split(", "))
    try:
        message = message_from_bytes(content, policy=policy.default)
        subject = str(message["Subject"] or "(no subject)")
        message_id = str(message["Message-ID"] or "").strip()
        text = _text(message)
    except Exception:  # noqa: BLE001 - on a malformed mail the parser raises whatever comes
        subject, message_id, text = "(malformed)", "", content.decode(errors="replace")
    return Mail(mail_id, received_at, sender, recipients, subject, message_id, text)


def _text(message: EmailMessage) -> str:
    body = message.get_body(("plain", "html"))
    return "(no text)" if body is None else str(body.get_content()).replace("\r\n", "\n")


def _sync_names(directory: Path) -> None:
    """A new name is on the disk only once the directory is."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
