"""A medium that nobody can read, as a hand at the database leaves it: no other one waits for it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from groundswell_kit.clock import utc_now
from groundswell_kit.mongo import Document
from tests.integration.ideas.media.sender import Sender
from tests.support.pictures import jpeg

DAMAGES = [
    {"$set": {"state": "dormant"}},  # may mean something to another release
    {"$unset": {"brand_id": 1}},
    {"$set": {"refusal": "none"}},
]


@pytest.fixture
def logs() -> Iterator[list[Any]]:
    with capture_logs() as logs:
        yield logs


def unreadable(logs: list[Any]) -> list[str]:
    """The media of which a log says so, each as often as it does."""
    return [entry["media"] for entry in logs if entry["event"] == "medium unreadable"]


async def row(sender: Sender, media_id: str) -> Document:
    found = await sender.world.database["media"].find_one({"_id": media_id})
    assert found is not None
    return found


async def damaged(sender: Sender, media_id: str, damage: Document) -> Document:
    """Damages a medium; what it was before."""
    whole = await row(sender, media_id)
    await sender.world.database["media"].update_one({"_id": media_id}, damage)
    return whole


async def due(sender: Sender, queue: str, media_id: str, ago: timedelta) -> None:
    past = {"$set": {queue: utc_now() - ago}}
    await sender.world.database["media"].update_one({"_id": media_id}, past)


async def pair(sender: Sender, queue: str, *, checked: bool) -> tuple[str, str]:
    """Two uploads that wait in a queue, the second one behind the first."""
    send = sender.checked if checked else sender.send
    first, second = [str((await send(jpeg(seed=n)))["upload_id"]) for n in range(2)]
    await due(sender, queue, first, timedelta(hours=2))
    await due(sender, queue, second, timedelta(hours=1))
    return first, second


@pytest.mark.parametrize("damage", DAMAGES)
async def test_one_to_check(sender: Sender, logs: list[Any], damage: Document) -> None:
    bad, sound = await pair(sender, "check_at", checked=False)
    whole = await damaged(sender, bad, damage)
    checked = await sender.inspection.check_next(sender.decoder)
    assert checked is not None
    assert (checked.id, checked.state) == (sound, "ready")
    assert await sender.inspection.check_next(sender.decoder) is None
    assert unreadable(logs) == [bad]

    await sender.world.database["media"].replace_one({"_id": bad}, whole)
    mended = await sender.inspection.check_next(sender.decoder)
    assert mended is not None
    assert (mended.id, mended.state) == (bad, "ready")


async def test_one_to_check_whose_attempts_cannot_be_counted(sender: Sender) -> None:
    bad, sound = await pair(sender, "check_at", checked=False)
    await damaged(sender, bad, {"$set": {"attempts": "none"}})
    checked = [await sender.inspection.check_next(sender.decoder) for _ in range(2)]
    told = [(m.id, m.state, m.attempts) for m in checked if m is not None]
    assert told == [(bad, "ready", 1), (sound, "ready", 1)]


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("queue", ["expires_at", "tidy_at"])
async def test_one_to_tidy(
    sender: Sender,
    logs: list[Any],
    monkeypatch: pytest.MonkeyPatch,
    queue: str,
    damage: Document,
) -> None:
    """Nor does it take the place of one of those that are dealt with at once."""
    monkeypatch.setattr("groundswell_ideas.inspection.commands.AT_ONCE", 1)
    bad, sound = await pair(sender, "tidy_at", checked=True)
    while await sender.inspection.tidy():
        pass
    for media_id, ago in ((bad, 2), (sound, 1)):
        await sender.files.put(f"{media_id}/left-over", b"of no use")
        await due(sender, queue, media_id, timedelta(hours=ago))
    whole, before = await damaged(sender, bad, damage), await sender.stored(bad)

    assert sorted([await sender.inspection.tidy() for _ in range(3)]) == [0, 0, 1]
    assert unreadable(logs) == [bad]
    assert f"{sound}/left-over" not in await sender.stored(sound)
    assert await sender.stored(bad) == before

    await sender.world.database["media"].replace_one({"_id": bad}, whole)
    assert await sender.inspection.tidy() == 1
    assert f"{bad}/left-over" not in await sender.stored(bad)
