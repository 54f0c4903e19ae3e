"""The OpenAPI document of the ballot box, written by hand because no framework makes it."""

import json
from typing import Any

from groundswell_kit.openapi import PROBLEM_RESPONSE
from groundswell_voting.counting.rules import MAX_REVISION

_VOTE_ID = "poll_01k9.lqg3u5sXc0xq2m1sV0qk9cZJ3p6F3hQf"


def _problem(description: str, *, retry_after: bool = False) -> dict[str, Any]:
    answer = PROBLEM_RESPONSE | {"description": description}
    if retry_after:
        answer["headers"] = {
            "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}
        }
    return answer


def _json(schema: str, example: dict[str, Any]) -> dict[str, Any]:
    return {
        "application/json": {
            "schema": {"$ref": f"#/components/schemas/{schema}"},
            "example": example,
        }
    }


def _operation(
    *, name: str, summary: str, body: dict[str, Any], receipt: dict[str, Any], conflicts: str
) -> dict[str, Any]:
    return {
        "operationId": name,
        "summary": summary,
        "description": (
            "Sending the same again is safe and gives the same receipt. 202 promises that it is in "
            "the log, in time, and counted exactly once, unless another choice of the same voter "
            "stands against it; the receipt tells which one stands."
        ),
        "security": [{"pass": []}],
        "parameters": [
            {"name": "poll_id", "in": "path", "required": True, "schema": {"type": "string"}}
        ],
        "requestBody": {"required": True, "content": body},
        "responses": {
            "200": {"description": "Counted before; not recorded again.", "content": receipt},
            "202": {"description": "It is in the log.", "content": receipt},
            "400": _problem("The body is not JSON, or did not come in time."),
            "401": _problem("No pass, or one that is expired or not ours."),
            "403": _problem("The pass is for another poll."),
            "404": _problem("An idea is not on the poll's ballot."),
            "409": _problem(conflicts),
            "413": _problem("The body is too large."),
            "422": _problem("A field is missing or wrong; `errors` names it."),
            "503": _problem(
                "Not recorded, or (type outcome-unknown) it is not known: send the same again.",
                retry_after=True,
            ),
        },
    }


_CAST = _operation(
    name="castVote",
    summary="Cast a vote in a standing poll: one idea more on the voter's ballot",
    body=_json("Vote", {"idea_id": "idea_01k9"}),
    receipt=_json(
        "VoteReceipt", {"vote_id": _VOTE_ID, "poll_id": "poll_01k9", "idea_id": "idea_01k9"}
    ),
    conflicts=(
        "voting-not-open; ballot-full: the voter's votes count for other ideas; idea-withdrawn; "
        "wrong-kind-of-poll: the poll is changeable."
    ),
)

_STATE = _operation(
    name="stateBallot",
    summary="State the whole ballot in a changeable poll",
    body=_json("Ballot", {"idea_ids": ["idea_01k9", "idea_01ka"], "revision": 1}),
    receipt=_json(
        "BallotReceipt",
        {
            "vote_id": _VOTE_ID,
            "poll_id": "poll_01k9",
            "idea_ids": ["idea_01k9", "idea_01ka"],
            "revision": 1,
        },
    ),
    conflicts=(
        "voting-not-open; revision-taken: another ballot counts under this revision or a later "
        "one, and `current_revision` is the latest; idea-withdrawn; wrong-kind-of-poll: the poll "
        "is a standing one."
    ),
)

_TEXT = {"type": "string"}
_TEXTS = {"type": "array", "items": _TEXT, "uniqueItems": True}
_REVISION = {"type": "integer", "minimum": 1, "maximum": MAX_REVISION}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties}


_SCHEMAS = {
    "Vote": _object(idea_id=_TEXT),
    "Ballot": _object(
        idea_ids=_TEXTS | {"description": "In any order; none takes the vote back."},
        revision=_REVISION | {"description": "One higher than the voter's last."},
    ),
    "VoteReceipt": _object(vote_id=_TEXT, poll_id=_TEXT, idea_id=_TEXT),
    "BallotReceipt": _object(
        vote_id=_TEXT,
        poll_id=_TEXT,
        idea_ids=_TEXTS | {"description": "In the order of the poll's ballot."},
        revision=_REVISION,
    ),
}

DOCUMENT = json.dumps(
    {
        "openapi": "3.1.0",
        "info": {"title": "Groundswell ballot box", "version": "1"},
        "paths": {
            "/v1/polls/{poll_id}/votes": {"post": _CAST},
            "/v1/polls/{poll_id}/ballot": {"put": _STATE},
        },
        "components": {
            "schemas": _SCHEMAS,
            "securitySchemes": {
                "pass": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A ballot pass, from POST /v1/polls/{id}/passes.",
                }
            },
        },
    }
).encode()
