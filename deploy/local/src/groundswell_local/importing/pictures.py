"""The files that rows name: found inside the folder of the CSV file alone, and what they are."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath

_HEAD_BYTES = 64
_TYPES = (
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"GIF8[79]a"), "image/gif"),
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), "image/webp"),
    (re.compile(rb"%PDF-"), "application/pdf"),
    (re.compile(rb".{4}ftypqt  ", re.DOTALL), "video/quicktime"),
    (re.compile(rb".{4}ftyp", re.DOTALL), "video/mp4"),
    (re.compile(rb"\x1a\x45\xdf\xa3"), "video/webm"),
)


class FileRefused(Exception):
    """A file is not sent in, by this rule; `words` say it to people."""

    def __init__(self, rule: str, words: str) -> None:
        super().__init__(f"{rule}: {words}")
        self.rule = rule
        self.words = words


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file of this machine, and what it holds."""

    path: Path
    bytes: int
    content_type: str
    sha256: str

    def announced(self) -> dict[str, object]:
        """What the service is told of it; of its path no more than its name."""
        return {
            "name": self.path.name,
            "bytes": self.bytes,
            "content_type": self.content_type,
            "sha256": self.sha256,
        }


def local_file(root: Path, name: str) -> LocalFile:
    """The file of this name below `root`. Raises FileRefused; nothing outside is looked at.

    A CSV file comes from somebody else: it must not make us send what they cannot see.
    """
    path = _inside(root, name)
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            size = file.tell()
    except OSError as error:
        raise FileRefused("unreadable", f"{name}: {error.strerror}") from error
    for pattern, content_type in _TYPES:
        if pattern.match(head):
            return LocalFile(path, size, content_type, digest)
    raise FileRefused("type", f"{name} is no picture, film or PDF of a type that is taken")


def _inside(root: Path, name: str) -> Path:
    """Where the file lies, every link followed."""
    posix, windows = PurePosixPath(name), PureWindowsPath(name)
    if posix.is_absolute() or windows.drive or windows.root or ".." in windows.parts:
        message = f"{name} has to be a path below the folder of the CSV file"
        raise FileRefused("path", message)
    try:
        path = (root / name).resolve(strict=True)
    except (OSError, ValueError, RuntimeError) as error:  # the last for links in a circle
        raise FileRefused("missing-file", f"there is no file {name}") from error
    if not path.is_relative_to(root.resolve()):
        raise FileRefused("path", f"{name} leads out of the folder of the CSV file")
    if not path.is_file():
        raise FileRefused("missing-file", f"{name} is no file")
    return path
