"""One OpenID provider over HTTP: where it is, how to send somebody there, who came back.

Called by the commands. Nothing that a provider answers is logged but its refusal's code.
"""

import asyncio
import base64
import hashlib
import json
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus, urlencode

import aiohttp
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, KeySet
from pydantic import BaseModel, Field, ValidationError

from groundswell_identity.settings import HttpUrl, OidcProvider
from groundswell_identity.staff.rules import StaffSignIn, complaint, verified_email
from groundswell_kit.clock import utc_now

CALL_SECONDS = 5.0
METADATA_SECONDS = 3600.0
MAX_ANSWER_BYTES = 1024 * 1024
ALGORITHMS = ("ES256", "PS256", "RS256")

_REGISTRY = jws.JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)


class ProviderAway(Exception):
    """The provider does not answer, or nothing that can be used."""


class ProviderRefused(Exception):
    """The provider, or what it says, does not let this person in."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Who somebody is at a provider; `email` only if the provider has verified it."""

    id: str
    email: str | None


class _Metadata(BaseModel):
    issuer: str
    authorization_endpoint: HttpUrl
    token_endpoint: HttpUrl
    jwks_uri: HttpUrl
    token_endpoint_auth_methods_supported: list[str] = ["client_secret_basic"]

    @property
    def is_secure(self) -> bool:
        urls = (self.authorization_endpoint, self.token_endpoint, self.jwks_uri)
        return all(url.startswith("https://") for url in urls)


class _Jwks(BaseModel):
    keys: list[dict[str, Any]]


class _Tokens(BaseModel):
    id_token: str = Field(min_length=1)


class OidcClient:
    """This installation as a client of one provider. Each call to it takes at most 5 seconds."""

    def __init__(self, provider: OidcProvider) -> None:
        self.provider = provider
        self._metadata: _Metadata | None = None
        self._known_until = 0.0

    async def authorization_url(self, sign_in: StaffSignIn) -> str:
        """Where to send the browser. Raises ProviderAway."""
        metadata = await self._discover()
        challenge = hashlib.sha256(sign_in.verifier.encode()).digest()
        query = {
            "response_type": "code",
            "client_id": self.provider.client_id,
            "redirect_uri": sign_in.redirect_uri,
            "scope": "openid email",
            "state": sign_in.state,
            "nonce": sign_in.nonce,
            "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        endpoint = metadata.authorization_endpoint
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"

    async def redeem(self, sign_in: StaffSignIn, code: str) -> Subject:
        """Who came back with this code, by an ID token that was made for this sign-in.

        Raises ProviderRefused or ProviderAway.
        """
        metadata = await self._discover()
        id_token = await self._id_token(metadata, sign_in, code)
        keys = await self._call("GET", metadata.jwks_uri)
        claims = _verified(id_token, keys)
        why_not = complaint(
            claims, self.provider.issuer, self.provider.client_id, sign_in.nonce, utc_now()
        )
        if why_not is not None:
            raise ProviderRefused(why_not)
        return Subject(claims["sub"], verified_email(claims))

    async def _discover(self) -> _Metadata:
        """What the provider says of itself, asked at most once an hour; kept while it is away."""
        if self._metadata is None or time.monotonic() > self._known_until:
            try:
                self._metadata = await self._read_metadata()
            except ProviderAway:
                if self._metadata is None:
                    raise
            self._known_until = time.monotonic() + METADATA_SECONDS
        return self._metadata

    async def _read_metadata(self) -> _Metadata:
        url = f"{self.provider.issuer.rstrip('/')}/.well-known/openid-configuration"
        try:
            metadata = _Metadata.model_validate_json(await self._call("GET", url))
        except ValidationError:
            raise ProviderAway("its metadata cannot be used") from None
        if metadata.issuer != self.provider.issuer:
            raise ProviderAway("its metadata names another issuer")
        if metadata.issuer.startswith("https://") and not metadata.is_secure:
            raise ProviderAway("its metadata names what is reached without TLS")
        return metadata

    async def _id_token(self, metadata: _Metadata, sign_in: StaffSignIn, code: str) -> str:
        client_id = self.provider.client_id
        secret = self.provider.client_secret.get_secret_value()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": sign_in.redirect_uri,
            "code_verifier": sign_in.verifier,
        }
        auth = None
        if "client_secret_basic" in metadata.token_endpoint_auth_methods_supported:
            auth = aiohttp.encode_basic_auth(quote_plus(client_id), quote_plus(secret))
        else:
            form |= {"client_id": client_id, "client_secret": secret}
        answer = await self._call("POST", metadata.token_endpoint, form, auth)
        try:
            return _Tokens.model_validate_json(answer).id_token
        except ValidationError:
            raise ProviderAway("its token answer cannot be used") from None

    async def _call(
        self,
        method: str,
        url: str,
        form: Mapping[str, str] | None = None,
        auth: str | None = None,
    ) -> bytes:
        headers = {"Accept": "application/json"}
        if auth is not None:
            headers["Authorization"] = auth
        try:
            async with (
                asyncio.timeout(CALL_SECONDS),
                aiohttp.ClientSession() as session,
                session.request(
                    method, url, data=form, headers=headers, allow_redirects=False
                ) as answer,
            ):
                body = bytearray()
                async for chunk in answer.content.iter_any():
                    body += chunk
                    if len(body) > MAX_ANSWER_BYTES:
                        raise ProviderAway("it answered more than can be used")
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise ProviderAway(type(error).__name__) from None
        if method == "POST" and answer.status in (400, 401):
            raise ProviderRefused(f"its token endpoint answered {answer.status}")
        if answer.status != 200:
            raise ProviderAway(f"it answered {answer.status}")
        return bytes(body)


def _verified(id_token: str, jwks: bytes) -> dict[str, Any]:
    """The claims of an ID token that is signed by one of the provider's keys."""
    keys = _usable(jwks)
    try:
        signed = jws.extract_compact(id_token.encode("ascii"), registry=_REGISTRY)
        genuine = jws.validate_compact(signed, keys, registry=_REGISTRY)
        claims = json.loads(signed.payload)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        raise ProviderRefused("an ID token that is not signed as it must be") from None
    if not genuine or not isinstance(claims, dict):
        raise ProviderRefused("an ID token whose signature is wrong")
    return claims


def _usable(jwks: bytes) -> KeySet:
    """The provider's keys, without those of kinds that we do not know (RFC 7517, 5)."""
    try:
        published = _Jwks.model_validate_json(jwks).keys
    except ValidationError:
        raise ProviderAway("its keys cannot be read") from None
    keys = []
    for jwk in published:
        with suppress(JoseError, ValueError, TypeError, KeyError):
            keys.append(JWKRegistry.import_key(jwk))
    if not keys:
        raise ProviderAway("none of its keys can be used")
    return KeySet(keys)
