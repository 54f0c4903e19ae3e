"""Somebody who uploads, a client's way: begin, pieces, complete; and the worker's turn after."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx2

from groundswell_ideas.inspection.commands import InspectionCommands
from groundswell_ideas.inspection.decoding import Decoder
from groundswell_ideas.media.files import Files
from tests.integration.ideas.world import World
from tests.support.service import Json, succeeded

PIECE = 300_000
PIECE_TYPE = "application/offset+octet-stream"


@dataclass(frozen=True)
class Sender:
    """Uploads of the participant `per_1`, unless another one is named."""

    world: World
    contest_id: str
    files: Files
    inspection: InspectionCommands
    decoder: Decoder

    async def ask_to_begin(
        self,
        size: int,
        content_type: str = "image/jpeg",
        *,
        name: str = "boat.jpg",
        subject: str = "per_1",
        key: str | None = None,
    ) -> httpx2.Response:
        body = {
            "contest_id": self.contest_id,
            "name": name,
            "bytes": size,
            "content_type": content_type,
        }
        return await self.world.send(
            "POST", "/v1/uploads", body, by="participant", subject=subject, key=key
        )

    async def begin(self, size: int, content_type: str = "image/jpeg") -> str:
        """The id of a new upload."""
        return str(succeeded(await self.ask_to_begin(size, content_type))["upload_id"])

    async def piece(
        self,
        upload_id: str,
        offset: int | None,
        content: bytes | AsyncIterator[bytes],
        *,
        subject: str = "per_1",
        content_type: str = PIECE_TYPE,
    ) -> httpx2.Response:
        token = self.world.token("participant", subject=subject)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": content_type}
        if offset is not None:
            headers["Upload-Offset"] = str(offset)
        path = f"/v1/uploads/{upload_id}"
        return await self.world.client.patch(path, content=content, headers=headers)

    async def of(
        self, upload_id: str, method: str = "GET", subject: str = "per_1"
    ) -> httpx2.Response:
        path = f"/v1/uploads/{upload_id}"
        return await self.world.send(method, path, by="participant", subject=subject)

    async def complete(self, upload_id: str) -> httpx2.Response:
        path = f"/v1/uploads/{upload_id}/complete"
        return await self.world.send("POST", path, by="participant", subject="per_1")

    async def send(self, content: bytes, content_type: str = "image/jpeg") -> Json:
        """The upload of a whole file, waiting for its check."""
        upload_id = await self.begin(len(content), content_type)
        for offset in range(0, len(content), PIECE):
            answer = await self.piece(upload_id, offset, content[offset : offset + PIECE])
            assert answer.status_code == 204, answer.text
        return succeeded(await self.complete(upload_id))

    async def checked(self, content: bytes, content_type: str = "image/jpeg") -> Json:
        """The upload of a whole file after its check."""
        upload_id = (await self.send(content, content_type))["upload_id"]
        await self.inspection.check_next(self.decoder)
        return succeeded(await self.of(upload_id))

    async def stored(self, upload_id: str) -> list[str]:
        """The files of an upload, sorted."""
        return sorted(await self.files.keys_under(upload_id))


def cloud(endpoint: str) -> dict[str, str]:
    """The environment of a client of S3 whose server is there."""
    return {
        "AWS_ENDPOINT": endpoint,
        "AWS_ALLOW_HTTP": "true",
        "AWS_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "somebody",
        "AWS_SECRET_ACCESS_KEY": "nothing secret",
    }
