"""The secrets of this machine: made once, for the owner only, and fit for the services."""

import json
import stat
from base64 import urlsafe_b64decode
from pathlib import Path

from cryptography.fernet import Fernet

from groundswell_local.local_secrets import local_secrets


def test_they_stay_the_same_and_differ_between_installations(tmp_path: Path) -> None:
    first = local_secrets(tmp_path / "a")
    assert local_secrets(tmp_path / "a") == first
    other = local_secrets(tmp_path / "b")
    assert all(first[name] != other[name] for name in first)


def test_only_the_owner_may_read_them(tmp_path: Path) -> None:
    local_secrets(tmp_path)
    (path,) = tmp_path.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_they_have_the_shapes_that_the_services_ask_for(tmp_path: Path) -> None:
    secrets = local_secrets(tmp_path)
    key_id, _, key = secrets["GROUNDSWELL_VOTING_PASS_KEYS"].partition(":")
    assert key_id == "k1"
    for text in (key, secrets["GROUNDSWELL_VOTING_RECEIPT_KEY"]):
        assert len(urlsafe_b64decode(text + "=")) == 32
    assert len(secrets["GROUNDSWELL_CURSOR_SECRET"]) >= 32
    Fernet(secrets["GROUNDSWELL_VOTING_MASTER_KEYS"])
    for name in ("GROUNDSWELL_IDENTITY_MASTER_KEYS", "GROUNDSWELL_WEB_SESSION_KEYS"):
        Fernet(secrets[name])


def test_what_an_older_file_lacks_is_added_and_what_it_has_stays(tmp_path: Path) -> None:
    new = local_secrets(tmp_path)
    path = tmp_path / "secrets.json"
    older = {name: new[name] for name in list(new)[:4]}
    path.write_text(json.dumps(older | {"GROUNDSWELL_OF_LATER": "kept"}))
    path.chmod(0o600)
    added = local_secrets(tmp_path)
    assert added.keys() == new.keys() | {"GROUNDSWELL_OF_LATER"}
    assert older.items() <= added.items()
    assert local_secrets(tmp_path) == added
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
