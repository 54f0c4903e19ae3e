"""Processes that are killed in the middle: what was acknowledged is there, the rest goes on."""

import asyncio
import signal
from datetime import timedelta

import httpx2
import pytest

from tests.integration.ideas.media.sender import PIECE, PIECE_TYPE, Sender
from tests.integration.ideas.media.test_checking import age
from tests.support.pictures import drawing, encoded
from tests.support.service import succeeded, until

PIECES = 20


@pytest.mark.timeout(240)
async def test_an_api_that_is_killed_loses_nothing_it_acknowledged(sender: Sender) -> None:
    picture = encoded(drawing(1200, 900), quality=92)
    content = picture + bytes(PIECE * PIECES - len(picture))
    upload_id = await sender.begin(len(content))
    token = sender.world.token("participant", subject="per_1")
    headers = {"Authorization": f"Bearer {token}", "Content-Type": PIECE_TYPE}
    path, loop = f"/v1/uploads/{upload_id}", asyncio.get_running_loop()
    acknowledged = 0
    async with httpx2.AsyncClient(headers=headers, timeout=60) as client:
        for killed_after in (0, 0.004, 0.012, None):
            async with sender.world.program.serving("api", roles=1) as running:
                url = running.address["api"] + path
                asked = await client.head(url)
                assert int(asked.headers["Upload-Offset"]) >= acknowledged
                acknowledged = int(asked.headers["Upload-Offset"])
                began = acknowledged
                try:
                    while acknowledged < len(content):
                        if killed_after is not None and acknowledged == began + PIECE:
                            loop.call_later(killed_after, running.process.kill)
                        piece = content[acknowledged : acknowledged + PIECE]
                        at = {"Upload-Offset": str(acknowledged)}
                        answer = await client.patch(url, content=piece, headers=at)
                        assert answer.status_code == 204, answer.text
                        acknowledged = int(answer.headers["Upload-Offset"])
                except httpx2.TransportError:
                    assert await running.process.wait() == -signal.SIGKILL
    assert acknowledged == len(content)
    succeeded(await sender.complete(upload_id))
    ready = await sender.inspection.check_next(sender.decoder)
    assert ready is not None
    assert ready.original is not None
    assert b"".join([part async for part in sender.files.stream(ready.original)]) == content


@pytest.mark.timeout(240)
@pytest.mark.usefixtures("topics")
async def test_a_worker_that_is_killed_leaves_its_check_to_the_next(sender: Sender) -> None:
    content = encoded(drawing(5000, 4000), quality=95)
    database = sender.world.database["media"]

    async with sender.world.program.serving("worker", roles=1) as running:

        async def caught() -> bool:
            """Stops the worker; lets it go on, but for in the midst of a check."""
            running.process.send_signal(signal.SIGSTOP)
            if await database.count_documents({"state": "checking", "attempts": 1}):
                return True
            running.process.send_signal(signal.SIGCONT)
            return False

        running.process.send_signal(signal.SIGSTOP)
        ids = [(await sender.send(content))["upload_id"] for _ in range(3)]
        running.process.send_signal(signal.SIGCONT)
        await until(caught)
        running.process.kill()
        await running.process.wait()
    assert await database.count_documents({"state": "ready"}) < len(ids)

    async def all_ready() -> bool:
        return await database.count_documents({"state": "ready"}) == len(ids)

    await age(sender, check_at=timedelta(minutes=6))
    async with sender.world.program.serving("worker", roles=1):
        await until(all_ready)
    assert await database.count_documents({"attempts": {"$gt": 1}}) > 0
    await sender.inspection.tidy()
    assert [len(await sender.stored(upload_id)) for upload_id in ids] == [4, 4, 4]
