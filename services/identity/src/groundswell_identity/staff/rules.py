"""What a provider's ID token must say (OpenID Connect Core, 3.1.3.7). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

SIGN_IN_LIFETIME = timedelta(minutes=10)
CLOCK_LEEWAY = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class StaffSignIn:
    """Somebody was sent to a provider, and is expected back."""

    id: str
    provider: str
    brand_id: str
    redirect_uri: str
    state: str
    nonce: str
    verifier: str
    expires_at: datetime


def complaint(
    claims: Mapping[str, Any], issuer: str, client_id: str, nonce: str, now: datetime
) -> str | None:
    """Why an ID token whose signature is good is not the one that was asked for; None if it is."""
    audience = claims.get("aud")
    audiences = [audience] if isinstance(audience, str) else audience
    if claims.get("iss") != issuer:
        return "another issuer"
    if not isinstance(audiences, list) or client_id not in audiences:
        return "another audience"
    if len(audiences) > 1 and claims.get("azp") != client_id:
        return "several audiences, and another authorized party"
    if claims.get("azp", client_id) != client_id:
        return "another authorized party"
    if claims.get("nonce") != nonce:
        return "another nonce"
    if not _is_time(claims.get("exp")) or claims["exp"] <= (now - CLOCK_LEEWAY).timestamp():
        return "expired"
    if not _is_time(claims.get("iat")) or claims["iat"] > (now + CLOCK_LEEWAY).timestamp():
        return "from the future"
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 1 <= len(subject) <= 255:
        return "no subject"
    return None


def verified_email(claims: Mapping[str, Any]) -> str | None:
    """The address that the provider says is the subject's own; None when it does not say so."""
    email = claims.get("email")
    return email if isinstance(email, str) and claims.get("email_verified") is True else None


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
