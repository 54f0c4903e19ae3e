"""Every route, with whatever cannot be meant: a refusal, never a 500, and nothing changes."""

import pytest

from tests.integration.identity.world import World
from tests.support.service import routes_of_app

OPEN = {
    ("GET", "/openapi.json"),
    ("GET", "/docs"),
    ("GET", "/docs/oauth2-redirect"),
    ("GET", "/problems/{slug}"),
    ("GET", "/.well-known/jwks.json"),
    ("POST", "/v1/sign-ins"),
    ("POST", "/v1/sign-ins/{sign_in_id}/code"),
    ("POST", "/v1/staff-sign-ins"),
    ("POST", "/v1/staff-sign-ins/{sign_in_id}/code"),
    ("POST", "/v1/token"),
    ("POST", "/v1/revocations"),
}
ROLES = ("participant", "manager", "operator", "integrator", "editor")
ODD_BODIES: tuple[bytes, ...] = (
    b"",
    b"{",
    b"[]",
    b"null",
    b'"x"',
    b"1e400",
    b'{"email": {"$gt": ""}}',
    b'{"code": {"$ne": 1}, "state": ["x"]}',
    b'{"email": "a\\u0000@example.com"}',
    b'{"email": "\\ud800@example.com"}',
    b'{"roles": ["manager"], "email": "x@" }',
    b"\xff\xfe",
    b"[" * 500 + b"]" * 500,
)
ODD_IDS = ("x", "%00", "%F0%9F%9A%A2", "%ff", "$where", "..%2f..", "a" * 5_000)


def routes(world: World) -> list[tuple[str, str]]:
    return sorted(routes_of_app(world.app))


async def test_all_but_these_need_a_token(world: World) -> None:
    for method, path in set(routes(world)) - OPEN:
        answer = await world.send(method, path, {})
        assert answer.status_code == 401, (method, path)
        assert answer.headers["www-authenticate"].startswith("Bearer")
    assert set(routes(world)) >= OPEN


@pytest.mark.parametrize("role", ROLES)
async def test_odd_ids(world: World, role: str) -> None:
    before = await world.kept()
    headers = {"Authorization": f"Bearer {world.token(role)}"}
    for method, path in routes(world):
        if "{" not in path:
            continue
        for odd in ODD_IDS:
            filled = "/".join(odd if part.startswith("{") else part for part in path.split("/"))
            answer = await world.client.request(method, filled, headers=headers)
            assert 400 <= answer.status_code < 500, (method, filled, answer.text)
    assert await world.kept() == before


@pytest.mark.parametrize("role", ROLES)
async def test_odd_bodies(world: World, role: str) -> None:
    before = await world.kept()
    headers = {
        "Authorization": f"Bearer {world.token(role)}",
        "Content-Type": "application/json",
    }
    for method, path in routes(world):
        if method not in ("POST", "PUT", "PATCH"):
            continue
        for body in ODD_BODIES:
            answer = await world.client.request(method, path, content=body, headers=headers)
            assert 400 <= answer.status_code < 500, (method, path, body, answer.text)
    assert await world.kept() == before


async def test_the_document_of_all_this(world: World) -> None:
    document = await world.done("GET", "/openapi.json")
    form = document["paths"]["/v1/token"]["post"]["requestBody"]["content"]
    assert list(form) == ["application/x-www-form-urlencoded"]
    for slug in ("wrong-code", "too-many-sign-ins", "staff-sign-in-refused"):
        assert (await world.done("GET", f"/problems/{slug}"))["type"] == f"/problems/{slug}"
