"""Asks the identity service for somebody's address. Nothing of the answer is kept or logged."""

import asyncio
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import quote

import aiohttp
from pydantic import BaseModel, ConfigDict, Field, ValidationError

SCOPE = "addresses:read"
ANSWER_SECONDS = 5.0
CONTACT_SECONDS = 15.0

# A token is renewed while the old one still works.
RENEW_SECONDS = 60.0


class IdentityAway(Exception):
    """Identity does not answer, or not as agreed; its text tells which, and nothing of a person."""


@dataclass(frozen=True, slots=True)
class Contact:
    """Where a person can be written to, and how they want to be called. Never stored."""

    email: str
    display_name: str | None

    def __repr__(self) -> str:
        return "Contact(...)"


class _Answer(BaseModel):
    # What does not fit must not be quoted by the error.
    model_config = ConfigDict(hide_input_in_errors=True)


class _Token(_Answer):
    access_token: str = Field(min_length=1)
    expires_in: float = Field(gt=0)


class _Reached(_Answer):
    email: str = Field(min_length=3)
    display_name: str | None = None


class Identity:
    """The identity service as one of its machine clients; used within `async with`.

    Its token is cached. Every question is answered, or raises IdentityAway, within 15 seconds.
    """

    def __init__(self, url: str, client_id: str, client_secret: str) -> None:
        self._url = url
        self._client_id = client_id
        self._client_secret = client_secret
        self._session: aiohttp.ClientSession | None = None
        self._renewing = asyncio.Lock()
        self._token: str | None = None
        self._renew_at = 0.0

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS),
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        return self

    async def __aexit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def person(self, person_id: str) -> Contact | None:
        """How to reach the person now; None when they are erased or never were."""
        return await self._contact(f"/v1/people/{_segment(person_id)}/address")

    async def member(self, brand_id: str, member_id: str) -> Contact | None:
        """How to reach a member of a brand's staff now; None when they are one no longer."""
        brand = f"/v1/brands/{_segment(brand_id)}"
        return await self._contact(f"{brand}/members/{_segment(member_id)}/address")

    async def _contact(self, path: str) -> Contact | None:
        try:
            # Also for who waits while others ask for a token, one after the other.
            async with asyncio.timeout(CONTACT_SECONDS):
                status, body = await self._ask(path)
                if status == 401:
                    # The token was revoked, or its key is gone: a new one, once.
                    self._token = None
                    status, body = await self._ask(path)
            if status == 404:
                return None
            if status != 200:
                raise IdentityAway(f"status {status}")
            reached = _Reached.model_validate_json(body)
        except (aiohttp.ClientError, TimeoutError, ValidationError) as error:
            raise IdentityAway(type(error).__name__) from None
        return Contact(reached.email, reached.display_name)

    async def _ask(self, path: str) -> tuple[int, bytes]:
        headers = {"Authorization": f"Bearer {await self._current_token()}"}
        async with self._opened.get(self._url + path, headers=headers) as answer:
            return answer.status, await answer.read()

    async def _current_token(self) -> str:
        async with self._renewing:
            if self._token is None or time.monotonic() >= self._renew_at:
                asked_at = time.monotonic()
                token = await self._new_token()
                self._token = token.access_token
                # A short-lived one is used for half of its life.
                early = min(RENEW_SECONDS, token.expires_in / 2)
                self._renew_at = asked_at + token.expires_in - early
            return self._token

    async def _new_token(self) -> _Token:
        form = {
            "grant_type": "client_credentials",
            "scope": SCOPE,
            "client_id": self._client_id,
            "client_secret": self._client_secret,
        }
        async with self._opened.post(f"{self._url}/v1/token", data=form) as answer:
            if answer.status != 200:
                raise IdentityAway(f"token refused with status {answer.status}")
            return _Token.model_validate_json(await answer.read())

    @property
    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise RuntimeError("identity is asked within `async with`")
        return self._session


def _segment(id_: str) -> str:
    """An id as one segment of a path, whatever is in it."""
    return quote(id_, safe="")
