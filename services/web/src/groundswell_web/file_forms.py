"""Reads forms with files in them as they come: texts into memory, files into temporary ones.

Used by the routes of ideas. What is sent is bounded in bytes, fields and time.
"""

import asyncio
import hashlib
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from typing import IO, Any

import multipart  # type: ignore[import-untyped] # it comes without a marker for its types
from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from groundswell_kit.observability import get_logger
from groundswell_web.forms import MAX_FIELDS, read_form

log = get_logger()

TYPE = "multipart/form-data"
MIB = 1024 * 1024
MAX_TEXT_BYTES = MIB // 2
MAX_FILE_BYTES = 128 * MIB
"""Of all files of a form together; the services say how large each of them may be."""

MAX_FILES = 100
"""Of a form; each of them is open until the form has been dealt with."""

# What is too large is read and dropped: browsers show no answer before they have sent everything.
MAX_BYTES = 512 * MIB
SILENT_SECONDS = 30.0
FORM_SECONDS = 900.0
WRITE_BYTES = MIB

NAME_CHARACTERS = 100

FORMS_OF_ONE = 2
"""So many forms with files one sender may have on their way; nobody takes all the room."""

WhoSends = Callable[[Mapping[str, str]], Awaitable[str | None]]
"""Who sent the fields so far, if they may send files; asked at the first one."""


@dataclass
class SentFile:
    """A file that came with a form, under the name of its field."""

    field: str
    name: str
    content_type: str
    content: IO[bytes]
    bytes: int = 0
    sha256: str = ""


@dataclass
class SentForm:
    """The texts of a form, the last value of each, and its files.

    `dropped` says why files did not stay: `unknown` sender, too `large` or too many, or we are too
    `busy`.
    """

    fields: dict[str, str] = field(default_factory=dict)
    files: list[SentFile] = field(default_factory=list)
    dropped: str | None = None


@dataclass(frozen=True)
class FileForms:
    """Keeps the files of a few forms at once in the folder `scratch`; None is the system's."""

    scratch: Path | None
    slots: asyncio.Semaphore
    senders: Counter[str] = field(default_factory=Counter)

    @asynccontextmanager
    async def read(self, request: Request, who_sends: WhoSends) -> AsyncIterator[SentForm]:
        """The form of a request; its files go when the caller is done. Raises 400, 408, 413, 415.

        One without files may be URL-encoded, as any form.
        """
        kind, boundary = _kind_of(request)
        if kind != TYPE:
            yield SentForm(dict(await read_form(request)))
            return
        reading = _Reading(self, who_sends)
        try:
            try:
                async with asyncio.timeout(FORM_SECONDS):
                    await reading.all(request, boundary)
            except TimeoutError as error:
                raise HTTPException(408) from error
            except multipart.ParserLimitReached as error:
                raise HTTPException(413) from error
            except (multipart.MultipartError, UnicodeDecodeError, ClientDisconnect) as error:
                raise HTTPException(400) from error
            request.state.fields = reading.sent.fields
            yield reading.sent
        finally:
            reading.end()


def _kind_of(request: Request) -> tuple[str, str]:
    header = Message()
    header["content-type"] = request.headers.get("content-type", "")
    return header.get_content_type(), str(header.get_boundary(""))


class _Reading:
    """One form on its way in; `_file` is the file that is being read, None within a text.

    Whatever is not to be kept is read all the same, and dropped.
    """

    def __init__(self, forms: FileForms, who_sends: WhoSends) -> None:
        self.sent = SentForm()
        self._forms = forms
        self._who_sends = who_sends
        self._asked = False
        self._sender: str | None = None  # whose slot this form has
        self._file: SentFile | None = None
        self._is_text = True
        self._text_bytes = 0
        self._file_bytes = 0
        self._buffer = bytearray()
        self._digest = hashlib.sha256()

    async def all(self, request: Request, boundary: str) -> None:
        """Reads to the end."""
        seen, name = 0, ""
        with multipart.PushMultipartParser(boundary, max_segment_count=MAX_FIELDS) as parser:
            async for chunk in _chunks(request):
                seen += len(chunk)
                if seen > MAX_BYTES:
                    raise HTTPException(413)
                for event in parser.parse(chunk):
                    if isinstance(event, multipart.MultipartSegment):
                        name = event.name
                        await self._begin(event)
                    elif event is None:
                        await self._finish(name)
                    else:
                        await self._take(event)

    def end(self) -> None:
        """Gives up what was kept."""
        for file in self.sent.files:
            file.content.close()
        if self._sender is not None:
            self._forms.slots.release()
            self._forms.senders[self._sender] -= 1
            if not self._forms.senders[self._sender]:
                del self._forms.senders[self._sender]

    async def _begin(self, segment: Any) -> None:
        self._buffer, self._file = bytearray(), None
        self._is_text = segment.filename is None
        if segment.filename and await self._may_keep():
            if len(self.sent.files) < MAX_FILES:
                await self._open(segment)
            else:
                self.sent.dropped = "large"

    async def _open(self, segment: Any) -> None:
        try:
            content = await asyncio.to_thread(_new_file, self._forms.scratch)
        except OSError as error:
            self._give_up(error)
            return
        name, kind = file_name(segment.filename), segment.content_type or ""
        self._file = SentFile(segment.name, name, kind, content)
        self._digest = hashlib.sha256()
        self.sent.files.append(self._file)

    def _give_up(self, error: OSError) -> None:
        log.warning("no room for files", error=str(error))
        self.sent.dropped = "busy"

    async def _take(self, content: bytes) -> None:
        if self._is_text:
            self._text_bytes += len(content)
            if self._text_bytes > MAX_TEXT_BYTES:
                raise HTTPException(413)
            self._buffer += content
        elif self._file is not None:
            self._file_bytes += len(content)
            if self._file_bytes > MAX_FILE_BYTES:
                self.sent.dropped = "large"
                return
            self._buffer += content
            if len(self._buffer) >= WRITE_BYTES:
                await self._write(self._file)

    async def _finish(self, name: str) -> None:
        if self._is_text:
            text = self._buffer.decode().replace("\r\n", "\n")
            if "\0" in text or "\0" in name:
                raise HTTPException(400)
            self.sent.fields[name] = text
        elif self._file is not None:
            await self._write(self._file)
            self._file.sha256 = self._digest.hexdigest()

    async def _write(self, file: SentFile) -> None:
        written, self._buffer = bytes(self._buffer), bytearray()
        self._digest.update(written)
        file.bytes += len(written)
        try:
            await asyncio.to_thread(file.content.write, written)
        except OSError as error:
            self._give_up(error)

    async def _may_keep(self) -> bool:
        if not self._asked:
            self._asked = True
            sender = await self._who_sends(self.sent.fields)
            if sender is None:
                self.sent.dropped = "unknown"
            elif self._forms.slots.locked() or self._forms.senders[sender] >= FORMS_OF_ONE:
                self.sent.dropped = "busy"
            else:
                await self._forms.slots.acquire()
                self._sender = sender
                self._forms.senders[sender] += 1
        return self._sender is not None


def _new_file(scratch: Path | None) -> IO[bytes]:
    return tempfile.TemporaryFile(dir=scratch)


async def _chunks(request: Request) -> AsyncIterator[bytes]:
    """The body as it comes; raises TimeoutError for one that stands still."""
    stream = aiter(request.stream())
    while True:
        try:
            yield await asyncio.wait_for(anext(stream), SILENT_SECONDS)
        except StopAsyncIteration:
            return


def file_name(text: str) -> str:
    """The plain name of a file: no path, nothing that cannot be seen."""
    name = text.replace("\\", "/").rpartition("/")[2]
    shown = "".join(c if c.isprintable() and c != ":" else "_" for c in name)
    return shown.strip(". ")[-NAME_CHARACTERS:] or "file"
