"""Standings over HTTP: page by page, by channel, one idea, hidden and delayed, from outside."""

import asyncio
import gc
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from groundswell_contracts.votes import VotersSetAside
from groundswell_kit import cursors
from groundswell_kit.clock import utc_now
from groundswell_kit.ids import new_id
from groundswell_voting.app.api import api_role
from groundswell_voting.app.garbage import OBJECTS_BETWEEN_COLLECTIONS
from groundswell_voting.history import commands as history_module
from groundswell_voting.history.commands import HistoryCommands
from groundswell_voting.polls.rules import Poll
from groundswell_voting.standings import queries as queries_module
from groundswell_voting.standings import reading as reading_module
from groundswell_voting.standings.schemas import HistoryView, IdeaStanding, Standings
from groundswell_voting.voteslog.rules import partition_of
from tests.integration.voting.boxes import serving
from tests.integration.voting.installation import Voting
from tests.integration.voting.people import Api, bearer, served
from tests.integration.voting.scenes import cast, crowd, open_poll
from tests.integration.voting.world import BRAND, IDEAS, eventually
from tests.support.issuer import LocalIssuer


@pytest.fixture
async def api(voting: Voting, issuer: LocalIssuer) -> AsyncIterator[Api]:
    async with voting.counted(), served(voting, issuer) as api:
        yield api


async def read(api: Api, poll: Poll, query: str = "") -> Standings:
    answer = await api.get(f"/v1/polls/{poll.poll_id}/standings{query}")
    assert answer.status_code == 200, answer.text
    return Standings.model_validate_json(answer.content)


async def shows(api: Api, poll: Poll, votes: int) -> Standings:
    """The standings, once they show so many votes."""

    async def holds() -> bool:
        return (await read(api, poll)).total_votes == votes

    await eventually(holds, f"{votes} votes are shown")
    return await read(api, poll)


def check(answer: httpx2.Response, status: int, kind: str) -> None:
    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{kind}")


class TestPages:
    async def test_ten_thousand_ideas_are_read_page_by_page(self, api: Api) -> None:
        ideas = [f"idea_{n:05}" for n in range(10_000)]
        poll = await open_poll(api.voting, ideas, ideas_per_ballot=None)
        for at, idea_id in enumerate(("idea_09999", "idea_05000", "idea_00003")):
            await cast(api.voting, poll, crowd(9 - at), idea_id)
        first = await shows(api, poll, 9 + 8 + 7)
        assert (first.idea_count, len(first.ideas)) == (10_000, 100)
        assert [i.rank for i in first.ideas[:5]] == [1, 2, 3, 4, 4]

        seen, path = [], f"/v1/polls/{poll.poll_id}/standings?limit=1000"
        while path:
            answer = await api.get(path)
            page = Standings.model_validate_json(answer.content)
            assert not page.moved
            seen += [idea.idea_id for idea in page.ideas]
            assert (page.next is None) == ("link" not in answer.headers)
            path = answer.links["next"]["url"] if "link" in answer.headers else ""
        top = ["idea_09999", "idea_05000", "idea_00003"]
        assert seen == top + [idea for idea in ideas if idea not in top]

    async def test_a_page_says_that_votes_came_in_since_the_one_before(self, api: Api) -> None:
        poll = await open_poll(api.voting)
        await cast(api.voting, poll, crowd(3), IDEAS[0])
        await cast(api.voting, poll, crowd(2, "other"), IDEAS[1])
        await shows(api, poll, 5)
        first = await read(api, poll, "?limit=1")
        await cast(api.voting, poll, crowd(9, "later"), IDEAS[4])
        await shows(api, poll, 14)
        second = await read(api, poll, f"?limit=9&cursor={first.next}")
        assert second.moved
        # The newcomer stands before the first page's last idea, the others behind it.
        assert [i.idea_id for i in second.ideas] == [IDEAS[1], IDEAS[2], IDEAS[3]]
        check(
            await api.get(f"/v1/polls/{poll.poll_id}/standings?cursor=made-up"), 422, "validation"
        )
        other = await open_poll(api.voting)
        path = f"/v1/polls/{other.poll_id}/standings?cursor={first.next}"
        check(await api.get(path), 422, "validation")
        secret = api.voting.settings.cursor_secret.get_secret_value().encode()
        elsewhere = cursors.encode({"list": "/v1/ideas", "behind": "idea_1"}, secret)
        path = f"/v1/polls/{poll.poll_id}/standings?cursor={elsewhere}"
        check(await api.get(path), 422, "validation")

    @pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=x", "channel=none"])
    async def test_what_cannot_be_is_refused(self, api: Api, query: str) -> None:
        poll = await open_poll(api.voting)
        check(await api.get(f"/v1/polls/{poll.poll_id}/standings?{query}"), 422, "validation")

    async def test_who_has_the_answer_is_told_so(self, api: Api) -> None:
        poll = await open_poll(api.voting)
        path = f"/v1/polls/{poll.poll_id}/standings"
        await api.voting.archived()
        await asyncio.sleep(1)
        first = await api.get(path)
        assert first.headers["cache-control"] == "public, max-age=1"
        again = await api.http.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        await cast(api.voting, poll, crowd(1))
        await shows(api, poll, 1)
        later = await api.http.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert later.status_code == 200


async def test_readers_do_not_wait_while_garbage_is_looked_for(voting: Voting) -> None:
    """Looking through all that is there took 200 ms, every other second, under many reads."""
    before = gc.get_threshold()
    gc.set_threshold(700, 10, 10)
    try:
        async with serving(api_role(voting.settings.model_copy(update={"voting_api_port": 0}))):
            assert gc.get_threshold()[0] == OBJECTS_BETWEEN_COLLECTIONS
    finally:
        gc.set_threshold(*before)


class TestParts:
    async def test_channels_removed_ideas_and_voters_set_aside(self, api: Api) -> None:
        voting = api.voting
        poll = await open_poll(voting, channels=("web", "shop"), ideas_per_ballot=2)
        await cast(voting, poll, crowd(4), IDEAS[0])
        await cast(voting, poll, crowd(3, "buyer"), IDEAS[1], "shop")
        await cast(voting, poll, crowd(1, "cheat"), IDEAS[1], "shop")
        for partition in range(voting.votes_log.partitions):
            mine = partition == partition_of("cheat_0", voting.votes_log.partitions)
            record = VotersSetAside(
                poll_id=poll.poll_id,
                number=2,
                case="c1",
                reason="a farm",
                voters=["cheat_0"] if mine else [],
            )
            await voting.votes_log.append(partition, record)
        await voting.archived()
        await shows(api, poll, 7)
        shop = await read(api, poll, "?channel=shop")
        assert (shop.total_votes, shop.ideas[0].idea_id, shop.ideas[0].votes) == (3, IDEAS[1], 3)
        web = await read(api, poll, "?channel=web")
        assert (web.total_votes, web.ideas[0].idea_id) == (4, IDEAS[0])
        assert web.set_aside is not None
        assert (web.set_aside.voters, web.set_aside.votes) == (1, 1)

        path = f"/v1/polls/{poll.poll_id}/standings/ideas"
        one = IdeaStanding.model_validate_json((await api.get(f"{path}/{IDEAS[1]}")).content)
        assert (one.votes, one.rank, one.by_channel) == (3, 2, {"web": 0, "shop": 3})
        check(await api.get(f"{path}/idea_nobody"), 404, "not-found")

        # With the number of the record above, so that machines of other tests agree with the log.
        await voting.stores.polls.change(poll, removed_idea_ids=[IDEAS[0]], control_number=2)
        after = await shows(api, poll, 3)
        assert IDEAS[0] not in {idea.idea_id for idea in after.ideas}
        assert (after.idea_count, after.removed_ideas) == (4, 1)
        gone = IdeaStanding.model_validate_json((await api.get(f"{path}/{IDEAS[0]}")).content)
        assert (gone.removed, gone.rank, gone.votes) == (True, None, None)

    async def test_a_hidden_tally_is_hidden_in_every_exit(self, api: Api) -> None:
        poll = await open_poll(api.voting, tallies="hidden", channels=("web", "shop"))
        await cast(api.voting, poll, crowd(5), IDEAS[3])
        await api.voting.archived()
        entry = await enter(api, poll, "Instagram", {IDEAS[3]: 50})
        assert entry.status_code == 201
        for query in ("", "?channel=shop"):
            shown = await read(api, poll, query)
            assert shown.status == "hidden"
            assert [i.idea_id for i in shown.ideas] == list(IDEAS)
            assert {(i.votes, i.rank) for i in shown.ideas} == {(None, None)}
            assert (shown.total_votes, shown.position, shown.counted_up_to) == (None, None, None)
            assert (shown.not_counted_yet, shown.set_aside, shown.outside) == (None, None, [])
        path = f"/v1/polls/{poll.poll_id}"
        one = (await api.get(f"{path}/standings/ideas/{IDEAS[3]}")).json()
        assert (one["votes"], one["rank"], one["by_channel"]) == (None, None, None)
        await note(api.voting, poll)
        history = await history_of(api, poll, IDEAS[3])
        assert (history.start, history.points) == ({}, [])
        assert (await api.get(f"{path}/outside-figures")).json() == {"items": []}


def noting(voting: Voting) -> HistoryCommands:
    return HistoryCommands(
        voting.stores.intervals, voting.projection, voting.settings.voting_partitions
    )


async def note(voting: Voting, poll: Poll) -> None:
    """What a state machine that starts now notes of the poll."""
    await noting(voting).note(poll)


async def history_of(api: Api, poll: Poll, *idea_ids: str, **query: Any) -> HistoryView:
    answer = await api.http.get(
        f"/v1/polls/{poll.poll_id}/standings/history", params={"idea_id": list(idea_ids), **query}
    )
    assert answer.status_code == 200, answer.text
    return HistoryView.model_validate_json(answer.content)


class TestHistory:
    async def test_intervals_tell_how_votes_came_in(
        self, api: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(history_module, "INTERVAL_SECONDS", 0.0)
        voting = api.voting
        poll = await open_poll(voting)
        machine = noting(voting)
        for at in range(3):
            await cast(voting, poll, crowd(2, f"v{at}"), IDEAS[at % 2])
            await voting.archived()
            await machine.note(poll)
            await machine.note(poll)  # nothing changed: no interval
        await note(voting, poll)  # a machine that starts knows what was noted
        noted = await voting.database["tally_intervals"].find({"poll_id": poll.poll_id}).to_list()
        assert [(each["number"], each["votes"]) for each in noted] == [
            (1, {"0": 2}),
            (2, {"1": 2}),
            (3, {"0": 4}),
        ]
        told = await voting.database["outbox"].count_documents({"key": poll.contest_id.encode()})
        assert told == 3
        history = await history_of(api, poll, IDEAS[0], IDEAS[1])
        assert history.start == {IDEAS[0]: 0, IDEAS[1]: 0}
        together: dict[str, int] = {}
        for point in history.points:
            together |= point.votes
        assert together == {IDEAS[0]: 4, IDEAS[1]: 2}
        later = await history_of(api, poll, IDEAS[0], since=noted[1]["counted_up_to"].isoformat())
        assert later.start == {IDEAS[0]: 2}
        assert [point.votes for point in later.points] == [{IDEAS[0]: 4}]
        ancient = "since=0001-01-01T00:00:00%2B14:00"
        path = f"/v1/polls/{poll.poll_id}/standings/history?idea_id={IDEAS[0]}&{ancient}"
        check(await api.get(path), 422, "validation")
        missing = f"/v1/polls/{poll.poll_id}/standings/history?idea_id=idea_nobody"
        check(await api.get(missing), 422, "validation")

    async def test_a_count_that_is_made_again_writes_no_history(
        self, api: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(history_module, "INTERVAL_SECONDS", 0.0)
        voting = api.voting
        poll = await open_poll(voting)
        await cast(voting, poll, crowd(6))
        await voting.archived()
        await note(voting, poll)
        for partition in range(voting.settings.voting_partitions):
            await voting.projection.drop(partition)
        await note(voting, poll)
        noted = voting.database["tally_intervals"].find({"poll_id": poll.poll_id})
        assert [each["votes"] for each in await noted.to_list()] == [{"0": 6}]

    async def test_delayed_tallies_are_those_of_then(
        self, api: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(history_module, "INTERVAL_SECONDS", 0.0)
        voting = api.voting
        poll = await open_poll(voting, tallies="delayed", delay_seconds=3_600)
        await cast(voting, poll, crowd(4), IDEAS[2])
        await voting.archived()
        machine = noting(voting)
        await machine.note(poll)
        assert (await read(api, poll)).total_votes == 0
        assert (await history_of(api, poll, IDEAS[2])).points == []
        now = utc_now().isoformat()
        assert (await history_of(api, poll, IDEAS[2], since=now)).start == {IDEAS[2]: 0}
        told = voting.database["outbox"]
        assert await told.count_documents({"key": poll.contest_id.encode()}) == 0
        for reader in (reading_module, queries_module, history_module):
            monkeypatch.setattr(reader, "utc_now", lambda: utc_now() + timedelta(hours=1))
        shown = await shows(api, poll, 4)
        assert shown.status == "delayed"
        assert shown.counted_up_to is not None
        assert utc_now() >= shown.counted_up_to
        assert (shown.ideas[0].idea_id, shown.ideas[0].rank) == (IDEAS[2], 1)
        await machine.note(poll)
        assert await told.count_documents({"key": poll.contest_id.encode()}) == 1
        assert len((await history_of(api, poll, IDEAS[2])).points) == 1
        check(await api.get(f"/v1/polls/{poll.poll_id}/standings?channel=web"), 409, "conflict")


async def enter(
    api: Api, poll: Poll, label: str, figures: dict[str, int], /, brand: str = BRAND, **more: Any
) -> httpx2.Response:
    """What a manager enters."""
    key = more.pop("key", None)
    body = {
        "label": label,
        "taken_at": "2026-11-22T10:00:00Z",
        "figures": [{"idea_id": idea_id, "votes": votes} for idea_id, votes in figures.items()],
        **more,
    }
    headers = bearer(api.token("staff_1", "manager", brand_id=brand))
    if key is not None:
        headers["Idempotency-Key"] = key
    return await api.http.post(
        f"/v1/polls/{poll.poll_id}/outside-figures", json=body, headers=headers
    )


class TestOutsideFigures:
    async def test_they_are_lines_of_their_own(self, api: Api) -> None:
        poll = await open_poll(api.voting)
        await cast(api.voting, poll, crowd(2))
        key = new_id("key")
        entered = await enter(api, poll, "Instagram", {IDEAS[0]: 70, IDEAS[4]: 9}, key=key)
        assert entered.status_code == 201, entered.text
        repeated = await enter(api, poll, "Instagram", {IDEAS[0]: 70, IDEAS[4]: 9}, key=key)
        assert repeated.json() == entered.json()

        async def has_line() -> bool:
            return bool((await read(api, poll)).outside)

        await eventually(has_line, "the line is shown")
        shown = await shows(api, poll, 2)
        (line,) = shown.outside
        assert (line.label, {f.idea_id: f.votes for f in line.figures}) == (
            "Instagram",
            {IDEAS[0]: 70, IDEAS[4]: 9},
        )
        assert shown.total_votes == 2, "never added"
        page = await read(api, poll, "?limit=1")
        assert [figure.idea_id for figure in page.outside[0].figures] == [IDEAS[0]]

    async def test_a_correction_is_a_new_entry(self, api: Api) -> None:
        poll = await open_poll(api.voting)
        first = (await enter(api, poll, "Instagram", {IDEAS[0]: 70})).json()["id"]
        second = await enter(api, poll, "Instagram", {IDEAS[0]: 71}, replaces=first)
        assert second.status_code == 201
        check(await enter(api, poll, "Instagram", {IDEAS[0]: 72}, replaces=first), 409, "conflict")
        items = (await api.get(f"/v1/polls/{poll.poll_id}/outside-figures")).json()["items"]
        assert [(i["id"], i["replaced_by"]) for i in items] == [
            (first, second.json()["id"]),
            (second.json()["id"], None),
        ]
        shown = await read(api, poll)
        assert [figure.votes for line in shown.outside for figure in line.figures] == [71]

    async def test_at_once_corrections_leave_one(self, api: Api) -> None:
        poll = await open_poll(api.voting)
        first = (await enter(api, poll, "Instagram", {IDEAS[0]: 70})).json()["id"]
        answers = await asyncio.gather(
            *(enter(api, poll, "Instagram", {IDEAS[0]: n}, replaces=first) for n in range(5))
        )
        assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]

    @pytest.mark.parametrize(
        ("change", "status"),
        [
            ({"label": " "}, 422),
            ({"source_url": "javascript:alert(1)"}, 422),
            ({"source_url": "https://example.com/p/1"}, 201),
            ({"taken_at": "yesterday"}, 422),
            ({"figures": []}, 422),
            ({"figures": [{"idea_id": IDEAS[0], "votes": -1}]}, 422),
            ({"figures": [{"idea_id": "idea_trout", "votes": 1}]}, 422),
            ({"figures": [{"idea_id": IDEAS[0], "votes": 1}] * 2}, 422),
            ({"replaces": "out_nothing"}, 422),
            ({"more": 1}, 422),
        ],
    )
    async def test_what_is_wrong_is_refused(
        self, api: Api, change: dict[str, Any], status: int
    ) -> None:
        poll = await open_poll(api.voting)
        answer = await enter(api, poll, "Instagram", {IDEAS[0]: 1}, **change)
        assert answer.status_code == status, answer.text

    async def test_only_the_brands_managers_enter_them(self, api: Api) -> None:
        poll = await open_poll(api.voting)
        other = await enter(api, poll, "Instagram", {IDEAS[0]: 1}, brand="another_brand")
        check(other, 404, "not-found")
