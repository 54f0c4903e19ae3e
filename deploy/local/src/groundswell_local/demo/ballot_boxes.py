"""Where votes can be cast: the ballot boxes named beforehand, and those started meanwhile."""

import json
from collections.abc import Sequence
from pathlib import Path

import psutil

from groundswell_local.demo.client import HttpClient


class BallotBoxes:
    """The ballot boxes that take votes now; `look` adds what `groundswell start` has started.

    `directory` is the installation's: each process that was started for it has a pid file there.
    """

    def __init__(self, http: HttpClient, named: Sequence[str], directory: Path) -> None:
        self.urls = list(named)
        self._http = http
        self._named = list(named)
        self._pid_files = directory / "pids"

    def beginning_with(self, number: int) -> list[str]:
        """All of them, in turn another one first."""
        first = number % len(self.urls)
        return self.urls[first:] + self.urls[:first]

    async def look(self) -> None:
        """See which others are there, and ready, by now."""
        others = [url for url in self._started() if await self._ready(url)]
        self.urls = [*self._named, *others]

    def _started(self) -> list[str]:
        """Addresses of further instances; their numbers are chosen by the system."""
        urls: list[str] = []
        for pid_file in sorted(self._pid_files.glob("voting-ballot-box-*.json")):
            try:
                process = psutil.Process(json.loads(pid_file.read_text())["pid"])
                listening = process.net_connections("tcp4")
            except (psutil.Error, OSError, ValueError):  # it has just ended, or is about to start
                continue
            urls += [
                f"http://127.0.0.1:{connection.laddr.port}"
                for connection in listening
                if connection.status == psutil.CONN_LISTEN
            ]
        return urls

    async def _ready(self, url: str) -> bool:
        try:
            return (await self._http.send("GET", f"{url}/readyz", {})).status == 200
        except OSError:
            return False
