"""What a whole file is refused for: also for one that came past us, into a bucket."""

from pathlib import Path

import pytest

from groundswell_ideas.inspection.reading import Inspected, inspect
from groundswell_ideas.media.rules import MIB, Kind, Refusal
from tests.support.pictures import HTML, MP4, PDF, SVG, jpeg, png, zip_file


@pytest.mark.parametrize(
    ("content", "kind", "rule"),
    [
        (PDF, "image", "other-kind"),
        (MP4, "image", "other-kind"),
        (jpeg(), "pdf", "other-kind"),
        (SVG, "image", "active-content"),
        (HTML, "pdf", "active-content"),
        (b"\xff\xd8\xff" + b"x" * (MIB - 6) + b"<script>", "image", "active-content"),
        (zip_file(), "image", "unknown-type"),
        (png() + zip_file(), "image", "two-formats"),
    ],
)
def test_a_file_is_refused_by_what_it_is(
    tmp_path: Path, content: bytes, kind: Kind, rule: str
) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    found = inspect(path, kind, len(content))
    assert isinstance(found, Refusal)
    assert found.rule == rule


def test_a_file_is_as_long_as_was_announced(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(png())
    found = inspect(path, "image", len(png()) + 1)
    assert isinstance(found, Refusal)
    assert found.rule == "other-size"
    assert isinstance(inspect(path, "image", len(png())), Inspected)
