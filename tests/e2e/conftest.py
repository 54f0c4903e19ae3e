"""A real Chromium in front of the site, for everybody who tests pages.

How to use it: import the fixtures `browser` and `browsing` into a conftest.py, as this one does
(and `site`, if the contest is not yours alone), and then

    async def test_something(browsing: Browsing, site: Site) -> None:
        page = await browsing.page("narrow", javascript=False)  # closed when the test ends
        await page.goto(f"{site.url}/")
        await browsing.check(page, "contests")

- `browsing.page(screen, javascript=..., dark=...)` opens a page in a browser context of its own,
  with its own cookies. Screens are "narrow" (320 pixels), "phone" and "desktop".
- `browsing.check(page, name)` demands of the state that a page is in: no violation that axe finds
  (all its rules, and the size of targets), nothing wider than the screen, no complaint in the
  console. It keeps a screenshot, `<name>-<width>.png`, in `test-artefacts/screenshots/`, or below
  $GROUNDSWELL_TEST_ARTEFACTS. Pages without JavaScript can be checked too.
- `site` is all of Groundswell as processes, with helpers: contests in a phase, people who sign in,
  staff. `Site(installation, state, http)` puts the same helpers on an installation of your own.

Chromium is Debian's. Where it is missing it is installed if the tests run as root; else they fail
and say how to install it.
"""

from collections.abc import AsyncIterator

import httpx2
import pytest

from groundswell_local.installation import local_groundswell
from groundswell_local.ports import free_ports
from groundswell_local.settings import LocalPorts
from tests.e2e.browser import browser, browsing
from tests.e2e.site import Site
from tests.support.patience import Patience

__all__ = ["browser", "browsing", "site"]


@pytest.fixture(scope="package")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """All of Groundswell, once for the tests of this folder."""
    state = tmp_path_factory.mktemp("groundswell")
    names = list(LocalPorts.model_fields)
    ports = LocalPorts.model_validate(dict(zip(names, free_ports(len(names)), strict=True)))
    async with (
        local_groundswell(state, on_event=print, say=print, ports=ports) as running,
        httpx2.AsyncClient(transport=Patience(), timeout=20) as http,
    ):
        yield Site(running, state, http)
