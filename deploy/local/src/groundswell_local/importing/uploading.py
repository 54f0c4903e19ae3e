"""Sends one file in as an upload, or goes on with what an import before has sent of it."""

import asyncio
import hashlib
import json
from http import HTTPStatus
from pathlib import Path
from typing import Any

from groundswell_local.importing.api import Api, ImportFailed, Reply
from groundswell_local.importing.pictures import FileRefused, LocalFile

CHECK_SECONDS = 300.0
"""How long a file may wait for its check and be checked; then the worker is not there."""

_PIECE_TYPE = "application/offset+octet-stream"
_BEGINNINGS = 3
_FIRST_WAIT_SECONDS = 0.5
_SHORTEST_WAIT_SECONDS = 0.25
_LONGEST_WAIT_SECONDS = 3.0
_UPLOADS = "/v1/uploads"


class Uploads:
    """The uploads of one contest. Files may be sent at the same time."""

    def __init__(self, api: Api, contest_id: str) -> None:
        self._api = api
        self._contest_id = contest_id
        # The service counts a person's uploads: of two that begin at once, one begins again.
        self._beginning = asyncio.Lock()
        # How long a check takes by now; asked earlier, the service can only say: not yet.
        self._usual_seconds = _FIRST_WAIT_SECONDS

    async def send(self, place: str, file: LocalFile) -> str:
        """The id of an upload that is ready. Raises FileRefused, and ImportFailed.

        `place` is where the file belongs, such as row and field. The same file of the same name for
        the same place is sent once, however often this is called within two days.
        """
        told = [self._contest_id, place, file.announced()]
        key = hashlib.sha256(json.dumps(told).encode()).hexdigest()
        for attempt in range(_BEGINNINGS):
            upload = await self._begun(f"import-{key}-{attempt}", file)
            # An upload that was begun before may have expired, or been refused, since.
            if upload is not None:
                return await self._sent(upload, file)
        raise FileRefused("expired", "was sent in too often within two days: try again after them")

    async def _begun(self, key: str, file: LocalFile) -> dict[str, Any] | None:
        announced = file.announced()
        del announced["sha256"]
        body = {"contest_id": self._contest_id, **announced}
        headers = {"Idempotency-Key": key}
        async with self._beginning:
            begun = await self._api.call("POST", _UPLOADS, body, headers)
        upload: dict[str, Any] = begun.json()
        if "Idempotency-Replayed" not in begun.headers:
            return upload
        now = await self._api.call(
            "GET", f"{_UPLOADS}/{upload['upload_id']}", taken=(HTTPStatus.NOT_FOUND,)
        )
        if now.status == HTTPStatus.NOT_FOUND:
            return None
        # A signed address is told only by the answer that began the upload.
        return {**now.json(), "url": upload["url"], "headers": upload["headers"]}

    async def _sent(self, upload: dict[str, Any], file: LocalFile) -> str:
        upload_id: str = upload["upload_id"]
        if upload["state"] == "open":
            if upload["method"] == "PUT":
                await self._api.put_elsewhere(upload["url"], upload["headers"], file.path)
            else:
                await self._append(upload, file)
            done = await self._api.call("POST", f"{_UPLOADS}/{upload_id}/complete")
            upload = done.json()
        await self._checked(upload)
        return upload_id

    async def _append(self, upload: dict[str, Any], file: LocalFile) -> None:
        offset, size = upload["offset"], upload["piece_bytes"]["maximum"]
        while offset < file.bytes:
            headers = {"Content-Type": _PIECE_TYPE, "Upload-Offset": str(offset)}
            piece = await asyncio.to_thread(_piece, file.path, offset, size)
            reply = await self._api.call(
                "PATCH",
                f"{_UPLOADS}/{upload['upload_id']}",
                headers=headers,
                content=piece,
                taken=(HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY),
            )
            _refuse(reply)
            if "Upload-Offset" not in reply.headers:  # completed by somebody else meanwhile
                return
            offset = int(reply.headers["Upload-Offset"])

    async def _checked(self, upload: dict[str, Any]) -> None:
        path, waited, delay = f"{_UPLOADS}/{upload['upload_id']}", 0.0, self._usual_seconds
        then = delay / 4
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                while upload["state"] not in ("ready", "refused"):
                    await asyncio.sleep(delay)
                    waited += delay
                    delay, then = then, min(1.5 * then, _LONGEST_WAIT_SECONDS)
                    upload = (await self._api.call("GET", path)).json()
        except TimeoutError as error:
            message = f"{upload['name']} was not checked in time: does the worker of ideas run?"
            raise ImportFailed(message) from error
        if waited:
            self._usual_seconds = next_wait(self._usual_seconds, waited)
        if upload["refused"] is not None:
            raise FileRefused(upload["refused"]["rule"], upload["refused"]["message"])


def next_wait(usual: float, waited: float) -> float:
    """How long to wait before asking, in seconds, after a check that was done after `waited`.

    A little less if it was done when first asked about, so that it is found when they get faster.
    """
    wait = 0.95 * usual if waited <= usual else waited
    return min(max(wait, _SHORTEST_WAIT_SECONDS), _LONGEST_WAIT_SECONDS)


def _piece(path: Path, offset: int, size: int) -> bytes:
    with path.open("rb") as file:
        file.seek(offset)
        return file.read(size)


def _refuse(reply: Reply) -> None:
    """Raises FileRefused for a piece by which the service saw that the content is not taken."""
    if reply.status == HTTPStatus.UNPROCESSABLE_ENTITY:
        (error, *_) = reply.json()["errors"]
        raise FileRefused(error["rule"], error["message"])
