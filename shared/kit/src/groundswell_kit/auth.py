"""Who is calling: verifies bearer tokens (RFC 9068 access tokens) of the configured issuers.

Called by `http` for each request with a token.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import Key
from pydantic import BaseModel, Field

from groundswell_kit.clock import utc_now
from groundswell_kit.issuer_keys import IssuerKeys
from groundswell_kit.problems import unauthenticated
from groundswell_kit.settings import Issuer

ALGORITHMS = ("ES256", "RS256", "Ed25519")
TOKEN_TYPES = frozenset({"at+jwt", "application/at+jwt"})
LEEWAY_SECONDS = 30

_REGISTRY = jws.JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)


@dataclass(frozen=True, slots=True)
class Actor:
    """Whom a verified token speaks for. Participants have no brand.

    `account_created_at` (seconds since 1970) and `region` (from identity ISO 3166-1 alpha-2 in
    upper case, declared by the person) are a participant's, as far as the token tells.
    """

    subject: str
    brand_id: str | None
    roles: frozenset[str]
    scopes: frozenset[str]
    client_id: str
    account_created_at: int | None = None
    region: str | None = None


class _Header(BaseModel):
    kid: str = Field(min_length=1)
    typ: str


class _Claims(BaseModel):
    iss: str
    sub: str = Field(min_length=1, max_length=255)
    aud: str | list[str]
    exp: float
    iat: float
    nbf: float | None = None
    client_id: str
    brand_id: str | None = Field(default=None, min_length=1, max_length=255)
    roles: list[str] = []
    scope: str = ""
    account_created_at: int | None = Field(default=None, ge=0, le=10**11)
    region: str | None = Field(default=None, min_length=1, max_length=64)


class KeySource(Protocol):
    """The public keys of one issuer; of another one they are fetched, see `issuer_keys`."""

    async def find(self, kid: str) -> Key | None:
        """The key of this id, or None when the issuer has no such key; a 503 problem if unsure."""


class TokenVerifier:
    """Verifies tokens meant for `audience` and signed by one of `issuers`.

    `own_keys` are those of issuers that live in this very process, by issuer; they go before
    `issuers`. Raises ValueError when a local issuer is configured outside local mode.
    """

    def __init__(
        self,
        issuers: Sequence[Issuer],
        audience: str = "groundswell",
        local_mode: bool = False,
        own_keys: Mapping[str, KeySource] | None = None,
    ) -> None:
        for issuer in issuers:
            if issuer.local and not local_mode:
                raise ValueError(f"local issuer {issuer.issuer!r} is refused outside local mode")
        self._audience = audience
        self._keys: dict[str, KeySource] = {
            **{issuer.issuer: IssuerKeys(issuer) for issuer in issuers},
            **(own_keys or {}),
        }

    async def verify(self, token: str) -> Actor:
        """The token's bearer. Raises a 401 problem, or 503 while the issuer's keys are not known.

        Nothing is remembered of a token: one that expires is refused from then on.
        """
        try:
            signed = jws.extract_compact(token.encode("ascii"), registry=_REGISTRY)
            header = _Header.model_validate(signed.protected, strict=True)
            claims = _Claims.model_validate_json(signed.payload)
        except (JoseError, ValueError, TypeError, AttributeError) as error:
            raise unauthenticated("The token is not a signed access token.") from error
        if header.typ.lower() not in TOKEN_TYPES or "crit" in signed.protected:
            raise unauthenticated("The token is not an access token.")
        await self._check_signature(signed, header, claims)
        self._check_claims(claims)
        return Actor(
            subject=claims.sub,
            brand_id=claims.brand_id,
            roles=frozenset(claims.roles),
            scopes=frozenset(claims.scope.split()),
            client_id=claims.client_id,
            account_created_at=claims.account_created_at,
            region=claims.region,
        )

    async def _check_signature(
        self, signed: jws.CompactSignature, header: _Header, claims: _Claims
    ) -> None:
        keys = self._keys.get(claims.iss)
        key = None if keys is None else await keys.find(header.kid)
        if key is None:
            raise unauthenticated("The token's issuer, or its key, is not known here.")
        try:
            genuine = jws.validate_compact(signed, key, registry=_REGISTRY)
        except JoseError as error:
            raise unauthenticated("The token's signature does not fit its key.") from error
        if not genuine:
            raise unauthenticated("The token's signature is wrong.")

    def _check_claims(self, claims: _Claims) -> None:
        now = utc_now().timestamp()
        audience = [claims.aud] if isinstance(claims.aud, str) else claims.aud
        if self._audience not in audience:
            raise unauthenticated("The token is meant for another audience.")
        if now >= claims.exp + LEEWAY_SECONDS:
            raise unauthenticated("The token has expired.")
        if now < max(claims.iat, claims.nbf or 0) - LEEWAY_SECONDS:
            raise unauthenticated("The token is not valid yet.")
