import asyncio
from collections.abc import Mapping
from types import SimpleNamespace

import pytest

from groundswell_local.demo import calls as calls_module
from groundswell_local.demo.calls import CallFailed, Calls
from groundswell_local.demo.client import Answer, HttpClient

DONE = Answer(201, {}, b'{"id": "x"}')
AWAY = Answer(503, {}, b"away")
PROBLEM = {"content-type": "application/problem+json"}


class Script(HttpClient):
    """Gives the answers of a script, one for each request, and notes where each went."""

    def __init__(self, *answers: Answer | OSError) -> None:
        super().__init__()
        self.sent: list[tuple[str, Mapping[str, str], bytes]] = []
        self._answers = list(answers)

    async def send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes = b""
    ) -> Answer:
        self.sent.append((f"{method} {url}", headers, body))
        answer = self._answers.pop(0)
        if isinstance(answer, OSError):
            raise answer
        return answer


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long was waited before each repeat; none of it takes any time here."""
    seconds: list[float] = []

    async def sleep(delay: float) -> None:
        seconds.append(delay)
        await asyncio.sleep(0)  # whatever else the loop runs has its turn

    # Of this module alone: clients of other tests that share the loop may sleep meanwhile.
    its_asyncio = SimpleNamespace(sleep=sleep, get_running_loop=asyncio.get_running_loop)
    monkeypatch.setattr(calls_module, "asyncio", its_asyncio)
    return seconds


async def test_a_call_carries_token_body_and_headers() -> None:
    http = Script(DONE)

    answer = await Calls(http).send("POST", ["http://a/x"], "t0ken", {"y": 1}, {"if-match": '"v1"'})

    assert answer.json() == {"id": "x"}
    headers = {
        "if-match": '"v1"',
        "authorization": "Bearer t0ken",
        "content-type": "application/json",
    }
    assert http.sent == [("POST http://a/x", headers, b'{"y": 1}')]


async def test_no_answer_and_503_are_tried_again_elsewhere(slept: list[float]) -> None:
    http = Script(ConnectionRefusedError(), AWAY, TimeoutError(), DONE)
    calls = Calls(http)

    assert await calls.send("POST", ["http://a/x", "http://b/x"]) is DONE

    assert [sent[0][5:] for sent in http.sent] == [
        "http://a/x",
        "http://b/x",
        "http://a/x",
        "http://b/x",
    ]
    assert slept == [0.1, 0.2, 0.4]
    assert calls.repeats == {
        "503 (no answer: ConnectionRefusedError)": 1,
        "503 away": 1,
        "503 (no answer: TimeoutError)": 1,
    }


async def test_the_wait_is_at_least_what_the_server_asks_for(slept: list[float]) -> None:
    busy = Answer(503, {"retry-after": "2"}, b"")

    await Calls(Script(busy, DONE)).send("POST", ["http://a/x"])

    assert slept == [2.0]


async def test_the_wait_grows_to_five_seconds_at_most(slept: list[float]) -> None:
    await Calls(Script(*[AWAY] * 9, Answer(503, {"retry-after": "60"}), DONE)).send(
        "GET", ["http://a/x"]
    )

    assert slept == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0, 5.0, 5.0]


async def test_a_call_that_is_never_taken_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls_module, "_PATIENCE_SECONDS", 0.05)

    with pytest.raises(CallFailed, match=r"POST http://a/x: 503 .*no answer: gone"):
        await Calls(Script(ConnectionError("gone"))).send("POST", ["http://a/x"])


async def test_a_refusal_is_told_in_its_own_words() -> None:
    problem = b'{"title": "Voting is not open", "detail": "The poll is closed."}'
    http = Script(Answer(409, PROBLEM, problem))

    with pytest.raises(CallFailed, match=r"409 Voting is not open\. The poll is closed\."):
        await Calls(http).send("POST", ["http://a/x"])


async def test_reading_until_it_fits(slept: list[float]) -> None:
    http = Script(Answer(404), AWAY, Answer(200, {}, b'{"n": 1}'), Answer(200, {}, b'{"n": 2}'))

    found = await Calls(http).read_until("http://a/x", lambda page: bool(page["n"] == 2), 5)

    assert found == {"n": 2}
    assert len(slept) == 3


async def test_reading_in_vain_ends_with_the_last_answer() -> None:
    with pytest.raises(CallFailed, match=r"awaited for 0 s: 200 \{\}"):
        await Calls(Script(Answer(200, {}, b"{}"))).read_until("http://a/x", lambda _: False, 0)


async def test_a_peek_is_one_try() -> None:
    http = Script(Answer(200, {}, b"[1]"), AWAY, ConnectionError())
    calls = Calls(http)

    assert [await calls.peek("http://a/x") for _ in range(3)] == [[1], None, None]


async def test_what_is_still_to_be_heard_of_is_asked_for_again(slept: list[float]) -> None:
    http = Script(Answer(404, {}, b"{}"), AWAY, DONE)
    calls = Calls(http)

    assert (await calls.send("PUT", ["http://a/x"], awaited=True)).status == 201

    assert len(slept) == 2
    assert calls.repeats.total() == 1


async def test_404_is_a_refusal_where_nothing_is_awaited() -> None:
    with pytest.raises(CallFailed, match="404"):
        await Calls(Script(Answer(404, {}, b"gone"))).send("PUT", ["http://a/x"])
