"""Brands, their members and their machines, by operators and managers."""

import asyncio

import pytest

from groundswell_contracts.event import Event
from groundswell_contracts.people import NO_BRAND, MemberInvited, MemberRemoved
from groundswell_identity import app as wiring
from groundswell_kit.outbox import Outbox
from tests.integration.identity.world import BRAND, World
from tests.support.broken_outbox import add_and_break
from tests.support.service import Json

MEMBERS = f"/v1/brands/{BRAND}/members"
CLIENTS = f"/v1/brands/{BRAND}/clients"


async def invite(world: World, email: str, *roles: str, by: str = "manager") -> Json:
    return await world.done("PUT", MEMBERS, {"email": email, "roles": roles}, by=by)


async def members(world: World) -> dict[str, Json]:
    listed = await world.done("GET", MEMBERS, by="manager")
    return {member["email"]: member for member in listed["items"]}


async def test_an_operator_founds_a_brand_and_invites_its_manager(world: World) -> None:
    made = await world.done("POST", "/v1/brands", {"id": BRAND, "name": " NERC "}, by="operator")
    assert made == {"id": BRAND, "name": "NERC"}
    manager = await invite(world, " Boss@EXAMPLE.com ", "manager", by="operator")
    assert (manager["email"], manager["roles"], manager["joined_at"]) == (
        "boss@example.com",
        ["manager"],
        None,
    )
    assert await world.done("GET", f"/v1/brands/{BRAND}", by="editor") == made


async def test_addresses_are_kept_by_nobody_on_the_way(world: World) -> None:
    await world.brand()
    body = {"email": "ed@example.com", "roles": ["editor"]}
    for answer in (
        await world.send("PUT", MEMBERS, body, by="manager"),
        await world.send("GET", MEMBERS, by="manager"),
    ):
        assert "ed@example.com" in answer.text
        assert answer.headers["cache-control"] == "no-store"


async def told(world: World) -> list[Event]:
    """What others hear of the brand's members, in the order of each."""
    return [event.data for event in await world.events() if event.brand_id == BRAND]


async def test_others_hear_of_members_by_id_alone(world: World) -> None:
    await world.brand()
    boss = (await members(world))["boss@example.com"]["id"]
    member = (await invite(world, "ed@example.com", "juror", "editor"))["id"]
    for _ in range(2):  # a repeat tells nothing
        await invite(world, "ed@example.com", "auditor")
    for _ in range(2):
        await world.send("DELETE", f"{MEMBERS}/{member}", by="manager")
    refused = await world.send("DELETE", f"{MEMBERS}/{boss}", by="manager")
    assert refused.status_code == 409
    heard = await told(world)
    assert [event for event in heard if event.key == boss] == [
        MemberInvited(member_id=boss, roles=("manager",))
    ]
    assert [event for event in heard if event.key == member] == [
        MemberInvited(member_id=member, roles=("editor", "juror")),
        MemberInvited(member_id=member, roles=("auditor",)),
        MemberRemoved(member_id=member),
    ]
    assert "example.com" not in str(await world.kept("outbox"))


async def test_without_its_event_no_member_is_kept(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.brand()
    before = await world.kept()
    monkeypatch.setattr(Outbox, "add", add_and_break)
    body = {"email": "ed@example.com", "roles": ["editor"]}
    assert (await world.send("PUT", MEMBERS, body, by="manager")).status_code == 500
    assert await world.kept() == before


async def test_a_members_address_is_for_the_machine_that_mails(world: World) -> None:
    await world.brand()
    await world.brand("other")
    member = (await invite(world, "ed@example.com", "editor"))["id"]
    path, machine = f"{MEMBERS}/{member}/address", await world.machine_token()
    answer = await world.send("GET", path, token=machine)
    assert answer.json() == {"email": "ed@example.com"}
    assert answer.headers["cache-control"] == "no-store"
    for by in ("participant", "editor", "manager", "operator", "integrator"):
        assert (await world.send("GET", path, by=by)).status_code == 403
    elsewhere = f"/v1/brands/other/members/{member}/address"
    assert (await world.send("GET", elsewhere, token=machine)).status_code == 404
    await world.send("DELETE", f"{MEMBERS}/{member}", by="manager")
    assert (await world.send("GET", path, token=machine)).status_code == 404


async def test_a_brand_without_an_id_gets_one(world: World) -> None:
    made = await world.done("POST", "/v1/brands", {"name": "B"}, by="operator")
    assert made["id"].startswith("brand_")


async def test_one_brand_of_an_id(world: World) -> None:
    await world.brand()
    answer = await world.send("POST", "/v1/brands", {"id": BRAND, "name": "B"}, by="operator")
    assert answer.status_code == 409


@pytest.mark.parametrize("brand_id", [NO_BRAND, "", "Nerc", "a b", "-a", "a" * 64, "a\n"])
async def test_what_no_brand_is_called(world: World, brand_id: str) -> None:
    body = {"id": brand_id, "name": "B"}
    answer = await world.send("POST", "/v1/brands", body, by="operator")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "body.id")


@pytest.mark.parametrize("by", ["manager", "editor", "participant", "integrator"])
async def test_only_operators_found_brands(world: World, by: str) -> None:
    answer = await world.send("POST", "/v1/brands", {"name": "B"}, by=by)
    assert answer.status_code == 403


async def test_the_command_for_the_first_brand_may_be_repeated(world: World) -> None:
    first = await wiring.add_brand(world.settings, BRAND, "NERC", "boss@example.com")
    again = await wiring.add_brand(world.settings, BRAND, "NERC", "boss@example.com")
    assert first.id == again.id
    assert list(await members(world)) == ["boss@example.com"]


async def test_another_invitation_changes_the_roles(world: World) -> None:
    await world.brand()
    first = await invite(world, "ed@example.com", "editor", "juror", "editor")
    again = await invite(world, "ED@example.com", "finance")
    assert first["id"] == again["id"]
    assert (first["roles"], again["roles"]) == (["editor", "juror"], ["finance"])


async def test_a_member_is_removed(world: World) -> None:
    await world.brand()
    member = await invite(world, "ed@example.com", "editor")
    path = f"{MEMBERS}/{member['id']}"
    assert (await world.send("DELETE", path, by="manager")).status_code == 204
    assert (await world.send("DELETE", path, by="manager")).status_code == 404
    assert list(await members(world)) == ["boss@example.com"]


@pytest.mark.parametrize("by", ["manager", "operator"])
async def test_the_last_manager_stays(world: World, by: str) -> None:
    await world.brand()
    boss = (await members(world))["boss@example.com"]
    removed = await world.send("DELETE", f"{MEMBERS}/{boss['id']}", by=by)
    body = {"email": "boss@example.com", "roles": ["editor"]}
    demoted = await world.send("PUT", MEMBERS, body, by=by)
    for refused in (removed, demoted):
        assert (refused.status_code, refused.json()["errors"][0]["rule"]) == (409, "last-manager")


async def test_two_managers_who_remove_each_other_leave_one(world: World) -> None:
    await world.brand()
    await invite(world, "other@example.com", "manager")
    ids = [member["id"] for member in (await members(world)).values()]
    answers = await asyncio.gather(
        *(world.send("DELETE", f"{MEMBERS}/{member}", by="manager") for member in ids)
    )
    assert sorted(answer.status_code for answer in answers) == [204, 409]


async def test_one_invitation_of_an_address_at_once(world: World) -> None:
    await world.brand()
    invited = await asyncio.gather(*(invite(world, "ed@example.com", "editor") for _ in range(5)))
    assert len({member["id"] for member in invited}) == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"email": "ed", "roles": ["editor"]}, "body.email"),
        ({"email": "ed@example.com", "roles": []}, "body.roles"),
        ({"email": "ed@example.com", "roles": ["operator"]}, "body.roles.0"),
        ({"email": "ed@example.com", "roles": ["participant"]}, "body.roles.0"),
    ],
)
async def test_bad_invitations_are_named(world: World, body: dict[str, object], field: str) -> None:
    await world.brand()
    answer = await world.send("PUT", MEMBERS, body, by="manager")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


async def test_members_and_clients_in_pages(world: World) -> None:
    await world.brand()
    for number in range(4):
        await invite(world, f"ed{number}@example.com", "editor")
        body = {"name": f"shop {number}", "scopes": ["events:read"]}
        await world.done("POST", CLIENTS, body, by="manager")
    assert len(await names_in_pages(world, MEMBERS, "email")) == 5
    assert len(await names_in_pages(world, CLIENTS, "name")) == 4


async def names_in_pages(world: World, path: str, name: str) -> set[str]:
    """What all pages of a list show, each once."""
    found: list[str] = []
    page = await world.done("GET", f"{path}?limit=2", by="manager")
    found += [item[name] for item in page["items"]]
    while page["next"] is not None:
        page = await world.done("GET", f"{path}?limit=2&cursor={page['next']}", by="manager")
        found += [item[name] for item in page["items"]]
    assert len(set(found)) == len(found)
    return set(found)


async def test_a_secret_is_shown_once(world: World) -> None:
    await world.brand()
    body = {"name": "shop", "scopes": ["sales:write"]}
    answer = await world.send("POST", CLIENTS, body, by="manager")
    made = answer.json()
    assert answer.headers["cache-control"] == "no-store"
    assert len(made["client_secret"]) == 43
    listed = await world.done("GET", CLIENTS, by="manager")
    (shown,) = listed["items"]
    assert shown == {name: made[name] for name in made if name != "client_secret"}
    assert made["client_secret"] not in str(await world.kept())


@pytest.mark.parametrize("scope", ["addresses:read", "operator", ""])
async def test_no_brand_gives_what_is_not_its_own(world: World, scope: str) -> None:
    await world.brand()
    answer = await world.send("POST", CLIENTS, {"name": "x", "scopes": [scope]}, by="manager")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "body.scopes.0")


async def test_another_brands_manager_finds_nothing(world: World) -> None:
    await world.brand()
    await world.brand("other")
    member = await invite(world, "ed@example.com", "editor")
    client = await world.done(
        "POST", CLIENTS, {"name": "shop", "scopes": ["sales:write"]}, by="manager"
    )
    before = await world.kept("members", "clients", "brands")
    invitation = {"email": "me@example.com", "roles": ["manager"]}
    requests = [
        ("GET", f"/v1/brands/{BRAND}", None),
        ("GET", MEMBERS, None),
        ("PUT", MEMBERS, invitation),
        ("DELETE", f"{MEMBERS}/{member['id']}", None),
        ("GET", CLIENTS, None),
        ("POST", CLIENTS, {"name": "x", "scopes": ["events:read"]}),
        ("DELETE", f"{CLIENTS}/{client['client_id']}", None),
    ]
    for method, path, body in requests:
        answer = await world.send(method, path, body, by="manager", brand="other")
        assert answer.status_code == 404, (method, path)
        no_brand = await world.send(method, path, body, by="manager", brand=None)
        assert no_brand.status_code == 404, (method, path)
    own = f"/v1/brands/other/clients/{client['client_id']}"
    assert (await world.send("DELETE", own, by="manager", brand="other")).status_code == 404
    assert await world.kept("members", "clients", "brands") == before


@pytest.mark.parametrize("by", ["auditor", "editor", "finance", "juror", "participant"])
async def test_only_managers_see_and_change_who_works_for_the_brand(world: World, by: str) -> None:
    await world.brand()
    for method, path in (("GET", MEMBERS), ("GET", CLIENTS), ("DELETE", f"{MEMBERS}/x")):
        assert (await world.send(method, path, by=by)).status_code == 403


async def test_nothing_of_a_brand_that_is_not(world: World) -> None:
    for method, path, body in (
        ("GET", MEMBERS, None),
        ("PUT", MEMBERS, {"email": "a@example.com", "roles": ["editor"]}),
        ("POST", CLIENTS, {"name": "x", "scopes": ["events:read"]}),
        ("GET", CLIENTS, None),
    ):
        assert (await world.send(method, path, body, by="operator")).status_code == 404
