"""Telling people what an event says: one of them, or all of a contest; and forgetting them."""

from dataclasses import dataclass, replace
from datetime import datetime

from groundswell_contracts.cloudevents import CloudEvent
from groundswell_kit.clock import utc_now
from groundswell_kit.mongo import transaction
from groundswell_notifications.audience.commands import AudienceCommands
from groundswell_notifications.audience.queries import AudienceQueries
from groundswell_notifications.audience.rules import SETTLED_AFTER, is_told
from groundswell_notifications.messages.occasions import Occasion
from groundswell_notifications.messages.rules import Broadcast, Notice, addressed
from groundswell_notifications.messages.store import BroadcastStore, MessageStore
from groundswell_notifications.messages.wording import words
from groundswell_notifications.metrics import BROADCASTS_OPEN

PAGE_PEOPLE = 500


@dataclass(frozen=True, slots=True)
class MessageCommands:
    """Each verb is one transaction, or part of the caller's.

    Each event tells each person once, however often a verb is repeated: messages and broadcasts
    are known by their event.
    """

    messages: MessageStore
    broadcasts: BroadcastStore
    audience: AudienceCommands
    people: AudienceQueries

    async def tell(self, event: CloudEvent, occasion: Occasion) -> None:
        """Tells the person of the occasion, or begins to tell all people of its contest."""

        async def work() -> None:
            notice = await self._notice(event, occasion)
            if occasion.person_id is not None:
                await self._tell_person(notice, occasion.person_id)
            else:
                await self.broadcasts.begin(event.brand_id, Broadcast(notice=notice), utc_now())

        await transaction(self.messages.client, work)

    async def enter(self, brand_id: str, contest_id: str, person_id: str, at: datetime) -> None:
        """Counts somebody among a contest's people from `at` on.

        They are told at once what happened since then and was heard here before their entry.
        """

        async def work() -> None:
            if await self.audience.enter(brand_id, contest_id, person_id, at):
                notices = await self.broadcasts.since(brand_id, contest_id, at)
                messages = [addressed(notice, person_id) for notice in notices]
                await self.messages.add(messages, utc_now())

        await transaction(self.messages.client, work)

    async def tell_next_page(self) -> bool:
        """Tells the next people of a broadcast; False when none is due. Safe after any crash."""
        broadcast = await self.broadcasts.next_due_of_all_brands(utc_now())
        if broadcast is None:
            BROADCASTS_OPEN.set(await self.broadcasts.count_open_of_all_brands())
            return False

        async def work() -> None:
            await self._tell_page(broadcast)

        await transaction(self.messages.client, work)
        return True

    async def erase(self, person_id: str) -> None:
        """Forgets all that is kept of a person; no later event makes a message for them."""

        async def work() -> None:
            await self.messages.erase(person_id)
            await self.audience.erase(person_id)

        await transaction(self.messages.client, work)

    async def settle_next_erasure(self) -> bool:
        """Erases once more what a transaction of before an erasure left; False if none is due."""
        person_id = await self.people.next_settled(utc_now())
        if person_id is None:
            return False

        async def work() -> None:
            await self.messages.erase(person_id)
            await self.audience.settle(person_id)

        await transaction(self.messages.client, work)
        return True

    async def _tell_person(self, notice: Notice, person_id: str) -> None:
        if not await self.people.is_erased(person_id):
            await self.messages.add([addressed(notice, person_id)], utc_now())

    async def _tell_page(self, before: Broadcast) -> None:
        notice, now = before.notice, utc_now()
        page = await self.people.members(
            notice.brand_id, notice.contest_id, before.told_up_to, PAGE_PEOPLE
        )
        next_at: datetime | None = now
        if len(page) == PAGE_PEOPLE:
            after = replace(before, told_up_to=page[-1].person_id)
        else:
            after = replace(before, told_up_to="", passes_left=before.passes_left - 1)
            next_at = now + SETTLED_AFTER if after.passes_left else None
        await self.broadcasts.advance(before, after, next_at)
        told = [m.person_id for m in page if is_told(m, notice.happened_at)]
        await self.messages.add([addressed(notice, person_id) for person_id in told], now)

    async def _notice(self, event: CloudEvent, occasion: Occasion) -> Notice:
        facts = dict(occasion.facts)
        if "contest" not in facts:
            facts["contest"] = await self.people.title(event.brand_id, occasion.contest_id)
        worded = words(occasion.kind, facts)
        return Notice(
            brand_id=event.brand_id,
            source=event.source,
            event_id=event.id,
            happened_at=event.time,
            kind=occasion.kind,
            contest_id=occasion.contest_id,
            idea_id=occasion.idea_id,
            subject=worded.subject,
            text=worded.text,
            path=occasion.path,
        )
