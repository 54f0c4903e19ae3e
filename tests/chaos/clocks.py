"""A wrong clock for a process: Debian's libfaketime, fetched once where it is missing.

The package is unpacked and not installed. Only the time of day is wrong, as on a real machine.
"""

import os
import shutil
import subprocess
from pathlib import Path

_UNPACKED = Path(__file__).parents[2] / ".groundswell/faketime"
_INSTALLED = Path("/usr/lib")
_LIBRARY = "libfaketime.so.1"
_REMEDY = "libfaketime is missing: apt-get install faketime"


class FaketimeMissing(Exception):
    """There is none and none can be had; the message names the remedy."""


def wrong_by(seconds: int) -> dict[str, str]:
    """The environment of a process whose clock is that far ahead. Raises FaketimeMissing."""
    return {
        "LD_PRELOAD": str(_library()),
        "FAKETIME": f"{seconds:+d}",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }


def _library() -> Path:
    for folder in (_INSTALLED, _UNPACKED):
        for found in folder.glob(f"**/faketime/{_LIBRARY}"):
            return found
    _unpack()
    return next(_UNPACKED.glob(f"**/faketime/{_LIBRARY}"))


def _unpack() -> None:
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        raise FaketimeMissing(_REMEDY)
    _UNPACKED.mkdir(parents=True, exist_ok=True)
    try:
        if os.getuid() == 0:  # nobody else may bring the lists of packages up to date
            _run("apt-get", "update")
        _run("apt-get", "download", "libfaketime")
        for package in _UNPACKED.glob("libfaketime_*.deb"):
            _run("dpkg-deb", "--extract", package.name, ".")
            package.unlink()
    except subprocess.CalledProcessError as error:
        raise FaketimeMissing(f"{_REMEDY}\n{error.output}") from error


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
