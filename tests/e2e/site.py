"""A running Groundswell for tests of pages: its contests, its people, its mail."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
from playwright.async_api import Page

from groundswell_kit.clock import utc_now
from groundswell_kit.ids import new_id
from groundswell_local.installation import Installation
from groundswell_local.mail.mailbox import Mailbox
from groundswell_local.paths import mail_directory
from tests.support.people import Person, sign_in

BRAND = "nerc"
WAIT_SECONDS = 60.0
SHIPS = (
    ("RRS Boaty McBoatface", "A name that nobody will forget."),
    ("RRS Sir David Attenborough", "For a lifetime of showing us the world that we live in."),
    ("RRS Poppy-Mai", "For a girl who is braver than most sailors."),
)
RULES = (
    "One vote for each person.\n\nThe name has to fit on the bow and in the mouth: no more than "
    "six words, and none that a harbour master would blush at.\n\nThe council has the last word."
)
TERMS = (
    "The prize is paid within 30 days of your acceptance, to an account in your name.\n\n"
    "You allow us to paint the name on a ship."
)

Json = dict[str, Any]

_CODE = re.compile(r"^\s*(\d{6})\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Vote:
    """A contest whose vote is open."""

    contest_id: str
    poll_id: str
    idea_ids: Sequence[str]


@dataclass
class Site:
    """Requests of staff are a manager's of BRAND; people sign in by the code that is mailed."""

    running: Installation
    state: Path
    http: httpx2.AsyncClient
    people: int = 0

    @property
    def url(self) -> str:
        """Where the pages are."""
        return self.running.web_url

    async def staff(self, method: str, path: str, body: object = None, **headers: str) -> Json:
        """The answer of the ideas service to a manager; it must be a good one."""
        token = self.running.issuer.mint("staff_e2e", ["manager"], BRAND)
        sent = {"Authorization": f"Bearer {token}", "If-Match": "*", **headers}
        url = self.running.ideas_url + path
        answer = await self.http.request(method, url, json=body, headers=sent)
        assert answer.is_success, answer.text
        document: Json = answer.json()
        return document

    def address(self, name: str = "person") -> str:
        """An address that nobody has used."""
        return f"{name}.{new_id('x')[-10:]}@example.com"

    async def person(self, address: str | None = None) -> Person:
        """Somebody who has signed in over HTTP, without a browser."""
        return await sign_in(
            self.http, self.running.identity_url, self.state, address or self.address()
        )

    async def draft(self, **changes: object) -> str:
        """A contest that can be opened, but for the changes."""
        now = utc_now()
        body = {
            "title": "Name our ship",
            "vote": "advisory",
            "owner": "Polar Research Council",
            "rules": RULES,
            "timetable": {
                "submission_closes_at": (now + timedelta(days=1)).isoformat(),
                "voting_opens_at": (now + timedelta(days=2)).isoformat(),
                "voting_closes_at": (now + timedelta(days=10)).isoformat(),
            },
            "answer_by": (now + timedelta(days=20)).date().isoformat(),
            "reward_plan": {
                "per_winner": {"amount_minor": 50_000, "currency": "GBP"},
                "terms": TERMS,
            },
            **changes,
        }
        return str((await self.staff("POST", "/v1/contests", body))["id"])

    async def enter(self, contest_id: str, *phases: str) -> None:
        """Leads a contest through these phases."""
        for phase in phases:
            await self.staff("POST", f"/v1/contests/{contest_id}/phase", {"to": phase})

    async def taking_ideas(self, **changes: object) -> str:
        """A contest that takes ideas."""
        contest_id = await self.draft(**changes)
        await self.enter(contest_id, "submission")
        return contest_id

    async def submit(self, contest_id: str, author: Person, title: str, summary: str) -> str:
        """An idea that somebody hands in."""
        url = f"{self.running.ideas_url}/v1/contests/{contest_id}/ideas"
        body = {"title": title, "summary": summary}
        answer = await self.http.post(url, json=body, headers=author.headers)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def approve(self, idea_id: str) -> None:
        await self.staff("POST", f"/v1/ideas/{idea_id}/approve", {})

    async def open_vote(
        self,
        author: Person,
        ideas: Sequence[tuple[str, str]] = SHIPS,
        **changes: object,
    ) -> Vote:
        """A contest in which one can vote on these (title, summary), all by one author."""
        contest_id = await self.taking_ideas(**changes)
        idea_ids = [await self.submit(contest_id, author, *idea) for idea in ideas]
        for idea_id in idea_ids:
            await self.approve(idea_id)
        await self.staff("PUT", f"/v1/contests/{contest_id}/shortlist", {"idea_ids": idea_ids})
        await self.enter(contest_id, "voting")
        contest = await self.staff("GET", f"/v1/contests/{contest_id}")
        poll_id = str(contest["poll_ids"][0])
        await self.until(lambda: self._reached(poll_id, "open"), "the poll is open")
        return Vote(contest_id, poll_id, idea_ids)

    async def cast(self, vote: Vote, voter: Person, idea_id: str) -> None:
        """A vote over HTTP, and its count."""
        passes = f"{self.running.voting_url}/v1/polls/{vote.poll_id}/passes"
        permit = (await self.http.post(passes, headers=voter.headers)).json()["pass"]
        votes = f"{self.running.ballot_box_url}/v1/polls/{vote.poll_id}/votes"
        headers = {"Authorization": f"Bearer {permit}"}

        async def is_taken() -> bool:
            answer = await self.http.post(votes, json={"idea_id": idea_id}, headers=headers)
            assert answer.status_code in (200, 202, 503), answer.text
            return answer.is_success

        await self.until(is_taken, "the vote is taken")

    async def counted(self, poll_id: str) -> int:
        """How many votes of a poll are counted."""
        url = f"{self.running.voting_url}/v1/polls/{poll_id}/standings"
        return int((await self.http.get(url)).json()["total_votes"])

    async def certify(self, vote: Vote) -> None:
        """Ends the vote and waits for its certified tally to reach the contest."""
        await self.enter(vote.contest_id, "deliberation")

        async def is_known() -> bool:
            path = f"/v1/contests/{vote.contest_id}/decision"
            return (await self.staff("GET", path))["tally"] is not None

        await self.until(is_known, "the tally is certified")

    async def mailed_code(self, address: str, besides: Sequence[str] = ()) -> str:
        """The code in the newest mail to an address, once one that is not known has come."""
        found: list[str] = []

        async def has_come() -> bool:
            for mail in Mailbox(mail_directory(self.state)).newest_first(address):
                code = _CODE.search(mail.text)
                if code and mail.id not in besides:
                    found.append(code[1])
                    return True
            return False

        await self.until(has_come, "a code is mailed")
        return found[0]

    async def sign_in(self, page: Page, address: str) -> None:
        """Signs a browser in, as a person does: from the sign-in page to where that leads."""
        known = [m.id for m in Mailbox(mail_directory(self.state)).newest_first(address)]
        if not page.url.startswith(f"{self.url}/sign-in"):
            await page.goto(f"{self.url}/sign-in")
        await page.get_by_label("E-mail address").fill(address)
        await page.get_by_role("button", name="Mail me a code").click()
        await page.get_by_label("Code from the mail").fill(await self.mailed_code(address, known))
        await page.get_by_role("button", name="Sign in").click()
        await page.get_by_role("button", name="Sign out").wait_for()

    async def until(self, holds: Callable[[], Awaitable[bool]], what: str) -> None:
        """Returns as soon as it holds; fails when it does not in time."""
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                while not await holds():  # noqa: ASYNC110 - no event tells it
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise AssertionError(f"not within {WAIT_SECONDS:g} s: {what}") from None

    async def _reached(self, poll_id: str, stage: str) -> bool:
        answer = await self.http.get(f"{self.running.voting_url}/v1/polls/{poll_id}")
        found: Mapping[str, Any] = answer.json()
        return answer.is_success and found["stage"] == stage
