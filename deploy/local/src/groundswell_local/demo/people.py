"""The demo's people: who signs in by mailed code, and what each of them has to hear."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from groundswell_local.demo.calls import Calls
from groundswell_local.demo.mailboxes import Letter, Mailboxes

_DOMAIN = "polar-ship.example"  # a domain that can never be anybody's
_ENTRANT_HEARS = (
    "idea_received",
    "idea_approved",
    "idea_shortlisted",
    "voting_opened",
    "result_published",
)
_VETOED_HEARS = (*_ENTRANT_HEARS, "idea_vetoed")
_WINNER_HEARS = (*_ENTRANT_HEARS, "won", "reward_offered", "reward_granted")
_FOLLOWER_HEARS = ("voting_opened", "result_published")


@dataclass(slots=True)
class Person:
    """Somebody with an address; once signed in, with the token of their last sign-in.

    `hears` are the kinds of messages that the contest has to send them, each once; `before` are
    the mails that lay in the mailbox when the run began; `codes` were mailed to them since.
    """

    address: str
    hears: Sequence[str]
    token: str = ""
    before: Sequence[Letter] = ()
    codes: int = 0


@dataclass(frozen=True, slots=True)
class Heard:
    """What a person has been told of the contest: the kinds of messages in the inbox, how many of
    them were mailed, and the mails that really came, oldest first, with those that carry codes.
    """

    person: Person
    kinds: Sequence[str]
    mailed: int
    letters: Sequence[Letter]

    @property
    def complete(self) -> bool:
        """Each message is there once, and each has come by mail once, as have the codes."""
        distinct = {letter.message_id for letter in self.letters}
        return (
            Counter(self.kinds) == Counter(self.person.hears)
            and self.mailed == len(self.kinds)
            and len(distinct) == len(self.letters) == self.mailed + self.person.codes
        )


def entrant_address(position: int) -> str:
    """Where the entrant with the idea at this position is written to."""
    return f"entrant-{position + 1}@{_DOMAIN}"


def cast(entrants: int, vetoed: int, winner: int) -> list[Person]:
    """The entrants in the order of their ideas, and after them one who follows the contest."""
    hears = {vetoed: _VETOED_HEARS, winner: _WINNER_HEARS}
    return [
        *(
            Person(entrant_address(position), hears.get(position, _ENTRANT_HEARS))
            for position in range(entrants)
        ),
        Person(f"follower@{_DOMAIN}", _FOLLOWER_HEARS),
    ]


class SignIn:
    """Signing in as a person does: ask for a code, find it in the mailbox, hand it in."""

    def __init__(self, calls: Calls, identity_url: str, mailboxes: Mailboxes) -> None:
        self._calls = calls
        self._url = f"{identity_url}/v1/sign-ins"
        self._mailboxes = mailboxes

    async def __call__(self, person: Person) -> None:
        """Gives the person a fresh token. Raises CallFailed."""
        lying_there = await self._mailboxes.to(person.address)
        if not person.codes:
            person.before = lying_there
        asked = {"email": person.address, "locale": "en", "time_zone": "Europe/London"}
        begun = await self._calls.send("POST", [self._url], body=asked)
        person.codes += 1
        code = await self._mailboxes.code_after(person.address, lying_there)
        url = f"{self._url}/{begun.json()['id']}/code"
        tokens = await self._calls.send("POST", [url], body={"code": code})
        person.token = tokens.json()["access_token"]


async def hear(
    calls: Calls, notifications_url: str, mailboxes: Mailboxes, person: Person, contest_id: str
) -> Heard:
    """What the person has been told of the contest by now."""
    answer = await calls.send("GET", [f"{notifications_url}/v1/inbox"], person.token)
    messages: list[Mapping[str, Any]] = answer.json()["items"]
    told = [message for message in messages if message["contest_id"] == contest_id]
    known = {letter.id for letter in person.before}
    # The mail of a message has the message's id before the @ of its Message-ID.
    of_others = {message["id"] for message in messages if message["contest_id"] != contest_id}
    came = [
        letter
        for letter in await mailboxes.to(person.address)
        if letter.id not in known
        and letter.message_id.removeprefix("<").partition("@")[0] not in of_others
    ]
    return Heard(
        person,
        kinds=[message["kind"] for message in told],
        mailed=sum(message["email"] == "sent" for message in told),
        letters=came[::-1],
    )
