"""The object storage: a folder of this machine, or a bucket at Amazon, Google or Azure.

Used by commands, queries and checks, under keys that are made of our ids alone.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import AzureStore, GCSStore, ObjectStore, S3Store, from_url

from groundswell_ideas.media.rules import MIB

# Each call has an end: a request waits for it, or a worker's turn.
CALL_SECONDS = 30.0
STREAM_BYTES = 1 * MIB


class FilesAway(Exception):
    """The object storage does not answer, or not as it should; the same may be tried again."""


class FileMissing(Exception):
    """There is nothing under this key."""


class TooLarge(Exception):
    """There is more than the caller takes."""


class Files:
    """What is stored under `url`: file:///folder, s3://, gs:// or az://, each with a prefix.

    Clouds take their credentials from their usual environment variables. Nothing is connected to,
    and no folder made, before the first use. Any call may raise FilesAway; putting and deleting
    the same again is safe.
    """

    def __init__(self, url: str) -> None:
        self._url = url

    @cached_property
    def _objects(self) -> ObjectStore:
        if self._url.startswith("file:"):
            return from_url(self._url, mkdir=True, automatic_cleanup=True)
        # Client options that are given here would stand instead of those of the environment.
        patience = timedelta(seconds=CALL_SECONDS / 2)
        return from_url(self._url, retry_config={"max_retries": 3, "retry_timeout": patience})

    @property
    def sign(self) -> bool:
        """Whether uploads can go past us, to an address that the storage has signed."""
        return not self._url.startswith("file:")

    async def address_to_put(self, key: str, valid_for: timedelta) -> str:
        """An address to which anybody may PUT this file until then."""
        store = self._objects
        if not isinstance(store, S3Store | GCSStore | AzureStore):
            raise TypeError(f"{type(store).__name__} cannot sign")
        with _told():
            async with asyncio.timeout(CALL_SECONDS):
                return await obstore.sign_async(store, "PUT", key, valid_for)

    @property
    def headers_to_put(self) -> dict[str, str]:
        """What has to be sent along to the signed address."""
        return {"x-ms-blob-type": "BlockBlob"} if isinstance(self._objects, AzureStore) else {}

    async def put(self, key: str, content: bytes | Path) -> None:
        """Stores a file whole, or not at all; what stood under the key is replaced."""
        with _told():
            async with asyncio.timeout(CALL_SECONDS * 4):
                await self._objects.put_async(key, content, max_concurrency=2)

    async def size(self, key: str) -> int:
        """How many bytes are under the key. Raises FileMissing."""
        with _told():
            async with asyncio.timeout(CALL_SECONDS):
                return (await self._objects.head_async(key))["size"]

    async def stream(self, key: str) -> AsyncIterator[bytes]:
        """A file in parts, none held longer than it takes. Raises FileMissing before the first."""
        with _told():
            async with asyncio.timeout(CALL_SECONDS):
                found = await self._objects.get_async(key)
        parts = aiter(found.stream(STREAM_BYTES))
        while True:
            with _told():
                async with asyncio.timeout(CALL_SECONDS):
                    part = await anext(parts, None)
            if part is None:
                return
            yield bytes(part)

    async def fetch(self, keys: Sequence[str], target: Path, most: int) -> None:
        """Writes the files, one after the other, into one of this machine.

        Raises TooLarge as soon as there are more than `most` bytes, and FileMissing.
        """
        left = most
        with _opened(target) as file:
            for key in keys:
                async for part in self.stream(key):
                    left -= len(part)
                    if left < 0:
                        raise TooLarge(f"more than {most} bytes")
                    await asyncio.to_thread(file.write, part)

    async def keys_under(self, prefix: str) -> list[str]:
        """The keys of all files whose keys begin with these segments."""
        keys: list[str] = []
        with _told():
            async with asyncio.timeout(CALL_SECONDS):
                async for batch in self._objects.list(prefix):
                    keys.extend(item["path"] for item in batch)
        return keys

    async def delete(self, keys: Sequence[str]) -> None:
        """Deletes these files; one that is not there is none to delete."""
        for key in keys:
            try:
                with _told():
                    async with asyncio.timeout(CALL_SECONDS):
                        await self._objects.delete_async(key)
            except FileMissing:
                continue


@contextmanager
def _told() -> Iterator[None]:
    """Turns what the storage's library raises into what this module promises."""
    try:
        yield
    except (NotFoundError, FileNotFoundError) as error:
        raise FileMissing(str(error)) from error
    except (BaseError, TimeoutError, OSError) as error:
        raise FilesAway(repr(error)) from error


@contextmanager
def _opened(target: Path) -> Iterator[BinaryIO]:
    with target.open("wb") as file:
        yield file
