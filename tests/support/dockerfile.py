"""The Dockerfile's build stage, done on this machine as far as that goes without a daemon."""

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from pathlib import Path

HOUSE = Path(__file__).parents[2]
DOCKERFILE = HOUSE / "deploy/docker/Dockerfile"


def instructions(stage: str) -> Iterator[tuple[str, str]]:
    """Each instruction of a stage with its arguments, on one line."""
    text = re.sub(r"^#.*\n", "", DOCKERFILE.read_text(), flags=re.MULTILINE)
    current = ""
    for line in re.sub(r"\s*\\\n\s*", " ", text).splitlines():
        word, _, arguments = line.partition(" ")
        if word == "FROM":
            current = arguments.partition(" AS ")[2]
        elif current == stage and word:
            yield word, arguments


def build(root: Path, environment: Mapping[str, str]) -> None:
    """Do what the stage `build` does below `root`, in the place of /.

    COPY takes what .dockerignore lets through; `uv` is this machine's, which has the version that
    the image takes from the same lock.
    """
    workdir = root / "build"
    workdir.mkdir(parents=True)
    told = {**environment}
    for word, arguments in instructions("build"):
        match word:
            case "COPY" if not arguments.startswith("--from"):
                source, target = arguments.split()
                copy(HOUSE / source, workdir / target)
            case "ENV":
                told |= dict(pair.split("=", 1) for pair in arguments.split())
            case "RUN":
                command = re.sub(r"--mount=\S+ ", "", arguments)
                command = command.replace("/opt/groundswell", f"{root}/opt/groundswell")
                subprocess.run(["sh", "-ec", command], cwd=workdir, env=told, check=True)  # noqa: S607


def copy(source: Path, target: Path) -> None:
    """COPY of one file into a directory, or of a directory's contents."""
    if source.is_file():
        target.mkdir(exist_ok=True)
        shutil.copy(source, target)
        return
    for path in source.rglob("*"):
        if path.is_file() and is_sent(path.relative_to(HOUSE)):
            place = target / path.relative_to(source)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, place)


def is_sent(path: Path) -> bool:
    """Whether .dockerignore lets a file of the checkout into the build; the last match decides."""
    sent = True
    for line in (HOUSE / ".dockerignore").read_text().splitlines():
        if line and not line.startswith("#") and _matches(path, line.removeprefix("!")):
            sent = line.startswith("!")
    return sent


def _matches(path: Path, pattern: str) -> bool:
    """A pattern means what it matches, and all that is below it; `**/` is any folder or none."""
    candidates = [path, *path.parents[:-1]]
    if pattern.startswith("**/"):
        return any(fnmatch(part.name, pattern.removeprefix("**/")) for part in candidates)
    return any(
        len(part.parts) == len(Path(pattern).parts) and fnmatch(str(part), pattern)
        for part in candidates
    )
