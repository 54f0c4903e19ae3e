"""Errors as RFC 9457 problem details: the catalogue, the exception and its wire form.

Raised by routes and commands, rendered by the API apps and by raw ASGI applications alike.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class ProblemType:
    """One kind of problem. Its URI is /problems/<slug>, where each API explains it."""

    slug: str
    status: int
    title: str
    meaning: str

    @property
    def uri(self) -> str:
        return f"/problems/{self.slug}"


@dataclass(frozen=True, slots=True)
class FieldError:
    """One refused part of a request.

    `field` says where ("body.title", "query.limit", "header.idempotency-key"), `rule` which
    rule it broke (a slug that programs may compare), `message` the same for people.
    """

    field: str
    rule: str
    message: str


MALFORMED_JSON = ProblemType(
    "malformed-json", 400, "The body is not JSON", "The request's body is not well-formed JSON."
)
BAD_REQUEST = ProblemType(
    "bad-request", 400, "Bad request", "The request could not be understood as HTTP."
)
UNAUTHENTICATED = ProblemType(
    "unauthenticated",
    401,
    "Sign in first",
    "The request carries no token, or one that is expired, not ours, or not valid.",
)
FORBIDDEN = ProblemType(
    "forbidden", 403, "Not allowed", "The token is good, but its roles do not allow this."
)
NOT_FOUND = ProblemType(
    "not-found",
    404,
    "Not found",
    "There is nothing here, or nothing that this caller may know of.",
)
METHOD_NOT_ALLOWED = ProblemType(
    "method-not-allowed",
    405,
    "Method not allowed",
    "The resource exists and does not know this method; the Allow header lists those it knows.",
)
CONFLICT = ProblemType(
    "conflict", 409, "Conflict", "The resource's present state does not allow this."
)
PRECONDITION_FAILED = ProblemType(
    "precondition-failed",
    412,
    "Changed meanwhile",
    "If-Match names another version than the present one: read the resource again, then decide.",
)
BODY_TOO_LARGE = ProblemType(
    "body-too-large", 413, "The body is too large", "The body exceeds what this API takes."
)
UNSUPPORTED_MEDIA_TYPE = ProblemType(
    "unsupported-media-type", 415, "Send JSON", "The body's Content-Type is not application/json."
)
VALIDATION = ProblemType(
    "validation",
    422,
    "Some fields are not valid",
    "The request is well-formed, but the fields listed in `errors` are missing or wrong.",
)
IDEMPOTENCY_KEY_REUSED = ProblemType(
    "idempotency-key-reused",
    422,
    "Idempotency-Key used before",
    "The same Idempotency-Key came before with another request. A new request needs a new key.",
)
PRECONDITION_REQUIRED = ProblemType(
    "precondition-required",
    428,
    "If-Match is missing",
    "This change needs an If-Match header with the ETag of the version it is meant for.",
)
INTERNAL = ProblemType(
    "internal",
    500,
    "Something broke",
    "An error of ours; it is logged under the answer's X-Correlation-Id.",
)
UNAVAILABLE = ProblemType(
    "unavailable",
    503,
    "Not available now",
    "An engine this needs is away or too busy. Send the same again after Retry-After seconds.",
)

PROBLEM_TYPES = (
    MALFORMED_JSON,
    BAD_REQUEST,
    UNAUTHENTICATED,
    FORBIDDEN,
    NOT_FOUND,
    METHOD_NOT_ALLOWED,
    CONFLICT,
    PRECONDITION_FAILED,
    BODY_TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
    VALIDATION,
    IDEMPOTENCY_KEY_REUSED,
    PRECONDITION_REQUIRED,
    INTERNAL,
    UNAVAILABLE,
)


class Problem(Exception):
    """Ends a request with a problem of the given type; nothing of the request is kept.

    `members` are further members of the document, for what programs need to know beside the type.
    """

    def __init__(
        self,
        kind: ProblemType,
        detail: str | None = None,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        members: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(f"{kind.slug}: {detail or kind.title}")
        self.kind = kind
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        self.members = dict(members or {})


def to_response(problem: Problem) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """Status, headers (but content-length) and body, to hand to `asgi.respond`."""
    document: dict[str, Any] = {
        **problem.members,
        "type": problem.kind.uri,
        "title": problem.kind.title,
        "status": problem.kind.status,
    }
    if problem.detail is not None:
        document["detail"] = problem.detail
    if problem.errors:
        document["errors"] = [asdict(error) for error in problem.errors]
    # ASCII only: a name taken from the request may hold what UTF-8 cannot encode.
    body = json.dumps(document, ensure_ascii=True).encode("ascii")
    headers = [(b"content-type", MEDIA_TYPE.encode("ascii"))]
    for name, value in problem.headers.items():
        headers.append((name.lower().encode("latin-1"), value.encode("latin-1")))
    return problem.kind.status, headers, body


def explanation(kind: ProblemType) -> dict[str, Any]:
    """What GET /problems/<slug> answers."""
    return {
        "type": kind.uri,
        "title": kind.title,
        "status": kind.status,
        "meaning": kind.meaning,
    }


def malformed_json(detail: str) -> Problem:
    """400 for a body that is not JSON; `detail` says where."""
    return Problem(MALFORMED_JSON, detail)


def validation(*errors: FieldError) -> Problem:
    """422 naming each refused field."""
    return Problem(VALIDATION, "; ".join(f"{e.field}: {e.message}" for e in errors), errors=errors)


def unauthenticated(detail: str, *, token_sent: bool = True) -> Problem:
    """401 with the challenge of RFC 6750; `token_sent` tells a bad token from a missing one."""
    challenge = 'Bearer realm="groundswell"'
    if token_sent:
        challenge += ', error="invalid_token"'
    return Problem(UNAUTHENTICATED, detail, headers={"WWW-Authenticate": challenge})


def forbidden(detail: str) -> Problem:
    """403 for a caller whose token is good and whose roles are not."""
    return Problem(FORBIDDEN, detail)


def not_found(detail: str) -> Problem:
    """404, also for what the caller may not know of."""
    return Problem(NOT_FOUND, detail)


def method_not_allowed(allow: str) -> Problem:
    """405; `allow` lists the methods that the resource knows."""
    return Problem(METHOD_NOT_ALLOWED, f"Allowed: {allow}.", headers={"Allow": allow})


def conflict(detail: str, kind: ProblemType = CONFLICT) -> Problem:
    """409; a service passes a type of its own where programs must tell conflicts apart."""
    return Problem(kind, detail)


def precondition_required() -> Problem:
    """428 for a change without If-Match."""
    return Problem(PRECONDITION_REQUIRED, "Send If-Match with the ETag you have read.")


def precondition_failed(current: str) -> Problem:
    """412 for a change meant for another version; `current` is today's ETag."""
    return Problem(PRECONDITION_FAILED, f"The present version is {current}.")


def body_too_large(limit_bytes: int) -> Problem:
    """413 for a body of more than `limit_bytes`."""
    return Problem(BODY_TOO_LARGE, f"At most {limit_bytes} bytes are taken.")


def idempotency_key_reused() -> Problem:
    """422 for a key that came before with another request."""
    return Problem(IDEMPOTENCY_KEY_REUSED)


def unavailable(detail: str, retry_after_seconds: int = 1) -> Problem:
    """503: the same may be sent again after `retry_after_seconds`."""
    return Problem(UNAVAILABLE, detail, headers={"Retry-After": str(retry_after_seconds)})
