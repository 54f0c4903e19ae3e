"""Only tokens of a known issuer, meant for us, in their time, and rightly signed, are believed."""

import base64
import hmac
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from joserfc.jwk import ECKey

from groundswell_kit.auth import Actor, TokenVerifier
from groundswell_kit.problems import Problem
from tests.support.issuer import LocalIssuer, jwks


async def refusal(verifier: TokenVerifier, token: str, status: int = 401) -> str:
    with pytest.raises(Problem) as refused:
        await verifier.verify(token)
    assert refused.value.kind.status == status
    return str(refused.value)


@pytest.mark.parametrize("algorithm", ["ES256", "RS256", "Ed25519"])
async def test_a_good_token_tells_its_bearer(tmp_path: Path, algorithm: str) -> None:
    issuer = LocalIssuer(tmp_path, algorithm)
    verifier = TokenVerifier([issuer.settings], local_mode=True)
    token = issuer.token(
        sub="bot_1", brand_id="acme", roles=["integrator"], scope="events:read sales:write"
    )
    assert await verifier.verify(token) == Actor(
        subject="bot_1",
        brand_id="acme",
        roles=frozenset({"integrator"}),
        scopes=frozenset({"events:read", "sales:write"}),
        client_id="site",
    )


async def test_a_participant_has_no_brand(verifier: TokenVerifier, issuer: LocalIssuer) -> None:
    actor = await verifier.verify(issuer.token())
    assert (actor.brand_id, actor.scopes) == (None, frozenset())
    assert (actor.account_created_at, actor.region) == (None, None)


async def test_what_a_token_tells_of_an_account(
    verifier: TokenVerifier, issuer: LocalIssuer
) -> None:
    actor = await verifier.verify(issuer.token(account_created_at=1_700_000_000, region="GB"))
    assert (actor.account_created_at, actor.region) == (1_700_000_000, "GB")


@pytest.mark.parametrize(
    "claims",
    [
        {"account_created_at": "yesterday"},
        {"account_created_at": -1},
        {"account_created_at": 10**12},
        {"region": ""},
        {"region": 44},
    ],
)
async def test_accounts_of_no_sense(
    verifier: TokenVerifier, issuer: LocalIssuer, claims: dict[str, object]
) -> None:
    assert "not a signed access token" in await refusal(verifier, issuer.token(**claims))


async def test_clocks_may_differ_by_half_a_minute(
    verifier: TokenVerifier, issuer: LocalIssuer
) -> None:
    now = int(time.time())
    await verifier.verify(issuer.token(exp=now - 25))
    await verifier.verify(issuer.token(iat=now + 25, nbf=now + 25))
    assert "expired" in await refusal(verifier, issuer.token(exp=now - 31))
    assert "not valid yet" in await refusal(verifier, issuer.token(nbf=now + 60))
    assert "not valid yet" in await refusal(verifier, issuer.token(iat=now + 60))


async def test_a_token_may_have_several_audiences(
    verifier: TokenVerifier, issuer: LocalIssuer
) -> None:
    await verifier.verify(issuer.token(aud=["other", "groundswell"]))
    assert "audience" in await refusal(verifier, issuer.token(aud=["other"]))
    assert "audience" in await refusal(verifier, issuer.token(aud="groundswell2"))


@pytest.mark.parametrize("claim", ["iss", "sub", "aud", "exp", "iat", "client_id"])
async def test_a_token_without_a_needed_claim_is_refused(
    verifier: TokenVerifier, issuer: LocalIssuer, claim: str
) -> None:
    await refusal(verifier, issuer.token(**{claim: None}))


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": ""},
        {"sub": 7},
        {"exp": "tomorrow"},
        {"roles": "manager"},
        {"roles": [1]},
        {"scope": ["a"]},
        {"brand_id": ""},
        {"brand_id": ["acme"]},
        {"iss": "https://elsewhere.test"},
        {"iss": ["https://issuer.test"]},
    ],
    ids=str,
)
async def test_a_claim_of_another_shape_is_refused(
    verifier: TokenVerifier, issuer: LocalIssuer, claims: dict[str, Any]
) -> None:
    await refusal(verifier, issuer.token(**claims))


@pytest.mark.parametrize(
    "header",
    [
        {"typ": "JWT"},
        {"typ": "id+jwt"},
        {"kid": "unknown"},
        {"kid": ""},
        {"crit": ["exp"], "exp": 1},
        {"crit": ["b64"], "b64": False},
        {"crit": ["b64"], "b64": True},
    ],
    ids=str,
)
async def test_a_header_of_another_kind_is_refused(
    verifier: TokenVerifier, issuer: LocalIssuer, header: dict[str, Any]
) -> None:
    await refusal(verifier, forged(issuer, **header))


def forged(issuer: LocalIssuer, sign: Callable[[bytes], bytes] | None = None, **header: Any) -> str:
    """A token with any header; signed with the issuer's key whatever it says, or by `sign`."""

    def segment(part: bytes) -> bytes:
        return base64.urlsafe_b64encode(part).rstrip(b"=")

    full = {"alg": "ES256", "typ": "at+jwt", "kid": issuer.key.kid, **header}
    message = b".".join(segment(json.dumps(p).encode()) for p in (full, issuer.claims()))
    signature = sign(message) if sign else es256(issuer, message)
    return (message + b"." + segment(signature)).decode()


def es256(issuer: LocalIssuer, message: bytes) -> bytes:
    assert isinstance(issuer.key, ECKey)
    assert issuer.key.private_key is not None
    r, s = decode_dss_signature(issuer.key.private_key.sign(message, ECDSA(SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


async def test_the_forger_of_these_tests_can_sign(
    verifier: TokenVerifier, issuer: LocalIssuer
) -> None:
    assert (await verifier.verify(forged(issuer))).subject == "person_01"


async def test_an_unsigned_token_is_refused(verifier: TokenVerifier, issuer: LocalIssuer) -> None:
    for algorithm in ("none", "None", "NONE", ""):
        await refusal(verifier, forged(issuer, lambda _: b"", alg=algorithm))


async def test_a_public_key_is_no_shared_secret(
    verifier: TokenVerifier, issuer: LocalIssuer
) -> None:
    assert isinstance(issuer.key, ECKey)
    for secret in (issuer.key.as_pem(private=False), jwks(issuer.key), b""):

        def sign(message: bytes, secret: bytes = secret) -> bytes:
            return hmac.digest(secret, message, "sha256")

        await refusal(verifier, forged(issuer, sign, alg="HS256"))


async def test_a_key_is_good_for_its_own_algorithm_only(
    verifier: TokenVerifier, issuer: LocalIssuer
) -> None:
    for algorithm in ("RS256", "Ed25519", "ES384", "ES256K", "EdDSA", 7, None):
        await refusal(verifier, forged(issuer, alg=algorithm))


async def test_a_changed_token_is_refused(verifier: TokenVerifier, issuer: LocalIssuer) -> None:
    head, body, signature = issuer.token().split(".")
    other = issuer.token(sub="ann", roles=["operator"]).split(".")[1]
    assert "signature" in await refusal(verifier, f"{head}.{other}.{signature}")
    await refusal(verifier, f"{head}.{body}.{signature[:-4]}")
    await refusal(verifier, f"{head}.{body}.")
    await refusal(verifier, f"{head}.{body}.{signature}.")


async def test_a_local_issuer_is_refused_outside_local_mode(issuer: LocalIssuer) -> None:
    with pytest.raises(ValueError, match="local mode"):
        TokenVerifier([issuer.settings])


async def test_without_issuers_nobody_is_believed(issuer: LocalIssuer) -> None:
    await refusal(TokenVerifier([]), issuer.token())


async def test_an_issuer_whose_keys_cannot_be_read_is_503(tmp_path: Path) -> None:
    issuer = LocalIssuer(tmp_path)
    verifier = TokenVerifier([issuer.settings], local_mode=True)
    issuer.file.write_text("{}")
    await refusal(verifier, issuer.token(), 503)


async def test_keys_of_unknown_kinds_are_left_out(tmp_path: Path) -> None:
    issuer = LocalIssuer(tmp_path)
    ours = json.loads(jwks(issuer.key))["keys"]
    strange: list[Any] = [{"kty": "AKP", "kid": "pq"}, {"kty": "EC"}, {"kty": "EC", "crv": 1}, {}]
    issuer.file.write_text(json.dumps({"keys": [*strange, *ours]}))
    verifier = TokenVerifier([issuer.settings], local_mode=True)
    assert (await verifier.verify(issuer.token())).subject == "person_01"


async def test_an_encryption_key_signs_nothing(tmp_path: Path) -> None:
    issuer = LocalIssuer(tmp_path)
    (key,) = json.loads(jwks(issuer.key))["keys"]
    issuer.file.write_text(json.dumps({"keys": [{**key, "use": "enc"}]}))
    verifier = TokenVerifier([issuer.settings], local_mode=True)
    await refusal(verifier, issuer.token())


HEADERS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just("alg b64 crit"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@given(header=HEADERS, payload=HEADERS, tail=st.text(max_size=10))
@example(header="alg", payload={}, tail="")
@example(header=["alg"], payload=[], tail="")
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_nothing_made_up_breaks_the_verifier(
    verifier: TokenVerifier, header: object, payload: object, tail: str
) -> None:
    segments = [base64.urlsafe_b64encode(json.dumps(p).encode()) for p in (header, payload)]
    await refusal(verifier, b".".join(segments).decode().replace("=", "") + "." + tail)
    await refusal(verifier, tail)
