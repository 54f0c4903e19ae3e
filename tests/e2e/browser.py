"""Chromium, pages in it, and what is demanded of each page: a plugin of pytest.

The docstring of tests/e2e/conftest.py says how to use it.
"""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped] # says nothing
from playwright.async_api import (
    Browser,
    BrowserContext,
    Page,
    Route,
    ViewportSize,
    async_playwright,
    expect,
)

from tests.support.debian import apt_alone

NAMES = ("chromium", "chromium-browser", "google-chrome-stable")
REMEDY = (
    "the tests of pages need Chromium: as root, `apt-get update && apt-get install -y chromium`"
)
INSTALL_SECONDS = 600
PAGE_MILLISECONDS = 40_000
AXE_SECONDS = 60

SCREENS: Mapping[str, ViewportSize] = {
    "narrow": {"width": 320, "height": 640},
    "phone": {"width": 390, "height": 844},
    "desktop": {"width": 1280, "height": 900},
}
AXE_OPTIONS = {
    "resultTypes": ["violations"],
    "rules": {"target-size": {"enabled": True}},  # it is off by default
}

# What is wider than the screen, and is not hidden from sight on purpose.
_STICKING_OUT = """() => {
  const width = document.documentElement.clientWidth;
  const out = [...document.querySelectorAll("body *")].filter((element) => {
    const box = element.getBoundingClientRect();
    return box.width > 1 && box.height > 1 && (box.right > width + 1 || box.left < -1)
      && !element.closest(".skip, .hidden, svg");
  });
  const cut = document.documentElement.scrollWidth > width + 1 ? ["the page scrolls sideways"] : [];
  return [...cut, ...out.map((element) => element.outerHTML.slice(0, 160))];
}"""


def artefacts() -> Path:
    """Where screenshots are kept: test-artefacts/ of the checkout, unless told otherwise."""
    told = os.environ.get("GROUNDSWELL_TEST_ARTEFACTS")
    return Path(told) if told else Path(__file__).parents[2] / "test-artefacts"


def install_chromium() -> None:
    """Installs the browser where it is missing and can be installed; else changes nothing."""
    apt = shutil.which("apt-get")
    if _find() is not None or apt is None or os.geteuid() != 0:
        return
    with apt_alone():
        for command in (("update",), ("install", "-y", "chromium")):
            if _find() is None:
                subprocess.run(
                    (apt, "-qq", *command),
                    check=False,
                    timeout=INSTALL_SECONDS,
                    env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
                    stdout=sys.stderr,  # a worker of pytest speaks its own protocol on stdout
                )


def chromium() -> str:
    """The browser's program; fails the test where there is none."""
    return _find() or pytest.fail(REMEDY)


def _find() -> str | None:
    return next((path for path in map(shutil.which, NAMES) if path), None)


@dataclass
class Browsing:
    """Pages of one test, each in a browser context of its own."""

    browser: Browser
    contexts: list[BrowserContext] = field(default_factory=list)
    without_javascript: set[BrowserContext] = field(default_factory=set)
    complaints: list[str] = field(default_factory=list)

    async def page(
        self, screen: str = "phone", *, javascript: bool = True, dark: bool = False
    ) -> Page:
        """A new page; what its console complains of fails the test at the next check."""
        context = await self.browser.new_context(
            viewport=SCREENS[screen],
            java_script_enabled=javascript,
            is_mobile=screen != "desktop",
            has_touch=screen != "desktop",
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
        )
        self.contexts.append(context)
        context.set_default_timeout(PAGE_MILLISECONDS)
        page = await context.new_page()
        if not javascript:
            self.without_javascript.add(context)
        page.on("pageerror", lambda error: self.complaints.append(error.message))
        page.on("console", lambda said: self._hear(said.type, said.text))
        return page

    def _hear(self, kind: str, text: str) -> None:
        # An answer of 4xx or 5xx is no fault of the page; a refusal by its policy is.
        if kind == "error" and "Failed to load resource" not in text:
            self.complaints.append(text)

    async def check(self, page: Page, name: str) -> None:
        """Fails on what axe finds, what sticks out, and what the console said; keeps a picture."""
        await self.picture(page, name)
        if page.context in self.without_javascript:
            async with self._twin(page) as twin:
                found = await _violations(twin)
        else:
            found = await _violations(page)
        assert not found, f"{name}: {[_told(violation) for violation in found]}"
        assert await page.evaluate(_STICKING_OUT) == [], name
        assert self.complaints == [], name

    @asynccontextmanager
    async def _twin(self, page: Page) -> AsyncIterator[Page]:
        """The same page where scripts run, which axe needs; it sees what the first one shows."""
        context = await self.browser.new_context(
            viewport=page.viewport_size, reduced_motion="reduce"
        )
        context.set_default_timeout(PAGE_MILLISECONDS)
        try:
            shown = await page.content()
            twin = await context.new_page()

            async def show(route: Route) -> None:
                await route.fulfill(body=shown, content_type="text/html; charset=utf-8")

            address = page.url.partition("#")[0]
            await twin.route(address, show)
            await twin.goto(address)
            yield twin
        finally:
            await context.close()

    async def picture(self, page: Page, name: str) -> Path:
        """Keeps a screenshot of the whole page."""
        size = page.viewport_size or SCREENS["desktop"]
        path = artefacts() / "screenshots" / f"{name}-{size['width']}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        await page.screenshot(path=path, full_page=True)
        return path

    async def close(self) -> None:
        for context in self.contexts:
            await context.close()


async def _violations(page: Page) -> list[dict[str, Any]]:
    async with asyncio.timeout(AXE_SECONDS):
        result = await Axe().run(page, options=AXE_OPTIONS)
    found: list[dict[str, Any]] = result.response["violations"]
    return found


def _told(violation: dict[str, Any]) -> str:
    nodes = [node["html"][:200] for node in violation["nodes"][:5]]
    return f"{violation['id']}: {violation['help']} {nodes}"


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Chromium, without a window."""
    program = chromium()
    expect.set_options(timeout=PAGE_MILLISECONDS)
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(
            executable_path=program,
            args=["--no-sandbox"] if os.geteuid() == 0 else [],
        )
        yield running
        await running.close()


@pytest.fixture
async def browsing(browser: Browser) -> AsyncIterator[Browsing]:
    """Pages for one test."""
    pages = Browsing(browser)
    yield pages
    await pages.close()
