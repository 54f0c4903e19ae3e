"""Signing keys on a real MongoDB, and verifiers that follow them over a real URL."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import httpx2
import pytest

from groundswell_identity import app as wiring
from groundswell_identity.keys import queries
from groundswell_identity.keys.commands import KeyCommands
from groundswell_identity.keys.rules import KEPT_AFTER, PUBLISHED_AHEAD
from groundswell_kit import issuer_keys
from groundswell_kit.auth import TokenVerifier
from groundswell_kit.health import Health
from groundswell_kit.problems import Problem
from groundswell_kit.server import HttpServer
from groundswell_kit.settings import Issuer
from groundswell_local.engines import Engines
from tests.integration.identity.provider import Provider
from tests.integration.identity.world import World, new_world
from tests.support.issuer import LocalIssuer
from tests.support.mailbox import mailbox


@dataclass
class Site:
    """The service on a port of its own, with its world."""

    world: World
    address: str

    @property
    def keys(self) -> KeyCommands:
        return self.world.stores.key_commands(self.world.settings)

    @property
    def published_at(self) -> str:
        return f"{self.address}/.well-known/jwks.json"

    async def key_ids(self) -> list[str]:
        async with httpx2.AsyncClient(timeout=30) as client:
            answer = await client.get(self.published_at)
        assert answer.headers["cache-control"] == "public, max-age=300"
        return [key["kid"] for key in answer.json()["keys"]]

    async def time_passes(self, passed: timedelta) -> None:
        await self.world.time_passes("signing_keys", passed)


@pytest.fixture
async def site(
    engines: Engines, issuer: LocalIssuer, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Site]:
    """Keys are read anew each time, as if half a minute had passed."""
    monkeypatch.setattr(queries, "KEYS_KNOWN_FOR", timedelta(seconds=-1))
    async with new_world(engines, issuer, provider.settings) as world, mailbox() as box:
        app = wiring.create_api(world.settings, world.stores, Health("api"))
        server = HttpServer("api", "127.0.0.1", 0, app)
        server.open()
        serving = asyncio.create_task(server.serve())
        yield Site(world.with_mailbox(box), f"http://127.0.0.1:{server.port}")
        await server.drain(1)
        await serving


def verifier(site: Site) -> TokenVerifier:
    """As every other service has it."""
    issuer = site.world.settings.identity_issuer
    return TokenVerifier([Issuer(issuer=issuer, jwks_url=site.published_at)])


async def test_tokens_are_good_everywhere_across_a_rotation(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A verifier that fetches at its own pace never refuses a token that has not expired."""
    monkeypatch.setattr(issuer_keys, "REFETCH_SECONDS", 3600.0)
    person = await site.world.sign_in()
    early = verifier(site)
    assert (await early.verify(person.access_token)).subject == person.id
    (first,) = await site.key_ids()

    await site.keys.rotate()
    assert len(await site.key_ids()) == 2
    waiting = await site.world.sign_in()
    await early.verify(waiting.access_token)  # It has not heard of the new key, and need not.
    middle = verifier(site)
    await middle.verify(waiting.access_token)

    await site.time_passes(PUBLISHED_AHEAD)
    rotated = await site.world.sign_in()
    for token in (person.access_token, waiting.access_token, rotated.access_token):
        await middle.verify(token)
    with pytest.raises(Problem):
        await early.verify(rotated.access_token)  # It fetched nothing for half an hour.

    await site.time_passes(KEPT_AFTER)
    await site.keys.keep()
    (second,) = await site.key_ids()
    assert second != first
    late = verifier(site)
    await late.verify(rotated.access_token)
    with pytest.raises(Problem):
        await late.verify(person.access_token)


async def test_the_service_itself_knows_all_keys_that_are_good(site: Site) -> None:
    before = await site.world.sign_in()
    await site.keys.rotate()
    await site.time_passes(PUBLISHED_AHEAD)
    after = await site.world.sign_in()
    for person in (before, after):
        me = await site.world.done("GET", "/v1/me", token=person.access_token)
        assert me["person_id"] == person.id


async def test_a_key_is_made_in_time(site: Site) -> None:
    every = timedelta(days=site.world.settings.identity_key_days)
    await site.time_passes(every - PUBLISHED_AHEAD - timedelta(minutes=1))
    await site.keys.keep()
    assert len(await site.key_ids()) == 1
    await site.time_passes(timedelta(minutes=1))
    await site.keys.keep()
    assert len(await site.key_ids()) == 2


async def test_many_workers_make_one_key(site: Site) -> None:
    await site.time_passes(timedelta(days=site.world.settings.identity_key_days))
    await asyncio.gather(*(site.keys.keep() for _ in range(6)))
    assert len(await site.key_ids()) == 2


async def test_rotating_by_hand_again_makes_no_other_key(site: Site) -> None:
    times = await asyncio.gather(*(site.keys.rotate() for _ in range(4)))
    assert len(set(times)) == 1
    assert await wiring.rotate_keys(site.world.settings) == times[0]
    assert len(await site.key_ids()) == 2


async def test_only_public_halves_are_published(site: Site) -> None:
    async with httpx2.AsyncClient(timeout=30) as client:
        (key,) = (await client.get(site.published_at)).json()["keys"]
    assert key.keys() == {"kty", "crv", "x", "y", "kid", "use", "alg"}
    assert key["x"] not in str(await site.world.kept("signing_keys"))


async def test_without_a_key_nothing_is_promised(site: Site) -> None:
    await site.world.database["signing_keys"].delete_many({})
    health = Health("api")
    app = wiring.create_api(site.world.settings, site.world.stores, health)
    assert (await health.ready()).keys() == {"keys"}
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://x") as client:
        assert (await client.get("/.well-known/jwks.json")).status_code == 503
        await site.keys.keep()
        assert (await client.get("/.well-known/jwks.json")).status_code == 200
    assert await health.ready() == {}
