"""docker-compose.yml starts every role, told what it needs, and shut in as far as that goes."""

import importlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic_settings import BaseSettings

from deploy.docker import make_secrets
from groundswell_ideas.inspection.decoder import MAX_MEMORY_BYTES
from groundswell_ideas.inspection.decoding import MAX_FILE_BYTES
from groundswell_ideas.media.rules import MAX_BYTES, MIB, RENDITIONS
from groundswell_ideas.screening.lists import word_lists
from groundswell_ideas.templates.catalogue import load_templates
from groundswell_web import file_forms
from tests.support.compose import (
    COMPOSE_FILE,
    ENGINES,
    HOUSE,
    IN_PRODUCTION,
    Refused,
    Services,
    composed,
    new_installation,
    read_env_file,
)
from tests.support.dockerfile import instructions

SERVICES = sorted(path.name for path in (HOUSE / "services").iterdir() if path.is_dir())
NOT_OURS = {*ENGINES, "mail", "prometheus", "grafana"}
VARIABLES = new_installation()


@pytest.fixture(scope="module")
def services() -> Services:
    return composed(VARIABLES)


def roles_of(service: str) -> dict[str, int]:
    """Every role of a service with its port, by the settings that name the ports."""
    fields = settings_of(service).model_fields
    found = {re.fullmatch(rf"{service}_(\w+)_port", name): fields[name].default for name in fields}
    return {match[1].replace("_", "-"): port for match, port in found.items() if match}


def settings_of(service: str) -> type[BaseSettings]:
    settings: type[BaseSettings] = importlib.import_module(
        f"groundswell_{service}.settings"
    ).Settings
    return settings


def read_by(service: str) -> set[str]:
    """The variables that a service reads: by its settings, and by others that it builds."""
    wiring = vars(importlib.import_module(f"groundswell_{service}.app"))
    found = {settings_of(service), wiring.get("SmtpSettings")}
    found |= {field.annotation for field in settings_of(service).model_fields.values()}
    readers = [f for f in found if isinstance(f, type) and issubclass(f, BaseSettings)]
    return {
        f"{reader.model_config.get('env_prefix', '')}{name}".upper()
        for reader in readers
        for name in reader.model_fields
    }


def ours(services: Services) -> Iterator[tuple[str, str, str, Any]]:
    """Each container that runs our image: its name, service, role or command, and definition."""
    for name, definition in services.items():
        if name not in NOT_OURS:
            program, flag, package, command = definition["command"]
            assert (program, flag) == ("python", "-m"), name
            yield name, package.removeprefix("groundswell_"), command, definition


def test_the_file_is_what_compose_takes() -> None:
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run([*check, COMPOSE_FILE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_every_role_of_every_service_runs_after_its_service_has_prepared(
    services: Services,
) -> None:
    started = {(service, command) for _, service, command, _ in ours(services)}
    wanted = {(service, role) for service in SERVICES for role in roles_of(service)}
    assert started == wanted | {(service, "prepare") for service in SERVICES}
    for name, service, command, definition in ours(services):
        assert name == f"{service}-{command}"
        conditions = {key: value["condition"] for key, value in definition["depends_on"].items()}
        if command == "prepare":
            assert conditions.keys() <= ENGINES
            assert set(conditions.values()) == {"service_healthy"}
            assert definition["restart"] == "no"
        else:
            assert conditions == {f"{service}-prepare": "service_completed_successfully"}
            assert definition["restart"] == "unless-stopped"


@pytest.mark.parametrize("extra", [{}, make_secrets.TRY_OUT], ids=["production", "try-out"])
def test_every_process_is_told_what_it_needs_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, extra: dict[str, str]
) -> None:
    for name, service, _, definition in ours(composed(VARIABLES | extra)):
        told = {name: v for name, v in definition["environment"].items() if v is not None}
        assert definition["environment"].keys() <= read_by(service), name
        with monkeypatch.context() as only:
            for variable in [v for v in os.environ if v.startswith("GROUNDSWELL_")]:
                only.delenv(variable)
            for variable, value in told.items():
                only.setenv(variable, value)
            settings_of(service)()


def test_without_a_secret_nothing_starts_and_the_message_says_what_to_do() -> None:
    asked = set(re.findall(r"\$\{(\w+):\?", COMPOSE_FILE.read_text()))
    assert asked == make_secrets.new_secrets().keys() | IN_PRODUCTION.keys()
    for name in asked:
        with pytest.raises(Refused, match=rf"^{name}: .*(make_secrets\.py|\.env)"):
            composed({**VARIABLES, name: ""})


def test_every_process_is_shut_in(services: Services) -> None:
    for name, definition in services.items():
        assert definition["mem_limit"], name
        assert "no-new-privileges:true" in definition["security_opt"], name
        assert not definition.get("privileged"), name
        if name not in NOT_OURS:
            assert definition["read_only"] is True, name
            assert definition["cap_drop"] == ["ALL"], name
        if not name.endswith("-prepare"):
            assert definition["healthcheck"]["test"], name


def test_only_what_people_call_has_a_port_of_the_host_on_loopback_and_movable(
    services: Services,
) -> None:
    moved = {f"GROUNDSWELL_{name}_PORT": "9" for name in ("WEB_API", "VOTING_BALLOT_BOX")}
    elsewhere = composed({**VARIABLES, **moved, "GROUNDSWELL_BIND": "0.0.0.0"})  # noqa: S104
    for name, service, role, definition in ours(services):
        serves = role in {"api", "ballot-box"}
        assert ("ports" in definition) == serves, name
        if serves:
            port = roles_of(service)[role]
            assert definition["ports"] == [f"127.0.0.1:{port}:{port}"]
    for engine in ENGINES:
        assert "ports" not in services[engine]
    for name, port in {"web-api": 8100, "voting-ballot-box": 8103}.items():
        assert elsewhere[name]["ports"] == [f"0.0.0.0:9:{port}"]


def test_addresses_within_are_those_of_the_roles() -> None:
    text = COMPOSE_FILE.read_text()
    named = re.findall(r"http://([a-z]+-[a-z-]+):(\d+)", text)
    assert len(named) >= 8
    for name, port in named:
        service, _, role = name.partition("-")
        assert roles_of(service)[role] == int(port), name


def test_every_image_of_others_is_pinned_by_version(services: Services) -> None:
    dockerfile = (HOUSE / "deploy/docker/Dockerfile").read_text()
    images = [services[name]["image"] for name in NOT_OURS - {"mail"}]
    images += [f"python:{version}" for version in re.findall(r"ARG PYTHON=(\S+)", dockerfile)]
    for image in images:
        assert re.fullmatch(r"[a-z/]+:v?\d+\.\d+[\w.-]*", image), image


def test_secrets_are_made_once_for_the_owner_only(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("GROUNDSWELL_SMTP_HOST=smtp.example.org")  # and no newline
    path.chmod(0o600)
    first = make_secrets.add_missing(path, make_secrets.new_secrets())
    text = path.read_text()
    assert first == list(make_secrets.new_secrets())
    assert make_secrets.add_missing(path, make_secrets.new_secrets()) == []
    assert path.read_text() == text
    assert read_env_file(path)["GROUNDSWELL_SMTP_HOST"] == "smtp.example.org"
    new = tmp_path / "new"
    make_secrets.add_missing(new, make_secrets.new_secrets())
    assert new.stat().st_mode & 0o777 == 0o600
    assert not set(read_env_file(new).values()) & set(read_env_file(path).values())


def test_secrets_stay_out_of_version_control_and_images() -> None:
    assert ".env" in (HOUSE / ".gitignore").read_text().splitlines()
    assert (HOUSE / ".dockerignore").read_text().splitlines()[1] == "*"


def test_prometheus_scrapes_every_role() -> None:
    config = yaml.safe_load((HOUSE / "deploy/observability/prometheus.yml").read_text())
    (job,) = config["scrape_configs"]
    scraped = {(*sd["names"], sd["port"]) for sd in job["dns_sd_configs"]}
    roles = {(s, r): port for s in SERVICES for r, port in roles_of(s).items()}
    assert scraped == {(f"{s}-{r}", port) for (s, r), port in roles.items()}


def test_the_roles_of_ideas_share_what_is_sent_in_and_can_write_it(services: Services) -> None:
    roles = [definition for _, service, _, definition in ours(services) if service == "ideas"]
    for definition in roles:
        (media, own) = definition["volumes"]
        assert media == "media:/var/lib/groundswell"
        assert own.endswith(":/etc/groundswell:ro")
        told = definition["environment"]
        assert told["GROUNDSWELL_MEDIA_URL"].startswith("file:///var/lib/groundswell/")
    volumes = yaml.safe_load(COMPOSE_FILE.read_text())["volumes"]
    assert "media" in volumes
    made = [arguments for word, arguments in instructions("") if word == "RUN"]
    assert made == ["install --directory --owner 10001 --group 10001 /var/lib/groundswell"]


def test_a_worker_has_room_for_what_its_decoders_open(services: Services) -> None:
    worker = services["ideas-worker"]
    decoders = int(worker["environment"]["GROUNDSWELL_MEDIA_DECODERS"])
    (tmp,) = worker["tmpfs"]
    room = int(tmp.partition("=")[2].removesuffix("m")) * MIB
    memory = int(worker["mem_limit"].removesuffix("m")) * MIB
    largest = max(MAX_BYTES.values()) + len(RENDITIONS) * MAX_FILE_BYTES
    assert room >= decoders * largest
    assert memory >= room + decoders * MAX_MEMORY_BYTES


def test_the_site_has_room_for_the_files_of_its_forms(services: Services) -> None:
    site = services["web-api"]
    forms = int(site["environment"]["GROUNDSWELL_WEB_FILE_FORMS"])
    (tmp,) = site["tmpfs"]
    room = int(tmp.partition("=")[2].removesuffix("m")) * MIB
    memory = int(site["mem_limit"].removesuffix("m")) * MIB
    assert room >= forms * file_forms.MAX_FILE_BYTES
    assert memory >= room + 256 * MIB


def test_folders_of_an_operators_own_files_are_there_and_read(services: Services) -> None:
    told = services["ideas-api"]["environment"]
    mounted = services["ideas-api"]["volumes"][1].partition(":")[0]
    for variable in ("GROUNDSWELL_TEMPLATES_DIR", "GROUNDSWELL_SCREENING_WORDS_DIR"):
        folder = HOUSE / mounted / told[variable].removeprefix("/etc/groundswell/")
        assert folder.is_dir(), folder
    assert load_templates(HOUSE / mounted / "templates") == load_templates(None)
    assert word_lists(HOUSE / mounted / "words") == word_lists(None)
