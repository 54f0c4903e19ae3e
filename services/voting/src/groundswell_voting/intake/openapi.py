"""The OpenAPI document of the ballot box, written by hand because no framework makes it."""

import json
from typing import Any

from groundswell_kit.openapi import PROBLEM_RESPONSE


def _problem(description: str, *, retry_after: bool = False) -> dict[str, Any]:
    answer = PROBLEM_RESPONSE | {"description": description}
    if retry_after:
        answer["headers"] = {
            "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}
        }
    return answer


def _receipt(description: str) -> dict[str, Any]:
    return {
        "description": description,
        "content": {
            "application/json": {
                "schema": {"$ref": "#/components/schemas/Receipt"},
                "example": {
                    "vote_id": "poll_01k9.lqg3u5sXc0xq2m1sV0qk9cZJ3p6F3hQf",
                    "poll_id": "poll_01k9",
                    "idea_id": "idea_01k9",
                },
            }
        },
    }


_CAST = {
    "operationId": "castVote",
    "summary": "Cast a vote in a standing poll",
    "description": (
        "Sending the same vote again is safe and gives the same receipt. 202 promises that the "
        "vote is in the log, in time, and counted exactly once, unless another vote of the same "
        "voter stands against it; the receipt tells which one stands."
    ),
    "security": [{"pass": []}],
    "parameters": [
        {"name": "poll_id", "in": "path", "required": True, "schema": {"type": "string"}}
    ],
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"$ref": "#/components/schemas/Vote"},
                "example": {"idea_id": "idea_01k9"},
            }
        },
    },
    "responses": {
        "200": _receipt("This vote has been counted before; nothing was recorded again."),
        "202": _receipt("The vote is in the log."),
        "400": _problem("The body is not JSON."),
        "401": _problem("No pass, or one that is expired or not ours."),
        "403": _problem("The pass is for another poll."),
        "404": _problem("The idea is not on the poll's ballot."),
        "409": _problem("Voting is not open, or the voter's vote counts for another idea."),
        "413": _problem("The body is too large."),
        "422": _problem("A field is missing or wrong; `errors` names it."),
        "503": _problem(
            "Not recorded, or (type outcome-unknown) it is not known: send the same vote again.",
            retry_after=True,
        ),
    },
}

_SCHEMAS = {
    "Vote": {
        "type": "object",
        "required": ["idea_id"],
        "properties": {"idea_id": {"type": "string"}},
    },
    "Receipt": {
        "type": "object",
        "required": ["vote_id", "poll_id", "idea_id"],
        "properties": {
            "vote_id": {"type": "string"},
            "poll_id": {"type": "string"},
            "idea_id": {"type": "string"},
        },
    },
}

DOCUMENT = json.dumps(
    {
        "openapi": "3.1.0",
        "info": {"title": "Groundswell ballot box", "version": "1"},
        "paths": {"/v1/polls/{poll_id}/votes": {"post": _CAST}},
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
