"""A walk over all routes of all services with every token and session but the right one."""

from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import pytest

from groundswell_local.installation import Installation
from groundswell_local.settings import LocalPorts
from tests.support import route_table
from tests.support.doors import Door, knock, published_routes
from tests.support.house import Caller, House, build_house
from tests.support.site_table import SITE
from tests.support.site_visits import Browser, routes_of_site

pytestmark = pytest.mark.timeout(450)

TABLES = {
    "ideas": route_table.IDEAS,
    "voting": route_table.VOTING,
    "ballot_box": route_table.BALLOT_BOX,
    "notifications": route_table.NOTIFICATIONS,
    "rewards": route_table.REWARDS,
    "identity": route_table.IDENTITY,  # the last, because Bob is erased in it
}


class Browsers(NamedTuple):
    """Who comes to the site."""

    ada: Browser
    carol: Browser
    nobody: Browser
    pretender: Browser


@pytest.fixture(scope="module")
async def house(groundswell: Installation, state: Path, http: httpx2.AsyncClient) -> House:
    return await build_house(groundswell, state, http)


@pytest.fixture
async def browsers(groundswell: Installation, state: Path, house: House) -> AsyncIterator[Browsers]:
    """Ada, somebody else with a session, somebody without one, and one with a made-up cookie."""
    url = groundswell.web_url
    async with (
        httpx2.AsyncClient(base_url=url, timeout=20) as adas,
        httpx2.AsyncClient(base_url=url, timeout=20) as carols,
        httpx2.AsyncClient(base_url=url, timeout=20) as nobodys,
        httpx2.AsyncClient(base_url=url, timeout=20, cookies={"groundswell": "made-up"}) as made_up,
    ):
        ada, carol = Browser("Ada", house, adas), Browser("Carol", house, carols)
        await ada.sign_in(state, house.ada.address)
        await carol.sign_in(state, "carol@elsewhere.example")
        yield Browsers(
            ada, carol, Browser("nobody", house, nobodys), Browser("made-up", house, made_up)
        )


@pytest.mark.parametrize("service", TABLES)
async def test_table_names_every_route_and_no_other(
    groundswell: Installation, http: httpx2.AsyncClient, service: str
) -> None:
    published = await published_routes(http, getattr(groundswell, f"{service}_url"))
    _is_whole(TABLES[service], published)


async def test_table_names_every_page_and_no_other(
    groundswell: Installation, state: Path, ports: LocalPorts
) -> None:
    _is_whole(SITE, await routes_of_site(groundswell, state, ports))


def _is_whole(table: Iterable[str], published: set[str]) -> None:
    named = {route.partition("?")[0] for route in table}
    assert published - named == set(), "routes of which the table does not say who may call them"
    assert named - published == set(), "routes of the table that are gone"


async def test_strangers_at_the_site_learn_and_change_nothing(
    house: House, browsers: Browsers, http: httpx2.AsyncClient
) -> None:
    before = await _read_all(house, http)
    for route, page in SITE.items():
        if page.private:
            shown = await browsers.ada.visit(route, page)
            assert shown.status_code == 200, route
            assert any(secret in shown.text for secret in house.secrets), route
    wrong: list[str] = []
    for route, page in SITE.items():
        visits = [
            (browsers.nobody, page.nobody),
            (browsers.pretender, page.made_up or page.nobody),
            (browsers.carol, page.another),
        ]
        for browser, status in visits:
            answer = await browser.visit(route, page)
            wrong += _objections(f"{route} as {browser.name}", house, answer, status)
        if route.startswith("POST ") and not page.from_anywhere:
            answer = await browsers.ada.visit(route, page, foreign=True)
            wrong += _objections(f"{route} as Ada, by another site", house, answer, 403)
    assert not wrong, "\n".join(wrong)
    assert await _read_all(house, http) == before


async def test_strangers_learn_and_change_nothing(house: House, http: httpx2.AsyncClient) -> None:
    before = await _read_all(house, http)
    _each_secret_is_seen_by_its_owner(house, before)
    wrong: list[str] = []
    for service, table in TABLES.items():
        for route, door in table.items():
            for caller in house.callers:
                if not (house.is_owner(caller) and door.lets_in(house, caller)):
                    answer = await knock(http, _url(house, service), route, door, house, caller)
                    what = f"{service}: {route} as {caller.name}"
                    wrong += _objections(what, house, answer, door.status(house, caller))
    assert not wrong, "\n".join(wrong)
    assert await _read_all(house, http) == before


def _objections(what: str, house: House, answer: httpx2.Response, status: int) -> list[str]:
    """What is wrong with the answer to a stranger."""
    found = []
    if answer.status_code != status:
        found.append(f"{what}: {answer.status_code}, not {status}: {answer.text[:200]}")
    told = f"{answer.headers} {answer.text}"
    known = f"{answer.request.url} {answer.request.content.decode()}"
    leaked = [secret for secret in house.secrets if secret in told and secret not in known]
    return found + [f"{what}: tells {secret!r}" for secret in leaked]


async def _read_all(house: House, http: httpx2.AsyncClient) -> dict[tuple[str, str], Any]:
    """What the owners see, by route and caller; each of these reads succeeds."""
    seen = {}
    for url, route, door, caller in _private_reads(house):
        answer = await knock(http, url, route, door, house, caller)
        assert answer.is_success, f"{route} as {caller.name}: {answer.status_code} {answer.text}"
        seen[route, caller.name] = answer.json()
    return seen


def _private_reads(house: House) -> list[tuple[str, str, Door, Caller]]:
    """Everything that somebody on the owner's side may read, and nobody else."""
    return [
        (_url(house, service), route, door, caller)
        for service, table in TABLES.items()
        for route, door in table.items()
        for caller in house.callers
        if route.startswith("GET ")
        and door.private
        and house.is_owner(caller)
        and door.lets_in(house, caller)
    ]


def _each_secret_is_seen_by_its_owner(house: House, seen: dict[tuple[str, str], Any]) -> None:
    """So it means something when others do not see it."""
    text = str(list(seen.values()))
    assert [secret for secret in house.secrets if secret not in text] == []


def _url(house: House, service: str) -> str:
    return str(getattr(house.groundswell, f"{service}_url"))
