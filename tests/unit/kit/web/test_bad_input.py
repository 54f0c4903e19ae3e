"""Bad input gets a problem of the right kind that names the culprit, and changes nothing."""

import json
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.kit.web.conftest import Thing

JSON = {"content-type": "application/json"}


def problem(response: httpx2.Response, status: int, slug: str) -> dict[str, Any]:
    """The problem in the response, after checking that it is one."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = response.json()
    assert document["type"] == f"/problems/{slug}"
    assert document["status"] == status
    assert document["title"]
    assert "Traceback" not in response.text
    return document


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"not json",
        b'{"title": "a",}',
        b'{"title": "a"} more',
        b"{'title': 'a'}",
        b" ",
        b"\x00",
        b'{"title": "a\x00b"}',
        b'{"title": "\xff\xfe"}',
        b'{"title": "\xed\xa0\x80"}',
        b'\xef\xbb\xbf{"title": "a"}',
        '{"title": "a"}'.encode("utf-16"),
        rb'{"title": "\ud800"}',
        rb'{"title": "a", "fields": {"x": "\udc00"}}',
        rb'{"title": "a", "\ud800": 1}',
        b'{"title": "a", "count": NaN}',
        b'{"title": "a", "fields": {"x": Infinity}}',
        b'{"title": "a", "fields": {"x": -Infinity}}',
        b'{"title": "a", "count": 1' + b"0" * 1_900 + b"x}",
        b"[" * 900,
        b"[" * 900 + b"]" * 900,
        b'{"a":' * 300 + b"1" + b"}" * 300,
    ],
)
async def test_what_is_not_json_is_400(
    client: httpx2.AsyncClient, kept: list[Thing], body: bytes
) -> None:
    response = await client.post("/v1/things", content=body, headers=JSON)
    assert problem(response, 400, "malformed-json")["detail"]
    assert kept == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ("{}", "body.title"),
        ('{"title": 7}', "body.title"),
        ('{"title": null}', "body.title"),
        ('{"title": ""}', "body.title"),
        ('{"title": "a", "count": "many"}', "body.count"),
        ('{"title": "a", "count": -1}', "body.count"),
        ('{"title": "a", "count": 1.5}', "body.count"),
        ('{"title": "a", "count": 1e999}', "body.count"),
        ('{"title": "a", "count": 9223372036854775808}', "body.count"),
        ('{"title": "a", "fields": {"x": [0, -9223372036854775809]}}', "body.fields.x.1"),
        ('{"title": "a", "fields": {"x": 1e400}}', "body.fields.x"),
        ('{"title": "a\\u0000b"}', "body.title"),
        ('{"title": "a", "fields": {"x\\u0000y": 1}}', "body.fields"),
        ('{"title": "a", "tags": ["ok", 5]}', "body.tags.1"),
        ('{"title": "a", "tags": "ok"}', "body.tags"),
        ('{"title": "a", "typo": 1}', "body.typo"),
        ("[]", "body"),
        ('"text"', "body"),
        ("null", "body"),
        ("", "body"),
    ],
)
async def test_a_wrong_or_missing_field_is_422_and_named(
    client: httpx2.AsyncClient, kept: list[Thing], body: str, field: str
) -> None:
    response = await client.post("/v1/things", content=body, headers=JSON)
    errors = problem(response, 422, "validation")["errors"]
    assert field in [error["field"] for error in errors]
    assert all(error["rule"] and error["message"] for error in errors)
    assert kept == []


async def test_nesting_is_bounded(client: httpx2.AsyncClient, kept: list[Thing]) -> None:
    deep = '{"title": "a", "fields": {"x": %s1%s}}'
    taken = await client.post("/v1/things", content=deep % ("[" * 20, "]" * 20), headers=JSON)
    assert taken.status_code == 201
    refused = await client.post("/v1/things", content=deep % ("[" * 40, "]" * 40), headers=JSON)
    (error,) = problem(refused, 422, "validation")["errors"]
    assert error["rule"] == "depth"
    assert len(kept) == 1


async def test_a_refusal_does_not_echo_the_body(client: httpx2.AsyncClient) -> None:
    body = json.dumps({"title": "a", "x" * 1_500: "private words"})
    response = await client.post("/v1/things", content=body, headers=JSON)
    problem(response, 422, "validation")
    assert "private words" not in response.text
    assert len(response.content) < 1_200


async def test_many_errors_are_cut(client: httpx2.AsyncClient) -> None:
    body = json.dumps({"title": "a", "tags": [1] * 300})
    response = await client.post("/v1/things", content=body, headers=JSON)
    assert len(problem(response, 422, "validation")["errors"]) == 20


@pytest.mark.parametrize("size", [2_001, 1_000_000])
async def test_too_large_a_body_is_413(
    client: httpx2.AsyncClient, kept: list[Thing], size: int
) -> None:
    body = b'{"title": "a"}'.ljust(size)
    response = await client.post("/v1/things", content=body, headers=JSON)
    assert "2000" in problem(response, 413, "body-too-large")["detail"]
    assert kept == []


async def test_a_route_of_raw_bodies_has_a_size_of_its_own(client: httpx2.AsyncClient) -> None:
    taken = await client.patch("/v1/blobs/3", content=b"\xff{" * 2_500)
    assert (taken.status_code, taken.json()) == (200, 5_003)
    refused = await client.patch("/v1/blobs/3", content=b"\xff{" * 2_501)
    assert "5000" in problem(refused, 413, "body-too-large")["detail"]


async def test_the_largest_body_passes(client: httpx2.AsyncClient) -> None:
    body = b'{"title": "a"}'.ljust(2_000)
    assert (await client.post("/v1/things", content=body, headers=JSON)).status_code == 201


@pytest.mark.parametrize(
    "content_type", [None, "", "text/plain", "application/x-www-form-urlencoded", "json", "a/b/c"]
)
async def test_another_content_type_is_415(
    client: httpx2.AsyncClient, kept: list[Thing], content_type: str | None
) -> None:
    headers = {} if content_type is None else {"content-type": content_type}
    response = await client.post("/v1/things", content=b'{"title": "a"}', headers=headers)
    problem(response, 415, "unsupported-media-type")
    assert kept == []


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "Application/JSON; charset=utf-8", "application/merge-patch+json"],
)
async def test_json_by_any_of_its_names_passes(
    client: httpx2.AsyncClient, content_type: str
) -> None:
    response = await client.post(
        "/v1/things", content=b'{"title": "a"}', headers={"content-type": content_type}
    )
    assert response.status_code == 201


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/v1/things?limit=0", "query.limit"),
        ("/v1/things?limit=x", "query.limit"),
        ("/v1/things?limit=%00", "query.limit"),
        ("/v1/things?limit=%ff%zz", "query.limit"),
        ("/v1/things?limit=" + "9" * 5_000, "query.limit"),
        ("/v1/things/seven", "path.number"),
        ("/v1/things/%00", "path.number"),
        ("/v1/things/%ed%a0%80", "path.number"),
        ("/v1/things/" + "9" * 5_000, "path.number"),
    ],
)
async def test_a_bad_place_in_the_address_is_422_and_named(
    client: httpx2.AsyncClient, path: str, field: str
) -> None:
    (error,) = problem(await client.get(path), 422, "validation")["errors"]
    assert error["field"] == field


@pytest.mark.parametrize("key", ["", "with space", "x" * 256, "caf\u00e9", "tab\tbed"])
async def test_a_bad_idempotency_key_is_422_and_named(
    client: httpx2.AsyncClient, kept: list[Thing], key: str
) -> None:
    headers = [(b"idempotency-key", key.encode("latin-1"))]
    response = await client.post("/v1/things", json={"title": "a"}, headers=headers)
    (error,) = problem(response, 422, "validation")["errors"]
    assert error["field"] == "header.idempotency-key"
    assert kept == []


async def test_an_unknown_address_is_404(client: httpx2.AsyncClient) -> None:
    problem(await client.get("/v1/nothing"), 404, "not-found")
    problem(await client.get("/v1/things/"), 404, "not-found")
    problem(await client.post("/v1/nothing", content=b"{", headers=JSON), 404, "not-found")


async def test_a_wrong_method_is_405(client: httpx2.AsyncClient) -> None:
    response = await client.delete("/v1/things/7")
    problem(response, 405, "method-not-allowed")
    assert "GET" in response.headers["allow"]
    problem(await client.request("BREW", "/v1/me"), 405, "method-not-allowed")


async def test_a_change_without_if_match_is_428(
    client: httpx2.AsyncClient, kept: list[Thing]
) -> None:
    problem(await client.put("/v1/things/7", json={"title": "a"}), 428, "precondition-required")
    assert kept == []


@pytest.mark.parametrize("tag", ['"v2"', 'W/"v3"', "v3", '"', ""])
async def test_a_change_of_another_version_is_412(
    client: httpx2.AsyncClient, kept: list[Thing], tag: str
) -> None:
    response = await client.put("/v1/things/7", json={"title": "a"}, headers={"if-match": tag})
    assert '"v3"' in problem(response, 412, "precondition-failed")["detail"]
    assert kept == []


@given(body=st.binary(max_size=300))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_no_bytes_break_the_api(client: httpx2.AsyncClient, body: bytes) -> None:
    response = await client.post("/v1/things", content=body, headers=JSON)
    assert response.status_code in {400, 422}


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(document=ANY_JSON | st.fixed_dictionaries({"title": st.text(), "fields": ANY_JSON}))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_no_document_breaks_the_api(client: httpx2.AsyncClient, document: object) -> None:
    body = json.dumps(document)
    response = await client.post("/v1/things", content=body, headers=JSON)
    assert response.status_code in {201, 400, 413, 422}
