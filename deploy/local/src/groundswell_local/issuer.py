"""The issuer of access tokens for local work: its keys lie in files, and services outside local
mode refuse it. Used by `groundswell token`, the demo and tests.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from joserfc import jwt
from joserfc.jwk import ECKey

from groundswell_kit.clock import utc_now
from groundswell_kit.ids import new_id
from groundswell_local.local_secrets import write_secret

ISSUER = "groundswell-local"
AUDIENCE = "groundswell"


class LocalIssuer:
    """Signs RFC 9068 access tokens with the ES256 key in `directory`, made at the first use."""

    def __init__(self, directory: Path) -> None:
        self._jwks_file = (directory / "jwks.json").absolute()
        private_key = directory / "private-key.json"
        if not private_key.exists():
            _make_keys(private_key, self._jwks_file)
        self._key = ECKey.import_key(json.loads(private_key.read_text()))
        self._header = {"alg": "ES256", "typ": "at+jwt", "kid": self._key.kid}

    def mint(
        self,
        subject: str,
        roles: Sequence[str],
        brand_id: str | None = None,
        scopes: Sequence[str] = (),
        ttl_seconds: int = 3600,
        account_created_at: int | None = None,
        region: str | None = None,
    ) -> str:
        """A token that says `subject` has these roles, from now on; takes 50 microseconds.

        `account_created_at` is in seconds since 1970; what is None is not said.
        """
        now = int(utc_now().timestamp())
        told = {
            "brand_id": brand_id,
            "account_created_at": account_created_at,
            "region": region,
        }
        claims: dict[str, object] = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": subject,
            "iat": now,
            "exp": now + ttl_seconds,
            "jti": new_id("token"),
            "client_id": "groundswell-local",
            "roles": list(roles),
            "scope": " ".join(scopes),
            **{name: value for name, value in told.items() if value is not None},
        }
        return jwt.encode(self._header, claims, self._key)

    def as_setting(self) -> dict[str, object]:
        """Its entry in GROUNDSWELL_ISSUERS, with which services trust it in local mode."""
        return {"issuer": ISSUER, "jwks_file": str(self._jwks_file), "local": True}


def _make_keys(private_key: Path, jwks_file: Path) -> None:
    """The public half is written first: a private key without it would never be noticed."""
    jwks_file.parent.mkdir(parents=True, exist_ok=True)
    key = ECKey.generate_key("P-256", {"kid": new_id("key"), "use": "sig", "alg": "ES256"})
    jwks_file.write_text(json.dumps({"keys": [key.as_dict(private=False)]}, indent=2))
    write_secret(private_key, json.dumps(key.as_dict(private=True)))
