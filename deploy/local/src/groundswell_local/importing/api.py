"""Calls of the ideas service as the import makes them: patient, and with words for what fails."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

import aiohttp

CALL_SECONDS = 60.0
PATIENCE_SECONDS = 60.0

_FIRST_DELAY_SECONDS = 0.2
_LONGEST_DELAY_SECONDS = 5.0
_LATER = (
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
)


class ImportFailed(Exception):
    """The import cannot go on; the message is for people. What is in stays in."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the service answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body, read as JSON. Raises ImportFailed."""
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise ImportFailed("What answered is no service of Groundswell: no JSON.") from error


class Api:
    """One service at `url`, spoken to with one token."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url

    async def call(
        self,
        method: str,
        path: str,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        *,
        content: bytes | None = None,
        taken: tuple[int, ...] = (),
    ) -> Reply:
        """The answer, a success or one of the statuses `taken`.

        While the service is away or has too much to do the same is sent again, for a minute: it
        must be safe to repeat. Raises ImportFailed.
        """
        sent = dict(headers or {})
        if body is not None:
            content, sent["Content-Type"] = json.dumps(body).encode(), "application/json"
        clock = asyncio.get_running_loop().time
        give_up_at = clock() + PATIENCE_SECONDS
        for tries in itertools.count():
            reply = await self._once(method, path, sent, content)
            if reply.status < HTTPStatus.BAD_REQUEST or reply.status in taken:
                return reply
            delay = min(_FIRST_DELAY_SECONDS * 2.0 ** min(tries, 10), _LONGEST_DELAY_SECONDS)
            if reply.status not in _LATER or clock() + delay > give_up_at:
                raise ImportFailed(f"{method} {self._url}{path}: {_told(reply)}")
            await asyncio.sleep(delay)
        raise AssertionError("the tries have no end of their own")

    async def put_elsewhere(self, url: str, headers: Mapping[str, str], path: Path) -> None:
        """Puts a file to an address that was signed, without our token. Raises ImportFailed."""
        timeout = _timeout(4 * CALL_SECONDS)
        try:
            with path.open("rb") as file:
                async with (
                    aiohttp.ClientSession(timeout=timeout) as session,
                    session.put(url, data=file, headers=headers) as answer,
                ):
                    answer.raise_for_status()
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise ImportFailed(f"The object storage did not take a file: {error}") from error

    async def _once(
        self, method: str, path: str, headers: Mapping[str, str], content: bytes | None
    ) -> Reply:
        """One try; no answer is as good as one that says: not now."""
        url = f"{self._url}{path}"
        try:
            async with self._session.request(
                method, url, data=content, headers=headers, allow_redirects=False
            ) as answer:
                return Reply(answer.status, answer.headers, await answer.read())
        except aiohttp.InvalidURL as error:
            raise ImportFailed(f"{self._url} is no address of a service.") from error
        except (aiohttp.ClientError, TimeoutError) as error:
            reason = str(error) or type(error).__name__
            return Reply(HTTPStatus.SERVICE_UNAVAILABLE, {}, f"no answer: {reason}".encode())


@asynccontextmanager
async def opened(url: str, token: str) -> AsyncIterator[Api]:
    """The service at an address, for as long as the block runs."""
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(headers=headers, timeout=_timeout(CALL_SECONDS)) as session:
        yield Api(session, url.rstrip("/"))


def _timeout(seconds: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=seconds)


def _told(reply: Reply) -> str:
    """An answer in few words: of a problem its title and detail."""
    if "problem+json" in reply.headers.get("Content-Type", ""):
        problem = reply.json()
        return f"{problem['title']}. {problem.get('detail', '')}".strip()
    return f"{reply.status} {reply.body.decode(errors='replace')[:300]}"
