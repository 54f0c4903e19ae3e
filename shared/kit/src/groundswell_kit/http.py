"""The API applications: one way to build them, and the dependencies that their routes declare.

Called by each service's `app` and `routes`.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Header, Request, Response
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase
from fastapi.telemetry import TelemetryConfig

from groundswell_kit import problem_handlers, problems
from groundswell_kit.auth import Actor, TokenVerifier
from groundswell_kit.health import Health, health_app
from groundswell_kit.idempotency import StoredResponse
from groundswell_kit.middleware import GuardBody, Observe
from groundswell_kit.openapi import PROBLEM_RESPONSE
from groundswell_kit.problems import ProblemType

# Metrics and logs are ours; the framework's own would measure the same once more.
_NO_TELEMETRY = TelemetryConfig(tracing=False, metrics=False, logs=False, auto_configure=False)


def create_app(  # noqa: PLR0913 - all by keyword, one for each way in which APIs differ
    *,
    title: str,
    version: str,
    routers: Sequence[APIRouter],
    health: Health,
    verifier: TokenVerifier,
    problem_types: Sequence[ProblemType] = (),
    away: Sequence[type[Exception]] = (),
    max_body_bytes: int = 64 * 1024,
    form_paths: Collection[str] = (),
    raw_bodies: Mapping[str, int] | None = None,
) -> FastAPI:
    """An API that answers whatever goes wrong with problem details, and serves its health.

    `problem_types` are the service's own, explained under /problems/<slug> beside the kit's.
    `away` are the errors, besides MongoDB's, that mean an engine is away: 503 with Retry-After.
    `form_paths` take forms instead of JSON, as OAuth's endpoints do. `raw_bodies` are routes, by
    their template, that take bytes of any kind, and how many of them at once.
    """
    app = FastAPI(
        title=title,
        version=version,
        redirect_slashes=False,
        redoc_url=None,
        telemetry=_NO_TELEMETRY,
        responses={"4XX": PROBLEM_RESPONSE, "5XX": PROBLEM_RESPONSE},
    )
    app.state.verifier = verifier
    problem_handlers.install(app, away)
    # The last one added is the outermost.
    app.add_middleware(
        GuardBody, max_body_bytes=max_body_bytes, form_paths=form_paths, raw_bodies=raw_bodies
    )
    app.add_middleware(Observe)
    app.add_middleware(lambda inner: health_app(health, inner))
    for router in (*routers, _catalogue(problem_types)):
        app.include_router(router)
    return app


def _catalogue(problem_types: Sequence[ProblemType]) -> APIRouter:
    kinds = {kind.slug: kind for kind in (*problems.PROBLEM_TYPES, *problem_types)}
    router = APIRouter(tags=["problems"])

    @router.get("/problems/{slug}")
    async def explain_problem(slug: str) -> dict[str, Any]:
        """What a problem's type means."""
        if slug not in kinds:
            raise problems.not_found("There is no problem type of this name.")
        return problems.explanation(kinds[slug])

    return router


class _Bearer(SecurityBase):
    """Whose token the request carries; written into the OpenAPI document as bearer security."""

    def __init__(self, roles: frozenset[str] = frozenset(), *, optional: bool = False) -> None:
        self.model = HTTPBearer(bearerFormat="JWT")
        self.scheme_name = "token"
        self._roles = roles
        self._optional = optional

    async def __call__(self, request: Request) -> Actor | None:
        credentials = request.headers.getlist("authorization")
        if not credentials:
            if self._optional:
                return None
            raise problems.unauthenticated("This needs a bearer token.", token_sent=False)
        scheme, _, token = credentials[0].partition(" ")
        if len(credentials) > 1 or scheme.lower() != "bearer":
            raise problems.unauthenticated("Send one Authorization header: Bearer <token>.")
        verifier: TokenVerifier = request.app.state.verifier
        actor = await verifier.verify(token.strip())
        if self._roles and self._roles.isdisjoint(actor.roles):
            raise problems.forbidden(
                f"This needs one of the roles {', '.join(sorted(self._roles))}."
            )
        return actor


Caller = Annotated[Actor, Depends(_Bearer())]
"""The verified caller; 401 without a good token."""

OptionalCaller = Annotated[Actor | None, Depends(_Bearer(optional=True))]
"""The verified caller, or None without a token; a bad token is a 401 all the same."""

IfMatch = Annotated[str | None, Header(alias="If-Match")]
"""The version a change is meant for; see `etags.check_if_match`."""

IdempotencyKey = Annotated[
    str | None,
    Header(alias="Idempotency-Key", min_length=1, max_length=255, pattern=r"^[\x21-\x7e]+$"),
]
"""Makes a repeat safe; see `idempotency.Idempotency.run`."""


def require(*roles: str) -> _Bearer:
    """A dependency that gives the caller if it has one of `roles`; 401 or 403 if not.

    `actor: Annotated[Actor, Depends(require("manager", "editor"))]`
    """
    return _Bearer(frozenset(roles))


async def _fingerprint(request: Request) -> str:
    digest = hashlib.sha256(f"{request.method} {request.scope['path']}\n".encode())
    digest.update(await request.body())
    return digest.hexdigest()


RequestFingerprint = Annotated[str, Depends(_fingerprint)]
"""What makes this request this one: method, path and body."""


def to_http(stored: StoredResponse) -> Response:
    """What `Idempotency.run` returned, as the route's response."""
    replayed = {"Idempotency-Replayed": "true"} if stored.replayed else {}
    return Response(
        stored.body,
        stored.status,
        headers={**stored.headers, **replayed},
        media_type="application/json",
    )
