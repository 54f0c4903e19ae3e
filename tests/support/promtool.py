"""promtool, Prometheus' checker of rules: this machine's, or unpacked from Debian's package.

The package is unpacked and not installed, so no server starts and the machine stays as it is.
"""

import os
import shutil
import subprocess
from pathlib import Path

_UNPACKED = Path(__file__).parents[2] / ".groundswell/prometheus"
_REMEDY = "promtool is missing: apt-get install prometheus, or put promtool on the PATH"


class PromtoolMissing(Exception):
    """There is none and none can be had; the message names the remedy."""


def promtool() -> Path:
    """The program; fetched once, which takes seconds. Raises PromtoolMissing."""
    if found := shutil.which("promtool"):
        return Path(found)
    program = _UNPACKED / "usr/bin/promtool"
    if not program.exists():
        _unpack()
    return program


def _unpack() -> None:
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        raise PromtoolMissing(_REMEDY)
    _UNPACKED.mkdir(parents=True, exist_ok=True)
    try:
        if os.getuid() == 0:  # nobody else may bring the lists of packages up to date
            _run("apt-get", "update")
        _run("apt-get", "download", "prometheus")
        (package,) = _UNPACKED.glob("prometheus_*.deb")
        _run("dpkg-deb", "--extract", package.name, ".")
        package.unlink()
    except subprocess.CalledProcessError as error:
        raise PromtoolMissing(f"{_REMEDY}\n{error.output}") from error


def _run(*command: str) -> None:
    subprocess.run(
        command,
        cwd=_UNPACKED,
        check=True,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=120,
    )
