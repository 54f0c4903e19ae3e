"""Staff take down an address in person; nobody learns who was known, and nobody is signed in."""

import asyncio
import base64
import json
from datetime import timedelta

import pytest

from groundswell_identity.captures.rules import BOUNDS
from groundswell_kit.clock import utc_now
from tests.integration.identity.world import ANN, BRAND, SignedIn, World
from tests.support.service import Json

CAPTURES = f"/v1/brands/{BRAND}/captures"
ROSA = {"email": " Rosa@Example.com ", "locale": "tl", "time_zone": "Asia/Manila"}
(AN_HOUR, HOUR), _ = BOUNDS


async def capture(world: World, body: Json = ROSA, by: str = "editor") -> Json:
    return await world.done("POST", CAPTURES, body, by=by)


def account_of(person: SignedIn) -> int:
    """Since when somebody's token says that they have an account."""
    claims = json.loads(base64.urlsafe_b64decode(person.access_token.split(".")[1] + "=="))
    return int(claims["account_created_at"])


async def test_an_address_gives_the_id_of_somebody_who_then_signs_in_as_ever(world: World) -> None:
    captured = await capture(world)
    assert captured.keys() == {"id", "member_id", "person_id", "captured_at"}
    assert await world.send_mails() == []
    address = f"/v1/people/{captured['person_id']}/address"
    told = await world.done("GET", address, token=await world.machine_token())
    assert (told["email"], told["locale"]) == ("rosa@example.com", "tl")
    assert (await world.kept("refresh_families"))["refresh_families"] == []

    rosa = await world.sign_in("rosa@example.com")
    assert rosa.id == captured["person_id"]
    me = await world.done("GET", "/v1/me", token=rosa.access_token)
    assert (me["locale"], me["time_zone"]) == ("tl", "Asia/Manila")


async def test_known_and_unknown_people_get_the_same_answer(world: World) -> None:
    known = await world.sign_in()
    before = (await world.kept("people"))["people"]
    answers = [
        await world.send("POST", CAPTURES, {"email": email}, by="manager")
        for email in (ANN, "nobody@example.com", ANN)
    ]
    assert {answer.status_code for answer in answers} == {201}
    assert len({(answer.text.count('"'), len(answer.text)) for answer in answers}) == 1
    first, new, again = (answer.json() for answer in answers)
    assert first["person_id"] == again["person_id"] == known.id
    assert new["person_id"] != known.id
    people = (await world.kept("people"))["people"]
    assert [row for row in people if row["_id"] == known.id] == before


async def test_two_at_once_make_one_person(world: World) -> None:
    found = await asyncio.gather(*(capture(world) for _ in range(8)))
    assert len({one["person_id"] for one in found}) == 1
    assert len({one["id"] for one in found}) == 8
    assert len((await world.kept("people"))["people"]) == 1
    assert len((await world.kept("captures"))["captures"]) == 8


async def test_who_signs_in_while_they_are_taken_down_is_one_person(world: World) -> None:
    sign_in_id = await world.begin("rosa@example.com")
    code = await world.mailed_code()
    answer, captured = await asyncio.gather(world.try_code(sign_in_id, code), capture(world))
    assert answer.json()["person_id"] == captured["person_id"]
    assert len((await world.kept("people"))["people"]) == 1


async def test_an_account_is_as_old_as_its_first_sign_in(world: World) -> None:
    await capture(world)
    await world.time_passes("people", timedelta(days=400))
    begun = utc_now()
    first = account_of(await world.sign_in("rosa@example.com"))
    assert first >= int(begun.timestamp())
    await world.time_passes("people", timedelta(days=400))
    later = account_of(await world.sign_in("rosa@example.com"))
    assert later == first - timedelta(days=400).total_seconds()


async def test_the_trail_tells_managers_and_auditors_who_did_it(world: World) -> None:
    made = [await capture(world, by=by) for by in ("editor", "manager", "editor")]
    page = await world.done("GET", f"{CAPTURES}?limit=2", by="auditor")
    rest = await world.done("GET", f"{CAPTURES}?cursor={page['next']}", by="manager")
    assert [*page["items"], *rest["items"]] == made
    assert [one["member_id"] for one in made] == ["the_editor", "the_manager", "the_editor"]
    assert "rosa" not in str(page).lower()
    other = await world.done("GET", "/v1/brands/other/captures", by="auditor", brand="other")
    assert other == {"items": [], "next": None}


async def test_a_member_of_staff_takes_down_so_many_in_an_hour(world: World) -> None:
    before = await world.kept("people", "captures")
    for _ in range(AN_HOUR):
        await capture(world)
    refused = await world.send("POST", CAPTURES, {"email": "one.more@example.com"}, by="editor")
    assert (refused.status_code, refused.json()["type"]) == (429, "/problems/too-many-captures")
    assert 0 < int(refused.headers["retry-after"]) <= HOUR.total_seconds()
    kept = await world.kept("people", "captures")
    assert len(kept["people"]) == len(before["people"]) + 1
    assert len(kept["captures"]) == len(before["captures"]) + AN_HOUR
    await capture(world, by="manager")  # who has a bound of their own
    an_hour_before = {"$subtract": ["$$this", int(HOUR.total_seconds() * 1000)]}
    earlier = {"at": {"$map": {"input": "$at", "in": an_hour_before}}}
    await world.database["captures_made"].update_many({}, [{"$set": earlier}])
    await capture(world)


async def test_what_is_erased_is_found_no_more_and_the_trail_keeps_an_id(world: World) -> None:
    captured = await capture(world)
    rosa = await world.sign_in("rosa@example.com")
    assert (await world.send("DELETE", "/v1/me", token=rosa.access_token)).status_code == 204
    (row,) = (await world.done("GET", CAPTURES, by="manager"))["items"]
    assert row == captured
    assert (await capture(world))["person_id"] != captured["person_id"]


async def test_nothing_kept_of_a_capture_can_be_read(world: World) -> None:
    await capture(world)
    kept = str(await world.kept())
    for text in ("rosa", "Rosa", "Manila", "example.com"):
        assert text not in kept


@pytest.mark.parametrize("by", ["auditor", "finance", "juror", "expert", "participant", "operator"])
async def test_others_take_nobody_down(world: World, by: str) -> None:
    before = await world.kept("people", "captures")
    assert (await world.send("POST", CAPTURES, ROSA, by=by)).status_code == 403
    if by != "auditor":
        assert (await world.send("GET", CAPTURES, by=by)).status_code == 403
    assert await world.kept("people", "captures") == before


@pytest.mark.parametrize("brand", ["other", None])
async def test_of_another_brand_nothing_is_there(world: World, brand: str | None) -> None:
    before = await world.kept("people", "captures")
    expected = 403 if brand is None else 404
    for method, body in (("POST", ROSA), ("GET", None)):
        answer = await world.send(method, CAPTURES, body, by="manager", brand=brand)
        assert answer.status_code == expected
    assert await world.kept("people", "captures") == before


@pytest.mark.parametrize("email", ["", "rosa", "rosa@", "=?utf-8?q?a?=@example.com", "a" * 300])
async def test_what_is_no_address_is_refused(world: World, email: str) -> None:
    answer = await world.send("POST", CAPTURES, {"email": email}, by="editor")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "body.email")
