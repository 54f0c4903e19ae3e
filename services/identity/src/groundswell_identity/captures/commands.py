"""Taking down an address in person."""

from dataclasses import dataclass

from groundswell_identity.captures.rules import Capture, seconds_to_wait, still_counted
from groundswell_identity.captures.store import CaptureStore
from groundswell_identity.people.commands import PersonCommands
from groundswell_kit.clock import utc_now
from groundswell_kit.ids import new_id
from groundswell_kit.mongo import transaction
from groundswell_kit.problems import Problem, ProblemType

TOO_MANY_CAPTURES = ProblemType(
    "too-many-captures",
    429,
    "Too many addresses have been taken down",
    "A member of staff may take down so many addresses in an hour and in a day. Go on after "
    "Retry-After seconds. It says nothing of whether the address is known.",
)


@dataclass(frozen=True, slots=True)
class CaptureCommands:
    """Captures of all brands."""

    captures: CaptureStore
    people: PersonCommands

    async def capture(
        self, brand_id: str, member_id: str, email: str, locale: str, time_zone: str
    ) -> Capture:
        """Somebody's id for the address that they told staff, noted in the brand's trail.

        Whether they were known before is not told, by time neither. Nobody is signed in, and
        nothing is mailed. Raises the too-many-captures problem. A repeat gives the same person's
        id, and is noted too.
        """

        async def work() -> Capture:
            now = utc_now()
            made = still_counted(await self.captures.made(brand_id, member_id), now)
            wait = seconds_to_wait(made, now)
            if wait:
                raise Problem(TOO_MANY_CAPTURES, headers={"Retry-After": str(wait)})
            person_id = await self.people.know(email, locale, time_zone)
            capture = Capture(new_id("capture"), brand_id, member_id, person_id, now)
            await self.captures.add(brand_id, capture, [*made, now])
            return capture

        return await transaction(self.captures.client, work)
