"""Providers that answer wrongly: nobody is let in, and nothing breaks."""

import asyncio
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import OctKey
from pydantic import SecretStr

from groundswell_identity.settings import OidcProvider
from groundswell_identity.staff import oidc
from groundswell_identity.staff.oidc import OidcClient, ProviderAway, ProviderRefused, Subject
from groundswell_identity.staff.rules import StaffSignIn
from groundswell_kit.asgi import Receive, Scope, Send, respond
from groundswell_kit.clock import utc_now
from groundswell_kit.server import HttpServer
from tests.support.issuer import jwks, new_key, signed

NONCE = "the nonce"
SIGN_IN = StaffSignIn(
    "id", "liar", "nerc", "https://c.test/", "state", NONCE, "verifier", utc_now()
)


@cache
def rsa_key(_name: str) -> Any:
    """One for each name: they take a moment to make."""
    return new_key("RS256")


@dataclass
class Liar:
    """A provider whose answers are set by the test; it begins honest."""

    key: Any = field(default_factory=lambda: rsa_key("its own"))
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    issuer: str = ""
    asked: list[str] = field(default_factory=list)

    def be_honest(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        metadata = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize?tenant=1",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }
        self.says("/.well-known/openid-configuration", metadata)
        self.answers["/jwks"] = 200, jwks(self.key)
        self.hands_out(signed(self.key, self.claims(), "RS256"))

    def says(self, path: str, document: object, status: int = 200) -> None:
        self.answers[path] = status, json.dumps(document).encode()

    def hands_out(self, id_token: str) -> None:
        self.says("/token", {"access_token": "x", "token_type": "Bearer", "id_token": id_token})

    def claims(self, **changes: object) -> dict[str, Any]:
        now = int(time.time())
        return {
            "iss": self.issuer,
            "aud": "console",
            "sub": "boss",
            "nonce": NONCE,
            "iat": now,
            "exp": now + 300,
            "email": "boss@example.com",
            "email_verified": True,
            **changes,
        }

    @property
    def client(self) -> OidcClient:
        return OidcClient(
            OidcProvider(
                name="liar",
                issuer=self.issuer,
                client_id="console",
                client_secret=SecretStr("s"),
                redirect_uris=["https://c.test/"],
            )
        )

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive()).get("more_body"):
            pass
        self.asked.append(scope["path"])
        status, body = self.answers[scope["path"]]
        redirect = [(b"location", b"/jwks")] if status == 302 else []
        await respond(send, status, redirect, body)


@pytest.fixture
async def liar() -> AsyncIterator[Liar]:
    liar = Liar()
    server = HttpServer("liar", "127.0.0.1", 0, liar.answer)
    server.open()
    serving = asyncio.create_task(server.serve())
    liar.be_honest(server.port)
    yield liar
    await server.drain(1)
    await serving


async def test_an_honest_answer(liar: Liar) -> None:
    assert await liar.client.redeem(SIGN_IN, "code") == Subject("boss", "boss@example.com")
    url = await liar.client.authorization_url(SIGN_IN)
    assert url.startswith(f"{liar.issuer}/authorize?tenant=1&response_type=code&")


async def test_metadata_is_asked_once_and_keys_each_time(liar: Liar) -> None:
    client = liar.client
    for _ in range(2):
        await client.redeem(SIGN_IN, "code")
    assert liar.asked.count("/.well-known/openid-configuration") == 1
    assert liar.asked.count("/jwks") == 2


async def test_an_id_token_without_a_key_id_and_one_key(liar: Liar) -> None:
    token = jws.serialize_compact(
        {"alg": "RS256"}, json.dumps(liar.claims()), liar.key, algorithms=["RS256"]
    )
    liar.hands_out(token)
    assert (await liar.client.redeem(SIGN_IN, "code")).id == "boss"
    liar.answers["/jwks"] = 200, jwks(rsa_key("another"), liar.key)
    with pytest.raises(ProviderRefused):
        await liar.client.redeem(SIGN_IN, "code")


async def test_keys_that_we_do_not_know_are_no_hindrance(liar: Liar) -> None:
    """Providers publish keys of new kinds, and of the wrong make, beside those they sign with."""
    own = json.loads(jwks(liar.key))["keys"]
    strange = [
        {"kty": "AKP", "kid": "new", "alg": "ML-DSA-44", "pub": "AAAA"},
        {"kty": "EC", "kid": "odd", "crv": "P-999", "x": "AA", "y": "AA"},
        {"kid": "bare"},
    ]
    liar.says("/jwks", {"keys": [*strange, *own]})
    assert (await liar.client.redeem(SIGN_IN, "code")).id == "boss"
    liar.says("/jwks", {"keys": strange})
    with pytest.raises(ProviderAway):
        await liar.client.redeem(SIGN_IN, "code")


def forged(liar: Liar) -> dict[str, str]:
    claims = json.dumps(liar.claims())
    public = OctKey.import_key(jwks(liar.key))
    head, body = (
        urlsafe_b64encode(part).rstrip(b"=") for part in (b'{"alg":"none"}', claims.encode())
    )
    return {
        "another key": signed(rsa_key("another"), liar.claims(), "RS256", kid=liar.key.kid),
        "an unknown key": signed(rsa_key("another"), liar.claims(), "RS256"),
        "no algorithm": f"{head.decode()}.{body.decode()}.",
        "the public key as a secret": jws.serialize_compact(
            {"alg": "HS256", "kid": liar.key.kid}, claims, public, algorithms=["HS256"]
        ),
        "another audience": signed(liar.key, liar.claims(aud="other"), "RS256"),
        "another issuer": signed(liar.key, liar.claims(iss="https://x"), "RS256"),
        "another nonce": signed(liar.key, liar.claims(nonce="x"), "RS256"),
        "expired": signed(liar.key, liar.claims(exp=int(time.time()) - 120), "RS256"),
        "no token": "x",
        "no claims": jws.serialize_compact(
            {"alg": "RS256", "kid": liar.key.kid}, "[]", liar.key, algorithms=["RS256"]
        ),
    }


@pytest.mark.parametrize(
    "how",
    [
        "another key",
        "an unknown key",
        "no algorithm",
        "the public key as a secret",
        "another audience",
        "another issuer",
        "another nonce",
        "expired",
        "no token",
        "no claims",
    ],
)
async def test_a_forged_id_token(liar: Liar, how: str) -> None:
    liar.hands_out(forged(liar)[how])
    with pytest.raises(ProviderRefused):
        await liar.client.redeem(SIGN_IN, "code")


async def test_a_code_that_is_refused(liar: Liar) -> None:
    liar.says("/token", {"error": "invalid_grant"}, 400)
    with pytest.raises(ProviderRefused):
        await liar.client.redeem(SIGN_IN, "code")


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/jwks"])
@pytest.mark.parametrize(
    "answer",
    [(500, b"{}"), (302, b""), (200, b"<html>"), (200, b"{}"), (200, b"[1]"), (200, b"\xff")],
    ids=["breaks", "sends elsewhere", "a page", "nothing", "a list", "no text"],
)
async def test_a_nonsensical_answer(liar: Liar, path: str, answer: tuple[int, bytes]) -> None:
    liar.answers[path] = answer
    with pytest.raises(ProviderAway):
        await liar.client.redeem(SIGN_IN, "code")


async def test_an_endless_answer(liar: Liar, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oidc, "MAX_ANSWER_BYTES", 1_000)
    liar.answers["/jwks"] = 200, b" " * 1_001
    with pytest.raises(ProviderAway):
        await liar.client.redeem(SIGN_IN, "code")


async def test_metadata_of_another_issuer(liar: Liar) -> None:
    _, body = liar.answers["/.well-known/openid-configuration"]
    liar.says("/.well-known/openid-configuration", json.loads(body) | {"issuer": "https://x"})
    with pytest.raises(ProviderAway):
        await liar.client.authorization_url(SIGN_IN)


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
async def test_a_provider_by_https_names_nothing_without(
    liar: Liar, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Whoever listens in between would read the client's secret, or forge the keys."""
    _, body = liar.answers["/.well-known/openid-configuration"]
    secure = {
        key: value.replace("http://", "https://") if isinstance(value, str) else value
        for key, value in json.loads(body).items()
    }
    client = liar.client
    client.provider = client.provider.model_copy(update={"issuer": secure["issuer"]})

    async def says(*_: object) -> bytes:
        return json.dumps(metadata).encode()

    monkeypatch.setattr(client, "_call", says)
    metadata = secure | {name: secure[name].replace("https://", "http://")}
    with pytest.raises(ProviderAway):
        await client.authorization_url(SIGN_IN)
    metadata = secure
    assert (await client.authorization_url(SIGN_IN)).startswith("https://")


async def test_what_is_known_stays_while_the_provider_is_away(
    liar: Liar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oidc, "METADATA_SECONDS", 0.0)
    client = liar.client
    await client.authorization_url(SIGN_IN)
    liar.says("/.well-known/openid-configuration", {}, 500)
    await client.authorization_url(SIGN_IN)
