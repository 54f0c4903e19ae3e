"""Requests to the site as a browser sends them, on the things of a House."""

from pathlib import Path
from typing import Any

import httpx2
import pytest

from groundswell_kit.health import Health
from groundswell_kit.mongo import connect
from groundswell_kit.streams import EventStreams
from groundswell_local.environment import service_environment
from groundswell_local.installation import Installation
from groundswell_local.settings import LocalPorts
from groundswell_web.app import create_site, services_of
from groundswell_web.sessions.store import SessionStore
from groundswell_web.settings import Settings
from tests.support.doors import routes_of
from tests.support.house import House
from tests.support.people import csrf_of, sign_in_at_site
from tests.support.site_table import Page


async def routes_of_site(groundswell: Installation, state: Path, ports: LocalPorts) -> set[str]:
    """All routes, read from the application, as the site publishes no OpenAPI document."""
    with pytest.MonkeyPatch.context() as patch:
        environment = service_environment(state, groundswell.engines.environment(), ports)
        for name, value in environment.items():
            patch.setenv(name, value)
        settings = Settings()
    database = connect(settings.mongo_uri, settings.database("web"))
    site = create_site(
        settings, services_of(settings), SessionStore(database), Health("api"), EventStreams(100)
    )
    await database.client.close()
    return routes_of(site.openapi())


class Browser:
    """Somebody's cookies, and what their forms carry; without a session, neither.

    `foreign` requests are those that a page of another site makes the browser send.
    """

    def __init__(self, name: str, house: House, client: httpx2.AsyncClient) -> None:
        self.name = name
        self._house = house
        self._client = client
        self._csrf = "none"

    async def sign_in(self, state: Path, address: str) -> None:
        """Begin a session."""
        await sign_in_at_site(self._client, state, address)
        self._csrf = csrf_of(await self._client.get("/account"))

    async def visit(self, route: str, page: Page, *, foreign: bool = False) -> httpx2.Response:
        """Send the request of a route, "METHOD path"; a form as from a page of this session."""
        method, _, template = route.partition(" ")
        ids = self._house.ids | {"digest": "0", "name": "none"}
        path = template.format_map(ids | {name: ids[thing] for name, thing in page.ids.items()})
        sent: dict[str, Any] = {}
        if method == "POST":
            form = {name: value.format_map(ids) for name, value in page.form.items()}
            sent["data"] = {**form, "csrf": "none" if foreign else self._csrf}
        if foreign:
            sent["headers"] = {"Sec-Fetch-Site": "cross-site"}
        return await self._client.request(method, path, **sent)
