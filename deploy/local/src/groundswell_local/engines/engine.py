"""One engine that runs, and what tests and the supervisor can do to it."""

import asyncio
from pathlib import Path

from aiokafka.errors import KafkaError
from pymongo.errors import PyMongoError
from redis.exceptions import RedisError

from groundswell_local.engines.container import Container
from groundswell_local.engines.native import NativeProcess
from groundswell_local.engines.recipe import EngineError, Recipe

_READY_SECONDS = 60.0
_PROBE_SECONDS = 10.0
_NOT_READY = (EngineError, KafkaError, OSError, PyMongoError, RedisError, TimeoutError)


class Engine:
    """Kafka, MongoDB or Redis at an address that stays the same while it is killed and restarted.

    Without a `body` it runs elsewhere, at an address from the environment: then it can be asked,
    but killing, pausing, restarting and stopping it raises `EngineError`. Each of these is safe to
    repeat; `kill` and `stop` return when the engine is gone.
    """

    def __init__(
        self,
        recipe: Recipe,
        address: str,
        body: NativeProcess | Container | None = None,
        log_path: Path | None = None,
    ) -> None:
        self.address = address
        self.log_path = log_path
        self.version = "not asked yet"
        self._recipe = recipe
        self._body = body

    @property
    def name(self) -> str:
        """`kafka`, `mongo` or `redis`."""
        return self._recipe.name

    @property
    def pid(self) -> int | None:
        """The process id while it runs as a process that we started."""
        return self._body.pid if self._body else None

    async def start(self) -> None:
        """Start it if it is ours, and wait until it has answered; raises `EngineError`."""
        if self._body is not None:
            await self._body.start()
        try:
            async with asyncio.timeout(_READY_SECONDS):
                await self._until_ready()
        except TimeoutError as late:
            raise self._error(
                f"gave no answer for {_READY_SECONDS:.0f} s at {self.address}"
            ) from late

    async def kill(self) -> None:
        """SIGKILL."""
        await self._ours("kill").kill()

    async def pause(self) -> None:
        """SIGSTOP: it keeps its connections and says nothing, until `resume`."""
        await self._ours("pause").pause()

    async def resume(self) -> None:
        """Let a paused engine go on."""
        await self._ours("resume").resume()

    async def stop(self) -> None:
        """End it in its own way, as a clean shutdown would; a paused one wakes up for it."""
        await self._ours("stop").stop()

    async def restart(self) -> None:
        """Stop it if it runs, start it on the same address and data, and wait until it answers."""
        await self.stop()
        await self.start()

    def _ours(self, verb: str) -> NativeProcess | Container:
        if self._body is None:
            raise EngineError(
                f"{self.name}: cannot {verb} what is not ours (its address is the environment's)"
            )
        return self._body

    async def _until_ready(self) -> None:
        while not await self._answers():
            self._check_running()
            await asyncio.sleep(0.05)

    async def _answers(self) -> bool:
        """Whether it answers, and it is ours that does where it should be."""
        try:
            async with asyncio.timeout(_PROBE_SECONDS):
                if self._body is not None and self._recipe.admit is not None:
                    await self._recipe.admit(self.address)
                self.version = await self._recipe.probe(self.address, self.log_path)
        except _NOT_READY:
            return False
        return self._body is None or self._body.serves()

    def _check_running(self) -> None:
        if self._body is None:
            return
        try:
            self._body.check_running()
        except EngineError as ended:
            raise self._error(str(ended)) from ended

    def _error(self, text: str) -> EngineError:
        return EngineError(
            f"{self.name}: {text}" + (f" (log: {self.log_path})" if self.log_path else "")
        )
