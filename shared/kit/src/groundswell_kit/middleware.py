"""What happens to every HTTP request around its route, as plain ASGI because it is hot.

Put together by `http.create_app`.
"""

import math
import re
import time
from collections.abc import Collection, Mapping

from pydantic_core import from_json
from starlette.exceptions import HTTPException

from groundswell_kit import problems
from groundswell_kit.asgi import AsgiApp, Message, Receive, Scope, Send, respond
from groundswell_kit.metrics import HTTP_REQUEST_SECONDS, HTTP_REQUESTS
from groundswell_kit.observability import get_logger, trace_id, use_traceparent
from groundswell_kit.problems import FieldError, Problem

log = get_logger()

_JSON_TYPE = re.compile(r"application/([\w.+-]+\+)?json", re.ASCII)

MAX_DEPTH = 32
MAX_FIELD_CHARS = 200
MIN_INTEGER, MAX_INTEGER = -(2**63), 2**63 - 1


class Observe:
    """Binds the trace, names it in the answer, measures, and turns what breaks into a 500."""

    def __init__(self, app: AsgiApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        status = 0
        with use_traceparent(_header(scope, b"traceparent")) as traceparent:
            correlation = (b"x-correlation-id", trace_id(traceparent).encode("ascii"))

            async def send_named(message: Message) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = message["status"]
                    message["headers"] = [*message.get("headers", ()), correlation]
                await send(message)

            try:
                await self._app(scope, receive, send_named)
            except Exception:
                log.exception("request broke", method=scope["method"], route=_route(scope))
                if status:
                    raise  # The answer has begun: all that is left is to break the connection.
                await respond(send_named, *problems.to_response(Problem(problems.INTERNAL)))
            finally:
                _measure(scope, status, time.perf_counter() - began)


class GuardBody:
    """Hands on only bodies that are JSON, not too large, and that every engine here can keep.

    It looks while the route reads, so unknown paths and methods are refused before bodies. What is
    sent to `form_paths` is not JSON: only its size is looked at, the rest is the route's to judge.
    The same holds for the routes of `raw_bodies`, by template, each with a size of its own.
    """

    def __init__(
        self,
        app: AsgiApp,
        max_body_bytes: int,
        form_paths: Collection[str] = (),
        raw_bodies: Mapping[str, int] | None = None,
    ) -> None:
        self._app = app
        self._max_body_bytes = max_body_bytes
        self._form_paths = frozenset(form_paths)
        self._raw_bodies = raw_bodies or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = bytearray()
        announced = _header(scope, b"content-length") or ""

        async def receive_guarded() -> Message:
            # The route is known by now: it is what reads.
            raw = self._raw_bodies.get(_route(scope))
            limit = self._max_body_bytes if raw is None else raw
            is_json = raw is None and scope["path"] not in self._form_paths
            # Refused before it is read, a client that waits for "100 Continue" need not send it.
            if announced.isdecimal() and int(announced) > limit:
                raise Refused(problems.body_too_large(limit))
            message = await receive()
            if message["type"] == "http.request":
                body.extend(message.get("body", b""))
                if len(body) > limit:
                    raise Refused(problems.body_too_large(limit))
                if body and is_json and not message.get("more_body", False):
                    check_json(_header(scope, b"content-type"), bytes(body))
            return message

        await self._app(scope, receive_guarded, send)


class Refused(HTTPException):
    """Carries a problem out of the framework's reading of the body, which lets only these pass."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.kind.status)
        self.problem = problem


def check_json(content_type: str | None, body: bytes) -> None:
    """Raises Refused unless `body` is JSON: in UTF-8, no NaN, no lone surrogates, not too deep."""
    media_type = (content_type or "").partition(";")[0].strip().lower()
    if not _JSON_TYPE.fullmatch(media_type):
        raise Refused(Problem(problems.UNSUPPORTED_MEDIA_TYPE))
    try:
        value = from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise Refused(problems.malformed_json(str(error))) from error
    _check_keepable(value, "body", MAX_DEPTH)


def _check_keepable(value: object, path: str, depth_left: int) -> None:
    """Raises Refused for what is JSON and yet no document of MongoDB, or no text for its users."""
    if depth_left == 0:
        raise _refusal(path, "depth", f"nested deeper than {MAX_DEPTH} levels")
    if isinstance(value, str):
        if "\0" in value:
            raise _refusal(path, "nul", "must not hold a NUL character")
    elif isinstance(value, int):
        if not MIN_INTEGER <= value <= MAX_INTEGER:
            raise _refusal(path, "range", "must fit in 64 bits")
    elif isinstance(value, float):
        if math.isinf(value):
            raise _refusal(path, "range", "must fit in a double")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _check_keepable(item, f"{path}.{index}", depth_left - 1)
    elif isinstance(value, dict):
        for name, item in value.items():
            _check_keepable(name, path, depth_left)
            _check_keepable(item, f"{path}.{name}", depth_left - 1)


def _refusal(path: str, rule: str, message: str) -> Refused:
    return Refused(problems.validation(FieldError(path[:MAX_FIELD_CHARS], rule, message)))


def _header(scope: Scope, name: bytes) -> str | None:
    for key, value in scope["headers"]:
        if key == name:
            text: str = value.decode("latin-1")
            return text
    return None


def _route(scope: Scope) -> str:
    """The path's template: its values would make a metric of each."""
    return getattr(scope.get("route"), "path", "none")


def _measure(scope: Scope, status: int, seconds: float) -> None:
    method, route = scope["method"], _route(scope)
    HTTP_REQUESTS.labels(method, route, status or "broken off").inc()
    HTTP_REQUEST_SECONDS.labels(method, route).observe(seconds)
