"""A browser's own EventSource follows the standings, is cut off, and resumes without a gap."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, Route

from tests.e2e.browser import Browsing
from tests.e2e.site import Site

pytestmark = pytest.mark.timeout(400)  # the first test starts all of Groundswell

LISTENER = """<!doctype html><title>Listening</title><script>
window.heard = [];
window.opened = 0;
const source = new EventSource("/v1/polls/POLL/standings/stream");
source.onopen = () => { window.opened += 1; };
for (const name of ["snapshot", "changes", "certified"]) {
  source.addEventListener(name, (event) => {
    const data = JSON.parse(event.data);
    window.heard.push({ name, id: event.lastEventId, votes: data.total_votes });
  });
}
</script>"""


@dataclass
class Wire:
    """A way to a server that can be cut; `url` is where it begins."""

    url: str = ""
    ends: set[asyncio.StreamWriter] = field(default_factory=set)

    def cut(self) -> None:
        """Breaks off every connection there is."""
        for end in self.ends:
            end.transport.abort()
        self.ends.clear()


@asynccontextmanager
async def wire_to(url: str) -> AsyncIterator[Wire]:
    wire, target = Wire(), urlsplit(url)

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            return  # it was cut
        finally:
            writer.close()

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(target.hostname, target.port)
        wire.ends |= {writer, far_writer}
        await asyncio.gather(carry(reader, far_writer), carry(far_reader, writer))

    server = await asyncio.start_server(connect, "127.0.0.1", 0)
    wire.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield wire
    server.close()
    wire.cut()


async def test_it_resumes_where_it_was_cut_off(browsing: Browsing, site: Site) -> None:
    vote = await site.open_vote(await site.person())
    async with wire_to(site.running.voting_url) as wire:
        page = await browsing.page("desktop")

        async def listen(route: Route) -> None:
            body = LISTENER.replace("POLL", vote.poll_id)
            await route.fulfill(body=body, content_type="text/html")

        await page.route(f"{wire.url}/listen", listen)
        await page.goto(f"{wire.url}/listen")
        await _until(page, "heard.some((event) => event.votes === 0)")
        await site.cast(vote, await site.person(), vote.idea_ids[0])
        await _until(page, "heard.some((event) => event.votes === 1)")
        wire.cut()
        # Somebody votes while nobody listens.
        await site.cast(vote, await site.person(), vote.idea_ids[1])
        await _until(page, "opened >= 2 && heard.some((event) => event.votes === 2)")
        heard: list[dict[str, Any]] = await page.evaluate("window.heard")
    assert [event["name"] for event in heard].count("snapshot") == 1, "resumed, not begun anew"
    votes = [event["votes"] for event in heard]
    assert votes == sorted(votes)
    assert all(event["id"] for event in heard)


async def _until(page: Page, holds: str) -> None:
    await page.wait_for_function(f"() => {{ const {{heard, opened}} = window; return {holds}; }}")
