"""Uploads in pieces: what is acknowledged stays, repeats are safe, everything has a bound."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx2
import pytest

from groundswell_ideas.media.rules import MAX_BYTES, MIB
from groundswell_ideas.uploads import commands, routes
from groundswell_ideas.uploads.rules import MAX_UNUSED
from tests.integration.ideas.media.sender import PIECE, PIECE_TYPE, Sender
from tests.support.pictures import SVG, drawing, encoded, jpeg
from tests.support.service import succeeded

CONTENT = jpeg().ljust(2 * PIECE + 1234, b"\0")


async def test_an_upload_in_pieces(sender: Sender) -> None:
    begun = await sender.ask_to_begin(len(CONTENT))
    assert begun.status_code == 201
    upload = begun.json()
    upload_id = upload["upload_id"]
    assert begun.headers["Location"] == upload["url"] == f"/v1/uploads/{upload_id}"
    assert (upload["method"], upload["offset"], upload["state"]) == ("PATCH", 0, "open")
    assert upload["piece_bytes"] == {"minimum": 256 * 1024, "maximum": MIB}
    for offset in (0, PIECE, 2 * PIECE):
        taken = await sender.piece(upload_id, offset, CONTENT[offset : offset + PIECE])
        assert taken.status_code == 204
        assert taken.headers["Upload-Offset"] == str(min(offset + PIECE, len(CONTENT)))
        assert taken.headers["Tus-Resumable"] == "1.0.0"
    asked = await sender.of(upload_id, "HEAD")
    assert asked.headers["Upload-Offset"] == asked.headers["Upload-Length"] == str(len(CONTENT))
    assert asked.headers["Cache-Control"] == "no-store"
    assert "Upload-Expires" in asked.headers
    completed = await sender.complete(upload_id)
    assert completed.status_code == 202
    assert completed.json()["state"] == "checking"
    assert (await sender.complete(upload_id)).json() == completed.json()


async def test_an_idempotency_key_begins_one_upload(sender: Sender) -> None:
    first = await sender.ask_to_begin(10, key="k")
    again = await sender.ask_to_begin(10, key="k")
    assert first.json() == again.json()
    assert await sender.world.database["media"].count_documents({}) == 1


async def test_a_piece_sent_again_is_taken_as_done(sender: Sender) -> None:
    upload_id = await sender.begin(len(CONTENT))
    for _ in range(3):
        taken = await sender.piece(upload_id, 0, CONTENT[:PIECE])
        assert (taken.status_code, taken.headers["Upload-Offset"]) == (204, str(PIECE))
    await sender.piece(upload_id, PIECE, CONTENT[PIECE : 2 * PIECE])
    again = await sender.piece(upload_id, 0, CONTENT[:PIECE])
    assert (again.status_code, again.headers["Upload-Offset"]) == (204, str(2 * PIECE))
    assert len(await sender.stored(upload_id)) == 2


async def test_a_piece_elsewhere_is_told_where_to_go_on(sender: Sender) -> None:
    upload_id = await sender.begin(len(CONTENT))
    await sender.piece(upload_id, 0, CONTENT[:PIECE])
    for offset in (0, PIECE - 1, PIECE + 1):
        refused = await sender.piece(upload_id, offset, b"x" * PIECE)
        assert refused.status_code == 409
        assert refused.json()["type"] == "/problems/wrong-offset"
        assert refused.headers["Upload-Offset"] == str(PIECE)
    assert len(await sender.stored(upload_id)) == 1


async def test_of_pieces_at_once_one_is_kept(sender: Sender) -> None:
    upload_id = await sender.begin(len(CONTENT))
    pieces = [CONTENT[: PIECE - n] for n in range(6)]
    answers = await asyncio.gather(*(sender.piece(upload_id, 0, piece) for piece in pieces))
    assert sorted(a.status_code for a in answers) == [204] + [409] * 5
    (kept,) = await sender.stored(upload_id)
    (won,) = (a for a in answers if a.status_code == 204)
    assert await sender.files.size(kept) == int(won.headers["Upload-Offset"])


async def test_the_same_piece_twice_at_once_is_taken_as_done(sender: Sender) -> None:
    upload_id = await sender.begin(len(CONTENT))
    answers = await asyncio.gather(*(sender.piece(upload_id, 0, CONTENT[:PIECE]) for _ in range(6)))
    assert {(a.status_code, a.headers["Upload-Offset"]) for a in answers} == {(204, str(PIECE))}
    assert len(await sender.stored(upload_id)) == 1


async def test_pieces_have_bounds(sender: Sender) -> None:
    upload_id = await sender.begin(3 * MIB)
    small = await sender.piece(upload_id, 0, CONTENT[:1000])
    assert (small.status_code, small.json()["errors"][0]["rule"]) == (422, "minimum")
    empty = await sender.piece(upload_id, 0, b"")
    assert (empty.status_code, empty.json()["errors"][0]["rule"]) == (422, "minimum")
    large = await sender.piece(upload_id, 0, b"\xff\xd8\xff".ljust(MIB + 1))
    assert (large.status_code, large.json()["type"]) == (413, "/problems/body-too-large")
    short = await sender.begin(1000)
    long = await sender.piece(short, 0, CONTENT[:1001])
    assert (long.status_code, long.json()["errors"][0]["rule"]) == (422, "maximum")


async def test_a_stream_without_end_is_cut(sender: Sender) -> None:
    upload_id = await sender.begin(3 * MIB)
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 64 * 1024
            yield b"\xff\xd8\xff".ljust(64 * 1024)

    refused = await sender.piece(upload_id, 0, endless())
    assert (refused.status_code, refused.json()["type"]) == (413, "/problems/body-too-large")
    assert sent <= MIB + 128 * 1024
    assert await sender.stored(upload_id) == []


async def test_a_piece_that_trickles_is_given_up(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "PIECE_SECONDS", 0.2)
    upload_id = await sender.begin(len(CONTENT))

    async def trickle() -> AsyncIterator[bytes]:
        while True:
            yield b"\xff"
            await asyncio.sleep(0.01)

    refused = await sender.piece(upload_id, 0, trickle())
    assert (refused.status_code, refused.json()["type"]) == (408, "/problems/too-slow")
    assert await sender.stored(upload_id) == []


@pytest.mark.parametrize("offset", [None, -1, 2**41])
async def test_a_piece_says_where_it_begins(sender: Sender, offset: int | None) -> None:
    upload_id = await sender.begin(len(CONTENT))
    refused = await sender.piece(upload_id, offset, CONTENT[:PIECE])
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "header.upload-offset"


async def test_a_piece_is_bytes(sender: Sender) -> None:
    upload_id = await sender.begin(len(CONTENT))
    for content_type in ("application/json", "image/jpeg", "multipart/form-data; boundary=x"):
        refused = await sender.piece(upload_id, 0, CONTENT[:PIECE], content_type=content_type)
        assert (refused.status_code, refused.json()["type"]) == (415, "/problems/not-a-piece")


async def test_not_all_bytes_are_not_complete(sender: Sender) -> None:
    upload_id = await sender.begin(len(CONTENT))
    await sender.piece(upload_id, 0, CONTENT[:PIECE])
    refused = await sender.complete(upload_id)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/upload-incomplete")
    assert refused.headers["Upload-Offset"] == str(PIECE)


async def test_what_is_complete_takes_no_more(sender: Sender) -> None:
    content = encoded(drawing(50, 50))
    upload_id = (await sender.send(content))["upload_id"]
    refused = await sender.piece(upload_id, 0, b"x" * len(content))
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/upload-closed")
    abandoned = await sender.of(upload_id, "DELETE")
    assert abandoned.status_code == 409


@pytest.mark.parametrize(
    ("size", "content_type", "name", "field"),
    [
        (MAX_BYTES["image"] + 1, "image/jpeg", "boat.jpg", "body.bytes"),
        (2**62, "image/jpeg", "boat.jpg", "body.bytes"),
        (0, "image/jpeg", "boat.jpg", "body.bytes"),
        (10, "image/svg+xml", "boat.svg", "body.content_type"),
        (10, "text/html", "boat.html", "body.content_type"),
        (10, "image/jpeg", "../../etc/passwd", "body.name"),
        (10, "image/jpeg", "..\\boot.ini", "body.name"),
        (10, "image/jpeg", "\u202egpj.exe", "body.name"),
        (10, "image/jpeg", "x" * 201, "body.name"),
    ],
)
async def test_what_cannot_be_announced(
    sender: Sender, size: int, content_type: str, name: str, field: str
) -> None:
    refused = await sender.ask_to_begin(size, content_type, name=name)
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["errors"]] == [field]
    assert await sender.world.database["media"].count_documents({}) == 0


async def test_an_upload_is_nothing_to_others(sender: Sender) -> None:
    upload_id = await sender.begin(len(CONTENT))
    assert (await sender.of(upload_id, subject="per_2")).status_code == 404
    assert (await sender.of(upload_id, "HEAD", subject="per_2")).status_code == 404
    assert (await sender.of(upload_id, "DELETE", subject="per_2")).status_code == 404
    taken = await sender.piece(upload_id, 0, CONTENT[:PIECE], subject="per_2")
    assert taken.status_code == 404
    assert await sender.stored(upload_id) == []


async def test_nobody_has_too_many_uploads_also_at_once(sender: Sender) -> None:
    for _ in range(MAX_UNUSED - 3):
        await sender.begin(10)
    answers = await asyncio.gather(*(sender.ask_to_begin(10) for _ in range(8)))
    assert sorted(a.status_code for a in answers) == [201] * 3 + [429] * 5
    assert (await sender.ask_to_begin(10, subject="per_2")).status_code == 201
    (one, *_) = [a.json()["upload_id"] for a in answers if a.status_code == 201]
    assert (await sender.of(one, "DELETE")).status_code == 204
    assert (await sender.of(one)).status_code == 404
    await sender.inspection.tidy()
    succeeded(await sender.ask_to_begin(10))


async def test_a_contest_that_is_closed_or_a_draft_takes_none(sender: Sender) -> None:
    draft = (await sender.world.draft())["id"]
    closed, _ = await sender.world.contest_in("closed")
    for contest_id, status in ((draft, 404), (closed, 409), ("con_none", 404)):
        body = {"contest_id": contest_id, "name": "a.png", "bytes": 9, "content_type": "image/png"}
        answer = await sender.world.send("POST", "/v1/uploads", body, by="participant")
        assert answer.status_code == status


async def test_a_contest_that_takes_no_ideas_takes_no_uploads(sender: Sender) -> None:
    world, contest_id = sender.world, sender.contest_id
    first = await sender.begin(10)
    await world.done("POST", f"/v1/contests/{contest_id}/pause", {"reason": "A fire."})
    refused = await sender.ask_to_begin(10)
    assert (refused.status_code, rules(refused)) == (409, ["paused"])
    assert (await sender.of(first)).status_code == 200
    await world.done("POST", f"/v1/contests/{contest_id}/resume", {"reason": "It is out."})
    succeeded(await sender.ask_to_begin(10))
    await world.enter(contest_id, "moderation")
    refused = await sender.ask_to_begin(10)
    assert (refused.status_code, rules(refused)) == (409, ["phase"])


async def test_who_may_not_hand_in_sends_nothing_in(sender: Sender) -> None:
    world = sender.world
    draft = await world.draft(eligibility={"who": "invited"})
    guests = {"entries": [{"participant_id": "per_1"}]}
    path = f"/v1/contests/{draft['id']}/guests"
    assert (await world.send("PUT", path, guests)).status_code in (200, 204)
    await world.enter(draft["id"], "submission")
    invited = replace(sender, contest_id=draft["id"])
    assert (await invited.ask_to_begin(10)).status_code == 201
    refused = await invited.ask_to_begin(10, subject="per_2")
    assert (refused.status_code, rules(refused)) == (409, ["invited"])
    for role in ("editor", "manager"):  # who hand in for others
        assert (await begun_by_staff(invited, role)).status_code == 201


async def test_staff_have_more_uploads_and_not_without_end(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "MAX_UNUSED", 1)
    monkeypatch.setattr(commands, "MAX_UNUSED_OF_STAFF", 3)
    answers = [(await begun_by_staff(sender, "manager")).status_code for _ in range(4)]
    assert answers == [201, 201, 201, 429]
    assert [(await sender.ask_to_begin(10)).status_code for _ in range(2)] == [201, 429]


async def test_what_staff_sent_in_vain_keeps_nothing_out(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "MAX_UNUSED", 1)
    monkeypatch.setattr(commands, "MAX_UNUSED_OF_STAFF", 1)
    await sender.world.database["media"].delete_many({})
    for role, after in (("manager", 201), ("participant", 429)):
        begun = await begun_by_staff(sender, role)
        headers = {
            "Authorization": f"Bearer {sender.world.token(role)}",
            "Content-Type": PIECE_TYPE,
            "Upload-Offset": "0",
        }
        piece = await sender.world.client.patch(
            begun.json()["url"], content=SVG[:9], headers=headers
        )
        assert piece.json()["type"] == "/problems/media-refused"
        assert (await begun_by_staff(sender, role)).status_code == after


async def begun_by_staff(sender: Sender, role: str) -> httpx2.Response:
    body = {"contest_id": sender.contest_id, "name": "a", "bytes": 9, "content_type": "image/png"}
    return await sender.world.send("POST", "/v1/uploads", body, by=role)


def rules(refused: httpx2.Response) -> list[str]:
    return [error["rule"] for error in refused.json()["errors"]]


async def test_staff_send_in_for_others_at_their_own_brand(sender: Sender) -> None:
    body = {
        "contest_id": sender.contest_id,
        "name": "a.png",
        "bytes": 9,
        "content_type": "image/png",
    }
    send = sender.world.send
    assert (await send("POST", "/v1/uploads", body, by="editor")).status_code == 201
    other = await send("POST", "/v1/uploads", body, by="editor", brand="other")
    assert other.status_code == 404
    assert (await send("POST", "/v1/uploads", body, by="juror")).status_code == 403
