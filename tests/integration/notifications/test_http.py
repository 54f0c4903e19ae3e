"""What people can read and set over HTTP: their own, and nothing of others."""

import pytest

from groundswell_notifications.audience.rules import PERSON_KINDS
from groundswell_notifications.email.rules import MailKind, unsubscribe_token
from tests.integration.notifications import events
from tests.integration.notifications.world import World
from tests.support.service import Json

ROUTES = [
    ("GET", "/v1/inbox", None),
    ("POST", "/v1/inbox/msg_1/read", None),
    ("GET", "/v1/preferences", None),
    ("PUT", "/v1/preferences", {kind: {"email": True} for kind in PERSON_KINDS}),
    ("GET", "/v1/follows", None),
    ("GET", "/v1/follows/con_1", None),
    ("PUT", "/v1/follows/con_1", None),
    ("DELETE", "/v1/follows/con_1", None),
]


def token(world: World, person_id: str, kind: str) -> str:
    key = world.settings.notifications_link_key.get_secret_value().encode()
    return unsubscribe_token(MailKind(person_id, kind), key)  # type: ignore[arg-type] # a kind


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
async def test_only_participants_and_staff_have_an_inbox(
    world: World, method: str, path: str, body: object
) -> None:
    assert (await world.send(method, path, body, by=None)).status_code == 401
    machine = await world.send(method, path, body, by="c", roles=["integrator"], brand_id="nerc")
    assert machine.status_code == 403
    for role in ("manager", "expert"):
        member = await world.send(method, path, body, by="m", roles=[role], brand_id="nerc")
        assert (member.status_code == 403) == path.startswith("/v1/follows")


async def test_an_inbox_is_read_newest_first_in_pages(world: World) -> None:
    ideas = [events.submitted("con_1", "ada", n) for n in range(5)]
    await world.hear(*ideas, events.submitted("con_1", "bob"))
    first = await world.done("GET", "/v1/inbox?limit=2", by="ada")
    second = await world.done("GET", f"/v1/inbox?limit=2&cursor={first['next']}", by="ada")
    third = await world.done("GET", f"/v1/inbox?limit=2&cursor={second['next']}", by="ada")
    assert third["next"] is None
    items: list[Json] = first["items"] + second["items"] + third["items"]
    # Those of one millisecond are in an order of their own, the same each time.
    assert [i["created_at"] for i in items] == sorted(
        (i["created_at"] for i in items), reverse=True
    )
    assert {item["idea_id"] for item in items} == {f"idea_con_1_ada_{n}" for n in range(5)}
    assert [page["unread"] for page in (first, second, third)] == [5, 5, 5]


async def test_a_message_is_read_once(world: World) -> None:
    await world.hear(events.submitted("con_1", "ada"))
    (item,) = await world.inbox("ada")
    read = await world.done("POST", f"/v1/inbox/{item['id']}/read", by="ada")
    assert read["read_at"] is not None
    assert read == item | {"read_at": read["read_at"]}
    assert await world.done("POST", f"/v1/inbox/{item['id']}/read", by="ada") == read
    assert await world.inbox("ada") == [read]
    assert (await world.done("GET", "/v1/inbox", by="ada"))["unread"] == 0


async def test_a_message_is_nothing_to_strangers(world: World) -> None:
    await world.hear(events.submitted("con_1", "ada"))
    (item,) = await world.inbox("ada")
    assert await world.inbox("bob") == []
    for path in (f"/v1/inbox/{item['id']}/read", "/v1/inbox/msg_1/read"):
        assert (await world.send("POST", path, by="bob")).status_code == 404
    assert (await world.inbox("ada"))[0]["read_at"] is None
    page = await world.done("GET", "/v1/inbox?limit=1", by="ada")
    assert page["next"] is None
    assert (await world.send("GET", "/v1/inbox?cursor=x", by="ada")).status_code == 422


async def test_choices_are_each_persons_own(world: World) -> None:
    everything = {kind: {"email": True} for kind in PERSON_KINDS}
    assert await world.done("GET", "/v1/preferences", by="ada") == everything
    chosen = everything | {"won": {"email": False}}
    for _ in range(2):
        assert await world.done("PUT", "/v1/preferences", chosen, by="ada") == chosen
    assert await world.done("GET", "/v1/preferences", by="ada") == chosen
    assert await world.done("GET", "/v1/preferences", by="bob") == everything


async def test_staff_choose_among_what_staff_are_told(world: World) -> None:
    ed: Json = {"by": "staff_ed", "roles": ["editor", "manager"], "brand_id": "nerc"}
    everything = {kind: {"email": True} for kind in ("staff_briefed", "answer_overdue")}
    assert await world.done("GET", "/v1/preferences", **ed) == everything
    chosen = everything | {"staff_briefed": {"email": False}}
    assert await world.done("PUT", "/v1/preferences", chosen, **ed) == chosen
    assert await world.done("GET", "/v1/preferences", **ed) == chosen
    for wrong in ({"staff_briefed": {"email": True}}, chosen | {"won": {"email": True}}):
        refused = await world.send("PUT", "/v1/preferences", wrong, **ed)
        assert (refused.status_code, refused.json()["errors"][0]["rule"]) == (422, "kinds")
    for_staff = await world.send("PUT", "/v1/preferences", chosen, by="ada")
    assert for_staff.status_code == 422
    expert: Json = {"by": "staff_prof", "roles": ["expert"], "brand_id": "nerc"}
    asked = {"review_asked": {"email": False}}
    assert await world.done("PUT", "/v1/preferences", asked, **expert) == asked


@pytest.mark.parametrize(
    "body", [{}, [], {"won": {"email": False}}, {"rain": {"email": True}}, {"won": False}]
)
async def test_choices_are_complete(world: World, body: object) -> None:
    assert (await world.send("PUT", "/v1/preferences", body, by="ada")).status_code == 422


async def test_a_contest_is_followed(world: World) -> None:
    assert (await world.send("PUT", "/v1/follows/con_1", by="ada")).status_code == 404
    await world.hear(events.published("con_1"), events.published("con_2"))
    assert (await world.send("GET", "/v1/follows/con_1", by="ada")).status_code == 404
    followed = await world.done("PUT", "/v1/follows/con_1", by="ada")
    assert (followed["contest_id"], followed["title"]) == ("con_1", events.TITLE)
    assert await world.done("PUT", "/v1/follows/con_1", by="ada") == followed
    assert await world.done("GET", "/v1/follows/con_1", by="ada") == followed
    other = await world.done("PUT", "/v1/follows/con_2", by="ada")

    page = await world.done("GET", "/v1/follows?limit=1", by="ada")
    assert page["items"] == [followed]
    behind = await world.done("GET", f"/v1/follows?limit=1&cursor={page['next']}", by="ada")
    assert behind == {"items": [other], "next": None}
    assert (await world.done("GET", "/v1/follows", by="bob"))["items"] == []

    for _ in range(2):
        assert (await world.send("DELETE", "/v1/follows/con_1", by="ada")).status_code == 204
    assert (await world.send("GET", "/v1/follows/con_1", by="ada")).status_code == 404
    assert await world.database["members"].count_documents({"contest_id": "con_1"}) == 0


async def test_a_link_ends_mails_without_a_sign_in(world: World) -> None:
    path = f"/v1/unsubscribes/{token(world, 'ada', 'won')}"
    for _ in range(2):
        assert await world.done("POST", path, by=None) == {"kind": "won", "email": False}
    choices = await world.done("GET", "/v1/preferences", by="ada")
    assert [kind for kind in PERSON_KINDS if not choices[kind]["email"]] == ["won"]
    assert (await world.send("GET", path, by=None)).status_code == 405


@pytest.mark.parametrize("made_up", ["x", "AAAA" * 20, "y" * 599, "%00"])
async def test_a_made_up_link_ends_nothing(world: World, made_up: str) -> None:
    answer = await world.send("POST", f"/v1/unsubscribes/{made_up}", by=None)
    assert answer.status_code == 404
    assert await world.database["preferences"].count_documents({}) == 0


async def test_the_documentation_shows_each_route(world: World) -> None:
    paths = (await world.done("GET", "/openapi.json", by=None))["paths"]
    described = {
        ("/v1/inbox", "get"),
        ("/v1/inbox/{message_id}/read", "post"),
        ("/v1/preferences", "get"),
        ("/v1/preferences", "put"),
        ("/v1/follows", "get"),
        ("/v1/follows/{contest_id}", "get"),
        ("/v1/follows/{contest_id}", "put"),
        ("/v1/follows/{contest_id}", "delete"),
        ("/v1/unsubscribes/{token}", "post"),
    }
    shown = {(path, method) for path, methods in paths.items() for method in methods}
    assert described == {pair for pair in shown if pair[0].startswith("/v1")}
