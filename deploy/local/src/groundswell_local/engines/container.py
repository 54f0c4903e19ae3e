"""An engine as a container, where this machine lacks its program and a Docker daemon answers.

Its directory is mounted, it runs as the user of this process, and its port is published on
loopback under the same number: so its files, its log and its address are as of a native one.
"""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from testcontainers.core.container import DockerContainer

from groundswell_local.engines.recipe import EngineError

MOUNT = "/groundswell"
_STOP_SECONDS = 15


class Container:
    """Runs `argv` in `image`, any number of times one after the other.

    testcontainers' reaper removes the container when this process is killed.
    """

    pid = None

    def __init__(self, image: str, argv: Sequence[str], directory: Path, port: int) -> None:
        self._image = image
        self._argv = list(argv)
        self._directory = directory
        self._port = port
        self._container: DockerContainer | None = None

    async def start(self) -> None:
        container = (
            DockerContainer(self._image)
            .with_command(self._argv[1:])
            .with_volume_mapping(str(self._directory), MOUNT, "rw")
            .with_kwargs(entrypoint=self._argv[:1], user=f"{os.getuid()}:{os.getgid()}")
        )
        # Docker takes an address and a port here; testcontainers has no words for the former.
        container.ports[str(self._port)] = cast("int", ("127.0.0.1", self._port))
        self._container = await asyncio.to_thread(container.start)

    def serves(self) -> bool:
        """Docker publishes the port for this container or does not start it."""
        return self._container is not None

    def check_running(self) -> None:
        """Raise `EngineError` with what it printed, when it has ended."""
        if self._container is None:
            raise EngineError("it does not run")
        wrapped = self._container.get_wrapped_container()
        wrapped.reload()
        if wrapped.status in {"exited", "dead"}:
            raise EngineError(f"it ended, and printed:\n{wrapped.logs(tail=20).decode()}")

    async def stop(self) -> None:
        if self._container is not None:
            wrapped = self._container.get_wrapped_container()
            await asyncio.to_thread(wrapped.reload)
            if wrapped.status == "paused":
                await self.resume()
            await asyncio.to_thread(wrapped.stop, timeout=_STOP_SECONDS)
            await self.kill()

    async def kill(self) -> None:
        if self._container is not None:
            await asyncio.to_thread(self._container.stop, force=True)
            self._container = None

    async def pause(self) -> None:
        if self._container is not None:
            await asyncio.to_thread(self._container.get_wrapped_container().pause)

    async def resume(self) -> None:
        if self._container is not None:
            await asyncio.to_thread(self._container.get_wrapped_container().unpause)
