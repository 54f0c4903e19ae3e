"""What services of one machine are told is all that they need, and leads to where things run."""

import json
import os
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from groundswell_local.environment import service_environment
from groundswell_local.installation import SERVICES
from groundswell_local.settings import LocalPorts

ENGINES = {
    "GROUNDSWELL_KAFKA_BOOTSTRAP": "127.0.0.1:29092",
    "GROUNDSWELL_MONGO_URI": "mongodb://127.0.0.1:37017/?replicaSet=rs0",
    "GROUNDSWELL_REDIS_URL": "redis://127.0.0.1:26379/0",
}
NUMBERS = range(30_000, 30_000 + len(LocalPorts.model_fields))
PORTS = LocalPorts.model_validate(dict(zip(LocalPorts.model_fields, NUMBERS, strict=True)))


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment, and nothing else of Groundswell, as this process's own."""
    for name in [name for name in os.environ if name.startswith("GROUNDSWELL_")]:
        monkeypatch.delenv(name)
    environment = service_environment(tmp_path, ENGINES, PORTS)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return environment


def settings(service: str) -> Any:
    return import_module(f"groundswell_{service}.settings").Settings()


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_all_it_needs(service: str, told: dict[str, str]) -> None:
    loaded = settings(service)
    assert loaded.mode == "local"
    assert loaded.kafka_bootstrap == told["GROUNDSWELL_KAFKA_BOOTSTRAP"]
    local, identity = loaded.issuers
    assert local.local
    assert local.jwks_file.exists()
    assert identity.issuer == f"http://127.0.0.1:{PORTS.identity_api_port}"
    assert identity.jwks_url == f"{identity.issuer}/.well-known/jwks.json"


@pytest.mark.usefixtures("told")
def test_every_port_that_a_service_asks_for_can_be_set() -> None:
    asked = {
        name
        for service in SERVICES
        for name in type(settings(service)).model_fields
        if name.endswith("_port")
    }
    assert asked <= set(LocalPorts.model_fields)


@pytest.mark.usefixtures("told")
def test_identity_signs_as_the_issuer_that_all_trust_and_knows_notifications() -> None:
    identity, notifications = settings("identity"), settings("notifications")
    assert identity.identity_issuer == identity.issuers[1].issuer
    (client,) = identity.identity_system_clients
    assert client.client_id == notifications.notifications_client_id
    secret = notifications.notifications_client_secret.get_secret_value()
    assert client.secret.get_secret_value() == secret
    assert client.scopes == ["addresses:read"]
    assert str(notifications.identity_url).rstrip("/") == identity.identity_issuer
    assert notifications.smtp.port == PORTS.smtp_port
    assert notifications.smtp.security == "none"


def test_the_site_leads_to_the_services(told: dict[str, str]) -> None:
    web = settings("web")
    assert told["GROUNDSWELL_PUBLIC_URL"] == f"http://127.0.0.1:{PORTS.web_api_port}"
    assert list(web.ballot_box_urls) == [f"http://127.0.0.1:{PORTS.voting_ballot_box_port}"]
    for service in ("ideas", "voting", "notifications", "rewards", "identity"):
        port = getattr(PORTS, f"{service}_api_port")
        assert getattr(web, f"{service}_url") == f"http://127.0.0.1:{port}"
    Fernet(web.web_session_keys.get_secret_value())


def test_a_mail_server_of_the_outside_is_never_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GROUNDSWELL_SMTP_HOST", "smtp.example.org")
    monkeypatch.setenv("GROUNDSWELL_SMTP_SECURITY", "tls")
    told = service_environment(tmp_path, ENGINES)
    assert told["GROUNDSWELL_SMTP_HOST"] == "127.0.0.1"
    assert told["GROUNDSWELL_SMTP_SECURITY"] == "none"


def test_no_secret_stands_in_two_variables_but_the_one_that_two_services_share(
    told: dict[str, str], tmp_path: Path
) -> None:
    for name, secret in json.loads((tmp_path / "secrets.json").read_text()).items():
        holders = {variable for variable, value in told.items() if secret in value}
        shared = {"GROUNDSWELL_IDENTITY_SYSTEM_CLIENTS"} if "CLIENT_SECRET" in name else set()
        assert holders == {name} | shared
