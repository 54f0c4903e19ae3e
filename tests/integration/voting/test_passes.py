"""Who gets a ballot pass, and what it lets them do."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from groundswell_kit.clock import utc_now
from groundswell_voting.passes.rules import period_of
from groundswell_voting.voteslog.rules import Eligibility, Rules
from tests.integration.voting.installation import Voting
from tests.integration.voting.people import Api, bearer
from tests.integration.voting.rolls import (
    INVITED,
    ask,
    call,
    check,
    entry,
    open_poll,
    put,
    secluded,
)
from tests.integration.voting.world import BRAND
from tests.support.issuer import LocalIssuer

DAY = 86_400


@pytest.fixture
async def api(voting: Voting, issuer: LocalIssuer) -> AsyncIterator[Api]:
    async with secluded(voting, issuer) as api:
        yield api


class TestEligibility:
    async def test_the_invited_vote_and_nobody_else(self, api: Api) -> None:
        poll, other = await open_poll(api, INVITED), await open_poll(api, INVITED)
        await put(api, poll, entry("ada"))
        assert (await ask(api, poll, "ada")).status_code == 201
        check(await ask(api, poll, "ben"), 403, "not-eligible", "invited_only: ")
        check(await ask(api, other, "ada"), 403, "not-eligible", "invited_only: ")
        # The roll may change while the poll is open.
        await put(api, poll, entry("ben"))
        await call(api, poll, "DELETE", "/ada")
        assert (await ask(api, poll, "ben")).status_code == 201
        check(await ask(api, poll, "ada"), 403, "not-eligible", "invited_only: ")

    async def test_segments_are_those_of_the_roll(self, api: Api) -> None:
        poll = await open_poll(api, Rules(eligibility=Eligibility(segments=("club", "press"))))
        await put(api, poll, entry("ada", "press"), entry("ben", "staff"), entry("cy"))
        permit = await ask(api, poll, "ada")
        assert api.read(permit.json()["pass"]).segment == "press"
        for person in ("ben", "cy", "dee"):
            check(await ask(api, poll, person), 403, "not-eligible", "segments: ")

    async def test_a_region_is_that_of_the_roll_else_of_the_token(self, api: Api) -> None:
        poll = await open_poll(api, Rules(eligibility=Eligibility(regions=("VN",))))
        await put(api, poll, entry("ada", "", "VN"), entry("ben", "", "TH"), entry("cy", "club"))
        for person, region in (("ada", None), ("ada", "TH"), ("cy", "VN"), ("dee", "VN")):
            assert (await ask(api, poll, person, region=region)).status_code == 201, person
        for person, region in (("ben", None), ("ben", "VN"), ("cy", None), ("dee", "TH")):
            answer = await ask(api, poll, person, region=region)
            check(answer, 403, "not-eligible", "regions: ")

    async def test_accounts_must_be_old_enough(self, api: Api) -> None:
        poll = await open_poll(api, Rules(eligibility=Eligibility(account_age_seconds=30 * DAY)))
        now = int(utc_now().timestamp())
        old = await ask(api, poll, "ada", account_created_at=now - 30 * DAY)
        assert old.status_code == 201
        for created_at in (now - 29 * DAY, now + DAY, None):
            answer = await ask(api, poll, "ben", account_created_at=created_at)
            check(answer, 403, "not-eligible", "account_age_seconds: ")

    async def test_rules_that_do_not_need_the_roll_do_not_ask_for_it(self, api: Api) -> None:
        poll = await open_poll(api)
        await put(api, poll, entry("ada", "club"))
        assert api.read((await ask(api, poll, "ada")).json()["pass"]).segment == ""

    async def test_weights_ask_for_it_and_leave_out_nobody(self, api: Api) -> None:
        poll = await open_poll(api, Rules(weights={"club": 5}))
        await put(api, poll, entry("ada", "club"))
        for person, segment in (("ada", "club"), ("ben", "")):
            permit = api.read((await ask(api, poll, person)).json()["pass"])
            assert permit.segment == segment


class TestPasses:
    async def test_a_channel_is_one_of_the_polls(self, api: Api) -> None:
        poll = await open_poll(api, Rules(channels=("site", "shop")))
        wanted: list[tuple[Any, str]] = [
            (None, "site"),
            ({}, "site"),
            ({"channel": "shop"}, "shop"),
        ]
        for body, channel in wanted:
            answer = await ask(api, poll, "ada", body)
            assert answer.status_code == 201, body
            assert api.read(answer.json()["pass"]).channel == channel
        wrong: list[tuple[Any, str]] = [
            ({"channel": "web"}, "body.channel"),
            ({"channel": ""}, "body.channel"),
            ({"channel": 1}, "body.channel"),
            ({"weight": 9}, "body.weight"),
            ({"via": ""}, "body.via"),
            ({"via": "a link"}, "body.via"),
            ({"via": "x" * 41}, "body.via"),
        ]
        for body, field in wrong:
            answer = await ask(api, poll, "ada", body)
            check(answer, 422, "validation")
            assert [error["field"] for error in answer.json()["errors"]] == [field]

    async def test_it_carries_what_the_voters_link_named(self, api: Api) -> None:
        poll = await open_poll(api)
        for body, via in (({"via": "c0de_-9"}, "c0de_-9"), ({"via": None}, ""), (None, "")):
            answer = await ask(api, poll, "ada", body)
            assert answer.status_code == 201, body
            assert api.read(answer.json()["pass"]).via == via

    @pytest.mark.parametrize("body", [None, {}])
    async def test_only_participants_get_one_with_a_body_or_without(
        self, api: Api, body: Any
    ) -> None:
        poll = await open_poll(api)
        url = f"/v1/polls/{poll.poll_id}/passes"
        check(await api.http.post(url, json=body), 401, "unauthenticated")
        check(await ask(api, poll, "ada", body, exp=1), 401, "unauthenticated")
        manager = bearer(api.token("staff_1", "manager", brand_id=BRAND))
        check(await api.http.post(url, json=body, headers=manager), 403, "forbidden")
        form = await api.http.post(url, data={"channel": "web"}, headers=bearer(api.token()))
        check(form, 415, "unsupported-media-type")

    async def test_a_poll_that_counts_per_day_gives_passes_for_today(self, api: Api) -> None:
        daily = Rules(period="day", time_zone="Pacific/Kiritimati")
        poll = await open_poll(api, daily)
        days = [period_of(daily, utc_now())]
        permit = api.read(await api.permit(poll))
        days.append(period_of(daily, utc_now()))
        assert permit.period in days
        assert api.read(await api.permit(await open_poll(api))).period == ""

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"paused": True}, "The poll is paused."),
            ({"close_requested": True}, "The poll is closing."),
            ({"close_requested": True, "paused": True}, "The poll is closing."),
        ],
    )
    async def test_a_poll_that_takes_no_votes_says_why(
        self, api: Api, changes: dict[str, bool], reason: str
    ) -> None:
        poll = await open_poll(api, INVITED, **changes)
        check(await ask(api, poll, "ada"), 409, "voting-not-open", reason)
