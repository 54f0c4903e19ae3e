"""What bytes are, whatever they are called."""

import pytest

from groundswell_ideas.inspection.rules import is_active, is_two_formats, type_of
from tests.support.pictures import HTML, MP4, PDF, SVG, drawing, encoded, jpeg, photo, png, zip_file

WEBP = encoded(drawing(), "WEBP")
GIF = encoded(drawing(), "GIF")
WEBM = b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\x82\x84webm\x42\x87"
GOOD = {
    "image/jpeg": jpeg(),
    "image/png": png(),
    "image/webp": WEBP,
    "image/gif": GIF,
    "application/pdf": PDF,
    "video/mp4": MP4,
    "video/quicktime": b"\0\0\0\x14ftypqt  \0\0\0\0qt  ",
    "video/webm": WEBM,
}


@pytest.mark.parametrize("content_type", GOOD)
def test_a_type_is_known_by_its_content(content_type: str) -> None:
    content = GOOD[content_type]
    assert type_of(content) == content_type
    assert not is_active(content, at_head=True)
    assert not is_two_formats(content_type, content[:4096], content[-66_000:], len(content))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xd8",
        b"BM6",
        HTML,
        SVG,
        b"<?xml version='1.0'?>" + SVG,
        b" " + png(),
        b"GIF88a",
        b"RIFF\0\0\0\0WAVE",
        b"\0\0\0\x18ftypevil",
        b"\0\0\0\x18ftypheic",
        b"\x1a\x45\xdf\xa3\x9f\x42\x82\x88matroska",
        zip_file(),
        b"MZ\x90\0",
        b"#!/bin/sh\n",
    ],
)
def test_what_is_not_on_the_list_is_nothing(content: bytes) -> None:
    assert type_of(content) is None


@pytest.mark.parametrize(
    "words",
    [
        b"<script>",
        b"<SCRIPT src=x>",
        b"<html>",
        b"<!DOCTYPE  html",
        b"<?php echo 1;",
        b"javascript:x",
    ],
)
def test_words_of_pages_and_programs_are_seen_anywhere(words: bytes) -> None:
    assert is_active(b"x" * 10_000 + words)


@pytest.mark.parametrize("words", [b"<svg ", b"<body>", b"<iframe ", b"#!/bin/sh"])
def test_some_words_count_at_the_beginning(words: bytes) -> None:
    assert is_active(b"\xff\xd8\xff" + words, at_head=True)
    assert not is_active(words)
    assert not is_active(b"x" * 5_000 + words, at_head=True)


def test_a_comment_in_a_photo_is_harmless() -> None:
    assert not is_active(photo(), at_head=True)
    assert not is_active(b"<x:xmpmeta><dc:title>&lt;html&gt;</dc:title><?xpacket end='w'?>")


@pytest.mark.parametrize("content_type", ["image/jpeg", "image/png", "image/webp", "image/gif"])
@pytest.mark.parametrize("more", [zip_file(), b"Rar!\x1a\x07\x01\0", b"7z\xbc\xaf\x27\x1c"])
def test_an_archive_behind_a_picture_is_found(content_type: str, more: bytes) -> None:
    content = GOOD[content_type] + more
    assert is_two_formats(content_type, content[:4096], content[-66_000:], len(content))


def test_a_document_inside_a_picture_is_found() -> None:
    content = GIF[:6] + b"%PDF-1.4\n" + GIF[6:]
    assert is_two_formats("image/gif", content[:4096], content, len(content))


@pytest.mark.parametrize("content_type", ["image/png", "image/webp", "image/gif"])
def test_nothing_comes_behind_the_end(content_type: str) -> None:
    content = GOOD[content_type] + b"x"
    assert is_two_formats(content_type, content[:4096], content[-66_000:], len(content))
    cut = GOOD[content_type][:-2]
    assert is_two_formats(content_type, cut[:4096], cut[-66_000:], len(cut))


def test_a_phone_may_put_a_short_film_behind_a_jpeg() -> None:
    content = jpeg() + MP4
    assert not is_two_formats("image/jpeg", content[:4096], content[-66_000:], len(content))


def test_a_document_has_an_end() -> None:
    assert is_two_formats("application/pdf", PDF[:20], PDF[:20], 20)
