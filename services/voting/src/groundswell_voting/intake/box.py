"""The ballot box as an ASGI application of its own: here a framework would cost more than the work.

POST /v1/polls/{id}/votes with a ballot pass, and the document that describes it.
"""

import asyncio
import time
from dataclasses import dataclass

import msgspec

from groundswell_kit import problems
from groundswell_kit.asgi import AsgiApp, Receive, Scope, Send, respond
from groundswell_kit.clock import utc_now
from groundswell_kit.problems import FieldError, Problem
from groundswell_voting.intake.announcements import LEASE_SECONDS, Announcements
from groundswell_voting.intake.appender import (
    Appended,
    Appender,
    Outcome,
    OutcomeUnknown,
    QueueFull,
)
from groundswell_voting.intake.openapi import DOCUMENT
from groundswell_voting.intake.problems import (
    BALLOT_FULL,
    NOT_RECORDED,
    OUTCOME_UNKNOWN,
    PROBLEM_TYPES,
)
from groundswell_voting.intake.rules import KnownPoll, Settled
from groundswell_voting.metrics import VOTE_SECONDS, VOTES
from groundswell_voting.passes.rules import ExpiredPass, InvalidPass, Pass, PassKeys, verify
from groundswell_voting.polls.problems import VOTING_NOT_OPEN
from groundswell_voting.voteslog.rules import Vote, vote_id

BODY_BYTES = 4_096
BODY_SECONDS = 3.0


class VoteBody(msgspec.Struct, frozen=True):
    """What a voter sends: one idea of the poll's ballot."""

    idea_id: str


class Receipt(msgspec.Struct, frozen=True):
    """What a voter gets: the same for the same vote, however often it is sent."""

    vote_id: str
    poll_id: str
    idea_id: str


_decode = msgspec.json.Decoder(VoteBody).decode
_encode = msgspec.json.Encoder().encode
_JSON = [(b"content-type", b"application/json")]
_EXPLAINED = {
    kind.slug: kind for kind in (*problems.PROBLEM_TYPES, VOTING_NOT_OPEN, *PROBLEM_TYPES)
}
_Answer = tuple[int, list[tuple[bytes, bytes]], bytes]


@dataclass(frozen=True)
class BallotBox:
    """Takes votes of the polls that it knows from their announcements."""

    announcements: Announcements
    appender: Appender
    pass_keys: PassKeys
    receipt_key: bytes

    async def cast(self, poll_id: str, authorization: str, body: bytes) -> _Answer:
        """Take one vote. 202: the log has it, in time, and it counts once. Raises Problem."""
        permit = self._permit(authorization)
        idea_id = _idea_id(body)
        poll = self._poll(poll_id, permit)
        if idea_id not in poll.ideas:
            raise problems.not_found("The idea is not on this poll's ballot.")
        vote = self._vote(permit, idea_id)
        receipt = _encode(Receipt(vote.vote_id, poll_id, idea_id))
        try:
            outcome = await self.appender.append(vote, poll)
        except QueueFull:
            raise _unavailable(NOT_RECORDED, "Too many votes are waiting.") from None
        except OutcomeUnknown:
            raise _unavailable(OUTCOME_UNKNOWN, "The log did not answer in time.") from None
        return self._answer(outcome, poll), _JSON, receipt

    def _answer(self, outcome: Outcome, poll: KnownPoll) -> int:
        match outcome:
            case Settled.COUNTED:
                return 200
            case Settled.FULL:
                raise Problem(BALLOT_FULL, "This voter's vote counts for another idea already.")
            case Appended(at_ms):
                if at_ms >= poll.closes_at_ms:
                    raise Problem(VOTING_NOT_OPEN, "Voting closed before the vote arrived.")
                # Within the lease no closing record can stand before this vote in the log: the
                # state machine waits longer than that after announcing it.
                if not self.announcements.confirmed():
                    raise _unavailable(OUTCOME_UNKNOWN, "The poll's state is not certain now.")
                return 202

    def _permit(self, authorization: str) -> Pass:
        scheme, _, text = authorization.partition(" ")
        if scheme.lower() != "bearer" or not text:
            raise problems.unauthenticated("Send a ballot pass as bearer token.", token_sent=False)
        try:
            return verify(text.strip(), self.pass_keys, utc_now().timestamp())
        except ExpiredPass:
            raise problems.unauthenticated("The ballot pass has expired; get a new one.") from None
        except InvalidPass:
            raise problems.unauthenticated("This is not a ballot pass of ours.") from None

    def _poll(self, poll_id: str, permit: Pass) -> KnownPoll:
        if permit.poll_id != poll_id:
            raise problems.forbidden("The ballot pass is for another poll.")
        if not self.announcements.confirmed():
            raise _unavailable(NOT_RECORDED, "The state of polls is not certain now.")
        poll = self.announcements.polls.get(poll_id)
        if poll is None:
            # The pass proves that the poll exists; its announcement is on the way.
            raise _unavailable(NOT_RECORDED, "This ballot box has not heard of the poll yet.")
        if not poll.accepting:
            raise Problem(VOTING_NOT_OPEN, "The poll takes no votes now.")
        return poll

    def _vote(self, permit: Pass, idea_id: str) -> Vote:
        return Vote(
            vote_id=vote_id(
                self.receipt_key, permit.poll_id, permit.voter, permit.period, (idea_id,)
            ),
            poll_id=permit.poll_id,
            voter=permit.voter,
            idea_ids=(idea_id,),
            pass_id=permit.pass_id,
            period=permit.period,
            segment=permit.segment,
            weight=permit.weight,
            channel=permit.channel,
        )


def _idea_id(body: bytes) -> str:
    try:
        return _decode(body).idea_id
    except msgspec.ValidationError as error:
        message = str(error)
        field = "body.idea_id" if "idea_id" in message else "body"
        raise problems.validation(FieldError(field, "invalid", message)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise problems.malformed_json(str(error)) from None


def _unavailable(kind: problems.ProblemType, detail: str) -> Problem:
    return Problem(kind, detail, headers={"Retry-After": str(round(LEASE_SECONDS))})


def box_app(box: BallotBox) -> AsgiApp:
    """The application: routes a request to the box and renders what it answers."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        started = time.monotonic()
        try:
            answer = await _route(box, scope, receive)
        except Problem as problem:
            VOTES.labels(problem.kind.slug).inc()
            answer = problems.to_response(problem)
        else:
            VOTES.labels(str(answer[0])).inc()
        VOTE_SECONDS.observe(time.monotonic() - started)
        await respond(send, *answer)

    return app


async def _route(box: BallotBox, scope: Scope, receive: Receive) -> _Answer:
    match scope["path"].split("/")[1:]:
        case ["v1", "polls", poll_id, "votes"]:
            if scope["method"] != "POST":
                raise problems.method_not_allowed("POST")
            authorization = _header(scope, b"authorization")
            try:
                async with asyncio.timeout(BODY_SECONDS):
                    body = await _body(receive)
            except TimeoutError:
                raise Problem(problems.BAD_REQUEST, "The body did not come in time.") from None
            return await box.cast(poll_id, authorization, body)
        case ["openapi.json"]:
            return 200, _JSON, DOCUMENT
        case ["problems", slug] if slug in _EXPLAINED:
            return 200, _JSON, _encode(problems.explanation(_EXPLAINED[slug]))
        case _:
            raise problems.not_found("The ballot box takes POST /v1/polls/{id}/votes.")


def _header(scope: Scope, wanted: bytes) -> str:
    for name, value in scope["headers"]:
        if name == wanted:
            return bytes(value).decode("latin-1")
    return ""


async def _body(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise problems.malformed_json("The request ended before its body did.")
        body += message.get("body", b"")
        if len(body) > BODY_BYTES:
            raise problems.body_too_large(BODY_BYTES)
        if not message.get("more_body", False):
            return bytes(body)
