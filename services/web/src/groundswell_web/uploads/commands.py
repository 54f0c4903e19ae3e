"""Sending a file in: announce it, hand over its bytes, wait for the check."""

import asyncio
import hashlib
from dataclasses import dataclass

from groundswell_web.answers import Nothing, Refused, Service
from groundswell_web.file_forms import SentFile
from groundswell_web.services import Call, Services
from groundswell_web.sessions.commands import Person
from groundswell_web.uploads.schemas import Upload

PIECE_BYTES = 1024 * 1024
PIECE_TYPE = "application/offset+octet-stream"
LOOK_AGAIN_SECONDS = 0.15
CROSSINGS = 20
"""How often another request may send the same file at the same time."""


@dataclass(frozen=True, slots=True)
class UploadCommands:
    """The same file under the same key is one upload, however often and at once it is sent."""

    services: Services

    async def send(self, person: Person, contest_id: str, file: SentFile, key: str) -> str:
        """Hands a file over and has it checked; the id of its upload.

        Raises Refused, for content that is not what it should be too, or Away.
        """
        begun = await self._begin(person, contest_id, file, key)
        upload = await self.read(person, begun.upload_id)
        if upload.state == "open":
            if begun.method == "PUT":
                await self.services.put(begun.url or "", begun.headers, file.content, file.bytes)
            else:
                await self._pieces(person, upload, file)
            await self._complete(person, upload.upload_id)
        return upload.upload_id

    async def read(self, person: Person, upload_id: str) -> Upload:
        """How far an upload of the visitor's is."""
        path = f"/v1/uploads/{upload_id}"
        return await self.services.get(Service.IDEAS, path, Upload, token=person.token)

    async def checked(self, person: Person, upload_id: str, until: float) -> Upload:
        """The upload once it has been checked, or as it is at `until` of the loop's clock."""
        clock = asyncio.get_running_loop().time
        while True:
            upload = await self.read(person, upload_id)
            if upload.state != "checking" or clock() > until:
                return upload
            await asyncio.sleep(LOOK_AGAIN_SECONDS)

    async def _begin(self, person: Person, contest_id: str, file: SentFile, key: str) -> Upload:
        told_apart = f"{key}\n{file.field}\n{file.name}\n{file.sha256}"
        call = Call(
            service=Service.IDEAS,
            method="POST",
            path="/v1/uploads",
            token=person.token,
            json={
                "contest_id": contest_id,
                "name": file.name,
                "bytes": file.bytes,
                "content_type": file.content_type,
            },
            key=hashlib.sha256(told_apart.encode()).hexdigest()[:40],
            repeatable=True,
        )
        return await self.services.send(call, Upload)

    async def _pieces(self, person: Person, upload: Upload, file: SentFile) -> None:
        offset, crossings = upload.offset, 0
        while offset < file.bytes:
            piece = await asyncio.to_thread(_read, file, offset)
            try:
                await self._append(person, upload.upload_id, offset, piece)
                offset += len(piece)
            except Refused as refused:
                crossings += 1
                if refused.status != 409 or crossings > CROSSINGS:
                    raise
                upload = await self.read(person, upload.upload_id)
                if upload.state != "open":
                    return
                offset = upload.offset

    async def _append(self, person: Person, upload_id: str, offset: int, piece: bytes) -> None:
        call = Call(
            service=Service.IDEAS,
            method="PATCH",
            path=f"/v1/uploads/{upload_id}",
            token=person.token,
            content=piece,
            more_headers={"Upload-Offset": str(offset), "Content-Type": PIECE_TYPE},
            repeatable=True,
        )
        await self.services.send(call, Nothing)

    async def _complete(self, person: Person, upload_id: str) -> None:
        call = Call(
            service=Service.IDEAS,
            method="POST",
            path=f"/v1/uploads/{upload_id}/complete",
            token=person.token,
            repeatable=True,
        )
        await self.services.send(call, Nothing)


def _read(file: SentFile, offset: int) -> bytes:
    file.content.seek(offset)
    return file.content.read(PIECE_BYTES)
