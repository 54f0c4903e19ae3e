"""Carries out the faults of a plan, each at its moment, and heals everything in the end."""

import asyncio
import shutil
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from redis.asyncio import Redis
from redis.exceptions import RedisError

from groundswell_kit.waiting import cancel
from groundswell_local.engines import Engine
from tests.chaos import plan
from tests.chaos.plan import Fault
from tests.chaos.proxy import A_WRITE
from tests.chaos.stage import Process, Stage
from tests.chaos.waiting import until

CATCH_SECONDS = 5.0
SHOWN_SECONDS = 2.0
"""Until those who count a partition now have been seen to."""
KEEP_SECONDS = 1.0
OLDER_SECONDS = 4.0
KEPT = 6
REFUSED = b":0\r\n"

# All keys with what they hold, at one moment. KEYS are few: this is a test's Redis.
DUMP = """
local found = {}
for _, key in ipairs(redis.call('KEYS', '*')) do
  found[#found + 1] = key
  found[#found + 1] = redis.call('DUMP', key)
end
return found
"""


@dataclass
class Faults:
    """What can be done to the processes and engines of a stage."""

    stage: Stage
    redis: Redis
    _older: deque[tuple[float, list[bytes]]] = field(default_factory=lambda: deque(maxlen=KEPT))
    _older_file: Path | None = None
    _locks: defaultdict[str, asyncio.Lock] = field(
        default_factory=lambda: defaultdict(asyncio.Lock)
    )

    async def go(self, faults: tuple[Fault, ...], began: float) -> None:
        """All faults, each at its moment after `began`; returns when all are over and healed."""
        keeping = asyncio.create_task(self._keep_states())
        try:
            async with asyncio.TaskGroup() as group:
                for fault in faults:
                    await asyncio.sleep(max(0.0, began + fault.at - time.monotonic()))
                    group.create_task(self.do(fault))
        finally:
            await cancel(keeping)
            for process in self.stage.processes.values():
                process.resume()

    async def do(self, fault: Fault) -> None:
        """One fault; on each target one at a time."""
        async with self._locks[fault.target]:
            self.stage.history.note("fault", phase="begins", fault=str(fault))
            if fault.target == "redis" and fault.what in self._of_redis():
                await self._of_redis()[fault.what](fault)
            elif fault.target in ("kafka", "mongo", "redis"):
                await self._to_engine(fault, getattr(self.stage.engines, fault.target))
            else:
                await self._to_process(fault, self.stage.processes[fault.target])
            self.stage.history.note("fault", phase="ends", fault=str(fault))

    async def _to_engine(self, fault: Fault, engine: Engine) -> None:
        match fault.what:
            case "kills":
                await engine.kill()
                await engine.start()
            case "restarts":
                await engine.restart()
            case "pauses":
                await engine.pause()
                await asyncio.sleep(fault.seconds)
                await engine.resume()
            case _:
                raise ValueError(str(fault))

    async def _to_process(self, fault: Fault, process: Process) -> None:
        match fault.what:
            case "kills":
                await process.kill()
                process.start()
            case "restarts":
                await process.stop()
                process.start()
            case "pauses":
                process.pause()
                self.stage.history.note("stopped", process=process.name)
                await asyncio.sleep(fault.seconds)
                process.resume()
            case plan.HOLDS:
                await self._hold_write(fault, process)
            case _:
                raise ValueError(str(fault))

    async def _hold_write(self, fault: Fault, process: Process) -> None:
        """A write stays in the network until others count its partition; then it arrives."""
        held = self.stage.proxies[process.name].hold_next(A_WRITE)
        try:
            await asyncio.wait_for(held.caught.wait(), CATCH_SECONDS)
        except TimeoutError:
            held.release.set()
            return
        process.pause()
        key = f"{{v{held.partition}}}:position"
        before = int(await self.redis.hget(key, "offset") or 0)

        async def has_gone_on() -> bool:
            with suppress(RedisError, OSError):
                return int(await self.redis.hget(key, "offset") or 0) > before
            return False

        with suppress(TimeoutError):
            await until(has_gone_on, "others count the partition", fault.seconds)
        await asyncio.sleep(SHOWN_SECONDS)
        held.release.set()
        await asyncio.sleep(0.3)
        process.resume()
        self.stage.history.note("late write", process=process.name, refused=held.answer == REFUSED)

    def _of_redis(self) -> dict[str, Callable[[Fault], Awaitable[None]]]:
        return {
            "empties": self._empty,
            "sets back": self._set_back,
            "sets back mid-batch": self._set_back_mid_batch,
            "kills and puts an older file into": self._older_file_into,
        }

    async def _empty(self, _: Fault) -> None:
        await self.redis.flushall()

    async def _set_back(self, _: Fault) -> None:
        await set_back(self.redis, self._older[0][1] if self._older else [])

    async def _set_back_mid_batch(self, fault: Fault) -> None:
        """Between a counter's fetch and its load, as far as a signal can meet that moment."""
        for process in self.stage.of("counter"):
            process.pause()
        await asyncio.sleep(fault.seconds)
        await self._set_back(fault)
        for process in self.stage.of("counter"):
            process.resume()

    async def _older_file_into(self, _: Fault) -> None:
        engine, home = self.stage.engines.redis, self._redis_home()
        await engine.kill()
        if self._older_file is not None:
            shutil.rmtree(home)
            shutil.copytree(self._older_file, home)
        await engine.start()

    def _redis_home(self) -> Path:
        log_path = self.stage.engines.redis.log_path
        if log_path is None:
            raise RuntimeError("Redis runs elsewhere: its files cannot be put back")
        return log_path.parent / "appendonlydir"

    async def _keep_states(self) -> None:
        """Now and then, note what Redis holds, to set it back to."""
        copied_at = 0.0
        while True:
            async with self._locks["redis"]:
                try:
                    self._older.append((time.monotonic(), await dump(self.redis)))
                except (RedisError, OSError) as error:
                    self.stage.history.note("not kept", error=repr(error))
                if time.monotonic() - copied_at > OLDER_SECONDS:
                    copied_at = time.monotonic()
                    self._copy_file()
            await asyncio.sleep(KEEP_SECONDS)

    def _copy_file(self) -> None:
        copy = self.stage.directory / "older-redis-file"
        if copy.exists():
            shutil.rmtree(copy)
        shutil.copytree(self._redis_home(), copy)
        self._older_file = copy


async def dump(redis: Redis) -> list[bytes]:
    """Keys and what they hold, in turns, at one moment."""
    found: list[bytes] = await redis.eval(DUMP, 0)
    return found


async def set_back(redis: Redis, state: list[bytes]) -> None:
    """Puts back what a dump holds, at one moment."""
    pipeline = redis.pipeline(transaction=True)
    pipeline.flushall()
    for key, value in zip(state[::2], state[1::2], strict=True):
        pipeline.restore(key, 0, value)
    await pipeline.execute()
