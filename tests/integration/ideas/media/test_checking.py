"""Checks and tidying by several workers that may die at any point."""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from datetime import timedelta

import psutil
import pytest

from groundswell_ideas.inspection import decoding
from groundswell_ideas.inspection.commands import InspectionCommands
from groundswell_ideas.inspection.decoding import Decoder
from groundswell_ideas.inspection.rules import MAX_ATTEMPTS
from groundswell_ideas.inspection.tasks import InspectionTasks
from groundswell_ideas.media.commands import MediaCommands
from groundswell_ideas.media.files import Files, FilesAway
from groundswell_ideas.media.rules import Media
from groundswell_kit.clock import utc_now
from groundswell_kit.health import Health
from groundswell_kit.problems import Problem
from tests.integration.ideas.media.sender import Sender, cloud
from tests.integration.ideas.world import BRAND
from tests.support.pictures import jpeg, photo
from tests.support.service import succeeded, until

KEPT = ["large.jpg", "medium.webp", "original", "small.webp"]


def names(keys: list[str]) -> list[str]:
    return [key.rpartition("/")[2] for key in keys]


async def age(sender: Sender, **moved: timedelta) -> None:
    """Lets time pass for what waits: the fields' moments are so much earlier."""
    for field, by in moved.items():
        earlier = {"$subtract": [f"${field}", by // timedelta(milliseconds=1)]}
        waiting = {field: {"$type": "date"}}
        await sender.world.database["media"].update_many(waiting, [{"$set": {field: earlier}}])


async def test_a_photo_becomes_ready(sender: Sender) -> None:
    upload = await sender.checked(photo(640, 480))
    assert (upload["state"], upload["refused"]) == ("ready", None)
    media = upload["media"]
    assert (media["kind"], media["width"], media["height"]) == ("image", 480, 640)
    assert media["renditions"].keys() == {"small", "medium", "large"}
    found = (await sender.world.stores.media.find(BRAND, [media["id"]], utc_now()))[media["id"]]
    assert found.likeness is not None
    assert found.sha256 is not None
    await sender.inspection.tidy()
    assert names(await sender.stored(media["id"])) == KEPT


async def test_several_workers_check_each_once(sender: Sender) -> None:
    ids = [(await sender.send(jpeg(300, 200, n)))["upload_id"] for n in range(6)]
    found: list[Media | None] = []

    async def work() -> None:
        decoder = Decoder()
        found.extend([await sender.inspection.check_next(decoder) for _ in range(3)])
        await decoder.close()

    await asyncio.gather(*(work() for _ in range(3)))
    assert sorted(m.id for m in found if m is not None) == sorted(ids)
    assert {m.state for m in found if m is not None} == {"ready"}
    assert {m.attempts for m in found if m is not None} == {1}


async def test_a_check_that_broke_off_is_done_by_another(sender: Sender) -> None:
    upload_id = (await sender.send(jpeg()))["upload_id"]
    now = utc_now()
    claimed = await sender.world.stores.media.claim_check(now, now + timedelta(minutes=5))
    assert claimed is not None  # and then its worker dies
    assert await sender.inspection.check_next(sender.decoder) is None
    await age(sender, check_at=timedelta(minutes=6))
    ready = await sender.inspection.check_next(sender.decoder)
    assert ready is not None
    assert (ready.state, ready.attempts) == ("ready", 2)
    # It was not dead but slow: what it finds counts no more, and what it left is deleted.
    assert await sender.world.stores.media.change(BRAND, claimed, {"state": "refused"}) is None
    await sender.files.put(f"{upload_id}/1/original", b"of the slow one")
    await sender.inspection.tidy()
    assert names(await sender.stored(upload_id)) == KEPT


async def dying() -> Process:
    """A decoder that is killed as soon as it has heard of a picture."""
    script = "import os; input(); os.kill(os.getpid(), 9)"
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", script), stdin=PIPE, stdout=PIPE, start_new_session=True
    )


async def test_a_check_that_breaks_off_every_time_ends(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload_id = (await sender.send(jpeg()))["upload_id"]
    monkeypatch.setattr(decoding, "_start", dying)
    broken = Decoder()
    for _ in range(MAX_ATTEMPTS):
        await sender.inspection.check_next(broken)
        await age(sender, check_at=timedelta(seconds=6))
    await sender.inspection.check_next(sender.decoder)
    upload = succeeded(await sender.of(upload_id))
    assert (upload["state"], upload["refused"]["rule"]) == ("refused", "not-checked")


async def test_a_check_waits_while_the_storage_is_away(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload_id = (await sender.send(jpeg()))["upload_id"]
    nowhere = InspectionCommands(sender.world.stores.media, unreachable(monkeypatch), None)
    for _ in range(MAX_ATTEMPTS + 1):
        put_off = await nowhere.check_next(sender.decoder)
        assert put_off is not None
        assert (put_off.state, put_off.attempts) == ("checking", 0)
        await age(sender, check_at=timedelta(seconds=6))
    ready = await sender.inspection.check_next(sender.decoder)
    assert ready is not None
    assert (ready.id, ready.state) == (upload_id, "ready")


async def test_what_nobody_used_in_time_goes(sender: Sender) -> None:
    opened = await sender.begin(2_000_000)
    await sender.piece(opened, 0, jpeg().ljust(300_000, b"\0"))
    unused = (await sender.checked(jpeg()))["upload_id"]
    used = (await sender.checked(jpeg(seed=2)))["upload_id"]
    commands = MediaCommands(sender.world.stores.media)
    await commands.hold(BRAND, sender.contest_id, "per_1", "idea_1", [used])
    await age(sender, expires_at=timedelta(hours=25))
    for upload_id in (opened, unused):  # gone at once, also before the worker gets to it
        assert (await sender.of(upload_id)).status_code == 404
        with pytest.raises(Problem):
            await commands.hold(BRAND, sender.contest_id, "per_1", "idea_1", [upload_id])
    await sender.inspection.tidy()
    assert [await sender.stored(upload_id) for upload_id in (opened, unused)] == [[], []]
    assert names(await sender.stored(used)) == KEPT
    assert await sender.world.database["media"].count_documents({}) == 1


async def test_tidying_that_broke_off_is_done_by_another(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload_id = (await sender.checked(jpeg()))["upload_id"]
    await age(sender, expires_at=timedelta(hours=25))
    nowhere = InspectionCommands(sender.world.stores.media, unreachable(monkeypatch), None)
    with pytest.raises(FilesAway):
        await nowhere.tidy()
    assert await sender.inspection.tidy() == 1
    assert await sender.stored(upload_id) == []
    assert await sender.world.database["media"].count_documents({}) == 0


async def test_what_goes_while_it_is_tidied_is_tidied_again(sender: Sender) -> None:
    upload_id = (await sender.checked(jpeg()))["upload_id"]
    store = sender.world.stores.media

    class Slow(Files):
        async def keys_under(self, prefix: str) -> list[str]:
            keys = await super().keys_under(prefix)
            await store.drop_original(BRAND, upload_id, utc_now())  # its person is erased meanwhile
            return keys

    slow = InspectionCommands(store, Slow(sender.world.settings.media_url), None)
    assert await slow.tidy() == 1
    assert names(await sender.stored(upload_id)) == KEPT
    assert await sender.inspection.tidy() == 1
    assert names(await sender.stored(upload_id)) == [name for name in KEPT if name != "original"]
    assert await sender.inspection.tidy() == 0


@pytest.mark.parametrize("cancelled", [False, True])
async def test_no_decoder_stays_when_its_task_has_ended(sender: Sender, cancelled: bool) -> None:
    stop, before = asyncio.Event(), await decoders()
    heartbeat = Health("worker").heartbeat("check", 60)
    checking = asyncio.create_task(InspectionTasks(sender.inspection, heartbeat).check(stop))
    upload_id = (await sender.send(jpeg()))["upload_id"]

    async def ready() -> bool:
        return bool(succeeded(await sender.of(upload_id))["state"] == "ready")

    await until(ready)
    assert len(await decoders()) == len(before) + 1
    if cancelled:
        checking.cancel()
    stop.set()
    await asyncio.wait({checking}, timeout=30)
    assert checking.done()
    assert await decoders() == before


async def decoders() -> set[int]:
    """The decoders that this process has started and that are still there."""

    def listed() -> set[int]:
        return {child.pid for child in psutil.Process().children() if _is_decoder(child)}

    return await asyncio.to_thread(listed)


def _is_decoder(child: psutil.Process) -> bool:
    try:
        return "groundswell_ideas.inspection.decoder" in child.cmdline()
    except psutil.NoSuchProcess:
        return False  # It ended while the list was read.


async def test_what_is_released_has_a_day_to_be_used_again(sender: Sender) -> None:
    media_id = (await sender.checked(jpeg()))["upload_id"]
    commands = MediaCommands(sender.world.stores.media)
    hold = (BRAND, sender.contest_id, "per_1")
    await commands.hold(*hold, "idea_1", [media_id])
    await commands.show(BRAND, "idea_1")
    with pytest.raises(Problem, match="in use"):
        await commands.hold(*hold, "idea_2", [media_id])
    await commands.release(BRAND, "idea_2", [media_id])  # which does not use it
    await commands.release(BRAND, "idea_1", [media_id])
    (media,) = await commands.hold(*hold, "idea_2", [media_id])
    assert (media.holder_id, media.shown, media.expires_at) == ("idea_2", False, None)


def unreachable(monkeypatch: pytest.MonkeyPatch) -> Files:
    """A bucket of a server that is not there."""
    for name, value in cloud("http://127.0.0.1:9").items():
        monkeypatch.setenv(name, value)
    return Files("s3://bucket/prefix")
