"""Who is let in by the dependencies that the services' routes share."""

from typing import Annotated, Any

import httpx2
import pytest
from fastapi import APIRouter, Depends, FastAPI

from groundswell_kit.access import AnyReader, AnyStaff, Editor, Manager, Participant, machine
from groundswell_kit.auth import Actor, TokenVerifier
from groundswell_kit.health import Health
from groundswell_kit.http import create_app
from tests.support.issuer import LocalIssuer
from tests.unit.kit.web.test_api import bearer
from tests.unit.kit.web.test_bad_input import problem

GUARDS: dict[str, Any] = {
    "staff": AnyStaff,
    "editor": Editor,
    "manager": Manager,
    "participant": Participant,
}


@pytest.fixture
async def client(verifier: TokenVerifier) -> httpx2.AsyncClient:
    router = APIRouter()
    for name, guard in GUARDS.items():
        router.get(f"/{name}")(_guarded(guard))

    router.get("/machine")(_guarded(Annotated[Actor, Depends(machine("addresses:read"))]))

    @router.get("/reader")
    async def read(reader: AnyReader) -> list[str | None]:
        return [reader.subject, reader.staff_of]

    app: FastAPI = create_app(
        title="t", version="1", routers=[router], health=Health("t"), verifier=verifier
    )
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://t")


def _guarded(guard: Any) -> Any:
    async def route(caller: guard) -> str:
        return str(caller.subject)

    return route


@pytest.mark.parametrize(
    ("roles", "let_in"),
    [
        (["participant"], {"participant"}),
        (["editor"], {"staff", "editor"}),
        (["manager"], {"staff", "editor", "manager"}),
        (["auditor"], {"staff"}),
        (["expert"], set()),
        (["operator"], set()),
        ([], set()),
    ],
)
async def test_a_role_opens_its_own_doors(
    client: httpx2.AsyncClient, issuer: LocalIssuer, roles: list[str], let_in: set[str]
) -> None:
    token = issuer.token(sub="ann", roles=roles, brand_id="acme")
    for door in GUARDS:
        answer = await client.get(f"/{door}", headers=bearer(token))
        if door in let_in:
            assert answer.json() == "ann", door
        else:
            problem(answer, 403, "forbidden")


async def test_staff_without_a_brand_are_nobodys_staff(
    client: httpx2.AsyncClient, issuer: LocalIssuer
) -> None:
    token = issuer.token(sub="ann", roles=["manager"])
    problem(await client.get("/manager", headers=bearer(token)), 403, "forbidden")
    assert (await client.get("/reader", headers=bearer(token))).json() == ["ann", None]


async def test_a_machine_needs_the_scope(client: httpx2.AsyncClient, issuer: LocalIssuer) -> None:
    good = issuer.token(sub="mailer", roles=[], scope="events:read addresses:read")
    assert (await client.get("/machine", headers=bearer(good))).json() == "mailer"
    for scope in ("", "addresses", "addresses:readers", "events:read"):
        other = issuer.token(sub="mailer", roles=["integrator"], scope=scope)
        problem(await client.get("/machine", headers=bearer(other)), 403, "forbidden")


async def test_a_reader_may_be_anybody(client: httpx2.AsyncClient, issuer: LocalIssuer) -> None:
    assert (await client.get("/reader")).json() == [None, None]
    participant = issuer.token(sub="pat", roles=["participant"])
    assert (await client.get("/reader", headers=bearer(participant))).json() == ["pat", None]
    editor = issuer.token(sub="ed", roles=["editor"], brand_id="acme")
    assert (await client.get("/reader", headers=bearer(editor))).json() == ["ed", "acme"]
    expert = issuer.token(sub="mo", roles=["expert"], brand_id="acme")
    assert (await client.get("/reader", headers=bearer(expert))).json() == ["mo", None]
    problem(await client.get("/reader", headers=bearer("x")), 401, "unauthenticated")
