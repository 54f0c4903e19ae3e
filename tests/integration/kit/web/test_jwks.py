"""Keys over HTTP: fetched once, again for a new one, and kept while the issuer is away."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from groundswell_kit import issuer_keys
from groundswell_kit.asgi import Receive, Scope, Send, respond
from groundswell_kit.auth import TokenVerifier
from groundswell_kit.problems import Problem
from groundswell_kit.server import HttpServer
from groundswell_kit.settings import Issuer
from tests.support.issuer import LocalIssuer, jwks, new_key, signed


class Site:
    """Publishes the keys of an issuer over HTTP, and counts how often it is asked."""

    def __init__(self, issuer: LocalIssuer) -> None:
        self.issuer = issuer
        self.document = jwks(issuer.key)
        self.asked = 0
        self._server = HttpServer("jwks", "127.0.0.1", 0, self._answer)
        self._server.open()
        self._serving = asyncio.create_task(self._server.serve())
        url = f"http://127.0.0.1:{self._server.port}/jwks"
        self.verifier = TokenVerifier([Issuer(issuer=issuer.name, jwks_url=url)])

    async def _answer(self, _: Scope, __: Receive, send: Send) -> None:
        self.asked += 1
        await asyncio.sleep(0.05)
        await respond(send, 200, [(b"content-type", b"application/json")], self.document)

    async def go_away(self) -> None:
        await self._server.drain(1)
        await self._serving

    async def status(self, token: str) -> int:
        """What a request with this token would get: 200, 401 or 503."""
        try:
            await self.verifier.verify(token)
        except Problem as refused:
            return refused.kind.status
        return 200


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    site = Site(LocalIssuer(tmp_path))
    yield site
    await site.go_away()


async def test_keys_are_fetched_once_for_many_requests_at_once(site: Site) -> None:
    token = site.issuer.token()
    assert await asyncio.gather(*(site.status(token) for _ in range(50))) == [200] * 50
    assert await site.status(token) == 200
    assert site.asked == 1


async def test_invented_key_ids_do_not_make_us_ask_again_and_again(site: Site) -> None:
    assert await site.status(site.issuer.token()) == 200
    for number in range(20):
        invented = signed(site.issuer.key, site.issuer.claims(), kid=f"invented-{number}")
        assert await site.status(invented) == 401
    assert site.asked == 1


async def test_a_new_key_is_found_and_an_old_one_forgotten(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuer_keys, "REFETCH_SECONDS", 0.0)
    old_token = site.issuer.token()
    assert await site.status(old_token) == 200
    new = new_key()
    site.document = jwks(new)
    assert await site.status(signed(new, site.issuer.claims())) == 200
    assert await site.status(old_token) == 401


async def test_a_withdrawn_key_is_refused_once_what_we_know_is_stale(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuer_keys, "REFETCH_SECONDS", 0.0)
    monkeypatch.setattr(issuer_keys, "FRESH_SECONDS", 0.0)
    assert await site.status(site.issuer.token()) == 200
    site.document = jwks(new_key())
    assert await site.status(site.issuer.token()) == 401


@pytest.mark.parametrize("document", [b"", b"{}", b"[]", b'{"keys": []}', b'{"keys": [{}]}'])
async def test_keys_are_kept_while_the_issuer_answers_nonsense(
    site: Site, monkeypatch: pytest.MonkeyPatch, document: bytes
) -> None:
    monkeypatch.setattr(issuer_keys, "REFETCH_SECONDS", 0.0)
    monkeypatch.setattr(issuer_keys, "FRESH_SECONDS", 0.0)
    assert await site.status(site.issuer.token()) == 200
    site.document = document
    assert await site.status(site.issuer.token()) == 200
    assert site.asked == 2


async def test_keys_are_kept_while_the_issuer_is_away(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuer_keys, "REFETCH_SECONDS", 0.0)
    monkeypatch.setattr(issuer_keys, "FRESH_SECONDS", 0.0)
    token = site.issuer.token()
    assert await site.status(token) == 200
    await site.go_away()
    assert await site.status(token) == 200


async def test_an_issuer_never_reached_is_503_and_asked_again_soon(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuer_keys, "FIRST_RETRY_SECONDS", 0.0)
    away = Site(LocalIssuer(tmp_path))
    document, away.document = away.document, b"<html>starting</html>"
    assert await away.status(away.issuer.token()) == 503
    away.document = document
    assert await away.status(away.issuer.token()) == 200
    await away.go_away()
