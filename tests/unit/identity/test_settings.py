"""What a settings file may say, and what it may not."""

from typing import Any

import pytest
from cryptography.fernet import Fernet
from pydantic import ValidationError

from groundswell_identity.settings import Settings

PROVIDER = {
    "name": "acme",
    "issuer": "https://sso.example",
    "client_id": "console",
    "client_secret": "s",
    "redirect_uris": ["https://console.example/signed-in"],
}
PLAIN = [
    PROVIDER | {"issuer": "http://sso.example"},
    PROVIDER | {"redirect_uris": [*PROVIDER["redirect_uris"], "http://console.example/"]},
]


def settings(mode: str, provider: dict[str, Any]) -> Settings:
    return Settings.model_validate(
        {
            "mode": mode,
            "cursor_secret": "c" * 32,
            "identity_master_keys": Fernet.generate_key().decode(),
            "identity_address_key": "a" * 32,
            "identity_oidc_providers": [provider],
        }
    )


def test_providers_are_reached_by_https() -> None:
    """Codes, client secrets and the keys of ID tokens go over these."""
    assert settings("production", PROVIDER).identity_oidc_providers[0].name == "acme"


@pytest.mark.parametrize("provider", PLAIN)
def test_plain_http_is_for_local_mode(provider: dict[str, Any]) -> None:
    assert settings("local", provider).mode == "local"
    with pytest.raises(ValidationError, match="https"):
        settings("production", provider)
