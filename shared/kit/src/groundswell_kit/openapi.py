"""What every operation may answer besides its own, as it stands in the OpenAPI documents.

Used by `http.create_app`, and by documents that are written by hand.
"""

from typing import Any

from groundswell_kit import problems

PROBLEM_RESPONSE: dict[str, Any] = {
    "description": "Problem details (RFC 9457)",
    "content": {
        problems.MEDIA_TYPE: {
            "schema": {
                "type": "object",
                "required": ["type", "title", "status"],
                "properties": {
                    "type": {"type": "string", "format": "uri-reference"},
                    "title": {"type": "string"},
                    "status": {"type": "integer"},
                    "detail": {"type": "string"},
                    "errors": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["field", "rule", "message"],
                            "properties": {
                                "field": {"type": "string"},
                                "rule": {"type": "string"},
                                "message": {"type": "string"},
                            },
                        },
                    },
                },
            },
            "example": {
                "type": "/problems/validation",
                "title": "Some fields are not valid",
                "status": 422,
                "errors": [{"field": "body.title", "rule": "missing", "message": "Field required"}],
            },
        }
    },
}
