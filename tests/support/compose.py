"""docker-compose.yml as Compose reads it: interpolated with an environment file, merged."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import yaml

from deploy.docker import make_secrets

HOUSE = Path(__file__).parents[2]
COMPOSE_FILE = HOUSE / "docker-compose.yml"
_VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?P<how>:-|:\?)?(?P<word>[^}]*)\}")

ENGINES = frozenset({"kafka", "mongo", "redis"})
IN_PRODUCTION = {
    "GROUNDSWELL_PUBLIC_URL": "https://contests.example.org",
    "GROUNDSWELL_SMTP_HOST": "smtp.example.org",
    "GROUNDSWELL_SMTP_SENDER": "contests@example.org",
}

Services = Mapping[str, Mapping[str, Any]]


class Refused(Exception):
    """A variable that has to be set is not; the message is what Compose would print."""


def composed(variables: Mapping[str, str]) -> Services:
    """The services as they would be started with these variables. Raises Refused."""
    services: Services = yaml.safe_load(COMPOSE_FILE.read_text())["services"]
    return cast("Services", _interpolated(services, variables))


def new_installation() -> dict[str, str]:
    """What `.env` says when the secrets are made, and an operator has said the rest."""
    return make_secrets.new_secrets() | IN_PRODUCTION


def _interpolated(tree: object, variables: Mapping[str, str]) -> object:
    if isinstance(tree, Mapping):
        return {name: _interpolated(value, variables) for name, value in tree.items()}
    if isinstance(tree, list):
        return [_interpolated(value, variables) for value in tree]
    return _replaced(tree, variables) if isinstance(tree, str) else tree


def _replaced(text: str, variables: Mapping[str, str]) -> str:
    """Without ${NAME}, ${NAME:-default} and ${NAME:?message}. Raises Refused."""

    def value(match: re.Match[str]) -> str:
        given = variables.get(match["name"], "")
        if given or match["how"] is None:
            return given
        if match["how"] == ":?":
            raise Refused(f"{match['name']}: {match['word']}")
        return match["word"]

    return _VARIABLE.sub(value, text)


def read_env_file(path: Path) -> dict[str, str]:
    """The variables of an environment file."""
    lines = path.read_text().splitlines()
    return {name: value for name, _, value in (line.partition("=") for line in lines)}
