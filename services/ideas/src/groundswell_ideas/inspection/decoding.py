"""Has pictures opened by the `decoder`, a process without secrets whose children are limited.

Called by `commands`; one Decoder does one picture at a time.
"""

import asyncio
import hashlib
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from groundswell_ideas.inspection.rules import HEAD_BYTES, type_of
from groundswell_ideas.media.rules import RENDITIONS, Refusal, refusal
from groundswell_kit.observability import get_logger

log = get_logger()

MAX_FILE_BYTES = 16 * 1024 * 1024

# Longer than the decoder gives its child, so that this one is for a decoder that hangs itself.
ANSWER_SECONDS = 45.0


@dataclass(frozen=True, slots=True)
class Picture:
    """A rendition that the decoder made."""

    name: str
    content_type: str
    content: bytes
    sha256: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Decoded:
    """A picture that could be read: its size as it is looked at, and what was made of it."""

    width: int
    height: int
    likeness: str
    renditions: Sequence[Picture]


class _Rendition(BaseModel):
    name: Literal["large", "medium", "small"]
    width: int = Field(ge=1, le=max(RENDITIONS.values()))
    height: int = Field(ge=1, le=max(RENDITIONS.values()))


class _Read(BaseModel):
    """What is taken of an answer: the decoder has handled what nobody trusts."""

    width: int = Field(ge=1, le=100_000_000)
    height: int = Field(ge=1, le=100_000_000)
    likeness: str = Field(pattern=r"^[0-9a-f]{16}$")
    renditions: list[_Rendition] = Field(min_length=len(RENDITIONS), max_length=len(RENDITIONS))


class _Refused(BaseModel):
    refused: Literal["broken", "too-many-pixels", "too-costly"]


class _Failed(BaseModel):
    failed: str


_ANSWER: TypeAdapter[_Read | _Refused | _Failed] = TypeAdapter(_Read | _Refused | _Failed)


class DecoderBroke(Exception):
    """The decoder failed, ended or hung; the picture may be read at another try."""


class Decoder:
    """One decoder process, started at the first picture and again after it broke."""

    def __init__(self) -> None:
        self._process: Process | None = None

    async def decode(self, source: Path, content_type: str, target: Path) -> Decoded | Refusal:
        """Reads the picture `source`, puts its renditions into the folder `target`.

        Raises DecoderBroke when there is no answer in time.
        """
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                line = await self._answer(source, content_type, target)
        except (TimeoutError, OSError) as error:
            await self.close()
            raise DecoderBroke("no answer in time") from error
        except ValueError as error:  # so says the pipe's reader
            await self.close()
            raise DecoderBroke("its answer is too long") from error
        if not line.endswith(b"\n"):
            await self.close()
            raise DecoderBroke("it ended in the middle of its work")
        try:
            answer = _ANSWER.validate_json(line)
        except ValidationError as error:
            await self.close()  # What it says next would be taken for the next picture's.
            raise DecoderBroke("its answer is none") from error
        if isinstance(answer, _Failed):
            raise DecoderBroke(answer.failed)
        if isinstance(answer, _Refused):
            return refusal(answer.refused)
        return await asyncio.to_thread(_decoded, answer, target)

    async def _answer(self, source: Path, content_type: str, target: Path) -> bytes:
        if self._process is None:
            self._process = await _start()
        pipe_in, pipe_out = self._process.stdin, self._process.stdout
        if pipe_in is None or pipe_out is None:
            raise RuntimeError("a decoder without pipes, which is never started")
        job = {"source": str(source), "content_type": content_type, "target": str(target)}
        pipe_in.write(json.dumps(job).encode() + b"\n")
        await pipe_in.drain()
        return await pipe_out.readline()

    async def close(self) -> None:
        """Ends the process, and what it has in hand."""
        process, self._process = self._process, None
        if process is None:
            return
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            log.info("decoder gone already", status=process.returncode)
        await process.wait()


async def _start() -> Process:
    # Isolated, without this process's environment: what is broken into there finds no secret.
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-m", "groundswell_ideas.inspection.decoder"),
        stdin=PIPE,
        stdout=PIPE,
        env={},
        start_new_session=True,
    )


def _decoded(read: _Read, target: Path) -> Decoded:
    return Decoded(
        read.width,
        read.height,
        read.likeness,
        tuple(_picture(made, target) for made in read.renditions),
    )


def _picture(made: _Rendition, target: Path) -> Picture:
    # Read once: what the file is after this, or where it points to, matters no more.
    try:
        with (target / made.name).open("rb") as file:
            content = file.read(MAX_FILE_BYTES)
    except OSError as error:
        raise DecoderBroke(f"{made.name} is not there") from error
    content_type = type_of(content[:HEAD_BYTES])
    if content_type not in ("image/jpeg", "image/webp"):
        raise DecoderBroke(f"{made.name} is no rendition")
    digest = hashlib.sha256(content).hexdigest()
    return Picture(made.name, content_type, content, digest, made.width, made.height)
