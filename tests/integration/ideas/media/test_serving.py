"""What is served of a medium, to whom, and with which headers."""

import io

import httpx2
import pytest
from PIL import Image

from groundswell_ideas.media.commands import MediaCommands
from tests.integration.ideas.media.sender import Sender
from tests.integration.ideas.world import BRAND
from tests.support.pictures import MP4, PDF, photo
from tests.support.service import Json


async def held(sender: Sender, content: bytes, content_type: str = "image/jpeg") -> Json:
    """A medium that an idea uses and that nobody else may see yet."""
    media: Json = (await sender.checked(content, content_type))["media"]
    commands = MediaCommands(sender.world.stores.media)
    await commands.hold(BRAND, sender.contest_id, "per_1", "idea_1", [media["id"]])
    return media


async def get(sender: Sender, url: str, who: str | None, **headers: str) -> httpx2.Response:
    """What somebody gets: `author`, `another` participant, `staff`, a `rival`, or nobody."""
    world = sender.world
    tokens = {
        "author": world.token("participant", subject="per_1"),
        "another": world.token("participant", subject="per_2"),
        "staff": world.token("auditor"),
        "rival": world.token("editor", "other"),
    }
    if who is not None:
        headers["Authorization"] = f"Bearer {tokens[who]}"
    return await world.client.get(url, headers=headers)


EVERYBODY = ("author", "another", "staff", "rival", None)


async def test_pictures_are_public_once_shown_and_originals_never(sender: Sender) -> None:
    media = await held(sender, photo())
    commands = MediaCommands(sender.world.stores.media)
    small, original = media["renditions"]["small"]["url"], media["original"]

    async def statuses(url: str) -> list[int]:
        return [(await get(sender, url, who)).status_code for who in EVERYBODY]

    assert await statuses(small) == [200, 404, 200, 404, 404]
    assert await statuses(original) == [200, 404, 200, 404, 404]
    await commands.show(BRAND, "idea_1")
    assert await statuses(small) == [200] * 5
    assert await statuses(original) == [200, 404, 200, 404, 404]
    await commands.hide(BRAND, "idea_1")
    assert await statuses(small) == [200, 404, 200, 404, 404]


async def test_a_picture_is_cached_and_harmless(sender: Sender) -> None:
    media = await held(sender, photo())
    await MediaCommands(sender.world.stores.media).show(BRAND, "idea_1")
    url = media["renditions"]["medium"]["url"]
    answer = await get(sender, url, None)
    assert answer.headers["Content-Type"] == "image/webp"
    assert answer.headers["Cache-Control"] == "public, max-age=86400, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Content-Disposition"].startswith("inline; filename=")
    assert answer.headers["Content-Length"] == str(len(answer.content))
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert picture.format == "WEBP"
        assert not picture.getexif()
    assert b"PhoneMaker" not in answer.content
    etag = answer.headers["ETag"]
    for tags in (etag, f'"other", W/{etag}', "*"):
        unchanged = await get(sender, url, None, **{"If-None-Match": tags})
        assert (unchanged.status_code, unchanged.content) == (304, b"")
        assert unchanged.headers["ETag"] == etag
    assert (await get(sender, url, None, **{"If-None-Match": '"other"'})).status_code == 200


@pytest.mark.parametrize(
    ("content", "content_type", "extension"),
    [(photo(), "image/jpeg", "jpg"), (PDF, "application/pdf", "pdf"), (MP4, "video/mp4", "mp4")],
)
async def test_an_original_is_a_download(
    sender: Sender, content: bytes, content_type: str, extension: str
) -> None:
    media = await held(sender, content, content_type)
    await MediaCommands(sender.world.stores.media).show(BRAND, "idea_1")
    answer = await get(sender, media["original"], "staff")
    assert answer.content == content
    assert answer.headers["Content-Type"] == content_type
    assert answer.headers["Cache-Control"] == "private, no-cache"
    name = f'attachment; filename="{media["id"]}-original.{extension}"'
    assert answer.headers["Content-Disposition"] == name
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


async def test_a_film_has_nothing_for_everybody(sender: Sender) -> None:
    media = await held(sender, MP4, "video/mp4")
    assert (media["kind"], media["renditions"], media["width"]) == ("video", {}, None)


@pytest.mark.parametrize("name", ["huge", "..", "original.webp", "%2e%2e%2foriginal", "SMALL"])
async def test_there_is_nothing_else(sender: Sender, name: str) -> None:
    media = await held(sender, photo())
    url = f"/v1/media/{media['id']}/{name}"
    assert (await get(sender, url, "author")).status_code == 404


async def test_what_is_not_checked_is_not_served(sender: Sender) -> None:
    upload_id = (await sender.send(photo()))["upload_id"]
    for name in ("original", "small"):
        assert (await get(sender, f"/v1/media/{upload_id}/{name}", "author")).status_code == 404
