"""The ballot box as an ASGI application of its own: here a framework would cost more than the work.

POST /v1/polls/{id}/votes and PUT /v1/polls/{id}/ballot with a ballot pass, and the document that
describes them.
"""

import asyncio
import time
from functools import cache

from groundswell_kit import problems
from groundswell_kit.asgi import AsgiApp, RawHeaders, Receive, Scope, Send, respond
from groundswell_kit.problems import Problem
from groundswell_voting.intake.box import BallotBox, Taken, too_busy
from groundswell_voting.intake.openapi import DOCUMENT
from groundswell_voting.intake.problems import PROBLEM_TYPES
from groundswell_voting.intake.schemas import encode
from groundswell_voting.metrics import VOTE_SECONDS, VOTES
from groundswell_voting.polls.problems import VOTING_NOT_OPEN

VOTE_BYTES = 4_096
BALLOT_BYTES = 384 * 1024
"""Room for the longest ballot: ten thousand ideas by their ids."""
BODY_SECONDS = 3.0
REFUSAL_SECONDS = 0.5

# Finding the counter of an outcome costs four times as much as counting.
_count = cache(VOTES.labels)
_Answer = tuple[int, RawHeaders, bytes]

_JSON: RawHeaders = [(b"content-type", b"application/json")]
_EXPLAINED = {
    kind.slug: kind for kind in (*problems.PROBLEM_TYPES, VOTING_NOT_OPEN, *PROBLEM_TYPES)
}


def box_app(box: BallotBox) -> AsgiApp:
    """The application: routes a request to the box and renders what it answers."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        started = time.monotonic()
        try:
            answer = await _route(box, scope, receive)
        except Problem as problem:
            _count(problem.kind.slug).inc()
            answer = problems.to_response(problem)
        else:
            _count(str(answer[0])).inc()
        VOTE_SECONDS.observe(time.monotonic() - started)
        await respond(send, *answer)

    return app


async def _route(box: BallotBox, scope: Scope, receive: Receive) -> _Answer:
    match scope["path"].split("/")[1:]:
        case ["v1", "polls", poll_id, "votes"]:
            await _enter(box, scope, "POST")
            permit = box.admit(poll_id, _header(scope, b"authorization"))
            return _told(await box.add(permit, await _body(receive, VOTE_BYTES)))
        case ["v1", "polls", poll_id, "ballot"]:
            await _enter(box, scope, "PUT")
            permit = box.admit(poll_id, _header(scope, b"authorization"))
            return _told(await box.state(permit, await _body(receive, BALLOT_BYTES)))
        case ["openapi.json"]:
            return 200, _JSON, DOCUMENT
        case ["problems", slug] if slug in _EXPLAINED:
            return 200, _JSON, encode(problems.explanation(_EXPLAINED[slug]))
        case _:
            raise problems.not_found(
                "The ballot box takes POST /v1/polls/{id}/votes and PUT /v1/polls/{id}/ballot."
            )


def _told(taken: Taken) -> _Answer:
    return taken.status, _JSON, taken.receipt


async def _enter(box: BallotBox, scope: Scope, method: str) -> None:
    """Let in who comes in the right way, and only as many as there is room for."""
    if scope["method"] != method:
        raise problems.method_not_allowed(method)
    if box.is_full():
        # Clients that ask again at once would otherwise keep the box busy with refusing them.
        await asyncio.sleep(REFUSAL_SECONDS)
        raise too_busy()


def _header(scope: Scope, wanted: bytes) -> str:
    for name, value in scope["headers"]:
        if name == wanted:
            return bytes(value).decode("latin-1")
    return ""


async def _body(receive: Receive, limit_bytes: int) -> bytes:
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await _whole_body(receive, limit_bytes)
    except TimeoutError:
        raise Problem(problems.BAD_REQUEST, "The body did not come in time.") from None


async def _whole_body(receive: Receive, limit_bytes: int) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise problems.malformed_json("The request ended before its body did.")
        body += message.get("body", b"")
        if len(body) > limit_bytes:
            raise problems.body_too_large(limit_bytes)
        if not message.get("more_body", False):
            return bytes(body)
