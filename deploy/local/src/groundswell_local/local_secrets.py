"""The services' secrets on this machine: made by chance once, kept in a file for the owner only."""

import base64
import json
import os
from pathlib import Path

from cryptography.fernet import Fernet


def local_secrets(directory: Path) -> dict[str, str]:
    """The variables that hold the secrets, the same at each call for the same `directory`.

    They have to stay as long as the data does: receipts and stored keys are made with them. Those
    that an older file lacks are added to it.
    """
    path = directory / "secrets.json"
    kept: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    secrets = {**_new_secrets(), **kept}
    if secrets != kept:
        write_secret(path, json.dumps(secrets, indent=2))
    return secrets


def write_secret(path: Path, text: str) -> None:
    """Write a file that its owner alone may read; whole, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    unfinished.rename(path)


def _new_secrets() -> dict[str, str]:
    return {
        "GROUNDSWELL_CURSOR_SECRET": _chance(),
        "GROUNDSWELL_VOTING_PASS_KEYS": f"k1:{_chance()}",
        "GROUNDSWELL_VOTING_RECEIPT_KEY": _chance(),
        "GROUNDSWELL_VOTING_MASTER_KEYS": _fernet_key(),
        "GROUNDSWELL_IDENTITY_MASTER_KEYS": _fernet_key(),
        "GROUNDSWELL_IDENTITY_ADDRESS_KEY": _chance(),
        "GROUNDSWELL_NOTIFICATIONS_CLIENT_SECRET": _chance(),
        "GROUNDSWELL_NOTIFICATIONS_LINK_KEY": _chance(),
        "GROUNDSWELL_WEB_SESSION_KEYS": _fernet_key(),
    }


def _fernet_key() -> str:
    return Fernet.generate_key().decode()


def _chance() -> str:
    key = os.urandom(32)  # noqa: TID251 - this is where local keys are made
    return base64.urlsafe_b64encode(key).decode().rstrip("=")
