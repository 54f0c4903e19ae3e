"""What a person can see and change of themselves, and their erasure, from everywhere."""

import asyncio

import pytest

from groundswell_contracts.people import NO_BRAND, PersonErased
from tests.integration.identity.world import ANN, World


async def test_a_profile_is_changed(world: World) -> None:
    person = await world.sign_in()
    body = {"display_name": "  Ann Ex  ", "time_zone": "America/New_York"}
    changed = await world.done("PATCH", "/v1/me", body, token=person.access_token)
    assert (changed["display_name"], changed["time_zone"], changed["locale"]) == (
        "Ann Ex",
        "America/New_York",
        "de-AT",
    )
    assert await world.done("GET", "/v1/me", token=person.access_token) == changed
    await world.sign_in()
    assert await world.done("GET", "/v1/me", token=person.access_token) == changed
    gone = await world.done("PATCH", "/v1/me", {"display_name": None}, token=person.access_token)
    assert gone["display_name"] is None


async def test_a_region_is_declared_and_taken_away(world: World) -> None:
    person = await world.sign_in()
    assert (await world.done("GET", "/v1/me", token=person.access_token))["region"] is None
    for region, kept in (("at", "AT"), ("GB", "GB"), (None, None)):
        changed = await world.done("PATCH", "/v1/me", {"region": region}, token=person.access_token)
        assert changed["region"] == kept


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"email": "bob@example.com"}, "body.email"),
        ({"display_name": " "}, "body.display_name"),
        ({"display_name": "Ann\r\nBcc: all"}, "body.display_name"),
        ({"display_name": "x" * 101}, "body.display_name"),
        ({"locale": None}, "body.locale"),
        ({"time_zone": "Nowhere"}, "body.time_zone"),
        ({"region": "GBR"}, "body.region"),
        ({"region": ""}, "body.region"),
        ({"region": "1A"}, "body.region"),
    ],
)
async def test_bad_changes_are_named(world: World, body: dict[str, object], field: str) -> None:
    person = await world.sign_in()
    before = await world.kept("people")
    answer = await world.send("PATCH", "/v1/me", body, token=person.access_token)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    assert await world.kept("people") == before


async def test_an_address_for_the_machine_that_mails(world: World) -> None:
    person = await world.sign_in()
    path = f"/v1/people/{person.id}/address"
    answer = await world.send("GET", path, token=await world.machine_token())
    assert answer.json() == {
        "email": ANN,
        "display_name": None,
        "locale": "de-AT",
        "time_zone": "Europe/Vienna",
    }
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("by", ["participant", "manager", "operator", "integrator"])
async def test_an_address_for_nobody_else(world: World, by: str) -> None:
    person = await world.sign_in()
    path = f"/v1/people/{person.id}/address"
    assert (await world.send("GET", path, by=by)).status_code == 403
    assert (await world.send("GET", path, token=person.access_token)).status_code == 403
    assert (await world.send("GET", path)).status_code == 401


async def test_nothing_kept_can_be_read(world: World) -> None:
    """No address, name, code or token lies in MongoDB in plain text, nor a hash without a key."""
    await world.brand(manager="boss@example.com")
    await world.begin("bob@example.com")
    person = await world.sign_in("ann.secret@example.com")
    body = {"display_name": "Ann Secretive", "region": "at"}
    await world.done("PATCH", "/v1/me", body, token=person.access_token)
    await world.begin("waiting@example.com")
    kept = str(await world.kept())
    for text in ("example.com", "Secretive", "Vienna", "'AT'", '"AT"', person.refresh_token, '"d"'):
        assert text not in kept


async def test_erasing(world: World) -> None:
    await world.sign_in("bob@example.com")
    others = await world.kept("people", "refresh_families")
    person, again = await world.sign_in(), await world.sign_in()
    sign_in_id = await world.begin()
    answer = await world.send("DELETE", "/v1/me", token=person.access_token)
    assert (answer.status_code, answer.content) == (204, b"")

    assert await world.kept("people", "refresh_families") == others
    kept = await world.kept("sign_ins", "code_mails")
    assert kept == {"sign_ins": [], "code_mails": []}
    assert ANN not in {row["_id"] for row in (await world.kept("sign_ins_begun"))["sign_ins_begun"]}
    (event,) = await world.events()
    assert (event.brand_id, event.data) == (NO_BRAND, PersonErased(person_id=person.id))
    for refresh_token in (person.refresh_token, again.refresh_token):
        assert (await world.refresh(refresh_token)).status_code == 400
    path = f"/v1/people/{person.id}/address"
    assert (await world.send("GET", path, token=await world.machine_token())).status_code == 404
    assert (await world.send("GET", "/v1/me", token=person.access_token)).status_code == 404
    assert (await world.try_code(sign_in_id, "123456")).status_code == 400


async def test_erasing_again_changes_nothing(world: World) -> None:
    person = await world.sign_in()
    for _ in range(2):
        answer = await world.send("DELETE", "/v1/me", token=person.access_token)
        assert answer.status_code == 204
    assert len(await world.events()) == 1


async def test_who_comes_back_is_somebody_new(world: World) -> None:
    person = await world.sign_in()
    await world.send("DELETE", "/v1/me", token=person.access_token)
    back = await world.sign_in()
    assert back.id != person.id


async def test_an_erasure_that_fails_erases_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = await world.sign_in()
    before = await world.kept()

    async def breaks(*_: object) -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr(type(world.stores.families), "end_all_of", breaks)
    answer = await world.send("DELETE", "/v1/me", token=person.access_token)
    assert answer.status_code == 500
    monkeypatch.undo()
    assert await world.kept() == before


@pytest.mark.parametrize("attempt", range(5))
async def test_nobody_is_signed_in_after_an_erasure_at_once(world: World, attempt: int) -> None:
    """Whichever comes first: afterwards no refresh token of somebody who is gone is good."""
    person = await world.sign_in()
    sign_in_id = await world.begin()
    code = await world.mailed_code()

    async def erase() -> None:
        await asyncio.sleep(0.002 * attempt)
        await world.send("DELETE", "/v1/me", token=person.access_token)

    answer, _ = await asyncio.gather(world.try_code(sign_in_id, code), erase())
    people = {row["_id"] for row in (await world.kept("people"))["people"]}
    families = (await world.kept("refresh_families"))["refresh_families"]
    assert person.id not in people
    assert {row["subject"] for row in families} <= people
    assert answer.status_code in (200, 400)
