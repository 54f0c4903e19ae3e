"""Calls of the services' HTTP as a patient client makes them; used by all that the demo does."""

import asyncio
import itertools
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from groundswell_local.demo.client import Answer, HttpClient

_FIRST_DELAY_SECONDS = 0.1
_LONGEST_DELAY_SECONDS = 5.0
_PATIENCE_SECONDS = 60.0
_POLL_SECONDS = 0.2
_AWAY = 503
_NOT_FOUND = 404


class CallFailed(Exception):
    """A service refused a call, or did not take it for a minute; the message is for people."""


class Calls:
    """Sends a request again, with growing delay, while the answer to it is 503 or none at all.

    So a request must be one whose repeat is safe: a read, a pass, a vote, or one with
    Idempotency-Key or If-Match. `repeats` counts the requests that were sent again, by the answer
    that each had got.
    """

    def __init__(self, http: HttpClient) -> None:
        self._http = http
        self.repeats: Counter[str] = Counter()

    async def send(
        self,
        method: str,
        urls: Sequence[str],
        token: str | None = None,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        *,
        awaited: bool = False,
    ) -> Answer:
        """The answer, a success. Each try goes to the next of `urls`, which all do the same.

        With `awaited`, 404 means "not yet": the service is still to hear of what it is about.
        Raises CallFailed when the call is refused, or is not taken within a minute.
        """
        sent = dict(headers or {})
        if token is not None:
            sent["authorization"] = f"Bearer {token}"
        if body is not None:
            sent["content-type"] = "application/json"
        content = b"" if body is None else json.dumps(body).encode()
        clock = asyncio.get_running_loop().time
        give_up_at = clock() + _PATIENCE_SECONDS
        for tries in itertools.count():
            url = urls[tries % len(urls)]
            answer = await self._try(method, url, sent, content)
            if answer.status < 400:
                return answer
            delay = _delay(tries, answer)
            not_yet = awaited and answer.status == _NOT_FOUND
            if not (not_yet or answer.status == _AWAY) or clock() + delay > give_up_at:
                raise CallFailed(f"{method} {url}: {_told(answer)}")
            if not not_yet:
                self.repeats[_told(answer)] += 1
            await asyncio.sleep(delay)
        raise AssertionError("the tries have no end of their own")

    async def peek(self, url: str) -> Any:
        """The JSON at an address, or None when it cannot be had at this moment."""
        answer = await self._try("GET", url, {}, b"")
        return answer.json() if answer.status == 200 else None

    async def read_until(
        self, url: str, fits: Callable[[Any], bool], seconds: float, token: str | None = None
    ) -> Any:
        """Read JSON again and again until it is there and fits; 404 means "not yet".

        Raises CallFailed after `seconds`.
        """
        clock = asyncio.get_running_loop().time
        give_up_at = clock() + seconds
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        while True:
            answer = await self._try("GET", url, headers, b"")
            if answer.status == 200 and fits(answer.json()):
                return answer.json()
            if clock() > give_up_at:
                raise CallFailed(f"GET {url}, awaited for {seconds:.0f} s: {_told(answer)}")
            await asyncio.sleep(_POLL_SECONDS)

    async def _try(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes
    ) -> Answer:
        """One try; no answer is as good as one that says: not now."""
        try:
            return await self._http.send(method, url, headers, content)
        except OSError as error:
            reason = str(error) or type(error).__name__
            return Answer(_AWAY, {}, f"(no answer: {reason})".encode())


def _delay(tries: int, answer: Answer) -> float:
    growing = _FIRST_DELAY_SECONDS * 2.0 ** min(tries, 10)
    return min(max(growing, float(answer.headers.get("retry-after", 0))), _LONGEST_DELAY_SECONDS)


def _told(answer: Answer) -> str:
    """An answer in few words: of a problem its title and detail."""
    if "problem+json" in answer.headers.get("content-type", ""):
        problem = answer.json()
        return f"{answer.status} {problem['title']}. {problem.get('detail', '')}"
    return f"{answer.status} {answer.body.decode(errors='replace')[:300]}"
