"""What the services of one machine are told, beside the ports that they listen on.

Used by the installation for the roles, and by the command for operator commands.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from groundswell_local.issuer import LocalIssuer
from groundswell_local.local_secrets import local_secrets
from groundswell_local.settings import LocalPorts

SENDER = "groundswell@localhost.localdomain"


def local_url(port: int) -> str:
    """Where a port of this machine is reached over HTTP."""
    return f"http://127.0.0.1:{port}"


def service_environment(
    directory: Path, engines: Mapping[str, str], ports: LocalPorts | None = None
) -> dict[str, str]:
    """All that a service has to be told: engines, issuers, secrets, and each other's addresses.

    `ports` None takes those of the environment, or the usual ones. Mail goes to the server of
    this machine, whatever else the environment says.
    """
    ports = ports or LocalPorts()
    secrets = local_secrets(directory)
    identity_url = local_url(ports.identity_api_port)
    issuers = [
        LocalIssuer(directory / "issuer").as_setting(),
        {"issuer": identity_url, "jwks_url": f"{identity_url}/.well-known/jwks.json"},
    ]
    notifications = {
        "client_id": "notifications",
        "secret": secrets["GROUNDSWELL_NOTIFICATIONS_CLIENT_SECRET"],
        "scopes": ["addresses:read"],
    }
    return {
        **engines,
        **secrets,
        **_addresses(ports),
        **_mail(ports),
        "GROUNDSWELL_MODE": "local",
        "GROUNDSWELL_MEDIA_URL": (directory / "media").absolute().as_uri(),
        "GROUNDSWELL_ISSUERS": json.dumps(issuers),
        "GROUNDSWELL_IDENTITY_ISSUER": identity_url,
        "GROUNDSWELL_IDENTITY_SYSTEM_CLIENTS": json.dumps([notifications]),
        "GROUNDSWELL_NOTIFICATIONS_CLIENT_ID": "notifications",
    }


def _addresses(ports: LocalPorts) -> dict[str, str]:
    return {
        "GROUNDSWELL_PUBLIC_URL": local_url(ports.web_api_port),
        "GROUNDSWELL_IDEAS_URL": local_url(ports.ideas_api_port),
        "GROUNDSWELL_VOTING_URL": local_url(ports.voting_api_port),
        "GROUNDSWELL_BALLOT_BOX_URLS": json.dumps([local_url(ports.voting_ballot_box_port)]),
        "GROUNDSWELL_NOTIFICATIONS_URL": local_url(ports.notifications_api_port),
        "GROUNDSWELL_REWARDS_URL": local_url(ports.rewards_api_port),
        "GROUNDSWELL_IDENTITY_URL": local_url(ports.identity_api_port),
    }


def _mail(ports: LocalPorts) -> dict[str, str]:
    return {
        "GROUNDSWELL_SMTP_HOST": "127.0.0.1",
        "GROUNDSWELL_SMTP_PORT": str(ports.smtp_port),
        "GROUNDSWELL_SMTP_SECURITY": "none",
        "GROUNDSWELL_SMTP_SENDER": SENDER,
    }
