"""The engines of docker-compose.yml are set up as those that all tests run on."""

import re

from groundswell_local.engines import kafka, mongo, redis
from groundswell_local.engines.recipe import Place
from tests.support.compose import ENGINES, composed, new_installation

HERE = Place(program=("engine",), directory="/data", bind="127.0.0.1", port=1)
SERVICES = composed(new_installation())


def test_engines_are_of_the_same_release() -> None:
    recipes = {recipe.name: recipe.image for recipe in (kafka.RECIPE, mongo.RECIPE, redis.RECIPE)}
    assert {name: SERVICES[name]["image"] for name in ENGINES} == recipes


def test_kafka_has_the_same_settings() -> None:
    environment = SERVICES["kafka"]["environment"]
    there = {
        name.removeprefix("KAFKA_").replace("_", ".").lower(): value
        for name, value in environment.items()
    }
    here = dict(line.split("=", 1) for line in kafka._properties(HERE, controller=2).splitlines())
    placed = {"listeners", "advertised.listeners", "log.dirs"}
    assert _without(placed | {"controller.quorum.bootstrap.servers"}, here) == _without(
        placed | {"controller.quorum.voters", "heap.opts", "jvm.performance.opts"}, there
    )
    flags = f"{environment['KAFKA_HEAP_OPTS']} {environment['KAFKA_JVM_PERFORMANCE_OPTS']}"
    assert set(flags.split()) == set(kafka._JAVA_FLAGS)


def test_mongodb_has_the_same_settings() -> None:
    placed = r"--(port|bind_ip(_all)?|dbpath|logpath|logappend)\b"
    here = _options(mongo.RECIPE.command(HERE)[1:])
    there = _options(SERVICES["mongo"]["command"])
    assert {o for o in here if not re.match(placed, o)} == {
        o for o in there if not re.match(placed, o)
    }
    check = SERVICES["mongo"]["healthcheck"]["test"][-1]
    assert f'rs.initiate({{_id: "{mongo.REPLICA_SET}"' in check


def test_redis_has_the_same_settings_and_a_limit() -> None:
    program, *words = SERVICES["redis"]["command"]
    there = dict(zip(words[::2], words[1::2], strict=True))
    words = redis.RECIPE.command(HERE)[1:]
    here = dict(zip(words[::2], words[1::2], strict=True))
    assert program == "redis-server"
    assert there.pop("--maxmemory") == "640mb"
    assert _without({"--port", "--bind", "--dir", "--logfile"}, here) == there


def _without(names: set[str], settings: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in settings.items() if name not in names}


def _options(words: list[str]) -> set[str]:
    """Each option with its value, as `--name=value`."""
    return {option.strip().replace(" ", "=", 1) for option in re.split(r" (?=--)", " ".join(words))}
