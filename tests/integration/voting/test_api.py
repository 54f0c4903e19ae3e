"""The voting API: passes for those who may vote, receipts for their voters, standings for all."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx2
import pytest
from redis.asyncio import Redis

from groundswell_kit.clock import utc_now
from groundswell_kit.ids import new_id
from groundswell_kit.mongo import connect
from groundswell_local.engines import Engines
from groundswell_voting.control.writer import LogWriter
from groundswell_voting.passes.rules import parse_keys, sign
from groundswell_voting.polls.rules import Poll, PollStage
from groundswell_voting.settings import Settings
from tests.integration.voting.installation import Voting
from tests.integration.voting.people import Api, bearer, served
from tests.integration.voting.world import BRAND, IDEAS, Log, eventually, running
from tests.support.issuer import LocalIssuer

STAFF = ("manager", "editor", "juror", "finance", "auditor", "integrator")


@pytest.fixture
async def api(voting: Voting, issuer: LocalIssuer) -> AsyncIterator[Api]:
    async with served(voting, issuer) as api:
        yield api


@pytest.fixture(scope="module")
async def opened(
    engines: Engines, settings: Settings, votes_log: Log, writer: LogWriter
) -> AsyncIterator[Poll]:
    """A poll that stays open, for those who need no more."""
    database = connect(settings.mongo_uri, settings.database("voting"))
    client: Redis = Redis.from_url(engines.redis.address)
    yield await Voting(settings, database, client, votes_log, writer).open()
    await client.aclose()
    await database.client.close()


def check(answer: httpx2.Response, status: int, kind: str) -> None:
    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{kind}")
    assert answer.headers["content-type"] == "application/problem+json"


class TestPasses:
    async def test_a_pass_lets_its_voter_vote_in_its_poll(self, api: Api, opened: Poll) -> None:
        poll = opened
        answer = await api.ask_pass(poll, api.token())
        assert answer.status_code == 201
        permit = api.read(answer.json()["pass"])
        assert permit.poll_id == poll.poll_id
        assert 0 < permit.expires_at - utc_now().timestamp() <= 15 * 60
        assert "person_1" not in answer.text

        again = api.read(await api.permit(poll))
        assert again.voter == permit.voter
        assert again.pass_id != permit.pass_id
        assert api.read(await api.permit(poll, "person_2")).voter != permit.voter
        other = await api.voting.open()
        assert api.read(await api.permit(other)).voter != permit.voter

    async def test_who_may_not_have_one_is_told_why(self, api: Api, opened: Poll) -> None:
        poll = opened
        check(await api.ask_pass(poll, None), 401, "unauthenticated")
        check(await api.ask_pass(poll, "nonsense"), 401, "unauthenticated")
        check(await api.ask_pass(poll, api.token(exp=1)), 401, "unauthenticated")
        check(await api.ask_pass(poll, await api.permit(poll)), 401, "unauthenticated")
        for role in STAFF:
            for brand in (BRAND, "another_brand"):
                token = api.token("staff_1", role, brand_id=brand)
                check(await api.ask_pass(poll, token), 403, "forbidden")
        check(await api.ask_pass("poll_unheard_of", api.token()), 404, "not-found")

    async def test_a_poll_that_is_not_open_gives_none(self, api: Api) -> None:
        planned = await api.voting.plan()
        check(await api.ask_pass(planned, api.token()), 409, "voting-not-open")
        opened = await api.voting.open()
        await api.voting.close(opened)
        check(await api.ask_pass(opened, api.token()), 409, "voting-not-open")


class TestReceipts:
    async def test_they_tell_what_became_of_a_vote(self, api: Api) -> None:
        poll = await api.voting.open()
        counted = await api.vote(poll, "person_1", IDEAS[0])
        over_limit = await api.vote(poll, "person_1", IDEAS[1])
        strange = await api.vote(poll, "person_2", "idea_trout")
        mine, theirs = api.token("person_1"), api.token("person_2")
        assert await api.state(counted, mine) == "not_known_yet"
        async with api.voting.counted(), running(api.voting.machine(0.2).run):
            await eventually(lambda: _is_known(api, counted, mine), "the vote is archived")
            answer = (await api.get(f"/v1/receipts/{counted}", mine)).json()
            assert answer["idea_id"] == IDEAS[0]
            assert answer["recorded_at"] is not None
            # Sent again, it is the same vote.
            assert await api.vote(poll, "person_1", IDEAS[0]) == counted
            assert await api.state(counted, mine) == "counted"
            await eventually(lambda: _is_known(api, over_limit, mine), "the second one too")
            assert await api.state(over_limit, mine) == "over_limit"
            await eventually(lambda: _is_known(api, strange, theirs), "the other one too")
            assert await api.state(strange, theirs) == "not_on_ballot"
            permit = await api.permit(poll, "person_3")
            await api.voting.close(poll)
            await api.voting.reaches(poll, PollStage.CLOSED)
            late = await api.vote_with(permit)
            await eventually(lambda: _is_known(api, late, permit), "so is the late one")
            assert await api.state(late, permit) == "too_late"
            assert await api.state(counted, mine) == "counted"

    async def test_only_their_voter_may_read_them(self, api: Api, opened: Poll) -> None:
        poll, other = opened, await api.voting.open()
        receipt = await api.vote(poll, "person_1")
        path = f"/v1/receipts/{receipt}"
        for token in (
            api.token("person_2"),
            api.token("staff_1", "manager", brand_id=BRAND),
            await api.permit(poll, "person_2"),
            await api.permit(other, "person_1"),
        ):
            check(await api.get(path, token), 404, "not-found")
        check(await api.get(path, None), 401, "unauthenticated")
        for token in ("nonsense", api.token(exp=1)):
            check(await api.get(path, token), 401, "unauthenticated")
        for token in (api.token("person_1"), await api.permit(poll, "person_1")):
            assert (await api.get(path, token)).status_code == 200

    async def test_a_pass_whose_time_is_over_still_reads_them(self, api: Api, opened: Poll) -> None:
        permit = await api.permit(opened, new_id("person"))
        receipt, voter = await api.vote_with(permit), api.read(permit)
        keys = parse_keys(api.voting.settings.voting_pass_keys.get_secret_value())
        expired = sign(replace(voter, expires_at=1), keys)
        assert await api.state(receipt, expired) == "not_known_yet"

    async def test_an_id_that_was_never_issued_is_not_found(self, api: Api, opened: Poll) -> None:
        poll = opened
        receipt = await api.vote(poll, "person_1")
        mine = api.token("person_1")
        _, _, parts = receipt.rpartition(".")
        invented = [
            f"poll_2.{parts}",
            receipt[:-1],
            f"{receipt}A",
            receipt[:-1] + ("A" if receipt[-1] != "A" else "B"),
            f"{poll.poll_id}.{'A' * 32}",
            poll.poll_id,
            "nonsense",
            "%00",
            "%ff",
            "%F0%9F%90%9F",
        ]
        for text in invented:
            check(await api.get(f"/v1/receipts/{text}", mine), 404, "not-found")

    async def test_they_are_not_mistaken_while_the_archive_grows(
        self, api: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Between two reads of the archive come the closing record and a vote behind it."""
        poll = await api.voting.open()
        permit = await api.permit(poll)
        async with running(api.voting.machine(0.1).run):
            async with api.voting.counted():
                await api.voting.archived()
            await api.voting.close(poll)
            await api.voting.reaches(poll, PollStage.CLOSED)
        late = await api.vote_with(permit)
        archive = api.voting.stores.archive

        def grows_after(name: str) -> None:
            read = getattr(archive, name)

            async def read_and_grow(*args: str) -> object:
                found = await read(*args)
                monkeypatch.undo()
                async with api.voting.counted():
                    await api.voting.archived()
                return found

            monkeypatch.setattr(archive, name, read_and_grow)

        grows_after("control_records")
        grows_after("voter_records")
        assert await api.state(late, permit) in ("not_known_yet", "too_late")
        assert await api.state(late, permit) == "too_late"


class TestStandings:
    async def test_they_grow_and_are_certified_in_the_end(self, api: Api) -> None:
        poll = await api.voting.open()
        path = f"/v1/polls/{poll.poll_id}"
        check(await api.get(f"{path}/tally"), 404, "not-found")
        async with api.voting.counted(), running(api.voting.machine(0.2).run):
            for number in range(6):
                await api.vote(poll, f"person_{number}", IDEAS[number % 2])
            await eventually(lambda: _shows(api, poll, 6), "all are counted")
            live = (await api.get(f"{path}/standings")).json()
            reading = asyncio.create_task(_totals_until_certified(api, poll))
            assert live["status"] == "live"
            assert [i["rank"] for i in live["ideas"]] == [1, 1, 3, 3, 3]
            assert live["not_counted_yet"] is not None
            await api.voting.close(poll)
            await api.voting.reaches(poll, PollStage.RETIRED)
            # Also in the moment when the count has been dropped and the poll is remembered as open.
            assert await reading == {6}
        tally = (await api.get(f"{path}/tally")).json()
        certified = (await api.get(f"{path}/standings")).json()
        assert tally["tally"] == certified["ideas"] == live["ideas"]
        assert tally["verdicts"] == {"counted": 6}
        view = (await api.get(path)).json()
        assert (view["stage"], view["close_reason"]) == ("retired", "closed_early")

    async def test_they_say_how_much_is_not_counted_yet(self, api: Api, opened: Poll) -> None:
        poll = opened
        await api.vote(poll, "person_1")
        standings = (await api.get(f"/v1/polls/{poll.poll_id}/standings")).json()
        ends = await api.voting.votes_log.read()
        assert standings["not_counted_yet"] == sum(len(records) for records in ends.values())
        assert (standings["total_votes"], standings["counted_up_to"]) == (0, None)


ROUTES = {
    ("GET", "/v1/polls/{poll_id}"): "anyone",
    ("POST", "/v1/polls/{poll_id}/passes"): "participant",
    ("GET", "/v1/polls/{poll_id}/standings"): "anyone",
    ("GET", "/v1/polls/{poll_id}/standings/ideas/idea_boaty"): "anyone",
    ("GET", "/v1/polls/{poll_id}/standings/history?idea_id=idea_boaty"): "anyone",
    ("GET", "/v1/polls/{poll_id}/outside-figures"): "anyone",
    ("GET", "/v1/polls/{poll_id}/ballot"): "participant",
    ("GET", "/v1/receipts/{vote_id}"): "voter",
    ("GET", "/v1/polls/{poll_id}/tally"): "anyone",
    ("GET", "/problems/{slug}"): "anyone",
}


async def test_what_voters_and_everybody_use_knows_who_may(api: Api, opened: Poll) -> None:
    """A walk by nobody, by everybody, and by another brand's staff; all routes: test_strangers."""
    poll = opened
    receipt = await api.vote(poll, "person_1")
    for (method, template), who in ROUTES.items():
        path = template.format(poll_id=poll.poll_id, vote_id=receipt, slug="not-found")
        expected = 404 if path.endswith("/tally") else 200
        nobody = await api.http.request(method, path)
        assert nobody.status_code == (expected if who == "anyone" else 401), path
        for role in STAFF:
            for brand in (BRAND, "another_brand"):
                token = api.token("staff_1", role, brand_id=brand)
                answer = await api.http.request(method, path, headers=bearer(token))
                refused = {"anyone": expected, "participant": 403, "voter": 404}[who]
                assert answer.status_code == refused, (path, role)
        for wrong in ("PATCH", "DELETE"):
            assert (await api.http.request(wrong, path)).status_code == 405, path


@pytest.mark.parametrize("path", ["/v1/polls/{}", "/v1/polls/{}/standings", "/v1/polls/{}/tally"])
@pytest.mark.parametrize("poll_id", ["poll_unheard_of", "%00", "%ff", "%F0%9F%90%9F", "x" * 3_000])
async def test_a_poll_that_is_not_there_is_not_found(api: Api, path: str, poll_id: str) -> None:
    check(await api.get(path.format(poll_id)), 404, "not-found")


async def test_problems_of_the_ballot_box_are_explained(api: Api) -> None:
    """Its own process explains nothing; behind one origin, this one answers for both."""
    for slug in ("voting-not-open", "ballot-full", "not-recorded", "outcome-unknown"):
        answer = await api.get(f"/problems/{slug}")
        assert answer.status_code == 200, slug
        assert answer.json()["meaning"]


async def test_without_redis_all_but_the_standings_is_served(
    engines: Engines, api: Api, opened: Poll
) -> None:
    poll, permit = opened, await api.permit(opened, new_id("person"))
    receipt = await api.vote_with(permit)
    await engines.redis.kill()
    try:
        answer = await api.get_once(f"/v1/polls/{poll.poll_id}/standings")
        check(answer, 503, "unavailable")
        assert answer.headers["retry-after"]
        assert (await api.get(f"/v1/polls/{poll.poll_id}")).status_code == 200
        assert await api.state(receipt, permit) == "not_known_yet"
        assert await api.permit(poll, new_id("person"))
    finally:
        await engines.redis.start()
    await eventually(lambda: _shows(api, poll, 0), "standings are served again")


async def _is_known(api: Api, receipt: str, bearer: str) -> bool:
    return await api.state(receipt, bearer) != "not_known_yet"


async def _totals_until_certified(api: Api, poll: Poll) -> set[int]:
    totals = set()
    while True:
        shown = (await api.get(f"/v1/polls/{poll.poll_id}/standings")).json()
        totals.add(shown["total_votes"])
        if shown["status"] == "certified":
            return totals
        await asyncio.sleep(0.02)


async def _shows(api: Api, poll: Poll, votes: int, status: str = "live") -> bool:
    answer = await api.get(f"/v1/polls/{poll.poll_id}/standings")
    shown = answer.json()
    return answer.status_code == 200 and (shown["total_votes"], shown["status"]) == (votes, status)
