"""What every API does around its routes: callers, correlation, metrics, health, catalogue."""

import io
import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
import structlog
from fastapi import FastAPI
from prometheus_client import REGISTRY

from tests.support.issuer import LocalIssuer, new_key, signed
from tests.unit.kit.web.test_bad_input import problem


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


async def test_a_caller_is_known_by_its_token(
    client: httpx2.AsyncClient, issuer: LocalIssuer
) -> None:
    token = issuer.token(sub="ann", brand_id="acme", roles=["editor"])
    response = await client.get("/v1/me", headers=bearer(token))
    assert response.json() == {"subject": "ann", "brand_id": "acme"}


async def test_no_token_is_401_with_a_challenge(client: httpx2.AsyncClient) -> None:
    response = await client.get("/v1/me")
    problem(response, 401, "unauthenticated")
    assert response.headers["www-authenticate"] == 'Bearer realm="groundswell"'


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Basic YTpi",
        "Bearer a.b.c",
        "Bearer \u00e9.\u00e9.\u00e9",
    ],
)
async def test_a_bad_token_is_401_with_a_challenge(
    client: httpx2.AsyncClient, authorization: str
) -> None:
    headers = [(b"authorization", authorization.encode("latin-1"))]
    for path in ("/v1/me", "/v1/maybe-me"):
        response = await client.get(path, headers=headers)
        problem(response, 401, "unauthenticated")
        assert 'error="invalid_token"' in response.headers["www-authenticate"]


async def test_an_expired_or_foreign_token_is_401(
    client: httpx2.AsyncClient, issuer: LocalIssuer
) -> None:
    expired = issuer.token(exp=1_000)
    foreign = signed(new_key(), issuer.claims())
    for token in (expired, foreign):
        problem(await client.get("/v1/me", headers=bearer(token)), 401, "unauthenticated")


async def test_two_authorization_headers_are_401(
    client: httpx2.AsyncClient, issuer: LocalIssuer
) -> None:
    one = ("Authorization", f"Bearer {issuer.token()}")
    problem(await client.get("/v1/me", headers=[one, one]), 401, "unauthenticated")


async def test_another_role_is_403(client: httpx2.AsyncClient, issuer: LocalIssuer) -> None:
    refused = await client.post("/v1/edits", headers=bearer(issuer.token(roles=["participant"])))
    assert "editor, manager" in problem(refused, 403, "forbidden")["detail"]
    refused = await client.post("/v1/edits", headers=bearer(issuer.token(roles=None)))
    problem(refused, 403, "forbidden")
    taken = await client.post("/v1/edits", headers=bearer(issuer.token(roles=["x", "manager"])))
    assert taken.status_code == 200


async def test_a_caller_may_be_optional(client: httpx2.AsyncClient, issuer: LocalIssuer) -> None:
    assert (await client.get("/v1/maybe-me")).json() is None
    response = await client.get("/v1/maybe-me", headers=bearer(issuer.token(sub="ann")))
    assert response.json() == "ann"


async def test_who_calls_is_asked_before_what_is_sent(client: httpx2.AsyncClient) -> None:
    problem(await client.post("/v1/edits", json={"wrong": 1}), 401, "unauthenticated")


@pytest.fixture
def printed() -> Iterator[io.StringIO]:
    """What is logged, with its tracebacks, during one test."""
    before = structlog.get_config()
    stream = io.StringIO()
    structlog.configure(
        processors=[
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(),
        ],
        logger_factory=structlog.WriteLoggerFactory(stream),
    )
    yield stream
    structlog.configure(**before)


async def test_a_broken_route_is_500_without_its_secrets(
    client: httpx2.AsyncClient, printed: io.StringIO
) -> None:
    response = await client.get("/v1/broken")
    problem(response, 500, "internal")
    assert "secret" not in response.text
    assert response.headers["x-correlation-id"]
    assert "the secret of the house" in printed.getvalue()


async def test_an_engine_away_is_503_with_retry_after(client: httpx2.AsyncClient) -> None:
    response = await client.get("/v1/away")
    problem(response, 503, "unavailable")
    assert int(response.headers["retry-after"]) >= 1
    assert "10.0.0.7" not in response.text


async def test_a_service_has_problems_of_its_own(client: httpx2.AsyncClient) -> None:
    document = problem(await client.get("/v1/busy"), 409, "thing-busy")
    assert document["detail"] == "Try later."
    explained = (await client.get(document["type"])).json()
    assert explained == {
        "type": "/problems/thing-busy",
        "title": "The thing is busy",
        "status": 409,
        "meaning": "Somebody else is at it.",
    }
    assert (await client.get("/problems/validation")).json()["status"] == 422
    problem(await client.get("/problems/unheard-of"), 404, "not-found")


async def test_the_trace_of_a_request_is_named_in_the_answer(client: httpx2.AsyncClient) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    sent = await client.get(
        "/v1/things", headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
    )
    assert sent.headers["x-correlation-id"] == trace
    made = await client.get("/v1/nothing", headers={"traceparent": "nonsense"})
    assert len(made.headers["x-correlation-id"]) == 32
    again = await client.get("/v1/nothing")
    assert made.headers["x-correlation-id"] != again.headers["x-correlation-id"]


async def test_requests_are_counted_by_template(client: httpx2.AsyncClient) -> None:
    def count(route: str, status: str) -> float:
        labels = {"method": "GET", "route": route, "status": status}
        return REGISTRY.get_sample_value("groundswell_http_requests_total", labels) or 0

    before = count("/v1/things/{number}", "200"), count("none", "404")
    await client.get("/v1/things/1")
    await client.get("/v1/things/2")
    await client.get("/made-up/by-a-scanner")
    after = count("/v1/things/{number}", "200"), count("none", "404")
    assert (after[0] - before[0], after[1] - before[1]) == (2, 1)


async def test_an_api_tells_its_health(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/healthz")).status_code == 200
    assert (await client.get("/readyz")).json() == {"ready": True, "failing": {}}
    assert "groundswell_http_requests_total" in (await client.get("/metrics")).text


async def test_the_fingerprint_is_of_method_path_and_body(client: httpx2.AsyncClient) -> None:
    async def digest(**document: Any) -> str:
        body = json.dumps(document)
        headers = {"content-type": "application/json"}
        answer: str = (await client.post("/v1/digests", content=body, headers=headers)).json()
        return answer

    assert await digest(title="a", count=1) == await digest(title="a", count=1)
    assert await digest(title="a", count=1) != await digest(title="a", count=2)


def test_the_openapi_document_tells_of_problems_and_tokens(app: FastAPI) -> None:
    document = app.openapi()
    make = document["paths"]["/v1/things"]["post"]
    assert "application/problem+json" in make["responses"]["4XX"]["content"]
    assert "422" not in make["responses"]
    assert {p["name"] for p in make["parameters"]} == {"Idempotency-Key"}
    assert document["paths"]["/v1/me"]["get"]["security"] == [{"token": []}]
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    json.dumps(document)
