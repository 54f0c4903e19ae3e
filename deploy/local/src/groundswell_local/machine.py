"""What this machine has: asked by the engines before they start, and by the doctor."""

import re
import shutil
import subprocess

_ANSWER_SECONDS = 60


def answer(*command: str) -> str | None:
    """What a command prints, or None when it is missing, fails, or takes too long."""
    if shutil.which(command[0]) is None:
        return None
    try:
        done = subprocess.run(  # noqa: S603 - only words of ours
            command, capture_output=True, text=True, timeout=_ANSWER_SECONDS, check=True
        )
    except (subprocess.SubprocessError, OSError):
        return None
    return done.stdout + done.stderr


def java_major_version() -> int | None:
    """17 for OpenJDK 17.0.15, 8 for 1.8.0; None when there is no Java."""
    found = re.search(r'version "(?:1\.)?(\d+)', answer("java", "-version") or "")
    return int(found[1]) if found else None


def docker_version() -> str | None:
    """The release of the Docker daemon that answers, or None."""
    version = answer("docker", "version", "--format", "{{.Server.Version}}")
    return version.splitlines()[0] if version else None  # warnings may follow
