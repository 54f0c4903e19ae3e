"""The files that a CSV file names: found below its folder, and nowhere else."""

import hashlib
import os
from pathlib import Path

import pytest

from groundswell_local.importing.pictures import FileRefused, local_file
from tests.support.pictures import HTML, MP4, PDF, SVG, drawing, encoded, jpeg, png


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The folder of a CSV file, with a secret beside it."""
    (tmp_path / "secret.jpg").write_bytes(jpeg())
    root = tmp_path / "import"
    (root / "in").mkdir(parents=True)
    (root / "in" / "a.jpg").write_bytes(jpeg())
    return root


def rule(root: Path, name: str) -> str:
    with pytest.raises(FileRefused) as refused:
        local_file(root, name)
    return refused.value.rule


def test_a_file_and_what_it_holds(root: Path) -> None:
    content = jpeg()
    found = local_file(root, "in/a.jpg")
    assert found.announced() == {
        "name": "a.jpg",
        "bytes": len(content),
        "content_type": "image/jpeg",
        "sha256": hashlib.sha256(content).hexdigest(),
    }


@pytest.mark.parametrize(
    "name",
    [
        "../secret.jpg",
        "in/../../secret.jpg",
        "in/../in/a.jpg",
        "..\\secret.jpg",
        "/etc/passwd",
        "C:\\secret.jpg",
        "C:secret.jpg",
        "\\\\host\\share\\a.jpg",
    ],
)
def test_no_path_leads_out(root: Path, name: str) -> None:
    assert rule(root, name) == "path"


def test_no_link_leads_out(root: Path, tmp_path: Path) -> None:
    (root / "link.jpg").symlink_to(tmp_path / "secret.jpg")
    (root / "folder").symlink_to(tmp_path)
    (root / "inside.jpg").symlink_to(root / "in" / "a.jpg")
    assert rule(root, "link.jpg") == "path"
    assert rule(root, "folder/secret.jpg") == "path"
    assert local_file(root, "inside.jpg").content_type == "image/jpeg"


def test_what_is_no_file(root: Path) -> None:
    os.mkfifo(root / "pipe.jpg")
    (root / "loop.jpg").symlink_to(root / "loop.jpg")
    for name in ("none.jpg", "in", "pipe.jpg", "loop.jpg", "a\0b.jpg", "x" * 300, "."):
        assert rule(root, name) == "missing-file", name


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (jpeg(), "image/jpeg"),
        (png(), "image/png"),
        (encoded(drawing(), "GIF"), "image/gif"),
        (encoded(drawing(), "WEBP"), "image/webp"),
        (PDF, "application/pdf"),
        (MP4, "video/mp4"),
        (SVG, None),
        (HTML, None),
        (b"", None),
    ],
)
def test_a_type_is_that_of_the_content(
    root: Path, content: bytes, content_type: str | None
) -> None:
    (root / "b.jpg").write_bytes(content)
    if content_type is None:
        assert rule(root, "b.jpg") == "type"
    else:
        assert local_file(root, "b.jpg").content_type == content_type
