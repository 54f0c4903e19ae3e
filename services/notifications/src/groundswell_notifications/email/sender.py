"""Sends what is due, several mails at a time. A task of the worker."""

import asyncio
import time

from groundswell_kit.health import Heartbeat
from groundswell_kit.observability import get_logger
from groundswell_kit.turns import take_turns
from groundswell_notifications.email.commands import Away, MailCommands
from groundswell_notifications.email.identity import Identity
from groundswell_notifications.messages.rules import DueMail

log = get_logger()

AT_ONCE = 16
IDLE_SECONDS = 0.3
# While nothing gets through, mails are tried at this pace: often enough to notice the end of it.
TROUBLED_SECONDS = 0.25
FULL_SECONDS = 1.0
MEASURE_SECONDS = 2.0
FINISH_SECONDS = 4.0
CANCEL_SECONDS = 1.0


class MailSender:
    """Keeps up to sixteen mails in hand. While identity or the SMTP server is away they wait.

    That is no matter of readiness, which other work does not wait for either; the age of the
    oldest due mail tells of it. Several workers share the mails.
    """

    def __init__(self, commands: MailCommands, identity: Identity, heartbeat: Heartbeat) -> None:
        self._commands = commands
        self._identity = identity
        self._heartbeat = heartbeat
        self._in_hand: set[asyncio.Task[None]] = set()
        self._away: Away | None = None
        self._measured_at = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Sends until `stop` is set; then finishes what is in hand within five seconds.

        What is not finished then is tried again by whoever takes it up, a minute later.
        """
        async with self._identity:
            try:
                await take_turns(stop, "mails", self._turn, self._heartbeat)
            finally:
                await self._finish()

    async def _turn(self) -> float:
        """Takes one more mail in hand if there is room; the seconds to wait before the next."""
        if time.monotonic() - self._measured_at >= MEASURE_SECONDS:
            await self._commands.measure()
            self._measured_at = time.monotonic()
        if len(self._in_hand) >= AT_ONCE:
            await asyncio.wait(
                self._in_hand, timeout=FULL_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
            return 0.0
        mail = await self._commands.take_next()
        if mail is None:
            return IDLE_SECONDS
        task = asyncio.create_task(self._deliver(mail))
        self._in_hand.add(task)
        task.add_done_callback(self._in_hand.discard)
        return 0.0 if self._away is None else TROUBLED_SECONDS

    async def _deliver(self, mail: DueMail) -> None:
        try:
            away = await self._commands.deliver(mail)
        except Exception as error:  # noqa: BLE001 - one mail must not end the others
            # Without its text, which may quote an address.
            kind = type(error).__name__
            log.error("mail broke off", error=kind, message_id=mail.message.id)  # noqa: TRY400
            return
        if away != self._away:
            if away is None:
                log.info("mails go on")
            else:
                log.warning("mails wait", away=away)
        self._away = away

    async def _finish(self) -> None:
        if not self._in_hand:
            return
        _, late = await asyncio.wait(self._in_hand, timeout=FINISH_SECONDS)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=CANCEL_SECONDS)
