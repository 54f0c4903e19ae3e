"""What people can do about being told, and what events say of contests, their people and staff."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from groundswell_kit.clock import utc_now
from groundswell_kit.mongo import transaction
from groundswell_kit.problems import forbidden, not_found
from groundswell_notifications.audience.rules import Follow, Kind
from groundswell_notifications.audience.store import AudienceStore, PersonStore


@dataclass(frozen=True, slots=True)
class AudienceCommands:
    """Each verb is one transaction, or part of the caller's; all are safe to repeat."""

    audience: AudienceStore
    people: PersonStore

    async def keep_contest(self, brand_id: str, contest_id: str, title: str) -> None:
        """Keeps a contest's title, for wording and for those who follow it."""
        await self.audience.keep_contest(brand_id, contest_id, title)

    async def enter(self, brand_id: str, contest_id: str, person_id: str, at: datetime) -> bool:
        """Counts somebody among those who take part, from `at` on; False when they are erased."""

        async def work() -> bool:
            if await self.people.is_erased(person_id):
                return False
            await self.audience.enter(brand_id, contest_id, person_id, at)
            return True

        return await transaction(self.audience.client, work)

    async def join(self, brand_id: str, member_id: str, roles: Iterable[str], at: datetime) -> bool:
        """Counts somebody among a brand's staff, from `at` on; False when they were removed."""

        async def work() -> bool:
            if await self.people.is_erased(member_id):
                return False
            await self.audience.join(brand_id, member_id, roles, at)
            return True

        return await transaction(self.audience.client, work)

    async def follow(self, person_id: str, contest_id: str) -> Follow:
        """Follows a contest from now on, or goes on to. A contest that is not known: not found."""

        async def work() -> Follow:
            contest = await self.audience.find_public(contest_id)
            if contest is None:
                raise not_found("There is no such contest.")
            await self._refuse_erased(person_id)
            await self.audience.follow(contest.brand_id, contest_id, person_id, utc_now())
            followed = await self.audience.followed(person_id, contest_id)
            if followed is None:
                raise RuntimeError(f"{contest_id} was followed and is not")
            return followed

        return await transaction(self.audience.client, work)

    async def unfollow(self, person_id: str, contest_id: str) -> None:
        """Follows a contest no longer, whether it was followed or not."""

        async def work() -> None:
            await self.audience.unfollow(contest_id, person_id)

        await transaction(self.audience.client, work)

    async def choose(self, person_id: str, wanted: Mapping[Kind, bool]) -> None:
        """Sets for each kind of message that is named whether the person wants mails of it."""

        async def work() -> None:
            await self._refuse_erased(person_id)
            others = await self.people.without_mail(person_id) - wanted.keys()
            ended = {kind for kind, is_wanted in wanted.items() if not is_wanted}
            await self.people.set_without_mail(person_id, sorted(others | ended))

        await transaction(self.people.client, work)

    async def end_mail(self, person_id: str, kind: Kind) -> None:
        """Ends the mails of one kind; those of an erased person have ended already."""

        async def work() -> None:
            if not await self.people.is_erased(person_id):
                await self.people.end_mail(person_id, kind)

        await transaction(self.people.client, work)

    async def erase(self, person_id: str) -> None:
        """Forgets all that is known of somebody here, and notes that nothing may be kept of them.

        That is a person who is erased, or a member of a brand's staff who was removed.
        """

        async def work() -> None:
            await self.audience.erase(person_id)
            await self.people.erase(person_id, utc_now())

        await transaction(self.people.client, work)

    async def settle(self, person_id: str) -> None:
        """Looks once more for what a transaction of before the erasure may have left."""

        async def work() -> None:
            await self.audience.erase(person_id)
            await self.people.settle(person_id)

        await transaction(self.people.client, work)

    async def _refuse_erased(self, person_id: str) -> None:
        if await self.people.is_erased(person_id):
            raise forbidden("Who is erased, or was removed from the staff, has nothing kept here.")
