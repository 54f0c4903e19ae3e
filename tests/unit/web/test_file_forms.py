"""Forms with files: what is kept of them, what is dropped, and what is refused."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from fastapi import Request
from starlette.exceptions import HTTPException

from groundswell_web import file_forms
from groundswell_web.file_forms import FileForms, SentForm, file_name

BOUNDARY = "xyz"
Part = tuple[str, str | None, bytes]


def body_of(parts: Sequence[Part]) -> bytes:
    said = b""
    for name, filename, content in parts:
        file = "" if filename is None else f'; filename="{filename}"\r\nContent-Type: image/png'
        said += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{file}'.encode()
        said += b"\r\n\r\n" + content + b"\r\n"
    return said + f"--{BOUNDARY}--\r\n".encode()


def request_of(body: bytes, kind: str = f"multipart/form-data; boundary={BOUNDARY}") -> Request:
    chunks = [body[at : at + 1_000] for at in range(0, len(body), 1_000)] or [b""]

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": chunks.pop(0), "more_body": bool(chunks)}

    headers = [(b"content-type", kind.encode())]
    scope = {"type": "http", "method": "POST", "path": "/", "headers": headers, "state": {}}
    return Request(scope, receive)


async def ann(_: Mapping[str, str]) -> str:
    return "ann"


@asynccontextmanager
async def read(
    parts: Sequence[Part], *, who: str | None = "ann", forms: FileForms | None = None
) -> AsyncIterator[SentForm]:
    async def who_sends(fields: Mapping[str, str]) -> str | None:
        return who if fields.get("csrf") == "token" else None

    forms = forms or FileForms(None, asyncio.Semaphore(2))
    async with forms.read(request_of(body_of(parts)), who_sends) as sent:
        yield sent


async def test_texts_and_files_come_apart() -> None:
    picture = bytes(range(256)) * 50
    parts: list[Part] = [
        ("csrf", None, b"token"),
        ("title", None, "Böat\r\nhouse".encode()),
        ("f.sketches", "a.png", picture),
        ("f.sketches", "b.png", b"two"),
        ("f.none", "", b""),
        ("title", None, b"The last one"),
    ]
    async with read(parts) as sent:
        assert sent.fields == {"csrf": "token", "title": "The last one"}
        assert [(f.field, f.name, f.content_type, f.bytes) for f in sent.files] == [
            ("f.sketches", "a.png", "image/png", len(picture)),
            ("f.sketches", "b.png", "image/png", 3),
        ]
        sent.files[0].content.seek(0)
        assert sent.files[0].content.read() == picture
        assert sent.files[0].sha256 != sent.files[1].sha256
        assert sent.dropped is None
    assert all(file.content.closed for file in sent.files)


async def test_files_of_strangers_are_dropped_and_their_texts_stay() -> None:
    parts: list[Part] = [("f.a", "a.png", b"1"), ("csrf", None, b"token"), ("title", None, b"T")]
    async with read(parts) as sent:  # the token comes after the file: too late for it
        assert (sent.files, sent.dropped, sent.fields["title"]) == ([], "unknown", "T")
    async with read([parts[1], parts[0], parts[2]], who=None) as sent:
        assert (sent.files, sent.dropped, sent.fields["title"]) == ([], "unknown", "T")


async def test_more_files_at_once_than_there_is_room_for_are_dropped() -> None:
    forms = FileForms(None, asyncio.Semaphore(1))
    parts: list[Part] = [("csrf", None, b"token"), ("f.a", "a.png", b"1")]
    async with read(parts, forms=forms) as first, read(parts, forms=forms) as second:
        assert (len(first.files), first.dropped) == (1, None)
        assert (len(second.files), second.dropped) == (0, "busy")
    async with read(parts, forms=forms) as third:
        assert third.dropped is None


async def test_nobody_takes_the_room_of_all_others() -> None:
    forms = FileForms(None, asyncio.Semaphore(8))
    parts: list[Part] = [("csrf", None, b"token"), ("f.a", "a.png", b"1")]
    async with (
        read(parts, forms=forms),
        read(parts, forms=forms),
        read(parts, forms=forms) as third,
        read(parts, who="ben", forms=forms) as other,
    ):
        assert (third.dropped, other.dropped) == ("busy", None)
    assert not forms.senders
    async with read(parts, forms=forms) as later:
        assert later.dropped is None


async def test_what_is_too_large_is_read_and_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_forms, "MAX_FILE_BYTES", 3_000)
    parts: list[Part] = [
        ("csrf", None, b"token"),
        ("f.a", "a.png", b"x" * 9_000),
        ("t", None, b"T"),
    ]
    async with read(parts) as sent:
        assert (sent.dropped, sent.fields["t"]) == ("large", "T")
        assert sent.files[0].bytes <= 3_000


async def test_many_small_files_do_not_take_all_that_can_be_open() -> None:
    files: list[Part] = [(f"f.{n}", "a.png", b"1") for n in range(file_forms.MAX_FILES + 1)]
    async with read([("csrf", None, b"token"), *files, ("title", None, b"T")]) as sent:
        assert len(sent.files) == file_forms.MAX_FILES
        assert (sent.dropped, sent.fields["title"]) == ("large", "T")


async def test_without_room_for_files_the_texts_stay(tmp_path: Path) -> None:
    forms = FileForms(tmp_path / "gone", asyncio.Semaphore(1))
    parts: list[Part] = [
        ("csrf", None, b"token"),
        ("f.a", "a.png", b"1"),
        ("title", None, b"T"),
    ]
    async with read(parts, forms=forms) as sent:
        assert (sent.files, sent.dropped, sent.fields["title"]) == ([], "busy", "T")


async def test_whoever_goes_away_amid_a_form_leaves_nothing_behind() -> None:
    begun = body_of([("csrf", None, b"token"), ("f.a", "a.png", b"x" * 500)])[:400]
    sent: list[dict[str, object]] = [
        {"type": "http.request", "body": begun, "more_body": True},
        {"type": "http.disconnect"},
    ]
    request = request_of(b"")

    async def receive() -> dict[str, object]:
        return sent.pop(0)

    request._receive = receive

    forms = FileForms(None, asyncio.Semaphore(1))
    with pytest.raises(HTTPException) as refused:
        async with forms.read(request, ann):
            pass
    assert refused.value.status_code == 400
    assert not forms.slots.locked()


@pytest.mark.parametrize("kind", ["boundary=", "boundary*=utf-9''x", 'boundary="', "boundary*x=y"])
async def test_a_boundary_that_is_none_is_refused(kind: str) -> None:
    request = request_of(body_of([("a", None, b"1")]), f"multipart/form-data; {kind}")
    with pytest.raises(HTTPException) as refused:
        async with FileForms(None, asyncio.Semaphore(1)).read(request, ann):
            pass
    assert refused.value.status_code == 400


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"nothing of a form", 400),
        (body_of([("a", None, b"cut off")])[:-8], 400),
        (body_of([("a", None, b"\xff")]), 400),
        (body_of([("a", None, b"\0")]), 400),
        (body_of([("a", None, b"x" * (file_forms.MAX_TEXT_BYTES + 1))]), 413),
        (body_of([(f"f{n}", None, b"") for n in range(1_001)]), 413),
    ],
)
async def test_what_is_no_small_form_is_refused(body: bytes, status: int) -> None:
    forms = FileForms(None, asyncio.Semaphore(1))
    with pytest.raises(HTTPException) as refused:
        async with forms.read(request_of(body), ann):
            pass
    assert refused.value.status_code == status
    assert not forms.slots.locked()


async def test_a_body_that_stands_still_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_forms, "SILENT_SECONDS", 0.05)

    async def nothing() -> dict[str, object]:
        await asyncio.sleep(10)
        return {}

    request = request_of(b"")
    request._receive = nothing

    with pytest.raises(HTTPException) as refused:
        async with FileForms(None, asyncio.Semaphore(1)).read(request, ann):
            pass
    assert refused.value.status_code == 408


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("C:\\fakepath\\boat.jpg", "boat.jpg"),
        ("../../etc/passwd", "passwd"),
        ("a:b\u202egpj.exe", "a_b_gpj.exe"),
        ("...", "file"),
        ("x" * 200 + ".png", ("x" * 200 + ".png")[-100:]),
    ],
)
def test_the_name_of_a_file_is_no_path(sent: str, kept: str) -> None:
    assert file_name(sent) == kept
