"""Kafka's jars, brought by Maven once and kept in the project's `.groundswell/kafka-<version>`."""

import shutil
import subprocess
import tempfile
from importlib.resources import as_file, files
from pathlib import Path

from groundswell_local.engines.recipe import EngineError, EngineMissingError, Say
from groundswell_local.machine import java_major_version
from groundswell_local.paths import GROUNDSWELL

KAFKA_VERSION = "4.3.1"
JAVA_NEEDED = 17
_DOWNLOAD_SECONDS = 300


def jars_directory() -> Path:
    """Where the jars are once they have been downloaded; then they are all there."""
    return GROUNDSWELL / f"kafka-{KAFKA_VERSION}"


def find(say: Say) -> tuple[str, ...]:
    """The command that runs a class of Kafka's; downloads the jars when they are not there yet."""
    version = java_major_version()
    if version is None or version < JAVA_NEEDED:
        found = "no Java" if version is None else f"Java {version}"
        raise EngineMissingError(
            f"Kafka needs Java {JAVA_NEEDED} or newer, and there is {found}: "
            f"install Java {JAVA_NEEDED} and Maven, or Docker"
        )
    jars = jars_directory()
    if not jars.exists():
        _download(jars, say)
    return ("java", "-cp", f"{jars}/*")


def _download(jars: Path, say: Say) -> None:
    if shutil.which("mvn") is None:
        raise EngineMissingError("Kafka's jars come with Maven: install Maven, or Docker")
    say(f"downloading Kafka {KAFKA_VERSION} with Maven (45 MB, once)")
    jars.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="download-", dir=jars.parent) as temporary:
        _copy_dependencies(Path(temporary) / "jars")
        try:
            (Path(temporary) / "jars").rename(jars)  # whole, or not at all
        except OSError:
            if not jars.exists():  # otherwise another process was faster
                raise


def _copy_dependencies(target: Path) -> None:
    with as_file(files("groundswell_local.engines").joinpath("kafka_pom.xml")) as pom:
        maven = [
            *("mvn", "--batch-mode", "--quiet", "--file", str(pom)),
            *("dependency:copy-dependencies", "-DincludeScope=runtime"),
            *(f"-Dkafka.version={KAFKA_VERSION}", f"-DoutputDirectory={target}"),
        ]
        try:
            done = subprocess.run(  # noqa: S603 - only words of ours
                maven, capture_output=True, text=True, timeout=_DOWNLOAD_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            raise EngineError(f"Maven did not finish within {_DOWNLOAD_SECONDS} s") from None
    if done.returncode != 0:
        raise EngineError(f"Maven could not bring Kafka's jars:\n{done.stdout}{done.stderr}")
