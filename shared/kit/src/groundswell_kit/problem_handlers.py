"""Turns what routes and the framework raise into problem details.

Installed by `http.create_app`.
"""

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pymongo.errors import PyMongoError
from starlette.exceptions import HTTPException

from groundswell_kit import problems
from groundswell_kit.middleware import MAX_FIELD_CHARS, Refused
from groundswell_kit.mongo import is_unavailable
from groundswell_kit.observability import get_logger
from groundswell_kit.problems import FieldError, Problem

log = get_logger()

MAX_ERRORS = 20

_BY_STATUS = {
    400: problems.BAD_REQUEST,
    404: problems.NOT_FOUND,
    405: problems.METHOD_NOT_ALLOWED,
}


def install(app: FastAPI, away: Sequence[type[Exception]]) -> None:
    """Answers with problems from now on; errors in `away`, and MongoDB's absence, are a 503."""

    @app.exception_handler(Problem)
    async def on_problem(_: Request, error: Problem) -> Response:
        return to_http(error)

    @app.exception_handler(HTTPException)
    async def on_http_exception(_: Request, error: HTTPException) -> Response:
        if isinstance(error, Refused):
            return to_http(error.problem)
        kind = _BY_STATUS.get(error.status_code, problems.INTERNAL)
        return to_http(Problem(kind, headers=error.headers))

    @app.exception_handler(RequestValidationError)
    async def on_invalid(_: Request, error: RequestValidationError) -> Response:
        return to_http(problems.validation(*map(_field_error, error.errors()[:MAX_ERRORS])))

    @app.exception_handler(PyMongoError)
    async def on_mongo_error(_: Request, error: PyMongoError) -> Response:
        if not is_unavailable(error):
            raise error
        return _away(error)

    async def on_away(_: Request, error: Exception) -> Response:
        return _away(error)

    for away_error in away:
        app.add_exception_handler(away_error, on_away)


def to_http(problem: Problem) -> Response:
    """The problem as a response of the framework."""
    status, raw_headers, body = problems.to_response(problem)
    response = Response(body, status)
    response.raw_headers += raw_headers
    return response


def _away(error: Exception) -> Response:
    log.warning("engine away", error=repr(error))
    return to_http(problems.unavailable("An engine that this needs does not answer."))


def _field_error(error: Any) -> FieldError:
    """One of pydantic's errors, without the input that it quotes."""
    place, *names = (str(part) for part in error["loc"])
    if place == "header":
        names = [name.lower() for name in names]
    return FieldError(".".join([place, *names])[:MAX_FIELD_CHARS], error["type"], error["msg"])
