"""Staff sign in through a real OpenID provider, which runs as a process of its own."""

import asyncio
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from tests.integration.identity.provider import REDIRECT_URI, Provider
from tests.integration.identity.world import BRAND, World

BOSS = "boss@example.com"
BEGIN = {"provider": "acme", "brand_id": BRAND, "redirect_uri": REDIRECT_URI}


@pytest.fixture
async def boss(provider: Provider) -> str:
    await provider.knows("boss", email=BOSS, email_verified=True)
    return "boss"


async def test_an_invited_manager_signs_in(world: World, provider: Provider, boss: str) -> None:
    await world.brand(manager=BOSS)
    answer = await world.staff_sign_in(provider, boss)
    assert answer.status_code == 200, answer.text
    tokens = answer.json()
    assert (tokens["brand_id"], tokens["roles"]) == (BRAND, ["manager"])
    assert tokens["staff_id"].startswith("staff_")
    listed = await world.done("GET", f"/v1/brands/{BRAND}/members", token=tokens["access_token"])
    (member,) = listed["items"]
    assert member["id"] == tokens["staff_id"]
    assert member["joined_at"] is not None


async def test_who_has_joined_is_known_by_subject(
    world: World, provider: Provider, boss: str
) -> None:
    await world.brand(manager=BOSS)
    first = (await world.staff_sign_in(provider, boss)).json()
    await provider.knows("boss", email="married@example.com", email_verified=False)
    again = (await world.staff_sign_in(provider, boss)).json()
    assert first["staff_id"] == again["staff_id"]


async def test_an_invitation_is_taken_once(world: World, provider: Provider, boss: str) -> None:
    """Whoever gets somebody's old address gets nothing else of theirs."""
    await world.brand(manager=BOSS)
    await world.staff_sign_in(provider, boss)
    await provider.knows("successor", email=BOSS, email_verified=True)
    assert (await world.staff_sign_in(provider, "successor")).status_code == 403


@pytest.mark.parametrize(
    "claims",
    [
        {"email": BOSS, "email_verified": False},
        {"email": BOSS, "email_verified": "true"},
        {"email": BOSS},
        {"email": "stranger@example.com", "email_verified": True},
        {"email": "nonsense", "email_verified": True},
        {},
    ],
)
async def test_who_is_not_invited(world: World, provider: Provider, claims: dict[str, Any]) -> None:
    await world.brand(manager=BOSS)
    await provider.knows("stranger", **claims)
    answer = await world.staff_sign_in(provider, "stranger")
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/forbidden")
    (member,) = (await world.kept("members"))["members"]
    assert member["subject_mark"] is None


async def test_a_member_of_another_brand(world: World, provider: Provider, boss: str) -> None:
    await world.brand(manager=BOSS)
    await world.brand("other", manager="else@example.com")
    assert (await world.staff_sign_in(provider, boss, "other")).status_code == 403
    assert (await world.staff_sign_in(provider, boss, "nowhere")).status_code == 403


async def test_a_refresh_has_the_roles_of_now(world: World, provider: Provider, boss: str) -> None:
    await world.brand(manager=BOSS)
    await world.brand(manager="second@example.com")
    tokens = (await world.staff_sign_in(provider, boss)).json()
    members = f"/v1/brands/{BRAND}/members"
    body = {"email": BOSS, "roles": ["finance", "juror"]}
    await world.done("PUT", members, body, by="manager")
    refreshed = await world.refresh(tokens["refresh_token"])
    actor = await world.app.state.verifier.verify(refreshed.json()["access_token"])
    assert (actor.subject, actor.brand_id) == (tokens["staff_id"], BRAND)
    assert actor.roles == {"finance", "juror"}

    await world.send("DELETE", f"{members}/{tokens['staff_id']}", by="manager")
    ended = await world.refresh(refreshed.json()["refresh_token"])
    assert (ended.status_code, ended.json()["error"]) == (400, "invalid_grant")


async def test_where_the_browser_is_sent(world: World, provider: Provider) -> None:
    begun = await world.done("POST", "/v1/staff-sign-ins", BEGIN)
    url = urlsplit(begun["authorization_url"])
    query = {name: values[0] for name, values in parse_qs(url.query).items()}
    assert f"{url.scheme}://{url.netloc}" == provider.address
    assert query["redirect_uri"] == REDIRECT_URI
    assert (query["response_type"], query["code_challenge_method"]) == ("code", "S256")
    assert len(query["state"]) == len(query["nonce"]) == len(query["code_challenge"]) == 43
    kept = str(await world.kept("staff_sign_ins"))
    assert query["state"] not in kept
    assert query["nonce"] not in kept


async def begun(world: World, provider: Provider, subject: str) -> tuple[str, dict[str, str]]:
    """A sign-in, and what the provider sent back for it."""
    found = await world.done("POST", "/v1/staff-sign-ins", BEGIN)
    return found["id"], await provider.sign_in(found["authorization_url"], subject)


async def complete(world: World, sign_in_id: str, body: dict[str, str]) -> httpx2.Response:
    return await world.send("POST", f"/v1/staff-sign-ins/{sign_in_id}/code", body)


@pytest.mark.parametrize("wrong", ["state", "code", "id", "nonce", "late"])
async def test_what_does_not_belong_together(
    world: World, provider: Provider, boss: str, wrong: str
) -> None:
    await world.brand(manager=BOSS)
    sign_in_id, back = await begun(world, provider, boss)
    other_id, other_back = await begun(world, provider, boss)
    if wrong == "state":
        back["state"] = other_back["state"]
    elif wrong == "code":
        back["code"] = "invented"
    elif wrong == "id":
        sign_in_id = other_id
    elif wrong == "nonce":  # The code of a sign-in that somebody else began.
        back["code"] = other_back["code"]
    else:
        await world.time_passes("staff_sign_ins", timedelta(minutes=10))
    answer = await complete(world, sign_in_id, back)
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/staff-sign-in-refused")
    (member,) = (await world.kept("members"))["members"]
    assert member["joined_at"] is None


async def test_a_sign_in_is_completed_once(world: World, provider: Provider, boss: str) -> None:
    await world.brand(manager=BOSS)
    sign_in_id, back = await begun(world, provider, boss)
    answers = await asyncio.gather(*(complete(world, sign_in_id, back) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 400, 400]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"provider": "nobody"}, "body.provider"),
        ({"redirect_uri": "https://evil.test/"}, "body.redirect_uri"),
        ({"redirect_uri": f"{REDIRECT_URI}/more"}, "body.redirect_uri"),
        ({"brand_id": "A B"}, "body.brand_id"),
        ({"more": 1}, "body.more"),
    ],
)
async def test_bad_input_is_named(world: World, changes: dict[str, object], field: str) -> None:
    answer = await world.send("POST", "/v1/staff-sign-ins", {**BEGIN, **changes})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


async def test_a_provider_that_is_away(world: World) -> None:
    answer = await world.send("POST", "/v1/staff-sign-ins", BEGIN | {"provider": "away"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert (await world.kept("staff_sign_ins"))["staff_sign_ins"] == []
