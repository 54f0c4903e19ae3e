"""The services' public HTTP, called as any client would: always with a deadline.

Used by the queries and commands of every capability.
"""

import asyncio
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, TypeVar

import aiohttp
from pydantic import ValidationError

from groundswell_kit.observability import current_traceparent, get_logger
from groundswell_web.answers import Away, Refused, Service, Shape, problem_of, retry_after_of

log = get_logger()

READ_SECONDS = 3.0
# A ballot box answers within 3.5 s, whatever Kafka does.
WRITE_SECONDS = 5.0
PUT_SECONDS = 120.0
CONNECT_SECONDS = 1.0
CONNECTIONS = 200
MAX_FETCHED_BYTES = 8 * 1024 * 1024


Answer = TypeVar("Answer", bound=Shape)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request. `repeatable` lets it go to another address when the first does not answer.

    `languages` are those that the visitor reads, as an Accept-Language header says it.
    """

    service: Service
    method: str
    path: str
    token: str | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    json: object = None
    form: Mapping[str, str] | None = None
    content: bytes | None = None
    key: str | None = None
    languages: str | None = None
    more_headers: Mapping[str, str] = field(default_factory=dict)
    repeatable: bool = False

    def headers(self) -> dict[str, str]:
        """Whose request it is, what makes a repeat safe, and the trace that it belongs to."""
        headers = {"traceparent": current_traceparent(), **self.more_headers}
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token}"
        if self.key is not None:
            headers["Idempotency-Key"] = self.key
        if self.languages is not None:
            headers["Accept-Language"] = self.languages
        return headers


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer that nobody has looked into."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Services:
    """The addresses of the services and one pool of connections to them.

    `open` before the first call and `close` after the last. What is called for is parsed into a
    `Shape`. Raises Away or Refused, nothing else.
    """

    def __init__(self, addresses: Mapping[Service, Sequence[str]]) -> None:
        self._addresses = addresses
        self._turn = itertools.count()
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Makes the pool, in the event loop that will use it."""
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=CONNECTIONS),
            cookie_jar=aiohttp.DummyCookieJar(),
        )

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def get(
        self,
        service: Service,
        path: str,
        shape: type[Answer],
        *,
        token: str | None = None,
        query: Mapping[str, str] | None = None,
        languages: str | None = None,
    ) -> Answer:
        """What a service says under a path."""
        call = Call(
            service=service,
            method="GET",
            path=path,
            token=token,
            query=query or {},
            languages=languages,
            repeatable=True,
        )
        return await self.send(call, shape)

    async def send(self, call: Call, shape: type[Answer]) -> Answer:
        """The answer to a call, from the first address that gives one before the deadline.

        Where one address may have done what was asked for, no other one's refusal undoes that.
        """
        addresses = self._addresses[call.service]
        first = next(self._turn)
        tries = len(addresses) if call.repeatable else 1
        seconds = READ_SECONDS if call.method == "GET" else WRITE_SECONDS
        away: Away | None = None
        try:
            async with asyncio.timeout(seconds):
                for number in range(tries):
                    address = addresses[(first + number) % len(addresses)]
                    try:
                        return await self._ask(address, call, shape)
                    except Away as error:
                        away = _telling_more(away, error)
        except TimeoutError:
            log.warning("no answer in time", service=call.service, seconds=seconds)
            late = Away(call.service, unknown=call.method != "GET")
            raise _telling_more(away, late) from None
        except Refused as refused:
            if away is None or not away.unknown:
                raise
            raise away from refused
        raise away or Away(call.service, unknown=False)

    async def fetch(self, call: Call) -> Fetched:
        """The answer to a call as it is, for what is handed on. Raises Away."""
        address = self._addresses[call.service][0]
        try:
            async with (
                asyncio.timeout(READ_SECONDS),
                await self._request(address, call) as response,
            ):
                if (response.content_length or 0) > MAX_FETCHED_BYTES:
                    raise Away(call.service, unknown=False)
                return Fetched(response.status, response.headers, await response.read())
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            log.warning("service away", service=call.service, error=type(error).__name__)
            raise Away(call.service, unknown=False) from error

    async def put(
        self, url: str, headers: Mapping[str, str], content: IO[bytes], size: int
    ) -> None:
        """Sends a file, from its beginning, to an address that a service has signed. Raises Away.

        The file is closed afterwards.
        """
        if self._session is None:
            raise RuntimeError("the services are called before they are opened")
        sent = {**headers, "Content-Length": str(size)}
        await asyncio.to_thread(content.seek, 0)
        try:
            async with (
                asyncio.timeout(PUT_SECONDS),
                self._session.put(url, data=content, headers=sent) as response,
            ):
                if response.status >= 300:
                    log.warning("storage refused a file", status=response.status)
                    raise Away(Service.IDEAS, unknown=True)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            log.warning("storage away", error=type(error).__name__)
            raise Away(Service.IDEAS, unknown=True) from error

    async def _ask(self, address: str, call: Call, shape: type[Answer]) -> Answer:
        changes = call.method != "GET"
        try:
            async with await self._request(address, call) as response:
                return _read(call, response, await response.read(), shape)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            log.warning("service away", service=call.service, error=type(error).__name__)
            raise Away(call.service, unknown=False) from error
        except (aiohttp.ClientError, OSError) as error:
            log.warning("service broke off", service=call.service, error=type(error).__name__)
            raise Away(call.service, unknown=changes) from error

    async def _request(self, address: str, call: Call) -> aiohttp.ClientResponse:
        if self._session is None:
            raise RuntimeError("the services are called before they are opened")
        return await self._session.request(
            call.method,
            address + call.path,
            params=call.query,
            json=call.json,
            data=call.content if call.form is None else call.form,
            headers=call.headers(),
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
        )


def _telling_more(before: Away | None, now: Away) -> Away:
    """Of two failures of one call the one that leaves more open, or says how to learn it."""
    if before is None:
        return now
    return max(now, before, key=lambda away: (away.vote_id is not None, away.unknown))


def _read(call: Call, response: aiohttp.ClientResponse, body: bytes, shape: type[Answer]) -> Answer:
    retry_after = retry_after_of(response.headers)
    if 400 <= response.status < 500:
        raise Refused(response.status, problem_of(body), retry_after)
    if not 200 <= response.status < 300:
        problem = problem_of(body)
        kind = problem.type.rpartition("/")[2]
        log.warning("service failed", service=call.service, status=response.status, kind=kind)
        unknown = call.method != "GET" and kind != "not-recorded"
        vote_id = problem.vote_id if unknown else None
        raise Away(call.service, unknown=unknown, retry_after=retry_after, vote_id=vote_id)
    try:
        return shape.model_validate_json(body or b"{}")
    except ValidationError as error:
        # The error quotes what was sent, which is nobody's business but the person's.
        places = [error["loc"] for error in error.errors(include_input=False, include_url=False)]
        log.error("answer of another shape", service=call.service, at=places[:5])  # noqa: TRY400 - see above
        raise Away(call.service, unknown=call.method != "GET") from None
