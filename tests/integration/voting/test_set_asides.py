"""Voters are set aside and reinstated, by name or by pass, until the tally is sealed."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest

from groundswell_kit.clock import utc_now
from groundswell_kit.ids import new_id
from groundswell_voting.control import records as control_records
from groundswell_voting.control import voters as control_voters
from groundswell_voting.polls.rules import Poll, PollStage, VotersChange
from groundswell_voting.setasides import rules as set_aside_rules
from groundswell_voting.voteslog.rules import Reinstated, Rules, SetAside, partition_of
from tests.integration.voting.installation import Voting, bodies
from tests.integration.voting.people import Api, bearer, served
from tests.integration.voting.world import BRAND, IDEAS, eventually, running, voters_of
from tests.support.issuer import LocalIssuer

A, B = IDEAS[:2]
CASE = {"case": "c-17", "reason": "One machine, three accounts."}


@pytest.fixture
async def api(voting: Voting, issuer: LocalIssuer) -> AsyncIterator[Api]:
    async with served(voting, issuer) as api:
        yield api


async def ask(
    api: Api, poll: Poll, path: str = "set-asides", brand: str = BRAND, **body: Any
) -> httpx2.Response:
    headers = bearer(api.token("boss", "manager", brand_id=brand))
    if key := body.pop("key", None):
        headers["Idempotency-Key"] = key
    return await api.http.post(
        f"/v1/polls/{poll.poll_id}/{path}", headers=headers, json=CASE | body
    )


async def asked(api: Api, poll: Poll, path: str = "set-asides", **body: Any) -> str:
    """One that is taken; its id."""
    answer = await ask(api, poll, path, **body)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


async def listed(api: Api, poll: Poll) -> list[dict[str, Any]]:
    answer = await api.get(f"/v1/polls/{poll.poll_id}/set-asides")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def is_done(api: Api, poll: Poll, case_id: str) -> None:
    async def done() -> bool:
        states = {case["id"]: case["state"] for case in await listed(api, poll)}
        return bool(states[case_id] == "done")

    await eventually(done, f"{case_id} is done")


async def stand_at(api: Api, poll: Poll, **votes: int) -> None:
    async def do() -> bool:
        counted = await api.voting.votes(poll)
        return (counted[A], counted[B]) == (votes["a"], votes["b"])

    await eventually(do, f"the votes stand at {votes}")


def refused(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


async def test_voters_leave_the_tally_and_come_back(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Set aside by their passes, found in several turns; reinstated by name; in an open poll."""
    monkeypatch.setattr(control_voters, "VOTES_PER_TURN", 1)
    poll = await api.voting.open()
    permits = [await api.permit(poll, f"bot_{n}") for n in range(3)]
    async with api.voting.counted(), running(api.voting.machine().run):
        for permit in permits:
            await api.vote_with(permit, B)
        await api.vote(poll, "ada", A)
        await stand_at(api, poll, a=1, b=3)
        passes = [api.read(permit) for permit in permits]
        case_id = await asked(api, poll, pass_ids=[each.pass_id for each in passes])
        await stand_at(api, poll, a=1, b=0)
        await is_done(api, poll, case_id)
        # What they vote later does not count either.
        await api.vote_with(permits[0], A)
        back_id = await asked(api, poll, "reinstatements", voters=[passes[1].voter])
        await stand_at(api, poll, a=1, b=1)
        await is_done(api, poll, back_id)
        shown = await listed(api, poll)
    assert [(c["kind"], c["case"], c["voters"]) for c in shown] == [
        ("set_aside", "c-17", 3),
        ("reinstate", "c-17", 1),
    ]
    assert not any(each.voter in str(shown) or each.pass_id in str(shown) for each in passes)


async def test_passes_that_nobody_voted_with_are_refused(api: Api) -> None:
    poll = await api.voting.open()
    permit = api.read(await api.permit(poll, "ada"))
    async with api.voting.counted(), running(api.voting.machine().run):
        await asked(api, poll, pass_ids=[permit.pass_id, "pass_unknown"])
        last = await asked(api, poll, voters=[permit.voter])
        await is_done(api, poll, last)
        first, second = await listed(api, poll)
    assert (first["state"], first["voters"]) == ("refused", None)
    assert "Nobody has voted" in first["refusal"]
    assert (second["state"], second["voters"]) == ("done", 1)


async def test_the_review_lasts_and_waits_for_what_was_asked(api: Api) -> None:
    """Between closing and seal voters are set aside; the broker's time counts, from the closing."""
    poll = await api.voting.open(rules=Rules(review_seconds=10), closes_at=soon())
    async with running(api.voting.machine(announce_seconds=0.2).run):
        closed = await api.voting.reaches(poll, PollStage.CLOSED)
        for _ in range(3):
            await asked(api, poll, voters=["somebody"])
            await asked(api, poll, "reinstatements", voters=["somebody"])
        assert (await api.voting.poll(poll)).stage is PollStage.CLOSED
        await api.voting.reaches(poll, PollStage.SEALED)
    assert closed.closed_at_ms is not None
    for log in (await api.voting.log_of(poll)).values():
        assert bodies(log) == ["Opened", "Closed", *(["SetAside", "Reinstated"] * 3), "Sealed"]
        assert log[-1].appended_at_ms >= closed.closed_at_ms + 10_000
    late = await ask(api, poll, voters=["somebody"])
    assert refused(late) == (409, "tally-final")
    assert [c["state"] for c in await listed(api, poll)] == ["done"] * 6


async def test_what_is_asked_in_the_last_moment_is_done_or_refused(api: Api) -> None:
    """Whoever got a 202 finds it in the log before the seal, however close to it they asked."""
    poll = await api.voting.open(closes_at=soon(6))
    taken = 0
    async with running(api.voting.machine(announce_seconds=0.1).run):
        while (answer := await ask(api, poll, voters=["somebody"])).status_code == 202:
            taken += 1
            assert taken < 400, "who goes on asking keeps the poll from its seal"
            await asyncio.sleep(0.05)
        assert refused(answer) == (409, "tally-final")
        await api.voting.reaches(poll, PollStage.SEALED)
    assert taken > 3
    for log in (await api.voting.log_of(poll)).values():
        assert bodies(log).count("SetAside") == taken
        assert bodies(log)[-1] == "Sealed"


async def test_each_partition_gets_its_own_voters_in_pieces(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control_records, "VOTERS_PER_RECORD", 2)
    poll = await api.voting.open()
    partitions = api.voting.settings.voting_partitions
    mine = [v for v in (f"v_{n}" for n in range(300)) if partition_of(v, partitions) == 1][:5]
    one = next(v for v in (f"v_{n}" for n in range(300)) if partition_of(v, partitions) == 2)
    async with running(api.voting.machine().run):
        await is_done(api, poll, await asked(api, poll, voters=[*mine, one]))
        await is_done(api, poll, await asked(api, poll, "reinstatements", voters=[one]))
    for partition, log in (await api.voting.log_of(poll)).items():
        aside = [r.body.voters for r in log if isinstance(r.body, SetAside)]
        back = [r.body.voters for r in log if isinstance(r.body, Reinstated)]
        assert [r.body.number for r in log if isinstance(r.body, SetAside)] == [2, 3, 4]
        assert [len(piece) for piece in aside] == {1: [2, 2, 1], 2: [1, 0, 0]}.get(
            partition, [0, 0, 0]
        )
        own = {1: set(mine), 2: {one}}.get(partition, set())
        assert {voter for piece in aside for voter in piece} == own
        assert back == [(one,) if partition == 2 else ()]


async def test_a_search_for_passes_ends_in_what_was_stored(voting: Voting) -> None:
    """Whom a change concerns is found once; a worker that comes later does not look again."""
    poll = await voting.open()
    what = VotersChange("set_aside", "c", "Why.", pass_ids=("pass_1",))
    change = await voting.ask(poll, what)
    await voting.stores.poll_changes.resolve(change, ["somebody"])
    await voting.stores.poll_changes.resolve(change, ["somebody_else"])
    async with running(voting.machine().run):
        settled = await voting.settled(change)
    assert isinstance(settled.what, VotersChange)
    assert settled.what.resolved == ("somebody",)


async def test_only_managers_of_the_brand_ask(api: Api) -> None:
    poll = await api.voting.open()
    assert (await ask(api, poll, brand="another_brand", voters=["x"])).status_code == 404
    path = f"/v1/polls/{poll.poll_id}/set-asides"
    for role in ("editor", "juror", "finance", "auditor", "participant"):
        headers = bearer(api.token("boss", role, brand_id=BRAND))
        answer = await api.http.post(path, headers=headers, json=CASE | {"voters": ["x"]})
        assert answer.status_code == 403, role
    assert (await api.http.post(path, json=CASE | {"voters": ["x"]})).status_code == 401
    assert await listed(api, poll) == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"voters": [], "pass_ids": []},
        {"voters": [""]},
        {"voters": ["x"], "reason": " "},
        {"voters": ["x"], "case": ""},
        {"voters": ["x"], "who": "me"},
        {"voters": [f"v_{n}" for n in range(3_000)], "pass_ids": [f"p_{n}" for n in range(2_001)]},
    ],
)
async def test_a_request_names_somebody_and_not_too_many(api: Api, body: dict[str, Any]) -> None:
    poll = await api.voting.plan()
    assert refused(await ask(api, poll, **body)) == (422, "validation")


async def test_a_repeat_is_the_same_request(api: Api) -> None:
    poll = await api.voting.plan()
    first = await ask(api, poll, voters=["x"], key="one")
    again = await ask(api, poll, voters=["x"], key="one")
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert len(await listed(api, poll)) == 1


async def test_there_is_an_end_to_setting_aside(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(set_aside_rules, "MAX_SET_ASIDE", 5)
    poll = await api.voting.plan()
    await asked(api, poll, voters=["v_1", "v_2"], pass_ids=["p_1"])
    await asked(api, poll, "reinstatements", voters=["v_1", "v_2", "v_3"])
    answers = await asyncio.gather(*(ask(api, poll, voters=["v_4", "v_5"]) for _ in range(3)))
    assert sorted(a.status_code for a in answers) == [202, 409, 409]
    assert refused(await ask(api, poll, voters=["v_6"])) == (409, "too-many-set-aside")
    assert len(await listed(api, poll)) == 3
    assert (await api.voting.poll(poll)).changes_asked == 3


async def test_hidden_tallies_hide_how_many_were_set_aside(api: Api) -> None:
    poll = await api.voting.open(rules=Rules(tallies="hidden"))
    case_id = await asked(api, poll, voters=["somebody"])
    async with api.voting.counted(), running(api.voting.machine(announce_seconds=0.2).run):
        await is_done(api, poll, case_id)
        assert [c["voters"] for c in await listed(api, poll)] == [None]
        await api.voting.close(poll)
        await api.voting.reaches(poll, PollStage.CERTIFIED)
    assert [c["voters"] for c in await listed(api, poll)] == [1]


async def test_the_list_comes_in_pages(api: Api) -> None:
    poll = await api.voting.plan()
    ids = [await asked(api, poll, voters=["x"]) for _ in range(3)]
    url = f"/v1/polls/{poll.poll_id}/set-asides?limit=2"
    first = (await api.get(url)).json()
    second = (await api.get(f"{url}&cursor={first['next']}")).json()
    assert [c["id"] for c in first["items"] + second["items"]] == ids
    assert second["next"] is None
    assert (await api.get(f"/v1/polls/{new_id('poll')}/set-asides")).status_code == 404


def soon(seconds: float = 2) -> datetime:
    return utc_now() + timedelta(seconds=seconds)


async def test_a_worker_that_divides_voters_otherwise_carries_on_as_it_was_begun(
    voting: Voting, monkeypatch: pytest.MonkeyPatch
) -> None:
    poll = await voting.open(rules=Rules(period="day"))
    own = voters_of(1, voting.settings.voting_partitions, 9)
    monkeypatch.setattr(control_records, "VOTERS_PER_RECORD_OF_DAYS", 4)
    change = await voting.ask(
        poll, VotersChange("set_aside", "c", "Bots.", tuple(own), resolved=tuple(own))
    )
    life = voting.life()
    while (now := await voting.poll(poll)).control_number < 2:
        await life.step(now)
    monkeypatch.setattr(control_records, "VOTERS_PER_RECORD_OF_DAYS", 2)
    async with running(voting.machine().run):
        await voting.settled(change)
    log = (await voting.log_of(poll))[1]
    aside = [record.body for record in log if isinstance(record.body, SetAside)]
    assert [(each.number, each.voters) for each in aside] == [
        (2, tuple(own[:4])),
        (3, tuple(own[4:8])),
        (4, tuple(own[8:])),
    ]
