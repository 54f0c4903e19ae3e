"""The mailboxes of the demo's people, read from the local mail server."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from groundswell_local.demo.calls import CallFailed, Calls

# Alone on its line, as identity writes it: ids in other mails may have six figures in a row.
_CODE = re.compile(r"^\s*(\d{6})\s*$", re.MULTILINE)
_CODE_SECONDS = 60.0
_POLL_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail in somebody's mailbox."""

    id: str
    subject: str
    message_id: str
    text: str


class Mailboxes:
    """What has come for whom, as long as the mail server is there."""

    def __init__(self, calls: Calls, mail_url: str) -> None:
        self._calls = calls
        self._url = f"{mail_url}/mails.json"

    async def to(self, address: str) -> Sequence[Letter]:
        """The mails to an address, newest first."""
        answer = await self._calls.send("GET", [f"{self._url}?to={quote(address)}"])
        return [
            Letter(mail["id"], mail["subject"], mail["message_id"], mail["text"])
            for mail in answer.json()["mails"]
        ]

    async def code_after(self, address: str, before: Sequence[Letter]) -> str:
        """The sign-in code in the first mail that is not among those `before`.

        Raises CallFailed when none comes within a minute.
        """
        known = {letter.id for letter in before}
        clock = asyncio.get_running_loop().time
        give_up_at = clock() + _CODE_SECONDS
        while clock() < give_up_at:
            for letter in await self.to(address):
                code = _CODE.search(letter.text)
                if letter.id not in known and code is not None:
                    return code[1]
            await asyncio.sleep(_POLL_SECONDS)
        raise CallFailed(f"no mail with a code came to {address} within {_CODE_SECONDS:.0f} s")
