"""Telling people what an event says: one, all of a contest, or staff; and forgetting them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from groundswell_contracts.cloudevents import CloudEvent
from groundswell_kit.clock import utc_now
from groundswell_kit.mongo import transaction
from groundswell_notifications.audience.commands import AudienceCommands
from groundswell_notifications.audience.queries import AudienceQueries
from groundswell_notifications.audience.rules import (
    SETTLED_AFTER,
    STAFF_KINDS,
    StaffMember,
    is_staff_told,
    is_told,
)
from groundswell_notifications.messages.occasions import Occasion
from groundswell_notifications.messages.rules import Broadcast, Notice, addressed
from groundswell_notifications.messages.store import BroadcastStore, MessageStore
from groundswell_notifications.messages.wording import words
from groundswell_notifications.metrics import BROADCASTS_OPEN

PAGE_PEOPLE = 500


class _Listener(NamedTuple):
    """Somebody whom a notice may be for, and whether it is."""

    person_id: str
    is_told: bool


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
        """Tells the person of the occasion, or begins to tell all whom it is for."""

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
                notices = await self.broadcasts.to_people(brand_id, contest_id, at)
                messages = [addressed(notice, person_id) for notice in notices]
                await self.messages.add(messages, utc_now())

        await transaction(self.messages.client, work)

    async def join(self, brand_id: str, member_id: str, roles: Iterable[str], at: datetime) -> None:
        """Counts somebody among a brand's staff from `at` on, in these roles.

        They are told at once what staff in such roles were told of since then.
        """
        member = StaffMember(member_id=member_id, roles=frozenset(roles), since=at)

        async def work() -> None:
            if await self.audience.join(brand_id, member_id, member.roles, at):
                notices = await self.broadcasts.to_staff(brand_id, at)
                told = [addressed(n, member_id) for n in notices if _is_for(member, n)]
                await self.messages.add(told, utc_now())

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
        """Forgets all that is kept of a person, or of a member of staff who was removed.

        No later event makes a message for them.
        """

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
        page = await self._page(notice, before.told_up_to)
        next_at: datetime | None = now
        if len(page) == PAGE_PEOPLE:
            after = replace(before, told_up_to=page[-1].person_id)
        else:
            after = replace(before, told_up_to="", passes_left=before.passes_left - 1)
            next_at = now + SETTLED_AFTER if after.passes_left else None
        await self.broadcasts.advance(before, after, next_at)
        told = [listener.person_id for listener in page if listener.is_told]
        await self.messages.add([addressed(notice, person_id) for person_id in told], now)

    async def _page(self, notice: Notice, after: str) -> list[_Listener]:
        """The next of those whom a notice may be for, by id, from those after the id `after`."""
        if notice.kind in STAFF_KINDS:
            staff = await self.people.staff(notice.brand_id, after, PAGE_PEOPLE)
            return [_Listener(m.member_id, _is_for(m, notice)) for m in staff]
        members = await self.people.members(notice.brand_id, notice.contest_id, after, PAGE_PEOPLE)
        return [_Listener(m.person_id, is_told(m, notice.happened_at)) for m in members]

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
            member_ids=occasion.member_ids,
        )


def _is_for(member: StaffMember, notice: Notice) -> bool:
    return is_staff_told(member, notice.kind, notice.happened_at, notice.member_ids)
