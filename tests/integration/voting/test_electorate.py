"""Electoral rolls: over HTTP, and through the worker."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from groundswell_contracts.cloudevents import CloudEvent, to_kafka
from groundswell_contracts.people import NO_BRAND, PersonErased
from groundswell_kit.clock import utc_now
from groundswell_kit.ids import new_id
from groundswell_voting.app.worker import worker_role
from groundswell_voting.electorate.schemas import MAX_ENTRIES
from tests.integration.voting.installation import Voting
from tests.integration.voting.people import Api, bearer
from tests.integration.voting.rolls import (
    INVITED,
    ask,
    call,
    check,
    count,
    entry,
    open_poll,
    put,
    secluded,
)
from tests.integration.voting.world import BRAND, eventually, running
from tests.support.issuer import LocalIssuer


@pytest.fixture
async def api(voting: Voting, issuer: LocalIssuer) -> AsyncIterator[Api]:
    async with secluded(voting, issuer) as api:
        yield api


class TestRoll:
    async def test_entries_are_added_changed_and_counted(self, api: Api) -> None:
        poll, other = await open_poll(api), await open_poll(api)
        first = [entry("ada", "club", "VN"), entry("ben", "club"), entry("cy")]
        assert await put(api, poll, *first) == (3, 0, 0)
        assert await put(api, poll, *first) == (0, 0, 3)
        changed = [entry("ada", "press", "VN"), entry("ben", " club "), entry("dee", "", "TH")]
        assert await put(api, poll, *changed) == (1, 1, 1)
        assert await count(api, poll) == {
            "entries": 4,
            "by_segment": {"press": 1, "club": 1, "": 2},
            "by_region": {"VN": 1, "TH": 1, "": 2},
        }
        assert await count(api, other) == {"entries": 0, "by_segment": {}, "by_region": {}}

    async def test_an_entry_is_taken_off(self, api: Api) -> None:
        poll = await open_poll(api)
        await put(api, poll, entry("ada"), entry("a person/?"))
        for _ in range(2):
            assert (await call(api, poll, "DELETE", "/ada")).status_code == 204
        assert (await call(api, poll, "DELETE", "/nobody")).status_code == 204
        assert (await count(api, poll))["entries"] == 1

    async def test_only_the_brands_manager_changes_it_and_only_its_staff_reads_it(
        self, api: Api
    ) -> None:
        poll = await open_poll(api, INVITED)
        await put(api, poll, entry("ada", "club"))
        body = {"entries": [entry("ada", "mine"), entry("eve")]}
        for method, path in (("PUT", ""), ("GET", ""), ("DELETE", "/ada")):
            sent = body if method == "PUT" else None
            check(await call(api, poll, method, path, sent, "another_brand"), 404, "not-found")
            missing = replace(poll, poll_id="poll_unheard_of")
            check(await call(api, missing, method, path, sent), 404, "not-found")
            url = f"/v1/polls/{poll.poll_id}/roll{path}"
            for role in ("participant", "editor", "juror", "finance", "auditor"):
                brand = None if role == "participant" else BRAND
                token = bearer(api.token("somebody", role, brand_id=brand))
                answer = await api.http.request(method, url, json=sent, headers=token)
                reads = method == "GET" and role != "participant"
                assert answer.status_code == (200 if reads else 403), (method, role)
            check(await api.http.request(method, url, json=sent), 401, "unauthenticated")
        assert (await count(api, poll))["by_segment"] == {"club": 1}

    @pytest.mark.parametrize(
        ("entries", "field"),
        [
            ([], "body.entries"),
            ([entry("ada"), entry("ada", "club")], "body.entries"),
            ([entry("")], "body.entries.0.participant_id"),
            ([entry("x" * 256)], "body.entries.0.participant_id"),
            ([entry("ada"), entry("ben", "s" * 65)], "body.entries.1.segment"),
            ([entry("ada", "", "r" * 65)], "body.entries.0.region"),
            ([entry("ada") | {"weight": "9"}], "body.entries.0.weight"),
            ([entry(f"p{n}") for n in range(MAX_ENTRIES + 1)], "body.entries"),
        ],
    )
    async def test_what_is_no_roll_is_refused(
        self, api: Api, entries: list[dict[str, str]], field: str
    ) -> None:
        poll = await open_poll(api)
        answer = await call(api, poll, "PUT", body={"entries": entries})
        check(answer, 422, "validation")
        assert [error["field"] for error in answer.json()["errors"]] == [field]
        assert (await count(api, poll))["entries"] == 0

    async def test_it_takes_as_many_as_it_says_also_twice_at_once(self, api: Api) -> None:
        poll = await open_poll(api)
        many = [entry(new_id("person"), f"segment {n % 7}", "VN") for n in range(MAX_ENTRIES)]
        both = await asyncio.gather(put(api, poll, *many), put(api, poll, *many))
        assert tuple(map(sum, zip(*both, strict=True))) == (MAX_ENTRIES, 0, MAX_ENTRIES)
        assert (await count(api, poll))["by_region"] == {"VN": MAX_ENTRIES}


class TestErasure:
    async def test_the_erased_leave_all_rolls_and_do_not_come_back(self, api: Api) -> None:
        poll, other = await open_poll(api, INVITED), await open_poll(api, INVITED)
        both = [entry("ada", "club"), entry("ben", "club")]
        await put(api, poll, *both)
        await put(api, other, *both)
        worker = worker_role(api.voting.settings)
        await worker.start()
        try:
            async with running(*worker.tasks):
                await publish_erasure(api, "ada")
                await eventually(lambda: is_off_all_rolls(api, "ada"), "ada is erased")
        finally:
            await worker.close()
        # The brand's list of customers may still name her.
        await put(api, poll, *both)
        assert await is_off_all_rolls(api, "ada")
        assert (await count(api, poll))["by_segment"] == {"club": 1}
        check(await ask(api, poll, "ada"), 403, "not-eligible", "invited_only: ")
        assert (await ask(api, poll, "ben")).status_code == 201


async def publish_erasure(api: Api, person_id: str) -> None:
    """What identity tells when somebody is erased."""
    erased = PersonErased(person_id=person_id)
    source = f"/groundswell/{new_id('identity')}"  # one whose sequence begins here
    message = to_kafka(CloudEvent(new_id("evt"), source, utc_now(), NO_BRAND, erased, sequence=1))
    await api.voting.votes_log.producer.send_and_wait(
        message.topic, key=message.key, value=message.value, headers=message.headers
    )


async def is_off_all_rolls(api: Api, person_id: str) -> bool:
    return (
        await api.voting.database["electoral_roll"].find_one({"participant_id": person_id}) is None
    )
