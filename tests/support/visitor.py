"""Somebody in front of a browser, on the site and in their mailbox; for scenarios.

They are patient: what does not come is asked for again, as a person does who sees an error page.
"""

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from playwright.async_api import Error as BrowserError
from playwright.async_api import Locator, Page, Response

from groundswell_local.mail.mailbox import Mail, Mailbox

PATIENCE_SECONDS = 90.0
PAGE_MILLISECONDS = 45_000
SERVER_ERROR = 500

_CODE = re.compile(r"^\s*(\d{6})\s*$", re.MULTILINE)

Look = Callable[[Page, str], Awaitable[None]]
"""Examines the page that is open; the text names its state."""


@dataclass(slots=True)
class Visitor:
    """One person, their address, and a browser page that is theirs alone."""

    page: Page
    web_url: str
    mailbox: Mailbox
    address: str
    look: Look
    troubles: list[str] = field(default_factory=list)

    async def open(self, path: str) -> None:
        """Open a page of the site; again while it does not come."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                try:
                    answer = await self.page.goto(self.web_url + path, timeout=PAGE_MILLISECONDS)
                except BrowserError as error:
                    self._trouble(f"GET {path}: {error.message.splitlines()[0]}")
                else:
                    if answer is not None and answer.status < SERVER_ERROR:
                        return
                    self._trouble(f"GET {path}: {answer and answer.status}")
                await asyncio.sleep(0.3)

    async def press(self, button: Locator) -> bool:
        """Press a button of a form; whether a page came that is not about a failure of ours."""
        try:
            async with self.page.expect_navigation(timeout=PAGE_MILLISECONDS) as coming:
                await button.click(timeout=PAGE_MILLISECONDS)
            answer: Response | None = await coming.value
        except BrowserError as error:
            self._trouble(f"a form: {error.message.splitlines()[0]}")
            return False
        if answer is not None and answer.status < SERVER_ERROR:
            return True
        self._trouble(f"a form: {answer and answer.status}")
        return False

    async def send_again(self) -> None:
        """Reload: a form whose answer did not come is sent once more, as it was."""
        with contextlib.suppress(BrowserError):
            await self.page.reload(timeout=PAGE_MILLISECONDS)

    async def until(
        self, done: Callable[[], Awaitable[bool]], act: Callable[[], Awaitable[object]]
    ) -> None:
        """Look whether something is done; if not, do it, and look again."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not await done():
                await act()

    async def see(self, path: str, found: Callable[[Page], Locator]) -> None:
        """Open a page again and again until it shows something."""

        async def there() -> bool:
            await self.open(path)
            return await found(self.page).count() > 0

        async def wait() -> None:
            await asyncio.sleep(0.5)

        await self.until(there, wait)

    async def sign_in(self) -> None:
        """Sign in by the code that comes by mail."""

        async def signed_in() -> bool:
            await self.open("/")
            return await self.page.get_by_role("button", name="Sign out").count() > 0

        await self.until(signed_in, self._try_to_sign_in)

    async def _try_to_sign_in(self) -> None:
        before = {mail.id for mail in self.mails()}
        await self.open("/sign-in")
        await self.look(self.page, "sign-in")
        await self.page.get_by_label("E-mail address").fill(self.address)
        if not await self.press(self.page.get_by_role("button", name="Mail me a code")):
            return
        code = await self._mailed_code(before)
        for _ in range(3):  # a code stays good when the answer to it does not come
            field_for_code = self.page.get_by_label("Code from the mail")
            if await field_for_code.count() == 0:
                return
            await self.look(self.page, "code")
            await field_for_code.fill(code)
            if await self.press(self.page.get_by_role("button", name="Sign in", exact=True)):
                return
            await self.open("/sign-in/code")

    async def _mailed_code(self, before: set[str]) -> str:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                for mail in self.mails():
                    if mail.id not in before and (found := _CODE.search(mail.text)):
                        return found[1]
                await asyncio.sleep(0.2)

    def mails(self) -> list[Mail]:
        """All that came to their address, newest first."""
        return self.mailbox.newest_first(self.address)

    def _trouble(self, what: str) -> None:
        self.troubles.append(what)
