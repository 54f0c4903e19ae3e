"""What can be done with passes: issue one, and make the key that a contest's voters need."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from groundswell_kit.clock import utc_now
from groundswell_kit.ids import new_id
from groundswell_kit.problems import Problem
from groundswell_voting.passes.rules import LIFETIME_SECONDS, Pass, PassKeys, sign
from groundswell_voting.passes.schemas import IssuedPass
from groundswell_voting.passes.store import ContestKeyStore
from groundswell_voting.polls.problems import VOTING_NOT_OPEN
from groundswell_voting.polls.queries import PollQueries
from groundswell_voting.polls.rules import Poll, takes_votes


@dataclass(frozen=True)
class PassCommands:
    """Called by the pass route. `pseudonym_of` names a participant in a poll's votes."""

    polls: PollQueries
    pseudonym_of: Callable[[Poll, str], Awaitable[str]]
    pass_keys: PassKeys

    async def issue(self, poll_id: str, participant_id: str) -> IssuedPass:
        """A pass for a participant in an open poll. Raises 404 or 409 problems.

        A repeat gives another pass for the same voter: both vote on the same ballot.
        """
        poll = await self.polls.recent(poll_id)
        if not takes_votes(poll):
            raise Problem(VOTING_NOT_OPEN, f"The poll is {poll.stage.value}.")
        expires_at = utc_now() + timedelta(seconds=LIFETIME_SECONDS)
        permit = Pass(
            poll_id=poll_id,
            voter=await self.pseudonym_of(poll, participant_id),
            pass_id=new_id("pass"),
            expires_at=int(expires_at.timestamp()),
        )
        return IssuedPass(
            permit=sign(permit, self.pass_keys),
            expires_at=datetime.fromtimestamp(permit.expires_at, UTC),
        )


@dataclass(frozen=True)
class ContestKeyCommands:
    """Called by the handler of new contests."""

    keys: ContestKeyStore

    async def keep(self, brand_id: str, contest_id: str) -> None:
        """Make the key of a contest that voting has just heard of. Safe to repeat."""
        await self.keys.create(brand_id, contest_id)
