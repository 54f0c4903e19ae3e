"""What can be read of follows, choices, a contest's people and a brand's staff."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from groundswell_kit.problems import not_found
from groundswell_notifications.audience.rules import (
    Follow,
    Kind,
    Member,
    StaffMember,
    choices,
    has_role_for,
)
from groundswell_notifications.audience.store import AudienceStore, PersonStore


@dataclass(frozen=True, slots=True)
class AudienceQueries:
    """Reads only."""

    audience: AudienceStore
    people: PersonStore

    async def follows(self, person_id: str, after: str | None, limit: int) -> list[Follow]:
        """The contests that the person follows, by id, from those after the contest `after`."""
        return await self.audience.follows(person_id, after, limit)

    async def follow(self, person_id: str, contest_id: str) -> Follow:
        """A contest that the person follows. Raises the not-found problem for any other."""
        found = await self.audience.followed(person_id, contest_id)
        if found is None:
            raise not_found("You do not follow such a contest.")
        return found

    async def choices(self, person_id: str, kinds: Iterable[Kind]) -> dict[Kind, bool]:
        """For each of these kinds of message whether the person wants mails of it."""
        return choices(await self.people.without_mail(person_id), kinds)

    async def title(self, brand_id: str, contest_id: str) -> str | None:
        """The title of a contest of the brand; None while its event has not come."""
        return await self.audience.title(brand_id, contest_id)

    async def members(self, brand_id: str, contest_id: str, after: str, limit: int) -> list[Member]:
        """A page of a contest's members, by person, from those after the person `after`."""
        return await self.audience.members(brand_id, contest_id, after, limit)

    async def staff(self, brand_id: str, after: str, limit: int) -> list[StaffMember]:
        """A page of a brand's staff, by member, from those after the member `after`."""
        return await self.audience.staff(brand_id, after, limit)

    async def is_for_member(self, brand_id: str, member_id: str, kind: Kind) -> bool:
        """Whether somebody works for the brand, as of now, in a role that is told of this."""
        member = await self.audience.staff_member(brand_id, member_id)
        return member is not None and has_role_for(member, kind)

    async def is_erased(self, person_id: str) -> bool:
        """Whether the person is erased."""
        return await self.people.is_erased(person_id)

    async def next_settled(self, now: datetime) -> str | None:
        """Somebody erased whose rows have to be looked for once more."""
        return await self.people.next_settled(now)
