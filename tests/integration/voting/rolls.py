"""Polls with electoral rolls: what managers put on them, and who asks for a pass."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2

from groundswell_kit.ids import new_id
from groundswell_voting.polls.rules import Poll, PollStage
from groundswell_voting.voteslog.rules import Eligibility, Rules
from tests.integration.voting.installation import Voting
from tests.integration.voting.people import Api, bearer, served
from tests.integration.voting.world import BRAND
from tests.support.issuer import LocalIssuer
from tests.support.service import own_database

INVITED = Rules(eligibility=Eligibility(invited_only=True))


@asynccontextmanager
async def secluded(voting: Voting, issuer: LocalIssuer) -> AsyncIterator[Api]:
    """The API over a database that no state machine looks at."""
    own = voting.settings.model_copy(update={"database_prefix": new_id("test")})
    async with own_database(own, "voting") as database:
        apart = Voting(own, database, voting.redis, voting.votes_log, voting.writer)
        await apart.stores.ensure_indexes()
        async with served(apart, issuer) as api:
            yield api


async def open_poll(api: Api, rules: Rules | None = None, **changes: Any) -> Poll:
    """A poll that gives passes, or would but for the changes."""
    planned = await api.voting.plan(rules=rules)
    opened = await api.voting.stores.polls.change(planned, stage=PollStage.OPEN, **changes)
    assert opened is not None
    return opened


async def call(
    api: Api, poll: Poll, method: str, path: str = "", body: Any = None, brand: str = BRAND
) -> httpx2.Response:
    """What a manager of a brand asks of a poll's roll."""
    token = api.token("staff_1", "manager", brand_id=brand)
    url = f"/v1/polls/{poll.poll_id}/roll{path}"
    return await api.http.request(method, url, json=body, headers=bearer(token))


async def put(api: Api, poll: Poll, *entries: dict[str, str]) -> tuple[int, int, int]:
    """Put entries on a roll: how many were added, changed and unchanged."""
    answer = await call(api, poll, "PUT", body={"entries": list(entries)})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    return told["added"], told["changed"], told["unchanged"]


async def count(api: Api, poll: Poll) -> dict[str, Any]:
    answer = await call(api, poll, "GET")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def ask(
    api: Api, poll: Poll, person: str, body: Any = None, **claims: Any
) -> httpx2.Response:
    """Ask for a pass."""
    token = api.token(person, **claims)
    url = f"/v1/polls/{poll.poll_id}/passes"
    return await api.http.post(url, json=body, headers=bearer(token))


def check(answer: httpx2.Response, status: int, kind: str, detail: str = "") -> None:
    told = answer.json()
    assert (answer.status_code, told["type"]) == (status, f"/problems/{kind}")
    assert detail in told.get("detail", "")


def entry(person: str, segment: str = "", region: str = "") -> dict[str, str]:
    named = {"participant_id": person, "segment": segment, "region": region}
    return {name: value for name, value in named.items() if value}
