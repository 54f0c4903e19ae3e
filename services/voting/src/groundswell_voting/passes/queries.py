"""Who votes: the pseudonym of whoever shows a token or a ballot pass."""

from dataclasses import dataclass, field

from groundswell_kit.auth import TokenVerifier
from groundswell_kit.problems import not_found
from groundswell_voting.passes.rules import InvalidPass, PassKeys, pseudonym, verify_signature
from groundswell_voting.passes.store import ContestKeyStore
from groundswell_voting.polls.rules import Poll

KEPT_KEYS = 1_000


@dataclass(frozen=True)
class VoterQueries:
    """Voters of a poll. Called by passes, which make them, and by receipts, which ask for them."""

    keys: ContestKeyStore
    pass_keys: PassKeys
    verifier: TokenVerifier
    _known: dict[str, bytes] = field(default_factory=dict)

    async def pseudonym_of(self, poll: Poll, participant_id: str) -> str:
        """The name of a participant in the votes of a poll's contest. Raises a 404 problem."""
        key = self._known.get(poll.contest_id)
        if key is None:
            key = await self.keys.find(poll.brand_id, poll.contest_id)
            if key is None:
                raise not_found("There is no such poll.")
            if len(self._known) >= KEPT_KEYS:
                self._known.clear()
            self._known[poll.contest_id] = key
        return pseudonym(key, participant_id)

    async def shown_by(self, poll: Poll, credential: str) -> str | None:
        """The voter that a token, or a pass, also an expired one, speaks for in this poll.

        None for a pass of another poll, or one that is not genuine; a bad token is a 401 problem.
        """
        key_id, _, _ = credential.partition(".")
        if key_id not in self.pass_keys.keys:
            actor = await self.verifier.verify(credential)
            return await self.pseudonym_of(poll, actor.subject)
        try:
            permit = verify_signature(credential, self.pass_keys)
        except InvalidPass:
            return None
        return permit.voter if permit.poll_id == poll.poll_id else None
