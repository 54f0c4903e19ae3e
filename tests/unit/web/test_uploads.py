"""Sending files on: in full to the address that a storage has signed, and to nobody else."""

import hashlib
import tempfile

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from groundswell_web.answers import Away
from groundswell_web.services import Services

CONTENT = bytes(range(256)) * 500


async def put(status: int) -> list[str]:
    """Sends a file that has just been written; the digests of what arrived."""
    arrived = []

    async def take(request: web.Request) -> web.Response:
        arrived.append(hashlib.sha256(await request.read()).hexdigest())
        return web.Response(status=status)

    storage = web.Application()
    storage.router.add_put("/signed", take)
    services = Services({})
    await services.open()
    try:
        async with TestServer(storage) as server:
            with tempfile.TemporaryFile() as file:
                file.write(CONTENT)
                url = str(server.make_url("/signed"))
                await services.put(url, {"Content-Type": "image/png"}, file, len(CONTENT))
    finally:
        await services.close()
    return arrived


async def test_a_file_goes_to_the_storage_in_full() -> None:
    assert await put(200) == [hashlib.sha256(CONTENT).hexdigest()]


async def test_a_storage_that_refuses_a_file_is_away() -> None:
    with pytest.raises(Away):
        await put(403)
