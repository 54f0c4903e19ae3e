"""What can change while people vote: ballot, closing, voters set aside, steps of a ladder."""

import asyncio
import json
from base64 import urlsafe_b64decode
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import httpx2
import pytest
from confluent_kafka import Consumer

from groundswell_local.installation import Installation
from tests.support.polling import Polling, becomes, open_poll

pytestmark = pytest.mark.timeout(400)


def problem(answer: httpx2.Response) -> tuple[int, str]:
    """Status and type of a refusal."""
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


def due_in(seconds: float) -> str:
    """A moment from now, as HTTP takes it."""
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


async def amended(poll: Polling, reason: str, **change: Any) -> None:
    """An amendment that is taken."""
    answer = await poll.amend(reason, **change)
    assert answer.status_code == 201, answer.text


async def certified_as(poll: Polling, expected: dict[str, int]) -> dict[str, Any]:
    tally = await poll.certified()
    assert {idea["idea_id"]: idea["votes"] for idea in tally["tally"]} == expected
    return tally


async def test_ideas_come_and_go_and_everybody_can_read_why(
    groundswell: Installation, http: httpx2.AsyncClient
) -> None:
    poll = await open_poll(groundswell, http, "Come and go", waiting="It came late")
    (a, b, c), late = poll.ideas, poll.waiting
    gone = (await poll.vote("ada", a)).json()["vote_id"]
    await poll.votes(ben=b)
    await poll.stand_at({a: 1, b: 1, c: 0})

    await amended(poll, "The name is taken.", removed_idea_ids=[a])
    await poll.stand_at({b: 1, c: 0})
    await poll.receipt_becomes("ada", gone, "idea_removed")
    assert (await poll.vote("cy", a)).status_code in (404, 409)
    await poll.story.approve(late)
    await amended(poll, "It was lost in the mail.", added_idea_ids=[late])
    await poll.until_poll(lambda shown: late in shown["idea_ids"])
    await poll.stand_at({b: 1, c: 0, late: 0})
    # The place that the removed idea took on Ada's ballot is free again.
    await poll.votes(ada=late)
    await poll.stand_at({b: 1, c: 0, late: 1})
    again = await poll.amend("On second thoughts.", added_idea_ids=[a])
    assert again.is_client_error, again.text

    url = f"{groundswell.ideas_url}/v1/contests/{poll.story.contest_id}/amendments"
    reasons = [a["reason"] for a in (await http.get(url)).json()["items"]]
    assert reasons == ["The name is taken.", "It was lost in the mail."]
    await poll.story.move_to("deliberation")
    tally = await certified_as(poll, {b: 1, c: 0, late: 1})
    assert tally["removed"] == [{"idea_id": a, "votes": 1}]


async def test_a_pause_takes_no_votes_and_loses_none(
    groundswell: Installation, http: httpx2.AsyncClient
) -> None:
    poll = await open_poll(groundswell, http, "Pause")
    a, b, c = poll.ideas
    await poll.votes(ada=a)
    await poll.permit("ben")
    await amended(poll, "Somebody sells votes; we look into it.", paused=True)
    await poll.until_poll(lambda shown: shown["paused"])
    # What the page shows, the doors hear of in a moment. A vote for no idea changes nothing.
    await _refused_soon(lambda: poll.ask_pass("cy"))
    await _refused_soon(lambda: poll.vote("ben", "idea_none"))
    assert problem(await poll.vote("ben", b)) == (409, "voting-not-open")
    await amended(poll, "The seller is out.", paused=False)
    await poll.until_poll(lambda shown: not shown["paused"])
    await _taken_soon(poll, "ben", b)
    await poll.stand_at({a: 1, b: 1, c: 0})


async def _refused_soon(ask: Callable[[], Awaitable[httpx2.Response]]) -> None:
    async def found() -> tuple[int, str]:
        answer = await ask()
        return (201, "") if answer.is_success else problem(answer)

    await becomes(found, (409, "voting-not-open"))


async def _taken_soon(poll: Polling, voter: str, idea: str) -> None:
    async def is_taken() -> bool:
        return (await poll.vote(voter, idea)).is_success

    await becomes(is_taken, True)


async def test_the_closing_moves_and_the_last_word_counts(
    groundswell: Installation, http: httpx2.AsyncClient
) -> None:
    poll = await open_poll(groundswell, http, "Moved")
    a, b, c = poll.ideas
    later = due_in(7_200)
    await amended(poll, "So many of you.", closes_at=later)
    await poll.until_poll(lambda shown: shown["closes_at"][:19] == later[:19])
    await poll.votes(ada=a)
    await amended(poll, "We have seen enough.", closes_at=due_in(15))
    await poll.votes(ben=b)
    await poll.until_poll(lambda shown: shown["stage"] not in ("open", "closing"))
    await certified_as(poll, {a: 1, b: 1, c: 0})


async def test_voters_are_set_aside_and_come_back(
    groundswell: Installation, http: httpx2.AsyncClient
) -> None:
    poll = await open_poll(groundswell, http, "Set aside", review_seconds=20)
    a, b, c = poll.ideas
    bought = [(await poll.vote(f"bot_{n}", c)).json()["vote_id"] for n in range(3)]
    await poll.votes(ada=a)
    await poll.stand_at({a: 1, b: 0, c: 3})
    pass_ids = [_pass_id(poll.passes[f"bot_{n}"]) for n in range(3)]

    case = {"case": "c-17", "reason": "One machine, three accounts.", "pass_ids": pass_ids}
    assert (await poll.as_manager("set-asides", case)).status_code == 202
    await poll.stand_at({a: 1, b: 0, c: 0})
    await poll.receipt_becomes("bot_0", bought[0], "set_aside")
    shown = await http.get(f"{poll.url}/set-asides")
    assert "One machine, three accounts." in shown.text
    assert pass_ids[0] not in shown.text
    standings = await poll.standings()
    assert standings["set_aside"] == {"voters": 3, "votes": 3}

    await poll.story.move_to("deliberation")
    await poll.until_poll(lambda p: p["stage"] == "closed")
    back = {"case": "c-17", "reason": "A family after all.", "pass_ids": pass_ids[:1]}
    assert (await poll.as_manager("reinstatements", back)).status_code == 202
    tally = await certified_as(poll, {a: 1, b: 0, c: 1})
    assert (tally["voters_set_aside"], tally["set_aside"]) == (2, [{"idea_id": c, "votes": 2}])
    late = await poll.as_manager("set-asides", case)
    assert late.status_code == 409


def _pass_id(permit: str) -> str:
    """The pass id in a pass, which is signed and not secret."""
    return str(json.loads(urlsafe_b64decode(permit.split(".")[1]))[2])


async def test_an_idea_climbs_its_ladder_or_leaves_it(
    groundswell: Installation, http: httpx2.AsyncClient
) -> None:
    ladder = [{"votes": 2, "within_seconds": 12}, {"votes": 4, "within_seconds": 3_600}]
    poll = await open_poll(
        groundswell, http, "Ladder", ideas=2, ideas_per_ballot=None, ladder=ladder
    )
    castle, cottage = poll.ideas
    await poll.votes(ada=castle, ben=castle)
    await poll.votes(ada=cottage)
    await poll.stand_at({castle: 2})  # the other one leaves the ballot
    reached = await http.get(f"{poll.url}/ladder/{castle}")
    assert [step["state"] for step in reached.json()["steps"]] == ["reached", "due"]
    missed = await http.get(f"{poll.url}/ladder/{cottage}")
    assert [step["state"] for step in missed.json()["steps"]] == ["missed", "ahead"]
    await poll.votes(cy=castle, dot=castle, eve=castle)
    expected = {
        ("ThresholdMissed", cottage, 1),
        ("ThresholdReached", castle, 1),
        ("ThresholdReached", castle, 2),
    }

    async def told() -> list[tuple[str, str, int]]:
        return sorted(await asyncio.to_thread(_thresholds, groundswell, poll.poll_id))

    await becomes(told, sorted(expected))


def _thresholds(groundswell: Installation, poll_id: str) -> list[tuple[str, str, int]]:
    """What the tallies' topic tells of a poll's steps, to a client that nobody here wrote."""
    consumer = Consumer(
        {
            "bootstrap.servers": groundswell.engines.kafka.address,
            "group.id": f"reader of {poll_id}",
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
        }
    )
    consumer.subscribe(["groundswell.tallies.v1"])
    found = []
    try:
        while (message := consumer.poll(3)) is not None:
            headers = cast("list[tuple[str, bytes]]", message.headers())
            kind = dict(headers)["ce_type"].decode().split(".")[1]
            data = json.loads(message.value() or b"{}")
            if data["poll_id"] == poll_id and kind.startswith("Threshold"):
                found.append((kind, data["idea_id"], data["step"]))
    finally:
        consumer.close()
    return found
