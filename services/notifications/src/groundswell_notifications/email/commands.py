"""Sending one mail that is due: decided, addressed, sent and noted."""

import asyncio
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from groundswell_kit.clock import utc_now
from groundswell_kit.mail import MailNotTaken, MailRefused, send
from groundswell_kit.mongo import is_unavailable
from groundswell_kit.observability import get_logger
from groundswell_kit.settings import SmtpSettings
from groundswell_notifications.audience.queries import AudienceQueries
from groundswell_notifications.audience.rules import STAFF_KINDS
from groundswell_notifications.email.identity import Contact, Identity, IdentityAway
from groundswell_notifications.email.letters import LetterWriter, UnusableAddress
from groundswell_notifications.email.rules import IN_HAND, delay_after, is_worth_sending
from groundswell_notifications.messages.rules import DueMail, MailState, Message
from groundswell_notifications.messages.store import MessageStore
from groundswell_notifications.metrics import MAIL_WAITS, MAILS, MAILS_DUE, OLDEST_DUE_SECONDS

log = get_logger()

NOTING_SECONDS = 25.0
NOTING_PAUSE_SECONDS = 0.5

Away = Literal["identity", "smtp"]

End = tuple[MailState, str | None]
"""What became of a mail, and a word for operators when it was not sent."""


@dataclass(frozen=True, slots=True)
class MailCommands:
    """Mails are sent at least once: one is sent again when nobody could note that it was sent.

    A receiver knows such a repeat by its Message-ID.
    """

    messages: MessageStore
    people: AudienceQueries
    identity: Identity
    smtp: SmtpSettings
    letters: LetterWriter

    async def take_next(self) -> DueMail | None:
        """The mail that is due for longest, in hand for a minute; None when none is due."""
        return await self.messages.take_due(IN_HAND)

    async def deliver(self, mail: DueMail) -> Away | None:
        """Brings a mail in hand to its end, or lets it wait for whoever is away.

        Takes 31 seconds at most, and a minute when MongoDB is away. Raises MongoDB's errors; the
        mail is then tried again.
        """
        message = mail.message
        try:
            state, note = await self._end(message, utc_now())
        except (IdentityAway, MailNotTaken) as error:
            away: Away = "identity" if isinstance(error, IdentityAway) else "smtp"
            MAIL_WAITS.labels(away).inc()
            log.debug("mail waits", away=away, reason=str(error), message_id=message.id)
            await self.messages.put_off(mail, delay_after(mail.attempts))
            return away
        await self._note(message.id, state, note)
        MAILS.labels(message.kind, state).inc()
        if state == "failed":
            log.warning("mail failed", reason=note, message_id=message.id)
        return None

    async def measure(self) -> None:
        """Sets the gauges of what is due."""
        queue = await self.messages.queue()
        MAILS_DUE.set(queue.due)
        since = queue.oldest_since
        age = 0.0 if since is None else (utc_now() - since).total_seconds()
        OLDEST_DUE_SECONDS.set(max(0.0, age))

    async def _note(self, message_id: str, state: MailState, note: str | None) -> None:
        """Notes an end; tries for a while, because a sent mail without its note is sent again."""
        give_up_at = time.monotonic() + NOTING_SECONDS
        while True:
            try:
                return await self.messages.end_mail(message_id, state, note, utc_now())
            except Exception as error:
                if not is_unavailable(error) or time.monotonic() > give_up_at:
                    raise
            await asyncio.sleep(NOTING_PAUSE_SECONDS)

    async def _end(self, message: Message, now: datetime) -> End:
        if not is_worth_sending(message.created_at, now):
            return "failed", "too late"
        kind = message.kind
        if not (await self.people.choices(message.person_id, [kind]))[kind]:
            return "not_wanted", None
        contact = await self._contact(message)
        if contact is None:
            return "failed", "no such person"
        try:
            await send(self.smtp, self.letters.letter(message, contact, now))
        except UnusableAddress:
            return "failed", "unusable address"
        except MailRefused as refused:
            return "failed", f"refused with {refused.code}"
        return "sent", None

    async def _contact(self, message: Message) -> Contact | None:
        if message.kind not in STAFF_KINDS:
            return await self.identity.person(message.person_id)
        # Since they were told, the role may have gone by which it was for them.
        brand_id, member_id = message.brand_id, message.person_id
        if not await self.people.is_for_member(brand_id, member_id, message.kind):
            return None
        return await self.identity.member(brand_id, member_id)
