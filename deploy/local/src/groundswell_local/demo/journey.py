"""What the contest's people live through beside the vote, each step a call of the public HTTP."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from groundswell_kit.ids import new_id
from groundswell_local.demo.calls import Calls
from groundswell_local.demo.mailboxes import Mailboxes
from groundswell_local.demo.people import Heard, SignIn, cast, hear
from groundswell_local.installation import Installation
from groundswell_local.together import together

_REWARD_SECONDS = 60.0
_MAIL_SECONDS = 60.0
_POLL_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Booked:
    """The winner's statement and the contest's ledger entries, as rewards told them."""

    statement: Mapping[str, Any]
    entries: Sequence[Mapping[str, Any]]

    @property
    def balanced(self) -> bool:
        """Whether there are entries, and the legs of each sum to zero in every currency."""
        return bool(self.entries) and all(map(_sums_to_zero, self.entries))


class Journey:
    """The entrants and a follower, from their sign-in to the last mail.

    Each step raises CallFailed when a service refuses it or does not get there in time.
    """

    def __init__(
        self, installation: Installation, calls: Calls, entrants: int, vetoed: int, winner: int
    ) -> None:
        people = cast(entrants, vetoed, winner)
        self.entrants, self.follower = people[:-1], people[-1]
        self._winner = self.entrants[winner]
        self._calls = calls
        self._rewards_url = installation.rewards_url
        self._notifications_url = installation.notifications_url
        self._mailboxes = Mailboxes(calls, installation.mail_url)
        self._sign_in = SignIn(calls, installation.identity_url, self._mailboxes)

    async def sign_in(self) -> None:
        """Everybody signs in, all at once; again after a while, for a token lives 15 minutes."""
        await together([self._sign_in(person) for person in (*self.entrants, self.follower)])

    async def follow(self, contest_id: str) -> None:
        """The follower wants to hear of the contest."""
        url = f"{self._notifications_url}/v1/follows/{contest_id}"
        await self._calls.send("PUT", [url], self.follower.token, awaited=True)

    async def claim(self, contest_id: str, finance_token: str) -> Booked:
        """The winner accepts the terms, and finds the reward in the statement."""
        reward = await self._reward_when(contest_id, "offered")
        await self._calls.send(
            "POST",
            [f"{self._rewards_url}/v1/rewards/{reward['id']}/acceptance"],
            self._winner.token,
            {"terms_hash": reward["terms_hash"]},
            {"idempotency-key": new_id("demo")},
        )
        await self._reward_when(contest_id, "granted")
        statement = await self._calls.send("GET", [self._statement_url], self._winner.token)
        url = f"{self._rewards_url}/v1/contests/{contest_id}/ledger-entries"
        entries = await self._calls.send("GET", [url], finance_token)
        return Booked(statement.json(), entries.json()["items"])

    async def heard(self, contest_id: str) -> list[Heard]:
        """What everybody was told, once all of it has come, or as far as it has in a minute."""
        clock = asyncio.get_running_loop().time
        give_up_at = clock() + _MAIL_SECONDS
        while True:
            all_heard = [
                await hear(
                    self._calls, self._notifications_url, self._mailboxes, person, contest_id
                )
                for person in (*self.entrants, self.follower)
            ]
            if all(heard.complete for heard in all_heard) or clock() > give_up_at:
                return all_heard
            await asyncio.sleep(_POLL_SECONDS)

    @property
    def _statement_url(self) -> str:
        return f"{self._rewards_url}/v1/statements/me"

    async def _reward_when(self, contest_id: str, status: str) -> Mapping[str, Any]:
        """The contest's reward in the winner's statement, once it has this status."""

        def found(statement: Mapping[str, Any]) -> list[Mapping[str, Any]]:
            return [
                reward
                for reward in statement["rewards"]
                if (reward["contest_id"], reward["status"]) == (contest_id, status)
            ]

        statement = await self._calls.read_until(
            self._statement_url,
            lambda page: bool(found(page)),
            _REWARD_SECONDS,
            self._winner.token,
        )
        return found(statement)[0]


def _sums_to_zero(entry: Mapping[str, Any]) -> bool:
    sums: dict[str, int] = {}
    for leg in entry["legs"]:
        sums[leg["currency"]] = sums.get(leg["currency"], 0) + leg["amount_minor"]
    return not any(sums.values())
