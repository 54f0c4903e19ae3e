"""The local issuer: its tokens are what the services verify, and its private key stays private."""

import json
import stat
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from groundswell_kit.auth import TokenVerifier
from groundswell_kit.problems import Problem
from groundswell_kit.settings import Issuer
from groundswell_local.issuer import LocalIssuer


@pytest.fixture
def issuer(tmp_path: Path) -> LocalIssuer:
    return LocalIssuer(tmp_path)


def public_keys(directory: Path) -> KeySet:
    return KeySet.import_key_set(json.loads((directory / "jwks.json").read_text()))


def verifier(issuer: LocalIssuer) -> TokenVerifier:
    described = issuer.as_setting()
    return TokenVerifier([Issuer.model_validate(described)], local_mode=True)


def test_a_token_is_verified_with_the_public_keys_alone(
    issuer: LocalIssuer, tmp_path: Path
) -> None:
    token = jwt.decode(
        issuer.mint("person-1", ["participant"], ttl_seconds=60), public_keys(tmp_path)
    )
    assert token.header["typ"] == "at+jwt"
    assert token.header["alg"] == "ES256"
    assert token.claims["iss"] == "groundswell-local"
    assert token.claims["aud"] == "groundswell"
    assert token.claims["exp"] - token.claims["iat"] == 60
    assert "brand_id" not in token.claims


async def test_the_services_take_it(issuer: LocalIssuer) -> None:
    token = issuer.mint("machine-1", ["integrator"], brand_id="acme", scopes=["events:read", "x:y"])
    actor = await verifier(issuer).verify(token)
    assert actor.subject == "machine-1"
    assert actor.brand_id == "acme"
    assert actor.roles == {"integrator"}
    assert actor.scopes == {"events:read", "x:y"}


def test_no_two_tokens_are_the_same(issuer: LocalIssuer) -> None:
    assert issuer.mint("person-1", ["participant"]) != issuer.mint("person-1", ["participant"])


def test_the_keys_are_made_once(issuer: LocalIssuer, tmp_path: Path) -> None:
    again = LocalIssuer(tmp_path)
    jwt.decode(again.mint("person-1", ["participant"]), public_keys(tmp_path))
    assert again.as_setting() == issuer.as_setting()


async def test_another_installation_refuses_it(issuer: LocalIssuer, tmp_path: Path) -> None:
    other = LocalIssuer(tmp_path / "other")
    with pytest.raises(Problem):
        await verifier(other).verify(issuer.mint("person-1", ["participant"]))


def test_the_private_key_is_for_its_owner_only(issuer: LocalIssuer, tmp_path: Path) -> None:
    issuer.mint("person-1", ["participant"])
    assert stat.S_IMODE((tmp_path / "private-key.json").stat().st_mode) == 0o600
    (public,) = json.loads((tmp_path / "jwks.json").read_text())["keys"]
    assert "d" not in public
