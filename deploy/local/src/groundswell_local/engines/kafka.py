"""Kafka in KRaft mode, broker and controller in one process: started from its jars."""

import asyncio
import base64
import os
import re
import shlex
from importlib.resources import files
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient

from groundswell_local.engines.kafka_jars import KAFKA_VERSION, find
from groundswell_local.engines.recipe import EngineError, Place, Recipe
from groundswell_local.ports import free_ports

SESSION_SECONDS = 2.0
"""How long a member of a group that was killed keeps its partitions, at the least."""

_JAVA_FLAGS = ("-Xms512m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError")


def _configure(directory: Path, place: Place) -> None:
    log_config = files("groundswell_local.engines").joinpath("kafka_log4j2.xml").read_text()
    (directory / "log4j2.xml").write_text(log_config)
    # The broker's port is free as well until it starts.
    controller = next(port for port in free_ports(2) if port != place.port)
    (directory / "server.properties").write_text(_properties(place, controller))


def _properties(place: Place, controller: int) -> str:
    settings = {
        "process.roles": "broker,controller",
        "node.id": 1,
        "listeners": f"BROKER://{place.bind}:{place.port},CONTROLLER://127.0.0.1:{controller}",
        "advertised.listeners": f"BROKER://127.0.0.1:{place.port}",
        "listener.security.protocol.map": "BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "inter.broker.listener.name": "BROKER",
        "controller.listener.names": "CONTROLLER",
        "controller.quorum.bootstrap.servers": f"127.0.0.1:{controller}",
        "log.dirs": f"{place.directory}/data",
        "auto.create.topics.enable": "false",
        # The group protocol answers at once, and its own topics stay small.
        "group.initial.rebalance.delay.ms": 0,
        "group.min.session.timeout.ms": round(SESSION_SECONDS * 1000),
        "offsets.topic.num.partitions": 1,
        "offsets.topic.replication.factor": 1,
        "transaction.state.log.num.partitions": 1,
        "transaction.state.log.replication.factor": 1,
        "transaction.state.log.min.isr": 1,
        # After a kill the broker may register again only when its old session has ended.
        "broker.heartbeat.interval.ms": 500,
        "broker.session.timeout.ms": 3000,
        # Its default takes 128 MB of the small heap.
        "log.cleaner.dedupe.buffer.size": 16 * 1024 * 1024,
    }
    return "".join(f"{key}={value}\n" for key, value in settings.items())


def _command(place: Place) -> list[str]:
    """A shell line that formats the data directory once, and then becomes the broker."""
    properties = f"{place.directory}/server.properties"
    chance = os.urandom(14)  # noqa: TID251 - an id of Kafka's, not of ours
    # Not starting with "-", which the tool would take for an option.
    cluster_id = base64.urlsafe_b64encode(b"gs" + chance).decode().rstrip("=")
    tool = ("kafka.tools.StorageTool", "format", "--standalone", "-t", cluster_id, "-c", properties)
    logging = f"-Dlog4j2.configurationFile={place.directory}/log4j2.xml"
    logs = f"-Dgroundswell.logs={place.directory}"
    is_formatted = shlex.join(("test", "-f", f"{place.directory}/data/meta.properties"))
    format_it = shlex.join((*place.program, *tool))
    run = shlex.join((*place.program, *_JAVA_FLAGS, logging, logs, "kafka.Kafka", properties))
    return ["sh", "-c", f"{{ {is_formatted} || {format_it}; }} && exec {run}"]


def _address(port: int) -> str:
    return f"127.0.0.1:{port}"


async def _probe(address: str, log: Path | None) -> str:
    host, _, port = address.rpartition(":")
    _, writer = await asyncio.open_connection(host, int(port))  # quieter than a client that fails
    writer.close()
    admin = AIOKafkaAdminClient(bootstrap_servers=address, request_timeout_ms=1000)
    try:
        await admin.start()
        if not (await admin.describe_cluster())["brokers"]:
            raise EngineError("no broker has registered yet")
    finally:
        await admin.close()
    return f"Kafka {_logged_version(log)}"


def _logged_version(log: Path | None) -> str:
    """The release that runs: Kafka's protocol does not tell it, its log does."""
    found = re.findall(r"Kafka version: (\S+)", log.read_text()) if log else []
    return found[-1] if found else "of a release that its protocol does not tell"


RECIPE = Recipe(
    name="kafka",
    image=f"apache/kafka:{KAFKA_VERSION}",
    image_program=("java", "-cp", "/opt/kafka/libs/*"),
    find=find,
    command=_command,
    address=_address,
    probe=_probe,
    configure=_configure,
)
