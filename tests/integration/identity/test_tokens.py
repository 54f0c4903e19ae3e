"""Refresh tokens, machine tokens and revocation, as OAuth clients see them."""

import asyncio
import base64
import json
from datetime import timedelta

import httpx2
import pytest

from groundswell_kit.auth import Actor
from tests.integration.identity.world import BRAND, NOTIFICATIONS_KEY, SignedIn, World
from tests.support.service import Json


async def actor(world: World, token: str) -> Actor:
    """Whom the service itself takes the bearer of a token for."""
    found: Actor = await world.app.state.verifier.verify(token)
    return found


def claims(token: str) -> Json:
    return _part(token, 1)


def header(token: str) -> Json:
    return _part(token, 0)


def _part(token: str, place: int) -> Json:
    found: Json = json.loads(base64.urlsafe_b64decode(token.split(".")[place] + "=="))
    return found


async def refreshed(world: World, refresh_token: str) -> SignedIn:
    answer = await world.refresh(refresh_token)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    return SignedIn("", found["access_token"], found["refresh_token"])


async def assert_ended(world: World, *refresh_tokens: str) -> None:
    for refresh_token in refresh_tokens:
        refused = await world.refresh(refresh_token)
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
        assert refused.headers["cache-control"] == "no-store"


async def test_a_participants_token(world: World) -> None:
    person = await world.sign_in()
    said = claims(person.access_token)
    assert {name: said[name] for name in ("iss", "aud", "sub", "roles")} == {
        "iss": "https://identity.test",
        "aud": "groundswell",
        "sub": person.id,
        "roles": ["participant"],
    }
    assert "brand_id" not in said
    assert header(person.access_token)["typ"] == "at+jwt"
    assert header(person.access_token)["alg"] == "ES256"
    (kept,) = (await world.kept("people"))["people"]
    made_at = int(kept["created_at"].timestamp())
    assert await actor(world, person.access_token) == Actor(
        person.id, None, frozenset({"participant"}), frozenset(), "groundswell", made_at
    )


async def test_an_account_keeps_its_age(world: World) -> None:
    person = await world.sign_in()
    await world.time_passes("people", timedelta(days=400))
    (kept,) = (await world.kept("people"))["people"]
    made_at = int(kept["created_at"].timestamp())
    again = await world.sign_in()
    assert again.id == person.id
    assert claims(again.access_token)["account_created_at"] == made_at
    newest = await refreshed(world, again.refresh_token)
    assert claims(newest.access_token)["account_created_at"] == made_at


async def test_a_region_is_said_from_the_next_token_on(world: World) -> None:
    person = await world.sign_in()
    assert "region" not in claims(person.access_token)
    await world.done("PATCH", "/v1/me", {"region": "gb"}, token=person.access_token)
    newest = await refreshed(world, person.refresh_token)
    assert claims(newest.access_token)["region"] == "GB"
    assert claims((await world.sign_in()).access_token)["region"] == "GB"
    await world.done("PATCH", "/v1/me", {"region": None}, token=person.access_token)
    newest = await refreshed(world, newest.refresh_token)
    assert "region" not in claims(newest.access_token)


async def test_staff_have_neither_age_nor_region(world: World) -> None:
    said = claims(await world.machine_token())
    assert {"account_created_at", "region"}.isdisjoint(said)


async def test_each_refresh_gives_the_next(world: World) -> None:
    person = await world.sign_in()
    newest = person.refresh_token
    for _ in range(3):
        answer = await refreshed(world, newest)
        assert claims(answer.access_token)["sub"] == person.id
        assert answer.refresh_token != newest
        newest = answer.refresh_token


async def test_a_lost_answer_is_given_again(world: World) -> None:
    person = await world.sign_in()
    lost = await refreshed(world, person.refresh_token)
    again = await refreshed(world, person.refresh_token)
    assert again.refresh_token == lost.refresh_token
    await refreshed(world, lost.refresh_token)


async def test_two_pages_may_refresh_at_once(world: World) -> None:
    person = await world.sign_in()
    answers = await asyncio.gather(*(refreshed(world, person.refresh_token) for _ in range(6)))
    (newest,) = {answer.refresh_token for answer in answers}
    await refreshed(world, newest)


async def test_an_old_one_ends_the_family(world: World) -> None:
    person = await world.sign_in()
    second = await refreshed(world, person.refresh_token)
    third = await refreshed(world, second.refresh_token)
    await assert_ended(world, person.refresh_token, third.refresh_token)


async def test_the_predecessor_ends_the_family_once_its_grace_is_over(world: World) -> None:
    person = await world.sign_in()
    second = await refreshed(world, person.refresh_token)
    await world.time_passes("refresh_families", timedelta(seconds=30))
    await assert_ended(world, person.refresh_token, second.refresh_token)


async def test_a_forged_one_ends_nothing(world: World) -> None:
    person = await world.sign_in()
    family, generation, mark = person.refresh_token.split(".")
    forged = [
        f"{family}.{generation}.{'0' * len(mark)}",
        f"{family}.7.{mark}",
        f"{family}.-1.{mark}",
        f"{family}.{'9' * 500}.{mark}",
        f"{family}.1",
        "x",
        "x" * 30_000,
        "\0",
        "ü.1.ü",
    ]
    await assert_ended(world, *forged)
    await refreshed(world, person.refresh_token)


@pytest.mark.parametrize("idle", [timedelta(days=30), timedelta(days=200)])
async def test_one_that_lay_too_long(world: World, idle: timedelta) -> None:
    person = await world.sign_in()
    await world.time_passes("refresh_families", idle)
    await assert_ended(world, person.refresh_token)


async def test_signing_out(world: World) -> None:
    person, other = await world.sign_in(), await world.sign_in()
    newest = await refreshed(world, person.refresh_token)
    for _ in range(2):
        answer = await world.form("/v1/revocations", token=newest.refresh_token)
        assert (answer.status_code, answer.content) == (200, b"")
    await assert_ended(world, newest.refresh_token, person.refresh_token)
    await refreshed(world, other.refresh_token)


async def test_revoking_what_is_no_token(world: World) -> None:
    person = await world.sign_in()
    assert (await world.form("/v1/revocations", token="x")).status_code == 200
    assert (await world.form("/v1/revocations", token=person.access_token)).status_code == 200
    await refreshed(world, person.refresh_token)


async def test_nothing_kept_is_a_token(world: World) -> None:
    person = await world.sign_in()
    assert person.refresh_token not in str(await world.kept())


async def test_the_installations_own_machine(world: World) -> None:
    found = await actor(world, await world.machine_token())
    assert found == Actor(
        "notifications",
        None,
        frozenset({"integrator"}),
        frozenset({"addresses:read"}),
        "notifications",
    )


async def test_a_brands_machine(world: World) -> None:
    await world.brand()
    client = await world.done(
        "POST",
        f"/v1/brands/{BRAND}/clients",
        {"name": "shop", "scopes": ["sales:write", "events:read"]},
        by="manager",
    )
    asked = {
        "grant_type": "client_credentials",
        "client_id": client["client_id"],
        "client_secret": client["client_secret"],
    }
    answer = await world.client.post("/v1/token", data=asked | {"scope": "sales:write"})
    assert answer.status_code == 200, answer.text
    assert answer.json().keys() == {"access_token", "token_type", "expires_in", "scope"}
    found = await actor(world, answer.json()["access_token"])
    assert (found.brand_id, found.scopes) == (BRAND, frozenset({"sales:write"}))
    every = await world.client.post("/v1/token", data=asked)
    assert every.json()["scope"] == "events:read sales:write"
    refused = await world.client.post("/v1/token", data=asked | {"scope": "addresses:read"})
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_scope")
    path = f"/v1/brands/{BRAND}/clients/{client['client_id']}"
    assert (await world.send("DELETE", path, by="manager")).status_code == 204
    refused = await world.client.post("/v1/token", data=asked)
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize(
    ("client_id", "secret"),
    [("notifications", "wrong"), ("nobody", NOTIFICATIONS_KEY), ("", ""), ("ü", "ü")],
)
async def test_a_wrong_secret(world: World, client_id: str, secret: str) -> None:
    asked = {"grant_type": "client_credentials"}
    by_header = await world.client.post("/v1/token", data=asked, auth=(client_id, secret))
    assert (by_header.status_code, by_header.json()["error"]) == (401, "invalid_client")
    assert by_header.headers["www-authenticate"].startswith("Basic")


async def post(world: World, content: bytes, **headers: str) -> httpx2.Response:
    form = {"content-type": "application/x-www-form-urlencoded"}
    return await world.client.post("/v1/token", content=content, headers=form | headers)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", "invalid_request"),
        (b"grant_type=", "invalid_request"),
        (b"grant_type=password", "unsupported_grant_type"),
        (b"grant_type=refresh_token", "invalid_request"),
        (b"grant_type=client_credentials", "invalid_request"),
        (b"grant_type=client_credentials&client_id=notifications", "invalid_request"),
        (b"grant_type=refresh_token&grant_type=refresh_token", "invalid_request"),
        (b"grant_type=refresh_token&refresh_token=%ff", "invalid_request"),
        ("grant_type=ü".encode(), "invalid_request"),
        (b"&".join(b"a%d=1" % n for n in range(30)), "invalid_request"),
    ],
)
async def test_what_is_no_token_request(world: World, content: bytes, error: str) -> None:
    answer = await post(world, content)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


async def test_json_is_no_token_request(world: World) -> None:
    answer = await world.client.post("/v1/token", json={"grant_type": "refresh_token"})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_a_form_is_no_sign_in(world: World) -> None:
    answer = await world.client.post("/v1/sign-ins", data={"email": "ann@example.com"})
    assert answer.status_code == 415


async def test_too_much_of_a_form(world: World) -> None:
    assert (await post(world, b"grant_type=" + b"x" * 70_000)).status_code == 413


@pytest.mark.parametrize("value", ["Basic", "Basic !", "Basic eA==", "Bearer x"])
async def test_an_unclear_authorization(world: World, value: str) -> None:
    answer = await post(world, b"grant_type=client_credentials", authorization=value)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
