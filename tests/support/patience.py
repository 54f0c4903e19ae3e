"""HTTP as somebody patient does it: again while nobody answers; for scenarios that kill."""

import asyncio

import httpx2

from groundswell_kit.ids import new_id

PATIENCE_SECONDS = 60.0
RETRY_SECONDS = 0.2


class Patience(httpx2.AsyncBaseTransport):
    """Sends a request once more when there was no answer to it, or one that says: not now.

    Every POST carries an Idempotency-Key, the same in all tries, so that it happens once.
    """

    def __init__(self) -> None:
        self._inner = httpx2.AsyncHTTPTransport()
        self.repeats = 0

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.method == "POST":
            request.headers.setdefault("Idempotency-Key", new_id("test"))
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                try:
                    answer = await self._inner.handle_async_request(request)
                except httpx2.TransportError:
                    answer = None
                if answer is not None:
                    if answer.status_code != httpx2.codes.SERVICE_UNAVAILABLE:
                        return answer
                    await answer.aclose()
                self.repeats += 1
                await asyncio.sleep(RETRY_SECONDS)

    async def aclose(self) -> None:
        await self._inner.aclose()
