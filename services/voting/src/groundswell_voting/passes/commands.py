"""What can be done with passes: issue one, and make the key that a contest's voters need."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from groundswell_kit.clock import utc_now
from groundswell_kit.ids import new_id
from groundswell_kit.problems import Problem, not_found
from groundswell_voting.passes.rules import LIFETIME_SECONDS, Pass, PassKeys, pseudonym, sign
from groundswell_voting.passes.schemas import IssuedPass
from groundswell_voting.passes.store import ContestKeyStore
from groundswell_voting.polls.problems import VOTING_NOT_OPEN
from groundswell_voting.polls.queries import PollQueries
from groundswell_voting.polls.rules import Poll, takes_votes

KEPT_KEYS = 1_000


@dataclass(frozen=True)
class PassCommands:
    """Called by the pass route, and by the handler of new contests."""

    polls: PollQueries
    keys: ContestKeyStore
    pass_keys: PassKeys
    _known: dict[str, bytes] = field(default_factory=dict)

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
            voter=await self.voter(poll, participant_id),
            pass_id=new_id("pass"),
            expires_at=int(expires_at.timestamp()),
        )
        return IssuedPass(
            permit=sign(permit, self.pass_keys),
            expires_at=datetime.fromtimestamp(permit.expires_at, UTC),
        )

    async def voter(self, poll: Poll, participant_id: str) -> str:
        """The pseudonym of a participant in the votes of a poll's contest."""
        key = self._known.get(poll.contest_id)
        if key is None:
            key = await self.keys.find(poll.brand_id, poll.contest_id)
            if key is None:
                raise not_found("There is no such poll.")
            if len(self._known) >= KEPT_KEYS:
                self._known.clear()
            self._known[poll.contest_id] = key
        return pseudonym(key, participant_id)

    async def keep_contest_key(self, brand_id: str, contest_id: str) -> None:
        """Make the key of a contest that voting has just heard of. Safe to repeat."""
        await self.keys.create(brand_id, contest_id)
