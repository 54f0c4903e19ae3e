"""Who the demo's people are, and how they read their mailboxes."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from groundswell_local.demo import mailboxes as mailboxes_module
from groundswell_local.demo.calls import CallFailed, Calls
from groundswell_local.demo.client import Answer, HttpClient
from groundswell_local.demo.mailboxes import Mailboxes
from groundswell_local.demo.people import Person, SignIn, cast, entrant_address, hear


class Town(HttpClient):
    """Answers as mail server, identity and notifications do; a sign-in puts a mail in the box."""

    def __init__(self, mails: Sequence[Mapping[str, Any]] = (), code: str = "424242") -> None:
        super().__init__()
        self.mails = list(mails)
        self.inbox: list[Mapping[str, Any]] = []
        self.late: list[Mapping[str, Any]] = []
        self._code = code

    async def send(
        self, _method: str, url: str, headers: Mapping[str, str], body: bytes = b""
    ) -> Answer:
        path = url.removeprefix("http://town")
        if path.startswith("/mails.json"):
            return answer(200, {"mails": self.mails[::-1]})
        if path == "/v1/sign-ins":
            self.mails.append(code_mail(len(self.mails), self._code))
            self.mails += self.late
            return answer(201, {"id": "signin_1"})
        if path == "/v1/sign-ins/signin_1/code":
            assert json.loads(body) == {"code": "424242"}
            return answer(200, {"access_token": "t0ken"})
        assert (path, headers["authorization"]) == ("/v1/inbox", "Bearer t0ken")
        return answer(200, {"items": self.inbox})


def answer(status: int, document: object) -> Answer:
    return Answer(status, {}, json.dumps(document).encode())


def mail(number: int, text: str) -> dict[str, str]:
    return {
        "id": f"mail_{number}",
        "subject": "S",
        "message_id": f"<{number}@x.example>",
        "text": text,
        "to": "",
    }


def code_mail(number: int, code: str) -> dict[str, str]:
    return mail(number, f"Your code is\n\n    {code}\n\nIt is good for 10 minutes, in 2026.")


def town(mails: Sequence[Mapping[str, Any]] = (), code: str = "424242") -> tuple[Town, SignIn]:
    http = Town(mails, code)
    calls = Calls(http)
    return http, SignIn(calls, "http://town", Mailboxes(calls, "http://town"))


async def test_the_code_is_taken_from_the_mail_that_came_for_this_sign_in() -> None:
    _, sign_in = town([code_mail(0, "111111")])
    person = Person("a@x.example", [])
    await sign_in(person)
    assert (person.token, person.codes) == ("t0ken", 1)
    assert [letter.id for letter in person.before] == ["mail_0"]


async def test_a_number_in_another_mail_is_no_code() -> None:
    http, sign_in = town()
    # The id of a contest is made of letters and figures by chance, and may have six in a row.
    http.late = [mail(8, "See http://town/contests/con_01m823456vsy")]
    person = Person("a@x.example", [])
    await sign_in(person)
    assert (person.token, person.codes) == ("t0ken", 1)


async def test_no_code_within_a_minute_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailboxes_module, "_CODE_SECONDS", 0.3)
    _, sign_in = town(code="no number")
    with pytest.raises(CallFailed, match=r"a@x\.example"):
        await sign_in(Person("a@x.example", []))


async def test_a_person_heard_all_when_inbox_and_mailbox_say_so() -> None:
    http, sign_in = town([mail(0, "of the run before")])
    person = Person("a@x.example", ["won"])
    await sign_in(person)
    calls = Calls(http)
    boxes = Mailboxes(calls, "http://town")
    http.inbox = [
        {"id": "2", "contest_id": "c_1", "kind": "won", "email": "due"},
        {"id": "3", "contest_id": "c_0", "kind": "won", "email": "sent"},
    ]
    assert not (await hear(calls, "http://town", boxes, person, "c_1")).complete
    http.inbox[0] = {**http.inbox[0], "email": "sent"}
    http.mails.append(mail(2, "You won"))
    http.mails.append(mail(3, "You won in another contest, whose mail is late"))
    heard = await hear(calls, "http://town", boxes, person, "c_1")
    assert heard.complete
    assert [letter.id for letter in heard.letters] == ["mail_1", "mail_2"]


def test_only_one_is_told_of_a_veto_and_only_one_of_a_reward() -> None:
    people = cast(entrants=5, vetoed=0, winner=4)
    assert len({person.address for person in people}) == 6
    told_of = {
        kind: [person.address for person in people if kind in person.hears]
        for kind in ("idea_vetoed", "won", "reward_granted")
    }
    assert told_of == {
        "idea_vetoed": [entrant_address(0)],
        "won": [entrant_address(4)],
        "reward_granted": [entrant_address(4)],
    }
    assert "idea_received" not in people[-1].hears
