"""A contest as its people live it, through the public HTTP interfaces; for scenario tests."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2

from groundswell_local.issuer import LocalIssuer

BRAND = "brand_scenario"
PATIENCE_SECONDS = 60.0


class Refused(Exception):
    """An answer that this story did not expect."""


@dataclass(slots=True)
class Story:
    """One contest of one brand; each step raises Refused when the service says otherwise."""

    ideas_url: str
    voting_url: str
    issuer: LocalIssuer
    http: httpx2.AsyncClient
    contest_id: str = ""
    poll_id: str = ""

    def staff(self, role: str) -> dict[str, str]:
        """The Authorization of somebody who works for the brand."""
        return _bearer(self.issuer.mint(f"{role}_1", [role], brand_id=BRAND))

    def participant(self, name: str) -> dict[str, str]:
        """The Authorization of a participant."""
        return _bearer(self.issuer.mint(name, ["participant"]))

    async def open_contest(self, title: str) -> None:
        """A manager drafts a contest with all it needs, and opens it for submissions."""
        now = datetime.now(UTC)
        draft = {
            "title": title,
            "owner": "The naming team",
            "vote": "advisory",
            "rules": "One vote each. The result advises; the brand decides, in public.",
            "answer_by": (now + timedelta(days=30)).date().isoformat(),
            "timetable": {
                "submission_closes_at": (now + timedelta(hours=1)).isoformat(),
                "voting_opens_at": (now + timedelta(hours=1)).isoformat(),
                "voting_closes_at": (now + timedelta(hours=2)).isoformat(),
            },
        }
        contest = await self._post("/v1/contests", self.staff("manager"), draft)
        self.contest_id = contest["id"]
        await self.move_to("submission")

    async def submit_and_approve(self, title: str) -> str:
        """A participant hands an idea in and an editor approves it; the idea's id."""
        body = {"title": title, "summary": f"Because {title} it is."}
        author = self.participant(f"author of {title}")
        idea = await self._post(f"/v1/contests/{self.contest_id}/ideas", author, body)
        await self._post(f"/v1/ideas/{idea['id']}/approve", self.staff("editor"), {})
        return str(idea["id"])

    async def shortlist(self, idea_ids: Sequence[str]) -> None:
        """An editor puts ideas to the vote."""
        url = f"{self.ideas_url}/v1/contests/{self.contest_id}/shortlist"
        headers = self.staff("editor") | await self._version()
        _expect(await self.http.put(url, headers=headers, json={"idea_ids": list(idea_ids)}), 200)

    async def move_to(self, phase: str) -> dict[str, Any]:
        """A manager moves the contest to another phase."""
        path = f"/v1/contests/{self.contest_id}/phase"
        headers = self.staff("manager") | await self._version()
        return await self._post(path, headers, {"to": phase}, status=200)

    async def open_voting(self) -> None:
        """The contest enters voting, and its poll takes votes."""
        self.poll_id = (await self.move_to("voting"))["poll_ids"][-1]
        await self.until(
            f"{self.voting_url}/v1/polls/{self.poll_id}", lambda p: p["stage"] == "open"
        )

    async def certified_tally(self) -> dict[str, Any]:
        """The tally, once it is certified and the contest has heard of it."""
        tally = await self.until(f"{self.voting_url}/v1/polls/{self.poll_id}/tally", lambda _: True)
        await self.until(
            f"{self.ideas_url}/v1/contests/{self.contest_id}/decision",
            lambda decision: decision["tally"] is not None,
        )
        return tally

    async def veto(self, idea_id: str, reason: str) -> None:
        """A manager rules an idea out, in public."""
        body = {"idea_id": idea_id, "reason": reason}
        await self._post(f"/v1/contests/{self.contest_id}/vetoes", self.staff("manager"), body)

    async def select(self, idea_id: str, reason: str) -> None:
        """A manager selects the winner."""
        body = {"idea_ids": [idea_id], "reason": reason}
        await self._post(f"/v1/contests/{self.contest_id}/winners", self.staff("manager"), body)

    async def decision(self) -> dict[str, Any]:
        """The decision as everybody can read it."""
        url = f"{self.ideas_url}/v1/contests/{self.contest_id}/decision"
        return _expect(await self.http.get(url), 200)

    async def until(self, url: str, holds: Any) -> dict[str, Any]:
        """Read a URL until what it answers holds; TimeoutError after a minute."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                answer = await self.http.get(url)
                if answer.status_code == 200 and holds(document := answer.json()):
                    return dict(document)
                await asyncio.sleep(0.1)

    async def _version(self) -> dict[str, str]:
        url = f"{self.ideas_url}/v1/contests/{self.contest_id}"
        answer = await self.http.get(url, headers=self.staff("manager"))
        return {"If-Match": answer.headers["ETag"]}

    async def _post(
        self, path: str, headers: dict[str, str], body: Any, status: int | None = None
    ) -> dict[str, Any]:
        return _expect(
            await self.http.post(f"{self.ideas_url}{path}", headers=headers, json=body), status
        )


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _expect(answer: httpx2.Response, status: int | None) -> dict[str, Any]:
    wanted = answer.is_success if status is None else answer.status_code == status
    if not wanted:
        raise Refused(f"{answer.request.method} {answer.url}: {answer.status_code} {answer.text}")
    return dict(answer.json())
