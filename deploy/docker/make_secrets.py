"""Makes the secrets that docker-compose.yml asks for, in `.env` beside it.

    python3 deploy/docker/make_secrets.py [--try-out]

Called by a person, before the first start and after an update; needs nothing but Python. What
`.env` says already is never changed: receipts, addresses and stored keys depend on it.
"""

import argparse
import base64
import os
import sys
from pathlib import Path

ENV_FILE = Path(__file__).resolve().parents[2] / ".env"
TRY_OUT = {
    "COMPOSE_PROFILES": "try-out",
    "GROUNDSWELL_MODE": "local",  # the site is content with plain HTTP
    "GROUNDSWELL_PUBLIC_URL": "http://127.0.0.1:8100",
    "GROUNDSWELL_SMTP_HOST": "mail",
    "GROUNDSWELL_SMTP_PORT": "8025",
    "GROUNDSWELL_SMTP_SECURITY": "none",
    "GROUNDSWELL_SMTP_SENDER": "groundswell@example.org",
}


def new_secrets() -> dict[str, str]:
    """One secret for each variable that must not be guessed."""
    return {
        "GROUNDSWELL_CURSOR_SECRET": _key(),
        "GROUNDSWELL_VOTING_PASS_KEYS": f"k1:{_key()}",
        "GROUNDSWELL_VOTING_RECEIPT_KEY": _key(),
        "GROUNDSWELL_VOTING_MASTER_KEYS": _fernet_key(),
        "GROUNDSWELL_IDENTITY_MASTER_KEYS": _fernet_key(),
        "GROUNDSWELL_IDENTITY_ADDRESS_KEY": _key(),
        "GROUNDSWELL_NOTIFICATIONS_CLIENT_SECRET": _key(),
        "GROUNDSWELL_NOTIFICATIONS_LINK_KEY": _key(),
        "GROUNDSWELL_WEB_SESSION_KEYS": _fernet_key(),
        "GROUNDSWELL_GRAFANA_PASSWORD": _key(),
    }


def add_missing(path: Path, wanted: dict[str, str]) -> list[str]:
    """Append to the file at `path` what it does not set yet, and return the names of that.

    The file is made for its owner alone. Raises OSError.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "r+") as file:
        text = file.read()
        told = {line.partition("=")[0].strip() for line in text.splitlines()}
        missing = [name for name in wanted if name not in told]
        lines = "".join(f"{name}={wanted[name]}\n" for name in missing)
        file.write(lines if text.endswith("\n") or not text else f"\n{lines}")
    return missing


def _fernet_key() -> str:
    return base64.urlsafe_b64encode(_chance()).decode()


def _key() -> str:
    return _fernet_key().rstrip("=")


def _chance() -> bytes:
    return os.urandom(32)  # noqa: TID251 - this is where an installation's keys are made


def main() -> None:
    """Make what is missing, and say what that was."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--try-out",
        action="store_true",
        help="also settings for this machine alone: no HTTPS, and mails are printed, not sent",
    )
    wanted = new_secrets() | (TRY_OUT if parser.parse_args().try_out else {})
    added = add_missing(ENV_FILE, wanted)
    print(f"{ENV_FILE}: {', '.join(added) or 'nothing was missing'}", file=sys.stderr)  # noqa: T201 - a command


if __name__ == "__main__":
    main()
