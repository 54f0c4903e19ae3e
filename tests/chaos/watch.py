"""Looks at a run while it goes: samples of Redis, standings, what counters show of themselves."""

import asyncio
import itertools
import json
import re
import time
from base64 import b64encode
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import aiohttp
from redis.asyncio import Redis
from redis.exceptions import RedisError

from tests.chaos.history import History
from tests.chaos.plan import PollPlan
from tests.chaos.stage import PARTITIONS, Process

SAMPLE_SECONDS = 0.25
SHOW_SECONDS = 0.7
READ_SECONDS = 0.4
CUT_OFF_AFTER = 40
"""Events that a follower of the stream gets before its connection is cut off."""
ANSWER_SECONDS = 1.5

# One partition, whole, at one moment. ARGV: the pattern of its keys.
SAMPLE = """
local found = {}
for _, key in ipairs(redis.call('KEYS', ARGV[1])) do
  found[#found + 1] = key
  found[#found + 1] = redis.call('HGETALL', key)
end
return found
"""

_METRIC = re.compile(r"^(groundswell_\w+?)(?:\{([^}]*)\})? ([0-9.e+-]+)$", re.MULTILINE)
_PARTITION = re.compile(r'partition="(\d+)"')
SHOWN = {
    "groundswell_counter_stale_writes_total": "stale_writes",
    "groundswell_counter_restarts_total": "restarts",
}
KEPT = (
    "status",
    "position",
    "as_of",
    "rebuilding",
    "channel",
    "total_votes",
    "set_aside",
    "idea_count",
    "ideas",
)
"""What is noted of standings."""
LAG = "groundswell_votes_log_lag"
AWAY = (aiohttp.ClientError, OSError, TimeoutError)


@dataclass
class Watch:
    """Notes into the history until it is cancelled."""

    history: History
    redis: Redis

    async def samples(self) -> None:
        """One partition after the other."""
        for partition in itertools.cycle(range(PARTITIONS)):
            try:
                await self.sample(partition)
            except (RedisError, OSError) as error:
                self.history.note("no sample", partition=partition, error=repr(error))
            await asyncio.sleep(SAMPLE_SECONDS)

    async def sample(self, partition: int) -> None:
        """What Redis holds of a partition now. Raises Redis' errors."""
        found = await self.redis.eval(SAMPLE, 0, f"{{v{partition}}}:*")
        raw = {
            _text(key): {_text(f): _text(v) for f, v in zip(values[::2], values[1::2], strict=True)}
            for key, values in zip(found[::2], found[1::2], strict=True)
        }
        self.history.note("sample", partition=partition, raw=raw)

    async def counters(self, counters: Sequence[Process]) -> None:
        """Which partitions each counter has, and how often it was refused or began again."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(ANSWER_SECONDS)) as http:
            while True:
                await asyncio.gather(*(self._show(http, counter) for counter in counters))
                await asyncio.sleep(SHOW_SECONDS)

    async def _show(self, http: aiohttp.ClientSession, counter: Process) -> None:
        try:
            async with http.get(f"{counter.url}/metrics") as answer:
                text = await answer.text()
        except AWAY:
            return  # It is down or paused, which the faults tell.
        shown: dict[str, Any] = dict.fromkeys(SHOWN.values(), 0.0)
        owned = []
        for name, labels, value in _METRIC.findall(text):
            if name in SHOWN:
                shown[SHOWN[name]] += float(value)
            if name == LAG and 'role="counter"' in labels:
                owned += [int(number) for number in _PARTITION.findall(labels)]
        process = counter.child.pid if counter.child else None
        now = time.time_ns() // 1_000_000
        name = counter.name
        self.history.note("counter", process=name, pid=process, at_ms=now, owned=owned, **shown)

    async def stream(self, watcher: str, api: str, poll_id: str) -> None:
        """Follow the standings as a browser would, and go on from the last event when cut off."""
        url, last = f"{api}/v1/polls/{poll_id}/standings/stream", ""
        timeout = aiohttp.ClientTimeout(total=None, connect=2, sock_read=20)
        async with aiohttp.ClientSession(timeout=timeout) as http:
            while True:
                headers = {"Last-Event-ID": last} if last else {}
                # It is meant to be cut off: the next connection goes on from the last event.
                with suppress(*AWAY):
                    async with http.get(url, headers=headers) as answer:
                        if answer.status == 200:
                            last = await self._follow(answer, watcher, poll_id, last)
                await asyncio.sleep(0.5)

    async def _follow(
        self, answer: aiohttp.ClientResponse, watcher: str, poll_id: str, last: str
    ) -> str:
        """Note some events; the id of the last one."""
        seen = 0
        async for event in _events(answer):
            resumed = bool(last) and seen == 0
            last = event["id"]
            # What is certified rests on no position any more.
            if last[0].isdigit():
                shown = json.loads(event["data"])
                self._note(watcher, poll_id, event["event"], shown, resumed=resumed)
            seen += 1
            if seen == CUT_OFF_AFTER:
                break
        return last

    async def standings(self, api: str, polls: Sequence[PollPlan]) -> None:
        """Ask for the standings of one poll after the other, whole and by channel."""
        asked: list[tuple[str, str | None]] = [(poll.poll_id, None) for poll in polls]
        asked += [
            (poll.poll_id, channel)
            for poll in polls
            if len(poll.channels) > 1
            for channel in poll.channels
        ]
        timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
        async with aiohttp.ClientSession(api, timeout=timeout) as http:
            for poll_id, channel in itertools.cycle(asked):
                with suppress(*AWAY):
                    await self._read(http, poll_id, channel)
                await asyncio.sleep(READ_SECONDS)

    async def _read(self, http: aiohttp.ClientSession, poll_id: str, channel: str | None) -> None:
        query = {"limit": "1000"} | ({} if channel is None else {"channel": channel})
        async with http.get(f"/v1/polls/{poll_id}/standings", params=query) as answer:
            if answer.status == 200:
                self._note("page", poll_id, "page", await answer.json(), resumed=False)

    def _note(
        self, watcher: str, poll_id: str, event: str, shown: dict[str, Any], *, resumed: bool
    ) -> None:
        kept = {name: shown.get(name) for name in KEPT}
        self.history.note(
            "standings", watcher=watcher, poll=poll_id, event=event, resumed=resumed, **kept
        )


async def _events(answer: aiohttp.ClientResponse) -> Any:
    event: dict[str, str] = {}
    async for raw in answer.content:
        line = raw.decode().rstrip("\r\n")
        if line:
            name, _, value = line.partition(":")
            event[name] = event.get(name, "") + value.removeprefix(" ")
        elif "data" in event and "id" in event:
            yield event
            event = {}
        else:
            event = {}


def _text(value: bytes) -> str:
    return b64encode(value).decode()
