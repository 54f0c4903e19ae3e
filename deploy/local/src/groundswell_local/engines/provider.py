"""Starts Kafka, MongoDB and Redis for `make run`, tests and benchmarks, in the same way for all."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from groundswell_local.engines import kafka, mongo, redis
from groundswell_local.engines.container import MOUNT, Container
from groundswell_local.engines.engine import Engine
from groundswell_local.engines.kafka import SESSION_SECONDS
from groundswell_local.engines.native import NativeProcess
from groundswell_local.engines.recipe import EngineError, EngineMissingError, Place, Recipe, Say
from groundswell_local.machine import docker_version
from groundswell_local.ownership import own, owner, pid_file
from groundswell_local.ports import free_ports, is_free
from groundswell_local.settings import EngineAddresses
from groundswell_local.together import together

_RECIPES = (kafka.RECIPE, mongo.RECIPE, redis.RECIPE)


@dataclass(frozen=True, slots=True)
class Ports:
    """The loopback ports that the engines listen on."""

    kafka: int = 9092
    mongo: int = 27017
    redis: int = 6379


@dataclass(frozen=True, slots=True)
class Engines:
    """The three engines, answering."""

    kafka: Engine
    mongo: Engine
    redis: Engine
    session_seconds: float = field(default=SESSION_SECONDS, kw_only=True)

    def all(self) -> tuple[Engine, Engine, Engine]:
        """All three, for what is done to each."""
        return (self.kafka, self.mongo, self.redis)

    def environment(self) -> dict[str, str]:
        """The variables from which the services learn the engines' addresses, and how long a
        group of readers may wait for a dead member.
        """
        return {
            "GROUNDSWELL_KAFKA_BOOTSTRAP": self.kafka.address,
            "GROUNDSWELL_KAFKA_SESSION_SECONDS": f"{self.session_seconds:g}",
            "GROUNDSWELL_MONGO_URI": self.mongo.address,
            "GROUNDSWELL_REDIS_URL": self.redis.address,
        }


@asynccontextmanager
async def running_engines(
    directory: Path, ports: Ports | None = None, say: Say = lambda _: None
) -> AsyncIterator[Engines]:
    """Run the three engines with their data in `directory`, side by side, until the block ends.

    Those whose addresses the environment gives are taken as they are; else native processes, else
    containers where a Docker daemon answers. `ports` None takes free ones; the data may be started
    on other ports than before. `say` hears of what takes long. Raises `EngineMissingError` with
    what to install, `EngineError` when one does not start, and `AlreadyOwnedError` when another
    process runs engines in `directory`.
    """
    engines = _given()
    if engines is not None:
        await together([engine.start() for engine in engines.all()])
        yield engines
        return
    with own(directory):
        _noted(directory).unlink(missing_ok=True)
        if ports is None:
            ports = Ports(*free_ports(3))
        numbers = (ports.kafka, ports.mongo, ports.redis)
        built = [
            _build(recipe, directory, port, say)
            for recipe, port in zip(_RECIPES, numbers, strict=True)
        ]
        engines = Engines(*await together(built))
        try:
            await together([engine.start() for engine in engines.all()])
            _noted(directory).write_text(json.dumps(engines.environment()))
            yield engines
        finally:
            await together([engine.stop() for engine in engines.all()])


def engine_environment(directory: Path) -> dict[str, str]:
    """The variables for the engines that another process runs in `directory` now.

    Those of the environment go first, as in `running_engines`. Raises `EngineError` when there
    are neither.
    """
    given = _given()
    if given is not None:
        return given.environment()
    if owner(directory) is None or not _noted(directory).exists():
        raise EngineError("no engines run here: start them with `groundswell up`")
    noted: dict[str, str] = json.loads(_noted(directory).read_text())
    return noted


def _given() -> Engines | None:
    """The engines that the environment gives addresses of, if it does."""
    told = EngineAddresses()
    if told.given is None:
        return None
    return Engines(*map(Engine, _RECIPES, told.given), session_seconds=told.kafka_session_seconds)


def _noted(directory: Path) -> Path:
    return directory / "environment.json"


async def _build(recipe: Recipe, directory: Path, port: int, say: Say) -> Engine:
    if not is_free(port):
        raise EngineError(
            f"{recipe.name}: port {port} is taken (`groundswell doctor` says by whom); "
            f"free it, or set GROUNDSWELL_{recipe.name.upper()}_PORT"
        )
    home = (directory / recipe.name).absolute()
    home.mkdir(parents=True, exist_ok=True)
    log_path = home / f"{recipe.name}.log"
    body: NativeProcess | Container
    try:
        program = await asyncio.to_thread(recipe.find, say)
    except EngineMissingError:
        if await asyncio.to_thread(docker_version) is None:
            raise
        say(f"running {recipe.name} as a container of {recipe.image}")
        inside = "0.0.0.0"  # noqa: S104 - the container's own network
        place = Place(recipe.image_program, MOUNT, inside, port)
        body = Container(recipe.image, recipe.command(place), home, port)
    else:
        place = Place(program, str(home), "127.0.0.1", port)
        output = home / "output.log"
        body = NativeProcess(recipe.command(place), port, pid_file(directory, recipe.name), output)
    if recipe.configure is not None:
        recipe.configure(home, place)
    return Engine(recipe, recipe.address(port), body, log_path)
