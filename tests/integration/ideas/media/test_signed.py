"""Uploads that go past us into a bucket: what is answered, and what is believed of the bucket."""

from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from groundswell_ideas.admission.queries import AdmissionQueries
from groundswell_ideas.app import create_api
from groundswell_ideas.contests.queries import ContestQueries
from groundswell_ideas.inspection.commands import InspectionCommands
from groundswell_ideas.media.files import Files
from groundswell_ideas.uploads.commands import UploadCommands, Uploader
from groundswell_kit.health import Health
from groundswell_kit.problems import Problem
from tests.integration.ideas.media.sender import Sender, cloud
from tests.support import service
from tests.support.pictures import jpeg

UPLOADER = Uploader("per_1", None)


class Bucket(Files):
    """A folder that is treated as a bucket: clients write into it by themselves."""

    @property
    def sign(self) -> bool:
        return True


@pytest.fixture
def uploads(sender: Sender) -> UploadCommands:
    stores, bucket = sender.world.stores, Bucket(sender.world.settings.media_url)
    admission = AdmissionQueries(stores.contests, stores.admission)
    return UploadCommands(ContestQueries(stores.contests), admission, stores.media, bucket)


@pytest.fixture
async def in_the_cloud(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[httpx2.AsyncClient]:
    """The API with a bucket of a server that is not there."""
    for name, value in cloud("http://127.0.0.1:9").items():
        monkeypatch.setenv(name, value)
    world = sender.world
    settings = world.settings.model_copy(update={"media_url": "s3://bucket/media"})
    async with service.client_of(create_api(settings, world.stores, Health("api"))) as client:
        client.headers["Authorization"] = f"Bearer {world.token('participant', subject='per_1')}"
        yield client


async def begin(sender: Sender, client: httpx2.AsyncClient) -> httpx2.Response:
    body = {
        "contest_id": sender.contest_id,
        "name": "boat.jpg",
        "bytes": 1234,
        "content_type": "image/jpeg",
    }
    return await client.post("/v1/uploads", json=body)


async def test_the_address_is_signed_for_one_file_and_one_hour(
    sender: Sender, in_the_cloud: httpx2.AsyncClient
) -> None:
    upload = service.succeeded(await begin(sender, in_the_cloud))
    address = urlsplit(upload["url"])
    assert upload["method"] == "PUT"
    assert address.path == f"/bucket/media/{upload['upload_id']}/incoming"
    assert parse_qs(address.query)["X-Amz-Expires"] == ["3600"]
    assert "X-Amz-Signature" in parse_qs(address.query)
    read = (await in_the_cloud.get(f"/v1/uploads/{upload['upload_id']}")).json()
    assert read["url"] is None


async def test_no_pieces_come_to_us(sender: Sender, in_the_cloud: httpx2.AsyncClient) -> None:
    upload = service.succeeded(await begin(sender, in_the_cloud))
    refused = await in_the_cloud.patch(
        f"/v1/uploads/{upload['upload_id']}",
        content=b"x" * 1234,
        headers={"Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"},
    )
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/upload-closed")


async def test_a_storage_that_is_away_is_a_503(
    sender: Sender, in_the_cloud: httpx2.AsyncClient
) -> None:
    upload = service.succeeded(await begin(sender, in_the_cloud))
    answer = await in_the_cloud.post(f"/v1/uploads/{upload['upload_id']}/complete")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]


async def test_what_arrived_in_the_bucket_is_checked_and_moved(
    sender: Sender, uploads: UploadCommands
) -> None:
    content = jpeg()
    media = await uploads.begin(UPLOADER, sender.contest_id, "a.jpg", "image/jpeg", len(content))
    with pytest.raises(Problem, match="Nothing has arrived"):
        await uploads.complete(UPLOADER, media.id)
    await sender.files.put(f"{media.id}/incoming", content)
    assert (await uploads.complete(UPLOADER, media.id)).state == "checking"
    ready = await sender.inspection.check_next(sender.decoder)
    assert ready is not None
    assert ready.state == "ready"
    # The address is good for a while yet: what is written there now is not what was checked.
    await sender.files.put(f"{media.id}/incoming", b"something else")
    assert ready.original is not None
    assert b"".join([part async for part in sender.files.stream(ready.original)]) == content


@pytest.mark.parametrize("more", [b"", b"more"])
async def test_another_size_than_was_announced_is_refused(
    sender: Sender, uploads: UploadCommands, more: bytes
) -> None:
    content = jpeg()
    size = len(content) + 2
    media = await uploads.begin(UPLOADER, sender.contest_id, "a.jpg", "image/jpeg", size)
    await sender.files.put(f"{media.id}/incoming", content + more)
    refused = await uploads.complete(UPLOADER, media.id)
    assert refused.refusal is not None
    assert refused.refusal.rule == "other-size"


async def test_what_grows_after_it_was_completed_is_refused(
    sender: Sender, uploads: UploadCommands
) -> None:
    content = jpeg()
    media = await uploads.begin(UPLOADER, sender.contest_id, "a.jpg", "image/jpeg", len(content))
    await sender.files.put(f"{media.id}/incoming", content)
    await uploads.complete(UPLOADER, media.id)
    await sender.files.put(f"{media.id}/incoming", content * 50)
    checks = InspectionCommands(sender.world.stores.media, sender.files, None)
    refused = await checks.check_next(sender.decoder)
    assert refused is not None
    assert refused.refusal is not None
    assert refused.refusal.rule == "other-size"
