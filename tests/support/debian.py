"""Programs and libraries from Debian's packages, unpacked into the project and not installed.

So no server starts and the machine stays as it is.
"""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_UNPACKED = Path(__file__).parents[2] / ".groundswell"


class PackageMissing(Exception):
    """It is not here and cannot be had; the message names the remedy."""


def folder_of(name: str) -> Path:
    """Where what is called so is unpacked, whether or not it has been."""
    return _UNPACKED / name


@contextmanager
def apt_alone() -> Iterator[None]:
    """Waits until no other process of this checkout is in such a block: apt-get does not wait."""
    _UNPACKED.mkdir(exist_ok=True)
    with (_UNPACKED / "apt.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def unpack(package: str, name: str, remedy: str) -> None:
    """Fetch a package and unpack it into its folder; takes seconds. Raises PackageMissing."""
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        raise PackageMissing(remedy)
    folder = folder_of(name)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with apt_alone():
            if os.getuid() == 0:  # nobody else may bring the lists of packages up to date
                _run(folder, "apt-get", "update")
            _run(folder, "apt-get", "download", package)
            (fetched,) = folder.glob(f"{package}_*.deb")
            _run(folder, "dpkg-deb", "--extract", fetched.name, ".")
            fetched.unlink()
    except subprocess.CalledProcessError as error:
        raise PackageMissing(f"{remedy}\n{error.output}") from error


def _run(folder: Path, *command: str) -> None:
    subprocess.run(
        command,
        cwd=folder,
        check=True,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=120,
    )
