"""An issuer of access tokens, with real keys and its JWKS in a file."""

import json
import time
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

from groundswell_kit.access import EXPERT, STAFF_ROLES
from groundswell_kit.settings import Issuer

KEYS: dict[str, type[ECKey | RSAKey | OKPKey]] = {
    "ES256": ECKey,
    "RS256": RSAKey,
    "Ed25519": OKPKey,
}
BRAND_ROLES = {*STAFF_ROLES, EXPERT, "integrator"}
SHAPES: dict[str, Any] = {"ES256": "P-256", "RS256": 2048, "Ed25519": "Ed25519"}


def new_key(algorithm: str = "ES256") -> Key:
    return KEYS[algorithm].generate_key(SHAPES[algorithm], auto_kid=True)


def jwks(*keys: Key) -> bytes:
    return json.dumps({"keys": [key.as_dict(private=False) for key in keys]}).encode()


def signed(key: Key, claims: dict[str, Any], algorithm: str = "ES256", **header: Any) -> str:
    """A compact token with exactly these claims; `header` changes or adds to its header."""
    full = {"alg": algorithm, "typ": "at+jwt", "kid": key.kid, **header}
    return jwt.encode(full, claims, key, algorithms=[algorithm])


class LocalIssuer:
    """Signs tokens with one key, published in a file of `folder`."""

    name = "https://issuer.test"

    def __init__(self, folder: Path, algorithm: str = "ES256") -> None:
        self.algorithm = algorithm
        self.key = new_key(algorithm)
        self.file = folder / f"jwks-{algorithm}.json"
        self.file.write_bytes(jwks(self.key))

    @property
    def settings(self) -> Issuer:
        return Issuer(issuer=self.name, jwks_file=self.file, local=True)

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Those of a participant, valid for ten minutes; a change to None leaves the claim out."""
        now = int(time.time())
        claims = {
            "iss": self.name,
            "sub": "person_01",
            "aud": "groundswell",
            "iat": now,
            "exp": now + 600,
            "client_id": "site",
            "roles": ["participant"],
            **changes,
        }
        return {name: value for name, value in claims.items() if value is not None}

    def token(self, **changes: Any) -> str:
        return signed(self.key, self.claims(**changes), self.algorithm)

    def role_token(self, role: str, brand: str | None, subject: str | None = None) -> str:
        """A token of this role, of the brand if it is a role that brands give."""
        return self.token(
            sub=subject or f"the_{role}",
            roles=[role],
            brand_id=brand if role in BRAND_ROLES else None,
        )
