"""The OpenAPI document of the ballot box, written by hand because no framework makes it."""

import json
from copy import deepcopy
from typing import Any

from groundswell_kit.openapi import PROBLEM_RESPONSE
from groundswell_kit.problems import MEDIA_TYPE
from groundswell_voting.counting.rules import MAX_REVISION

_VOTE_ID = "poll_01k9.lqg3u5sXc0xq2m1sV0qk9cZJ3p6F3hQf"

_TEXT = {"type": "string"}
_TEXTS = {"type": "array", "items": _TEXT, "uniqueItems": True}
_REVISION = {"type": "integer", "minimum": 1, "maximum": MAX_REVISION}


def _problem(description: str, *, retry_after: bool = False, **members: Any) -> dict[str, Any]:
    """A problem, with the members that some of its types have besides those that all have."""
    answer = deepcopy(PROBLEM_RESPONSE) | {"description": description}
    answer["content"][MEDIA_TYPE]["schema"]["properties"] |= members
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
    *,
    name: str,
    summary: str,
    body: dict[str, Any],
    receipt: dict[str, Any],
    conflicts: dict[str, Any],
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
            "409": conflicts,
            "413": _problem("The body is too large."),
            "422": _problem("A field is missing or wrong; `errors` names it."),
            "503": _problem(
                "not-recorded; outcome-unknown: it counts at most once, and once if it was in "
                "time, and the receipt of `vote_id` tells. Send the same again after either.",
                retry_after=True,
                vote_id=_TEXT
                | {"description": "With outcome-unknown: GET /v1/receipts/{vote_id}."},
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
    conflicts=_problem(
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
    conflicts=_problem(
        "voting-not-open; revision-taken: another ballot counts under this revision or a later "
        "one, and `current_revision` is the latest; idea-withdrawn; wrong-kind-of-poll: the poll "
        "is a standing one.",
        current_revision=_REVISION | {"description": "With revision-taken."},
    ),
)


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
