"""People of scenario tests: they have a mailbox, and sign in by the code that is mailed to it."""

import asyncio
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import httpx2

from groundswell_local.mail.mailbox import Mailbox
from groundswell_local.paths import mail_directory

PATIENCE_SECONDS = 60.0

_CODE = re.compile(r"^\s*(\d{6})\s*$", re.MULTILINE)
_CSRF = re.compile(r'name="csrf" value="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who has signed in."""

    id: str
    address: str
    token: str
    refresh_token: str

    @property
    def headers(self) -> dict[str, str]:
        """Their Authorization."""
        return {"Authorization": f"Bearer {self.token}"}


@dataclass(frozen=True, slots=True)
class SignIn:
    """A sign-in that waits for its code, which is in the mailbox."""

    id: str
    code: str


async def begin_sign_in(
    http: httpx2.AsyncClient, identity_url: str, state: Path, address: str
) -> SignIn:
    """Ask for a code and wait for the mail; TimeoutError when none comes in half a minute."""
    mailbox = Mailbox(mail_directory(state))
    lying_there = _mails(mailbox, address)
    begun = await http.post(f"{identity_url}/v1/sign-ins", json={"email": address})
    assert begun.status_code == 201, begun.text
    return SignIn(begun.json()["id"], await _code(mailbox, address, lying_there))


async def sign_in(http: httpx2.AsyncClient, identity_url: str, state: Path, address: str) -> Person:
    """Sign in as a person does; who comes for the first time is somebody new."""
    begun = await begin_sign_in(http, identity_url, state, address)
    url = f"{identity_url}/v1/sign-ins/{begun.id}/code"
    answer = await http.post(url, json={"code": begun.code})
    assert answer.status_code == 200, answer.text
    tokens = answer.json()
    return Person(tokens["person_id"], address, tokens["access_token"], tokens["refresh_token"])


async def sign_in_at_site(
    browser: httpx2.AsyncClient, state: Path, address: str, begin_at: str = "/sign-in"
) -> str:
    """Sign in on the pages of the site, of which this is the first; the path that it leads to.

    `browser` keeps the cookies, and has the site as base.
    """
    mailbox = Mailbox(mail_directory(state))
    lying_there = _mails(mailbox, address)
    page = await browser.get(begin_at)
    form = {"csrf": csrf_of(page), "email": address}
    page = await browser.post("/sign-in", data=form, follow_redirects=True)
    form = {"csrf": csrf_of(page), "code": await _code(mailbox, address, lying_there)}
    answer = await browser.post("/sign-in/code", data=form)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def csrf_of(page: httpx2.Response) -> str:
    """What the forms of a page carry to show that they were sent from it."""
    found = _CSRF.search(page.text)
    assert found, page.text
    return found[1]


async def machine_token(
    http: httpx2.AsyncClient, identity_url: str, client_id: str, secret: str
) -> str:
    """The access token of a machine client."""
    form = {"grant_type": "client_credentials"}
    answer = await http.post(f"{identity_url}/v1/token", data=form, auth=(client_id, secret))
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


def _mails(mailbox: Mailbox, address: str) -> Collection[str]:
    return {mail.id for mail in mailbox.newest_first(address)}


async def _code(mailbox: Mailbox, address: str, lying_there: Collection[str]) -> str:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            for mail in mailbox.newest_first(address):
                if mail.id not in lying_there and (code := _CODE.search(mail.text)):
                    return code[1]
            await asyncio.sleep(0.1)
