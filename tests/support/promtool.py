"""promtool, Prometheus' checker of rules: this machine's, or unpacked from Debian's package."""

import shutil
from pathlib import Path

from tests.support.debian import folder_of, unpack

_REMEDY = "promtool is missing: apt-get install prometheus, or put promtool on the PATH"


def promtool() -> Path:
    """The program; fetched once, which takes seconds. Raises PackageMissing."""
    if found := shutil.which("promtool"):
        return Path(found)
    program = folder_of("prometheus") / "usr/bin/promtool"
    if not program.exists():
        unpack("prometheus", "prometheus", _REMEDY)
    return program
