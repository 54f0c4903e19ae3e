"""What the ballot box answers over HTTP, without a framework: it would cost more than the work.

POST /v1/polls/{id}/votes and PUT /v1/polls/{id}/ballot with a ballot pass, and the document that
describes them.
"""

import time
from functools import cache, partial

from groundswell_kit import problems
from groundswell_kit.asgi import RawHeaders
from groundswell_kit.problems import Problem
from groundswell_voting.intake.box import BallotBox, Taken, too_busy
from groundswell_voting.intake.http import Answer, Application, Request
from groundswell_voting.intake.openapi import DOCUMENT
from groundswell_voting.intake.problems import NOT_RECORDED, PROBLEM_TYPES
from groundswell_voting.intake.schemas import encode
from groundswell_voting.metrics import VOTE_SECONDS, VOTES
from groundswell_voting.polls.problems import VOTING_NOT_OPEN

VOTE_BYTES = 4_096
IDEA_BYTES = 64
BALLOT_BYTES = 384 * 1024
"""Room for the longest ballot: ten thousand ideas by their ids."""

# Finding the counter of an outcome costs four times as much as counting.
_count = cache(VOTES.labels)

_BUSY: Answer = problems.to_response(too_busy())
_JSON: RawHeaders = [(b"content-type", b"application/json")]
_EXPLAINED = {
    kind.slug: kind for kind in (*problems.PROBLEM_TYPES, VOTING_NOT_OPEN, *PROBLEM_TYPES)
}


def box_app(box: BallotBox, room: int) -> Application:
    """Routes a request to the box and renders what it answers; takes on `room` votes at once."""

    async def answer(request: Request) -> Answer:
        started = time.monotonic()
        try:
            answer = await _route(box, request)
        except Problem as problem:
            _count(problem.kind.slug).inc()
            answer = problems.to_response(problem)
        else:
            _count(str(answer[0])).inc()
        VOTE_SECONDS.observe(time.monotonic() - started)
        return answer

    def busy() -> Answer:
        _count(NOT_RECORDED.slug).inc()
        return _BUSY

    return Application(answer, partial(_body_limit, box), room, busy)


async def _route(box: BallotBox, request: Request) -> Answer:
    match request.path.split("/")[1:]:
        case ["v1", "polls", poll_id, "votes"]:
            _require_method(request, "POST")
            return _told(await box.add(box.admit(poll_id, request.authorization), request.body))
        case ["v1", "polls", poll_id, "ballot"]:
            _require_method(request, "PUT")
            return _told(await box.state(box.admit(poll_id, request.authorization), request.body))
        case ["openapi.json"]:
            return 200, _JSON, DOCUMENT
        case ["problems", slug] if slug in _EXPLAINED:
            return 200, _JSON, encode(problems.explanation(_EXPLAINED[slug]))
        case _:
            raise problems.not_found(
                "The ballot box takes POST /v1/polls/{id}/votes and PUT /v1/polls/{id}/ballot."
            )


def _require_method(request: Request, method: str) -> None:
    if request.method != method:
        raise problems.method_not_allowed(method)


def _told(taken: Taken) -> Answer:
    return taken.status, _JSON, taken.receipt


def _body_limit(box: BallotBox, request: Request) -> int:
    """How many bytes a body may have: a long one only where a ballot may name many ideas.

    Neither strangers nor a voter with many connections must fill the memory.
    """
    if request.method != "PUT":
        return VOTE_BYTES
    match request.path.split("/")[1:]:
        case ["v1", "polls", poll_id, "ballot"]:
            try:
                box.admit(poll_id, request.authorization)
            except Problem:
                return VOTE_BYTES
            ideas = box.ideas_to_state(poll_id)
            return (
                BALLOT_BYTES
                if ideas is None
                else min(BALLOT_BYTES, VOTE_BYTES + ideas * IDEA_BYTES)
            )
    return VOTE_BYTES
