"""What can be done with passes: issue one, and make the key that a contest's voters need."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from groundswell_kit.auth import Actor
from groundswell_kit.clock import utc_now
from groundswell_kit.ids import new_id
from groundswell_kit.problems import FieldError, Problem, validation
from groundswell_voting.electorate.queries import ElectorateQueries
from groundswell_voting.passes.rules import LIFETIME_SECONDS, Pass, PassKeys, period_of, sign
from groundswell_voting.passes.schemas import IssuedPass, WantedPass
from groundswell_voting.passes.store import ContestKeyStore
from groundswell_voting.polls.problems import VOTING_NOT_OPEN
from groundswell_voting.polls.queries import PollQueries
from groundswell_voting.polls.rules import Poll, PollStage, takes_votes


@dataclass(frozen=True)
class PassCommands:
    """Called by the pass route. `pseudonym_of` names a participant in a poll's votes."""

    polls: PollQueries
    electorate: ElectorateQueries
    pseudonym_of: Callable[[Poll, str], Awaitable[str]]
    pass_keys: PassKeys

    async def issue(self, poll_id: str, participant: Actor, wanted: WantedPass) -> IssuedPass:
        """A pass for a participant who may vote in an open poll, by one of the poll's channels.

        Raises 403, 404, 409 or 422 problems. A repeat gives another pass for the same voter: both
        vote on the same ballot.
        """
        poll = await self.polls.recent(poll_id)
        if not takes_votes(poll):
            raise Problem(VOTING_NOT_OPEN, _why_not(poll))
        channel = poll.rules.channels[0] if wanted.channel is None else wanted.channel
        if channel not in poll.rules.channels:
            allowed = ", ".join(poll.rules.channels)
            raise validation(FieldError("body.channel", "channel", f"must be one of {allowed}"))
        now = utc_now()
        permit = Pass(
            poll_id=poll_id,
            voter=await self.pseudonym_of(poll, participant.subject),
            pass_id=new_id("pass"),
            expires_at=int(now.timestamp()) + LIFETIME_SECONDS,
            period=period_of(poll.rules, now),
            segment=await self.electorate.admit(poll, participant, now),
            channel=channel,
            via=wanted.via or "",
        )
        return IssuedPass(
            permit=sign(permit, self.pass_keys),
            expires_at=datetime.fromtimestamp(permit.expires_at, UTC),
        )


def _why_not(poll: Poll) -> str:
    """Why a poll gives no passes at this moment."""
    if poll.stage is not PollStage.OPEN:
        return f"The poll is {poll.stage.value}."
    return "The poll is closing." if poll.close_requested else "The poll is paused."


@dataclass(frozen=True)
class ContestKeyCommands:
    """Called by the handler of new contests."""

    keys: ContestKeyStore

    async def keep(self, brand_id: str, contest_id: str) -> None:
        """Make the key of a contest that voting has just heard of. Safe to repeat."""
        await self.keys.create(brand_id, contest_id)
