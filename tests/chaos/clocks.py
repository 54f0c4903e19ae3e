"""A wrong clock for a process: Debian's libfaketime, fetched once where it is missing.

Only the time of day is wrong, as on a real machine.
"""

from pathlib import Path

from tests.support.debian import folder_of, unpack

_INSTALLED = Path("/usr/lib")
_LIBRARY = "libfaketime.so.1"
_REMEDY = "libfaketime is missing: apt-get install faketime"


def wrong_by(seconds: int) -> dict[str, str]:
    """The environment of a process whose clock is that far ahead. Raises PackageMissing."""
    return {
        "LD_PRELOAD": str(_library()),
        "FAKETIME": f"{seconds:+d}",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }


def _library() -> Path:
    unpacked = folder_of("faketime")
    for folder in (_INSTALLED, unpacked):
        for found in folder.glob(f"**/faketime/{_LIBRARY}"):
            return found
    unpack("libfaketime", "faketime", _REMEDY)
    return next(unpacked.glob(f"**/faketime/{_LIBRARY}"))
