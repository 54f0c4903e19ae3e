"""The ballot box: who votes, on what, and what may be promised about it.

Called by its application, which reads requests and writes answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from groundswell_kit import problems
from groundswell_kit.clock import unix_seconds
from groundswell_kit.problems import Problem, ProblemType
from groundswell_voting.intake.announcements import LEASE_SECONDS, Announcements
from groundswell_voting.intake.appender import (
    Appended,
    Appender,
    Outcome,
    OutcomeUnknown,
)
from groundswell_voting.intake.problems import (
    BALLOT_FULL,
    IDEA_WITHDRAWN,
    NOT_RECORDED,
    OUTCOME_UNKNOWN,
    REVISION_TAKEN,
    WRONG_KIND_OF_POLL,
)
from groundswell_voting.intake.rules import KnownPoll, Outdated, Settled
from groundswell_voting.intake.schemas import (
    BallotReceipt,
    VoteReceipt,
    encode,
    invalid,
    read,
    read_ballot,
    read_vote,
)
from groundswell_voting.passes.rules import ExpiredPass, InvalidPass, Pass, PassKeys, verify
from groundswell_voting.polls.problems import VOTING_NOT_OPEN
from groundswell_voting.voteslog.rules import Rules, Vote, vote_id


@dataclass(frozen=True, slots=True)
class Taken:
    """What a voter is told: 202, the log has the vote, in time; 200, it was counted before."""

    status: Literal[200, 202]
    receipt: bytes


@dataclass(frozen=True)
class BallotBox:
    """Takes votes of the polls that it knows from their announcements. All methods raise Problem.

    202 promises that the vote is in the log, in time, and counts exactly once, unless another
    choice of the same voter stands against it. A repeat is safe and gets the same receipt.
    """

    announcements: Announcements
    appender: Appender
    pass_keys: PassKeys
    receipt_key: bytes

    def admit(self, poll_id: str, authorization: str) -> Pass:
        """The voter behind a request to vote in a poll; asked before its body is read."""
        scheme, _, text = authorization.partition(" ")
        if scheme.lower() != "bearer" or not text:
            raise problems.unauthenticated("Send a ballot pass as bearer token.", token_sent=False)
        try:
            permit = verify(text.strip(), self.pass_keys, unix_seconds())
        except ExpiredPass:
            raise problems.unauthenticated("The ballot pass has expired; get a new one.") from None
        except InvalidPass:
            raise problems.unauthenticated("This is not a ballot pass of ours.") from None
        if permit.poll_id != poll_id:
            raise problems.forbidden("The ballot pass is for another poll.")
        return permit

    def ideas_to_state(self, poll_id: str) -> int | None:
        """How many ideas a whole ballot of a poll may name; None while the poll is not known."""
        poll = self.announcements.polls.get(poll_id)
        if poll is None or poll.rules is None:
            return None
        if poll.rules.kind != "changeable":
            return 0
        limit = poll.rules.ideas_per_ballot
        return len(poll.ideas) if limit is None else min(limit, len(poll.ideas))

    async def add(self, permit: Pass, body: bytes) -> Taken:
        """Take one vote of a standing poll."""
        poll, _ = self._poll(permit.poll_id, "standing")
        idea_id = read(read_vote, body).idea_id
        if idea_id not in poll.ideas:
            raise problems.not_found("The idea is not on this poll's ballot.")
        vote = self._vote(permit, (idea_id,), None)
        receipt = encode(VoteReceipt(vote.vote_id, vote.poll_id, idea_id))
        return await self._record(vote, poll, receipt)

    async def state(self, permit: Pass, body: bytes) -> Taken:
        """Take a voter's whole ballot of a changeable poll."""
        poll, rules = self._poll(permit.poll_id, "changeable")
        ballot = read(read_ballot, body)
        ideas = _in_ballot_order(poll, rules, ballot.idea_ids)
        vote = self._vote(permit, ideas, ballot.revision)
        receipt = encode(BallotReceipt(vote.vote_id, vote.poll_id, ideas, ballot.revision))
        return await self._record(vote, poll, receipt)

    def _poll(
        self, poll_id: str, kind: Literal["standing", "changeable"]
    ) -> tuple[KnownPoll, Rules]:
        """A poll that takes votes of this kind now, under its rules.

        Asked after the body has come: from here on the request's deadline runs, and what is
        announced from here on is not written to the log before it is over.
        """
        if not self.announcements.confirmed():
            raise _unavailable(NOT_RECORDED, "The state of polls is not certain now.")
        poll = self.announcements.polls.get(poll_id)
        if poll is None or poll.rules is None:
            # The pass proves that the poll exists; its announcement is on the way.
            raise _unavailable(NOT_RECORDED, "This ballot box has not heard of the poll yet.")
        if not poll.accepting:
            over = unix_seconds() * 1000 >= poll.closes_at_ms
            detail = "Voting has closed." if over else "The poll is paused, or was closed early."
            raise Problem(VOTING_NOT_OPEN, detail)
        if poll.rules.kind != kind:
            raise Problem(WRONG_KIND_OF_POLL, f"This is a {poll.rules.kind} poll.")
        return poll, poll.rules

    def _vote(self, permit: Pass, idea_ids: tuple[str, ...], revision: int | None) -> Vote:
        return Vote(
            vote_id=vote_id(
                self.receipt_key, permit.poll_id, permit.voter, permit.period, idea_ids, revision
            ),
            poll_id=permit.poll_id,
            voter=permit.voter,
            idea_ids=idea_ids,
            pass_id=permit.pass_id,
            period=permit.period,
            revision=revision,
            segment=permit.segment,
            channel=permit.channel,
            via=permit.via,
        )

    async def _record(self, vote: Vote, poll: KnownPoll, receipt: bytes) -> Taken:
        taken_off = poll.taken_off(vote.idea_ids)
        try:
            outcome = await self.appender.append(vote, poll)
        except OutcomeUnknown:
            raise _unknown(vote, "The log did not answer in time.") from None
        return Taken(self._status(outcome, vote, poll, taken_off), receipt)

    def _status(
        self, outcome: Outcome, vote: Vote, poll: KnownPoll, taken_off: int
    ) -> Literal[200, 202]:
        match outcome:
            case Appended(at_ms):
                self._require_in_time(vote, poll, at_ms, taken_off)
                return 202
            case Settled.COUNTED:
                return 200
            case Settled.FULL:
                raise Problem(BALLOT_FULL, "The voter's votes count for other ideas already.")
            case Settled.WITHDRAWN:
                raise Problem(IDEA_WITHDRAWN, "The idea has been taken off this poll's ballot.")
            case Outdated(current_revision):
                raise Problem(
                    REVISION_TAKEN,
                    f"A ballot of revision {current_revision} counts already.",
                    members={"current_revision": current_revision},
                )

    def _require_in_time(
        self, vote: Vote, poll: KnownPoll, appended_at_ms: int, taken_off: int
    ) -> None:
        """Raises outcome-unknown where the log may judge a vote that it has otherwise than we do.

        Never a refusal: what the log has may count, whatever is announced here.
        """
        # The log may have a later closing that is announced in a moment, or get an earlier one.
        if not poll.surely_open_at(appended_at_ms):
            raise _unknown(vote, "The poll's closing was near, or is moving.")
        # What is announced is written to the log later than the lease: what is not known here
        # stands behind this vote. What has become known may stand before it, if this process or
        # its machine slept meanwhile; so does an idea's leaving, also when it is back by now.
        if not self.announcements.confirmed():
            raise _unknown(vote, "The poll's state is not certain now.")
        if not (poll.accepting and poll.taken_off(vote.idea_ids) == taken_off):
            raise _unknown(vote, "The poll changed while the vote was on its way.")


def too_busy() -> Problem:
    """503 for a vote that was not taken on."""
    return _unavailable(NOT_RECORDED, "Too many votes are waiting.")


def _in_ballot_order(poll: KnownPoll, rules: Rules, idea_ids: Sequence[str]) -> tuple[str, ...]:
    """The ideas of a ballot as its receipt names them: the same ideas, the same receipt."""
    if len(set(idea_ids)) < len(idea_ids):
        raise invalid("body.idea_ids", "unique", "An idea is named twice.")
    limit = rules.ideas_per_ballot
    if limit is not None and len(idea_ids) > limit:
        raise invalid("body.idea_ids", "too-many", f"A ballot holds at most {limit}.")
    if not all(idea_id in poll.ideas for idea_id in idea_ids):
        raise problems.not_found("An idea is not on this poll's ballot.")
    return tuple(sorted(idea_ids, key=poll.ideas.__getitem__))


def _unknown(vote: Vote, detail: str) -> Problem:
    """Names the vote: sent again after the end it is refused, and only its receipt tells then."""
    return _unavailable(OUTCOME_UNKNOWN, detail, vote_id=vote.vote_id)


def _unavailable(kind: ProblemType, detail: str, **members: str) -> Problem:
    retry_after = {"Retry-After": str(round(LEASE_SECONDS))}
    return Problem(kind, detail, headers=retry_after, members=members)
