"""Settings come from the environment and say by name what is missing or wrong."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from groundswell_kit.settings import EngineSettings, Issuer

SECRET = "x" * 32


class ThingSettings(EngineSettings):
    things_port: int = 8199


def test_the_defaults_are_those_of_local_engines_and_production_rules(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GROUNDSWELL_CURSOR_SECRET", SECRET)
    settings = EngineSettings()
    assert settings.mode == "production"
    assert settings.kafka_bootstrap == "127.0.0.1:9092"
    assert settings.database("voting") == "groundswell_voting"
    assert settings.issuers == []
    assert SECRET not in repr(settings)


def test_a_service_adds_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    issuers = '[{"issuer": "https://id.test", "jwks_url": "https://id.test/jwks"}]'
    monkeypatch.setenv("GROUNDSWELL_CURSOR_SECRET", SECRET)
    monkeypatch.setenv("GROUNDSWELL_THINGS_PORT", "8200")
    monkeypatch.setenv("GROUNDSWELL_ISSUERS", issuers)
    settings = ThingSettings()
    assert settings.things_port == 8200
    assert settings.issuers == [Issuer(issuer="https://id.test", jwks_url="https://id.test/jwks")]


def test_what_is_missing_or_wrong_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GROUNDSWELL_CURSOR_SECRET", raising=False)
    monkeypatch.setenv("GROUNDSWELL_MODE", "debug")
    with pytest.raises(ValidationError) as refused:
        EngineSettings()
    assert {error["loc"][0] for error in refused.value.errors()} == {"mode", "cursor_secret"}


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"jwks_url": "https://id.test/jwks", "jwks_file": Path("keys.json")},
        {"jwks_url": "ftp://id.test/jwks"},
        {"jwks_url": "file:///etc/passwd"},
        {"jwks_file": Path("keys.json")},
    ],
    ids=str,
)
def test_an_issuer_has_one_proper_source_of_keys(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Issuer.model_validate({"issuer": "https://id.test", **fields})
