"""The services' public HTTP, called as any client would: always with a deadline.

Used by the queries and commands of every capability.
"""

import asyncio
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

import aiohttp
from pydantic import BaseModel, ConfigDict, ValidationError

from groundswell_kit.observability import current_traceparent, get_logger

log = get_logger()

READ_SECONDS = 3.0
# A ballot box answers within 3.5 s, whatever Kafka does.
WRITE_SECONDS = 5.0
CONNECT_SECONDS = 1.0
CONNECTIONS = 200
MAX_RETRY_AFTER_SECONDS = 86_400


class Service(StrEnum):
    """Who is called."""

    IDEAS = "ideas"
    VOTING = "voting"
    BALLOT_BOX = "ballot-box"
    NOTIFICATIONS = "notifications"
    REWARDS = "rewards"
    IDENTITY = "identity"


class Shape(BaseModel):
    """What is read of an answer; a service may say more."""

    model_config = ConfigDict(frozen=True)


class Nothing(Shape):
    """An answer that says no more than its status."""


Answer = TypeVar("Answer", bound=Shape)


class Away(Exception):
    """A service did not answer as it should, in time.

    `unknown` says that what was asked for may have happened all the same; `vote_id` is then the
    receipt that tells, if it was a vote and its ballot box said so.
    """

    def __init__(
        self,
        service: Service,
        *,
        unknown: bool,
        retry_after: int = 2,
        vote_id: str | None = None,
    ) -> None:
        super().__init__(service.value)
        self.service = service
        self.unknown = unknown
        self.retry_after = retry_after
        self.vote_id = vote_id


class FieldError(Shape):
    """One refused part of what was sent, as a service names it."""

    field: str = ""
    rule: str = ""
    message: str = ""


class _Problem(Shape):
    type: str = ""
    detail: str = ""
    errors: list[FieldError] = []
    error: str = ""  # RFC 6749 names its errors so
    vote_id: str | None = None


class Refused(Exception):
    """A service understood and refused; `kind` is the slug of the problem's type."""

    def __init__(self, status: int, problem: _Problem, retry_after: int) -> None:
        self.status = status
        self.kind = problem.type.rpartition("/")[2] or problem.error
        self.detail = problem.detail
        self.errors = problem.errors
        self.retry_after = retry_after
        super().__init__(f"{status} {self.kind}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request. `repeatable` lets it go to another address when the first does not answer."""

    service: Service
    method: str
    path: str
    token: str | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    json: object = None
    form: Mapping[str, str] | None = None
    key: str | None = None
    repeatable: bool = False

    def headers(self) -> dict[str, str]:
        """Whose request it is, what makes a repeat safe, and the trace that it belongs to."""
        headers = {"traceparent": current_traceparent()}
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token}"
        if self.key is not None:
            headers["Idempotency-Key"] = self.key
        return headers


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
    ) -> Answer:
        """What a service says under a path."""
        call = Call(
            service=service,
            method="GET",
            path=path,
            token=token,
            query=query or {},
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

    async def _ask(self, address: str, call: Call, shape: type[Answer]) -> Answer:
        if self._session is None:
            raise RuntimeError("the services are called before they are opened")
        changes = call.method != "GET"
        try:
            async with self._session.request(
                call.method,
                address + call.path,
                params=call.query,
                json=call.json,
                data=call.form,
                headers=call.headers(),
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
            ) as response:
                return _read(call, response, await response.read(), shape)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            log.warning("service away", service=call.service, error=type(error).__name__)
            raise Away(call.service, unknown=False) from error
        except (aiohttp.ClientError, OSError) as error:
            log.warning("service broke off", service=call.service, error=type(error).__name__)
            raise Away(call.service, unknown=changes) from error


def _telling_more(before: Away | None, now: Away) -> Away:
    """Of two failures of one call the one that leaves more open, or says how to learn it."""
    if before is None:
        return now
    return max(now, before, key=lambda away: (away.vote_id is not None, away.unknown))


def _read(call: Call, response: aiohttp.ClientResponse, body: bytes, shape: type[Answer]) -> Answer:
    retry_after = _retry_after(response.headers)
    if 400 <= response.status < 500:
        raise Refused(response.status, _problem(body), retry_after)
    if not 200 <= response.status < 300:
        problem = _problem(body)
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


def _problem(body: bytes) -> _Problem:
    try:
        return _Problem.model_validate_json(body)
    except ValidationError:
        return _Problem()


def _retry_after(headers: Mapping[str, Any]) -> int:
    text = str(headers.get("Retry-After", ""))
    return min(int(text), MAX_RETRY_AFTER_SECONDS) if text.isdecimal() else 2
