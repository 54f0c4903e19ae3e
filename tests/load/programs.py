"""Programs of the bench that say what they did in one line of JSON: `voters` and `bare`."""

import json
import sys
from typing import Any

from tests.load.tools import LoadFailed, started


async def told(module: str, *arguments: object) -> dict[str, Any]:
    """What the program `tests.load.<module>` prints. Raises LoadFailed when it fails."""
    command = (sys.executable, "-m", f"tests.load.{module}", *map(str, arguments))
    async with started(*command) as process:
        output, _ = await process.communicate()
    if process.returncode != 0:
        raise LoadFailed(f"{module} {arguments[0]} ended with status {process.returncode}")
    result: dict[str, Any] = json.loads(output)
    return result


def require_only(result: dict[str, Any], *statuses: int) -> None:
    """Raises LoadFailed when voters were answered with anything else."""
    if set(result["answers"]) - set(map(str, statuses)):
        raise LoadFailed(f"unexpected answers: {result['answers']}")
