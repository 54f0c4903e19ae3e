"""What may be announced, and which pieces follow on each other."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from groundswell_ideas.media.rules import MAX_BYTES, Media, Piece, may_upload
from groundswell_ideas.uploads.rules import (
    MIN_PIECE_BYTES,
    is_file_name,
    is_repeat,
    obstacles_to_piece,
    obstacles_to_uploading,
)

NOW = datetime(2026, 3, 1, tzinfo=UTC)
UPLOAD = Media(
    brand_id="nerc",
    contest_id="con_1",
    id="med_1",
    uploader_id="per_1",
    name="boat.jpg",
    content_type="image/jpeg",
    bytes=2 * MIN_PIECE_BYTES + 10,
    created_at=NOW,
    expires_at=NOW,
)


@pytest.mark.parametrize(
    "name",
    ["boat.jpg", "Bild (1).jpg", "Foto 2026-11-22 um 10.20.30\u202fPM.png", "船.webp", "👩‍🚀.gif"],
)
def test_a_plain_name_is_a_file_name(name: str) -> None:
    assert is_file_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "..\\..\\boot.ini",
        "C:boat.jpg",
        "boat.jpg:hidden",
        "..",
        ".",
        " ",
        "boat\0.jpg",
        "boat\n.jpg",
        "boat\x7f.jpg",
        "boat\u2028.jpg",
        "boat\u202egpj.exe",
        "boat\u2066.jpg",
    ],
)
def test_a_path_or_a_name_that_lies_is_none(name: str) -> None:
    assert not is_file_name(name)
    (obstacle,) = obstacles_to_uploading(name, "image/jpeg", 10)
    assert obstacle[:2] == ("body.name", "file-name")


@pytest.mark.parametrize("content_type", ["image/svg+xml", "text/html", "image/JPEG", ""])
def test_other_types_are_refused(content_type: str) -> None:
    (obstacle,) = obstacles_to_uploading("boat", content_type, 10)
    assert obstacle[:2] == ("body.content_type", "type")


def test_each_kind_has_its_own_size() -> None:
    image, video = MAX_BYTES["image"], MAX_BYTES["video"]
    assert obstacles_to_uploading("boat", "image/png", image) == []
    assert obstacles_to_uploading("boat", "video/mp4", image + 1) == []
    for content_type, most in (("image/png", image), ("video/mp4", video)):
        (obstacle,) = obstacles_to_uploading("boat", content_type, most + 1)
        assert obstacle[:2] == ("body.bytes", "maximum")


def test_a_piece_is_neither_too_small_nor_longer_than_what_is_missing() -> None:
    def rules(received: int, size: int) -> list[str]:
        return [o.rule for o in obstacles_to_piece(replace(UPLOAD, received=received), size)]

    assert rules(0, MIN_PIECE_BYTES) == []
    assert rules(0, MIN_PIECE_BYTES - 1) == ["minimum"]
    assert rules(2 * MIN_PIECE_BYTES, 10) == []
    assert rules(2 * MIN_PIECE_BYTES, 9) == ["minimum"]
    assert rules(2 * MIN_PIECE_BYTES, 11) == ["maximum"]
    assert rules(0, 0) == ["minimum"]
    assert rules(UPLOAD.bytes, 0) == ["minimum"]


def test_a_repeat_begins_at_the_same_place_with_the_same_bytes() -> None:
    upload = replace(UPLOAD, pieces=(Piece(0, 5, "ab", "k"), Piece(5, 5, "cd", "l")), received=10)
    assert is_repeat(upload, 0, "ab")
    assert is_repeat(upload, 5, "cd")
    assert not is_repeat(upload, 5, "ab")
    assert not is_repeat(upload, 10, "ab")


def test_an_upload_is_its_owners_alone() -> None:
    assert may_upload(UPLOAD, "per_1", None)
    assert may_upload(UPLOAD, "per_1", "nerc")
    assert not may_upload(UPLOAD, "per_1", "other")
    assert not may_upload(UPLOAD, "per_2", None)
    assert not may_upload(UPLOAD, "per_2", "nerc")
