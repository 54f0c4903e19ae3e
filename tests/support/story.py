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

_NOT_YET = httpx2.codes.NOT_FOUND


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
        return bearer(self.issuer.mint(f"{role}_1", [role], brand_id=BRAND))

    def participant(self, name: str) -> dict[str, str]:
        """The Authorization of a participant."""
        return bearer(self.issuer.mint(name, ["participant"]))

    async def draft_contest(self, title: str, reward_plan: Any = None, **terms: Any) -> str:
        """A manager drafts a contest with all that it needs; its id, and the story is about it."""
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
            "reward_plan": reward_plan,
            **terms,
        }
        contest = await self._post("/v1/contests", self.staff("manager"), draft)
        self.contest_id = contest["id"]
        return self.contest_id

    async def open_contest(self, title: str, reward_plan: Any = None, **terms: Any) -> None:
        """A manager drafts a contest with all it needs, and opens it for submissions."""
        await self.draft_contest(title, reward_plan, **terms)
        await self.move_to("submission")

    async def submit(self, title: str, author: dict[str, str]) -> str:
        """A participant, by their Authorization, hands an idea in; the idea's id."""
        body = {"title": title, "summary": f"Because {title} it is."}
        idea = await self._post(f"/v1/contests/{self.contest_id}/ideas", author, body)
        return str(idea["id"])

    async def submit_and_approve(self, title: str, author: dict[str, str] | None = None) -> str:
        """A participant hands an idea in and an editor approves it; the idea's id."""
        idea_id = await self.submit(title, author or self.participant(f"author of {title}"))
        await self.approve(idea_id)
        return idea_id

    async def approve(self, idea_id: str) -> None:
        """An editor lets an idea take part."""
        await self._post(f"/v1/ideas/{idea_id}/approve", self.staff("editor"), {})

    async def reject(self, idea_id: str, reason: str) -> None:
        """An editor turns an idea down."""
        await self._post(f"/v1/ideas/{idea_id}/reject", self.staff("editor"), {"reason": reason})

    async def shortlist(self, idea_ids: Sequence[str]) -> None:
        """An editor puts ideas to the vote."""
        url = f"{self.ideas_url}/v1/contests/{self.contest_id}/shortlist"
        headers = self.staff("editor") | await self.version()
        answer = await self.http.put(url, headers=headers, json={"idea_ids": list(idea_ids)})
        if answer.status_code == httpx2.codes.PRECONDITION_FAILED:
            # The first answer was lost on its way, and this one is to a repeat: look, and say so.
            headers = self.staff("editor") | await self.version()
            answer = await self.http.put(url, headers=headers, json={"idea_ids": list(idea_ids)})
        expect(answer, 200)

    async def move_to(self, phase: str) -> dict[str, Any]:
        """A manager moves the contest to another phase."""
        url = f"{self.ideas_url}/v1/contests/{self.contest_id}"
        headers = self.staff("manager") | await self.version()
        answer = await self.http.post(f"{url}/phase", headers=headers, json={"to": phase})
        if answer.status_code == httpx2.codes.PRECONDITION_FAILED:  # as above
            answer = await self.http.get(url, headers=self.staff("manager"))
            assert answer.json()["phase"] == phase
        return expect(answer, 200)

    async def open_voting(self) -> None:
        """The contest enters voting, and its poll takes votes."""
        self.poll_id = (await self.move_to("voting"))["poll_ids"][-1]
        await self.until(
            f"{self.voting_url}/v1/polls/{self.poll_id}", lambda p: p["stage"] == "open"
        )

    async def vote(self, ballot_box_url: str, voter: dict[str, str], idea_id: str) -> str:
        """A participant, by their Authorization, votes; the id of the vote."""
        passes = f"{self.voting_url}/v1/polls/{self.poll_id}/passes"
        permit = expect(await self.http.post(passes, headers=voter), 201)
        votes = f"{ballot_box_url}/v1/polls/{self.poll_id}/votes"
        headers, body = bearer(permit["pass"]), {"idea_id": idea_id}
        async with asyncio.timeout(PATIENCE_SECONDS):
            # The box may hear of the poll a little later than the voting API does.
            while (answer := await self.http.post(votes, headers=headers, json=body)).is_error:
                if answer.status_code != httpx2.codes.SERVICE_UNAVAILABLE:
                    break
                await asyncio.sleep(0.1)
        return str(expect(answer, None)["vote_id"])

    async def follow(self, notifications_url: str, person: dict[str, str]) -> None:
        """A participant follows the contest, once notifications has heard of it."""
        url = f"{notifications_url}/v1/follows/{self.contest_id}"
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                answer = await self.http.put(url, headers=person)
                if answer.status_code != _NOT_YET:
                    break
                await asyncio.sleep(0.1)
        expect(answer, 200)

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

    async def select(self, idea_id: str, reason: str, *others: str) -> None:
        """A manager selects the winner, or this one and others."""
        body = {"idea_ids": [idea_id, *others], "reason": reason}
        await self._post(f"/v1/contests/{self.contest_id}/winners", self.staff("manager"), body)

    async def decision(self) -> dict[str, Any]:
        """The decision as everybody can read it."""
        url = f"{self.ideas_url}/v1/contests/{self.contest_id}/decision"
        return expect(await self.http.get(url), 200)

    async def until(
        self, url: str, holds: Any, headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        """Read a URL until what it answers holds; TimeoutError after a minute."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                answer = await self.http.get(url, headers=headers)
                if answer.status_code == 200 and holds(document := answer.json()):
                    return dict(document)
                await asyncio.sleep(0.1)

    async def version(self) -> dict[str, str]:
        """The If-Match of a change to the contest as it is now."""
        url = f"{self.ideas_url}/v1/contests/{self.contest_id}"
        answer = await self.http.get(url, headers=self.staff("manager"))
        return {"If-Match": answer.headers["ETag"]}

    async def _post(
        self, path: str, headers: dict[str, str], body: Any, status: int | None = None
    ) -> dict[str, Any]:
        return expect(
            await self.http.post(f"{self.ideas_url}{path}", headers=headers, json=body), status
        )


def bearer(token: str) -> dict[str, str]:
    """The Authorization that a token makes."""
    return {"Authorization": f"Bearer {token}"}


def expect(answer: httpx2.Response, status: int | None) -> dict[str, Any]:
    """The JSON of an answer with this status, None: of any success. Raises Refused otherwise."""
    wanted = answer.is_success if status is None else answer.status_code == status
    if not wanted:
        raise Refused(f"{answer.request.method} {answer.url}: {answer.status_code} {answer.text}")
    return dict(answer.json())
