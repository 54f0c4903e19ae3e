"""Listeners of streams that nobody here wrote: curl, and what it printed."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

LISTEN_SECONDS = 45.0


@dataclass(frozen=True)
class Event:
    """One event as it stood on the wire."""

    name: str
    id: str | None
    data: dict[str, Any]


@dataclass
class Curl:
    """curl -N at a stream; `heads` are the lines of the answer's head."""

    process: asyncio.subprocess.Process
    heads: list[str] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    more: asyncio.Condition = field(default_factory=asyncio.Condition)
    reading: asyncio.Task[None] = field(init=False)

    def __post_init__(self) -> None:
        self.reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self.process.stdout is not None
        async for raw in self.process.stdout:
            line = raw.decode().rstrip("\r\n")
            self.heads.append(line)
            if not line:
                break
        fields: dict[str, str] = {}
        async for raw in self.process.stdout:
            line = raw.decode().rstrip("\n")
            if line.startswith(":"):
                continue
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
            elif "data" in fields:
                event = Event(fields["event"], fields.get("id"), json.loads(fields["data"]))
                async with self.more:
                    self.events.append(event)
                    self.more.notify_all()
                fields = {}
            else:
                fields = {}
        async with self.more:
            self.more.notify_all()

    async def until(self, holds: Any) -> Event:
        """The first event for which this holds."""
        async with asyncio.timeout(LISTEN_SECONDS), self.more:
            await self.more.wait_for(lambda: any(map(holds, self.events)) or self.reading.done())
        found = [event for event in self.events if holds(event)]
        assert found, self.events[-3:]
        return found[0]

    async def ended(self) -> int:
        """Its exit status, once the stream has ended."""
        async with asyncio.timeout(LISTEN_SECONDS):
            status = await self.process.wait()
        await self.reading
        return status

    async def kill(self) -> None:
        """It is cut off."""
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()
        await self.reading


@asynccontextmanager
async def curl(url: str, *arguments: str) -> AsyncIterator[Curl]:
    """curl follows a stream until the block ends."""
    process = await asyncio.create_subprocess_exec(
        *("curl", "-sSNi", *arguments, url), stdout=asyncio.subprocess.PIPE, limit=2**24
    )
    listener = Curl(process)
    try:
        yield listener
    finally:
        await listener.kill()


def apply(shown: dict[int, tuple[str, int]], event: Event) -> dict[int, tuple[str, int]]:
    """What a client shows by place after an event, as the stream's description says."""
    if event.name != "changes":
        shown = {}
    shown = shown | {i["place"]: (i["idea_id"], i["votes"]) for i in event.data["ideas"]}
    return {place: idea for place, idea in shown.items() if place <= event.data["idea_count"]}
