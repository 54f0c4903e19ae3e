"""An API with one of each kind of route, called over ASGI without a socket."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx2
import pytest
from fastapi import APIRouter, Depends, FastAPI, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from groundswell_kit import problems
from groundswell_kit.auth import Actor, TokenVerifier
from groundswell_kit.etags import check_if_match, etag
from groundswell_kit.health import Health
from groundswell_kit.http import (
    Caller,
    IdempotencyKey,
    IfMatch,
    OptionalCaller,
    RequestFingerprint,
    create_app,
    require,
)
from tests.support.issuer import LocalIssuer


class Thing(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: str = Field(min_length=1, max_length=100)
    count: int = Field(default=1, ge=0, le=1000)
    fields: dict[str, Any] = {}
    tags: list[str] = []


class EngineAway(Exception):
    pass


BUSY = problems.ProblemType("thing-busy", 409, "The thing is busy", "Somebody else is at it.")


@pytest.fixture(scope="session")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> LocalIssuer:
    return LocalIssuer(tmp_path_factory.mktemp("issuer"))


@pytest.fixture(scope="session")
def verifier(issuer: LocalIssuer) -> TokenVerifier:
    return TokenVerifier([issuer.settings], local_mode=True)


@pytest.fixture
def kept() -> list[Thing]:
    """What the API has taken; bad input must leave it empty."""
    return []


@pytest.fixture
def router(kept: list[Thing]) -> APIRouter:
    router = APIRouter()

    @router.post("/v1/things", status_code=201)
    async def make_thing(thing: Thing, _key: IdempotencyKey = None) -> Thing:
        kept.append(thing)
        return thing

    @router.get("/v1/things")
    async def list_things(limit: Annotated[int, Query(ge=1, le=100)] = 20) -> dict[str, int]:
        return {"limit": limit}

    @router.get("/v1/things/{number}")
    async def show_thing(number: int, response: Response) -> dict[str, int]:
        response.headers["ETag"] = etag(3)
        return {"number": number}

    @router.put("/v1/things/{number}")
    async def change_thing(number: int, thing: Thing, if_match: IfMatch = None) -> int:
        check_if_match(if_match, 3)
        kept.append(thing)
        return number

    @router.post("/v1/digests")
    async def digest(thing: Thing, fingerprint: RequestFingerprint) -> str:
        return f"{thing.title} {fingerprint}"

    @router.get("/v1/me")
    async def me(actor: Caller) -> dict[str, Any]:
        return {"subject": actor.subject, "brand_id": actor.brand_id}

    @router.get("/v1/maybe-me")
    async def maybe_me(actor: OptionalCaller) -> str | None:
        return actor.subject if actor else None

    @router.post("/v1/edits")
    async def edit(actor: Annotated[Actor, Depends(require("editor", "manager"))]) -> str:
        return actor.subject

    @router.get("/v1/broken")
    async def broken() -> None:
        raise RuntimeError("the secret of the house")

    @router.get("/v1/busy")
    async def busy() -> None:
        raise problems.conflict("Try later.", BUSY)

    @router.get("/v1/away")
    async def away() -> None:
        raise EngineAway("at 10.0.0.7")

    router.patch("/v1/blobs/{number}")(_take_bytes)
    return router


async def _take_bytes(number: int, request: Request) -> int:
    return number + len(await request.body())


@pytest.fixture
def app(router: APIRouter, verifier: TokenVerifier) -> FastAPI:
    return create_app(
        title="Things",
        version="1",
        routers=[router],
        health=Health("api"),
        verifier=verifier,
        problem_types=[BUSY],
        away=[EngineAway],
        max_body_bytes=2_000,
        raw_bodies={"/v1/blobs/{number}": 5_000},
    )


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://api.test") as client:
        yield client
