"""Problems on the wire: what RFC 9457 asks for, safe for any text."""

import json

from groundswell_kit import problems
from groundswell_kit.problems import FieldError, Problem, to_response


def test_a_problem_on_the_wire() -> None:
    error = FieldError("body.title", "missing", "Field required")
    status, headers, body = to_response(problems.validation(error))
    assert status == 422
    assert headers == [(b"content-type", b"application/problem+json")]
    assert json.loads(body) == {
        "type": "/problems/validation",
        "title": "Some fields are not valid",
        "status": 422,
        "detail": "body.title: Field required",
        "errors": [{"field": "body.title", "rule": "missing", "message": "Field required"}],
    }


def test_a_problem_may_quote_what_utf8_cannot_hold() -> None:
    _, _, body = to_response(problems.not_found("no \ud800 here"))
    assert json.loads(body)["detail"] == "no \ud800 here"


def test_a_problem_carries_its_headers() -> None:
    status, headers, _ = to_response(problems.unavailable("Kafka does not answer.", 5))
    assert status == 503
    assert (b"retry-after", b"5") in headers


def test_the_catalogue_names_each_type_once() -> None:
    slugs = [kind.slug for kind in problems.PROBLEM_TYPES]
    assert len(slugs) == len(set(slugs))
    assert all(kind.meaning and 400 <= kind.status < 600 for kind in problems.PROBLEM_TYPES)
    declared = {v.slug for v in vars(problems).values() if isinstance(v, problems.ProblemType)}
    assert declared == set(slugs)


def test_a_problem_tells_itself_to_the_log() -> None:
    assert str(Problem(problems.CONFLICT, "Already open.")) == "conflict: Already open."
