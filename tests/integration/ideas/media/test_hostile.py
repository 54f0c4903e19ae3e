"""Files that are not what they say, or more than that: each is refused, with the rule by which."""

import pytest

from tests.integration.ideas.media.sender import Sender
from tests.support.pictures import (
    HTML,
    MP4,
    PDF,
    SVG,
    drawing,
    encoded,
    jpeg,
    photo,
    png,
    png_bomb,
    zip_file,
)


@pytest.mark.parametrize(
    ("content", "content_type", "rule"),
    [
        (SVG, "image/png", "active-content"),
        (HTML, "image/jpeg", "active-content"),
        (b"\xff\xd8\xff\xe0" + HTML, "image/jpeg", "active-content"),
        (b"GIF89a<script>alert(1)</script>", "image/gif", "active-content"),
        (b"BM" + b"\0" * 400, "image/png", "unknown-type"),
        (zip_file(), "image/png", "unknown-type"),
        (b"MZ\x90\0" + b"\0" * 400, "image/jpeg", "unknown-type"),
        (PDF, "image/png", "other-kind"),
        (MP4, "image/jpeg", "other-kind"),
        (jpeg(64, 48), "application/pdf", "other-kind"),
    ],
)
async def test_the_first_bytes_already_give_it_away(
    sender: Sender, content: bytes, content_type: str, rule: str
) -> None:
    upload_id = await sender.begin(len(content), content_type)
    refused = await sender.piece(upload_id, 0, content)
    assert refused.status_code == 422
    problem = refused.json()
    assert problem["type"] == "/problems/media-refused"
    assert [error["rule"] for error in problem["errors"]] == [rule]
    assert problem["detail"]
    again = await sender.piece(upload_id, 0, content)
    assert again.json()["type"] == "/problems/media-refused"
    upload = (await sender.of(upload_id)).json()
    assert (upload["state"], upload["refused"]["rule"], upload["media"]) == ("refused", rule, None)
    assert await sender.stored(upload_id) == []


@pytest.mark.parametrize(
    ("content", "content_type", "rule"),
    [
        (png_bomb(60_000, 20_000), "image/png", "too-many-pixels"),
        (png(200, 200)[:-300], "image/png", "two-formats"),
        (jpeg()[:9000], "image/jpeg", "broken"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 5_000, "image/jpeg", "broken"),
        (jpeg() + zip_file(), "image/jpeg", "two-formats"),
        (png() + zip_file(), "image/png", "two-formats"),
        (encoded(drawing(), "WEBP") + b"more", "image/webp", "two-formats"),
        (photo().ljust(700_000, b"\0") + b"<script>", "image/jpeg", "active-content"),
        (encoded(drawing(), comment=b"<?php system(1); ?>"), "image/jpeg", "active-content"),
        (PDF[:-7] + b"x" * 2000, "application/pdf", "two-formats"),
        (PDF + zip_file(), "application/pdf", "two-formats"),
        (MP4 + zip_file(), "video/mp4", "two-formats"),
    ],
)
async def test_the_check_finds_the_rest(
    sender: Sender, content: bytes, content_type: str, rule: str
) -> None:
    if rule == "active-content" and len(content) < 300_000:
        upload_id = await sender.begin(len(content), content_type)
        refused = await sender.piece(upload_id, 0, content)
        assert refused.json()["errors"][0]["rule"] == rule
        return
    upload = await sender.checked(content, content_type)
    assert upload["state"] == "refused"
    assert upload["refused"]["rule"] == rule
    assert upload["refused"]["message"]
    assert upload["refused"]["type"] == "/problems/media-refused"
    await sender.inspection.tidy()
    assert await sender.stored(upload["upload_id"]) == []
    path = f"/v1/media/{upload['upload_id']}/original"
    found = await sender.world.send("GET", path, by="participant", subject="per_1")
    assert found.status_code == 404


async def test_a_picture_by_a_wrong_name_is_what_it_is(sender: Sender) -> None:
    upload = await sender.checked(png(), "image/jpeg")
    assert upload["state"] == "ready"
    assert upload["content_type"] == upload["media"]["content_type"] == "image/png"
