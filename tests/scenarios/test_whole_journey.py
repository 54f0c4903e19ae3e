"""The whole journey in a browser: looked at closely, without JavaScript, and while roles die."""

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest
from playwright.async_api import Page

from groundswell_kit.ids import new_id
from groundswell_kit.mongo import connect
from groundswell_local.installation import Installation
from groundswell_local.mail.mailbox import Mailbox
from groundswell_local.paths import mail_directory
from groundswell_notifications.messages.store import MessageStore
from tests.e2e.browser import Browsing
from tests.support.patience import Patience
from tests.support.story import Story
from tests.support.visitor import Visitor
from tests.support.whole_journey import Cast, WholeJourney, expected, resent

pytestmark = pytest.mark.timeout(600)

STEPS = (
    "sign in",
    "open",
    "hand in",
    "follow",
    "moderate",
    "open voting",
    "vote",
    "look at the vote again",
    "close the vote",
    "decide",
    "hear of it",
    "accept",
)
ROLES = (
    "ideas-api",
    "ideas-worker",
    "voting-api",
    "voting-ballot-box",
    "voting-counter",
    "voting-archiver",
    "voting-worker",
    "identity-api",
    "identity-worker",
    "notifications-api",
    "notifications-worker",
    "rewards-api",
    "rewards-worker",
    "web-api",
)
SEED = int(os.environ.get("JOURNEY_SEED", "2016"))
LONGEST_DELAY_SECONDS = 1.5


class Reaper:
    """Kills each role once, at a moment that chance chose before the story began."""

    def __init__(self, groundswell: Installation) -> None:
        self._supervisor = groundswell.supervisor
        chance = random.Random(SEED)  # noqa: S311 - moments of a test, no secret
        self.plan = [
            (chance.choice(STEPS), role, chance.uniform(0, LONGEST_DELAY_SECONDS)) for role in ROLES
        ]
        self.killed: list[str] = []

    @asynccontextmanager
    async def step(self, name: str) -> AsyncIterator[None]:
        """A step of the story, and the killing that falls into it; both have ended after it."""
        due = [(role, delay) for step, role, delay in self.plan if step == name]
        killing = [asyncio.create_task(self._kill(role, delay)) for role, delay in due]
        try:
            yield
        finally:
            await asyncio.gather(*killing)

    async def _kill(self, role: str, delay: float) -> None:
        await asyncio.sleep(delay)
        os.kill(self._supervisor.pid(role), signal.SIGKILL)
        self.killed.append(role)


async def _cast(browsing: Browsing, groundswell: Installation, state: Path, phone: bool) -> Cast:
    """Four people who come for the first time; those with a small phone have no JavaScript."""
    mailbox, run = Mailbox(mail_directory(state)), new_id("run")[-8:]

    async def look(page: Page, what: str) -> None:
        if phone:  # while roles die, a page may be one of the browser's own
            await browsing.check(page, f"journey-{what.replace(',', '').replace(' ', '-')}")

    async def visitor(name: str) -> Visitor:
        page = await browsing.page("narrow" if phone else "desktop", javascript=not phone)
        address = f"{name}.{run}@example.org"
        return Visitor(page, groundswell.web_url, mailbox, address, look)

    return Cast(
        boaty=await visitor("james"),
        attenborough=await visitor("ida"),
        late=await visitor("horatio"),
        follower=await visitor("poppy"),
    )


async def test_the_whole_journey_on_a_small_phone_without_javascript(
    groundswell: Installation, state: Path, browsing: Browsing
) -> None:
    async with httpx2.AsyncClient(transport=Patience(), timeout=20) as http:
        cast = await _cast(browsing, groundswell, state, phone=True)
        story = Story(groundswell.ideas_url, groundswell.voting_url, groundswell.issuer, http)
        journey = WholeJourney(story, cast, groundswell.rewards_url)

        await journey.run()
        await journey.outcome()
        await _until_no_mail_is_due(groundswell)

        assert await journey.outcome() == expected()
        for visitor in cast.all().values():
            assert not visitor.troubles
            assert resent(visitor) == 0


async def test_the_whole_journey_while_each_role_is_killed_once(
    groundswell: Installation,
    state: Path,
    browsing: Browsing,
    capsys: pytest.CaptureFixture[str],
) -> None:
    patience, reaper = Patience(), Reaper(groundswell)
    plan = ", ".join(f"{step}+{delay:.2f}s {role}" for step, role, delay in reaper.plan)
    _tell(capsys, f"seed {SEED}: {plan}")
    async with httpx2.AsyncClient(transport=patience, timeout=20) as http:
        cast = await _cast(browsing, groundswell, state, phone=False)
        story = Story(groundswell.ideas_url, groundswell.voting_url, groundswell.issuer, http)
        journey = WholeJourney(story, cast, groundswell.rewards_url, reaper.step)

        await journey.run()
        await journey.outcome()
        await _until_no_mail_is_due(groundswell)
        outcome = await journey.outcome()

        assert sorted(reaper.killed) == sorted(ROLES)
        assert outcome == expected()
        visitors = list(cast.all().values())
        failed = sum(len(visitor.troubles) for visitor in visitors)
        again = sum(resent(visitor) for visitor in visitors)
        _tell(
            capsys,
            f"pages that failed: {failed}; staff's requests repeated: {patience.repeats}; "
            f"mails that came again under their Message-ID: {again}",
        )


async def _until_no_mail_is_due(groundswell: Installation) -> None:
    """A mail that a killed worker had in hand is taken up by another one after a minute."""
    database = connect(groundswell.engines.mongo.address, "groundswell_notifications")
    try:
        async with asyncio.timeout(150):
            while True:
                if (await MessageStore(database).queue()).due == 0:
                    break
                await asyncio.sleep(0.5)
    finally:
        await database.client.close()


def _tell(capsys: pytest.CaptureFixture[str], text: str) -> None:
    """What is worth knowing of a run that went well."""
    with capsys.disabled():
        print(f"\n{text}")  # noqa: T201 - see above
