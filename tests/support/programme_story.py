"""A contest of any programme as its people live it, from the draft to the end; for scenarios.

What a brand, its participants, voters and readers do over public HTTP, and what is told on topics.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2

from groundswell_local.installation import Installation
from tests.support.people import Person, sign_in
from tests.support.pictures import jpeg
from tests.support.story import BRAND, PATIENCE_SECONDS, Story, bearer, expect
from tests.support.told import Told, events_about

Json = dict[str, Any]
Headers = dict[str, str]

MINUTE = timedelta(minutes=1)
LONGEST_WAIT_SECONDS = 120
_PIECE = "application/offset+octet-stream"
_NOT_NOW = httpx2.codes.SERVICE_UNAVAILABLE


@dataclass(slots=True, kw_only=True)
class ProgrammeStory(Story):
    """One contest of one brand, made from a template; `contest_id` is that of the last draft.

    Each step raises Refused when the service says otherwise.
    """

    groundswell: Installation
    state: Path
    run: str

    # Who takes part

    async def person(self, name: str, country: str | None = None) -> Person:
        """Somebody who signs in by the code in their mail; identity knows where they live."""
        address = f"{name.lower().replace(' ', '-')}.{self.run}@example.org"
        identity = self.groundswell.identity_url
        person = await sign_in(self.http, identity, self.state, address)
        if country is None:
            return person
        told = await self.http.patch(
            f"{identity}/v1/me", headers=person.headers, json={"region": country}
        )
        expect(told, 200)
        return await sign_in(self.http, identity, self.state, address)

    async def people(self, *names: str, country: str | None = None) -> list[Person]:
        """Several people, one after the other."""
        return [await self.person(name, country) for name in names]

    def employee(self, subject: str, *roles: str) -> Headers:
        """The Authorization of somebody by name who works for the brand."""
        return bearer(self.issuer.mint(subject, roles, brand_id=BRAND))

    def voter(self, name: str, country: str | None = None) -> Headers:
        """The Authorization of somebody out of the crowd."""
        return bearer(self.issuer.mint(name, ["participant"], region=country))

    # What the brand does

    async def draft(self, template: str, title: str, **terms: Any) -> Json:
        """A manager drafts a contest from a template, and says no more of it than this."""
        body = {"template": template, "title": title, **terms}
        contest = await self.done("POST", "/v1/contests", self.staff("manager"), body)
        self.contest_id = str(contest["id"])
        return contest

    async def change(self, **terms: Any) -> Json:
        """A manager changes the draft."""
        headers = self.staff("manager") | await self.version()
        return await self.done("PATCH", self.path, headers, terms)

    async def missing(self) -> set[str]:
        """The fields that stand in the way of the opening, as the readiness sheet has them."""
        sheet = await self.done("GET", f"{self.path}/readiness", self.staff("manager"))
        assert sheet["ready"] == (not sheet["obstacles"])
        return {obstacle["field"] for obstacle in sheet["obstacles"]}

    async def open(self, phase: str = "submission") -> Json:
        """The readiness sheet is complete, and a manager opens the contest."""
        assert await self.missing() == set()
        return await self.move_to(phase)

    async def waiting(self) -> list[Json]:
        """What waits for an editor, the oldest first."""
        path = f"/v1/moderation/queue?contest_id={self.contest_id}&limit=100"
        return list((await self.done("GET", path, self.staff("editor")))["items"])

    async def decide(self, decisions: Mapping[str, str]) -> None:
        """An editor decides on what waits, by the ids of ideas and comments, in one go."""
        kinds = {case["subject_id"]: case["kind"] for case in await self.waiting()}
        why = {"approve": None, "reject": "Please say it in another way."}
        chosen = [
            {"kind": kinds[i], "id": i, "decision": decision, "reason": why[decision]}
            for i, decision in decisions.items()
        ]
        body, editor = {"decisions": chosen}, self.staff("editor")
        done = await self.done("POST", "/v1/moderation/decisions", editor, body)
        assert all(one["refused"] is None for one in done["items"]), done

    # What participants do

    async def picture(self, by: Headers, seed: int, name: str = "sketch.jpg") -> str:
        """Somebody sends a picture, which is checked; the upload to be named in an entry."""
        content = jpeg(seed=seed)
        announced = {
            "contest_id": self.contest_id,
            "name": name,
            "bytes": len(content),
            "content_type": "image/jpeg",
        }
        upload = await self.done("POST", "/v1/uploads", by, announced)
        url = f"{self.ideas_url}{upload['url']}"
        piece = by | {"Upload-Offset": "0", "Content-Type": _PIECE}
        sent = await self.http.patch(url, headers=piece, content=content)
        assert sent.status_code == httpx2.codes.NO_CONTENT, sent.text
        await self.done("POST", f"{upload['url']}/complete", by)
        checked = await self.until(url, lambda u: u["state"] in ("ready", "refused"), by)
        assert checked["state"] == "ready", checked["refused"]
        return str(upload["upload_id"])

    async def hand_in(self, by: Headers, title: str, **entry: Any) -> str:
        """Somebody hands an idea in; the idea's id."""
        return str(expect(await self.try_to_hand_in(by, title, **entry), 201)["id"])

    async def try_to_hand_in(self, by: Headers, title: str, **entry: Any) -> httpx2.Response:
        """The answer to an idea that somebody hands in."""
        body = {"title": title, "summary": f"{title}, as I see it.", **entry}
        return await self.send("POST", f"{self.path}/ideas", by, body)

    async def comment(self, by: Headers, idea_id: str, text: str, **how: Any) -> Json:
        """Somebody says something about an idea."""
        return await self.done("POST", f"/v1/ideas/{idea_id}/comments", by, {"text": text, **how})

    # The vote

    async def poll_opens(self, poll_id: str) -> None:
        """The poll takes votes."""
        await self.until(f"{self.voting_url}/v1/polls/{poll_id}", lambda p: p["stage"] == "open")

    async def ask_pass(self, poll_id: str, voter: Headers) -> httpx2.Response:
        """The answer to somebody who asks for a ballot pass."""
        return await self.http.post(f"{self.voting_url}/v1/polls/{poll_id}/passes", headers=voter)

    async def try_to_vote(self, poll_id: str, voter: Headers, idea_id: str) -> httpx2.Response:
        """The answer of the ballot box to somebody who has a pass."""
        permit = expect(await self.ask_pass(poll_id, voter), 201)
        return await self.put_into_the_box(poll_id, permit["pass"], idea_id)

    async def put_into_the_box(self, poll_id: str, permit: str, idea_id: str) -> httpx2.Response:
        """The answer of the ballot box to a vote with this pass."""
        url = f"{self.groundswell.ballot_box_url}/v1/polls/{poll_id}/votes"
        headers, body = bearer(permit), {"idea_id": idea_id}
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                answer = await self.http.post(url, headers=headers, json=body)
                # The box may hear of the poll a little later than the voting API does.
                if answer.status_code != _NOT_NOW:
                    return answer
                await asyncio.sleep(0.1)

    async def crowd_votes(
        self, poll_id: str, votes: Mapping[str, int], country: str | None = None
    ) -> None:
        """So many people vote for each idea, each of them once; the box takes every vote."""
        for idea_id, number in votes.items():
            for n in range(number):
                voter = self.voter(f"voter {n} of {idea_id}", country)
                answer = await self.try_to_vote(poll_id, voter, idea_id)
                assert answer.is_success, answer.text

    async def certified(self, poll_id: str) -> dict[str, int]:
        """The votes of each idea, once voting has certified them and the contest shows the same."""
        tally = await self.until(f"{self.voting_url}/v1/polls/{poll_id}/tally", lambda _: True)
        votes = {idea["idea_id"]: idea["votes"] for idea in tally["tally"]}

        def shown(decision: Json) -> Json | None:
            tallies = [decision["tally"], *decision["other_tallies"]]
            return next((t for t in tallies if t and t["poll_id"] == poll_id), None)

        decision = await self.until(f"{self.ideas_url}{self.path}/decision", shown)
        published = shown(decision)
        assert published is not None
        assert {idea["idea_id"]: idea["votes"] for idea in published["ideas"]} == votes
        assert published["log_hash"] == tally["log_hash"]
        return votes

    # What people see

    async def page(self, **query: str) -> Json:
        """The contest as everybody reads it."""
        return await self.read(self.path, **query)

    async def gallery(self, **query: str) -> list[str]:
        """The titles of the ideas that everybody sees, as they came in."""
        page = await self.read(f"{self.path}/ideas", limit="100", **query)
        return [idea["title"] for idea in page["items"]]

    async def timeline(self, idea_id: str) -> list[str]:
        """What has happened to an idea, as its page tells everybody."""
        page = await self.read(f"/v1/ideas/{idea_id}/timeline")
        return [moment["kind"] for moment in page["items"]]

    async def read(self, path: str, **query: str) -> Json:
        """What everybody reads of the ideas service, without a token."""
        return expect(await self.http.get(f"{self.ideas_url}{path}", params=query), 200)

    async def hears(self, person: Person, *kinds: str) -> list[Json]:
        """The messages of the contest in somebody's inbox, oldest first, once all have come.

        Fails with what is there after a minute when they are not exactly of these kinds.
        """
        url = f"{self.groundswell.notifications_url}/v1/inbox?limit=100"
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            inbox = expect(await self.http.get(url, headers=person.headers), 200)["items"]
            messages = [m for m in reversed(inbox) if m["contest_id"] == self.contest_id]
            found = sorted(m["kind"] for m in messages)
            if found == sorted(kinds):
                return messages
            assert time.monotonic() < deadline, f"{person.address} hears {found}"
            await asyncio.sleep(0.2)

    async def told(self, *names: str) -> list[Told]:
        """What has been said of the contest, or those events of it that have these names.

        Events of one contest on one topic are in order.
        """
        engines = self.groundswell.engines
        events = await asyncio.to_thread(
            events_about, self.contest_id, engines.kafka.address, engines.mongo.address
        )
        return [event for event in events if not names or event.name in names]

    async def until_told(self, holds: Callable[[list[Told]], bool], *names: str) -> list[Told]:
        """What the topics tell, once that holds; fails with what they do after a minute."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not holds(events := await self.told(*names)):
            assert time.monotonic() < deadline, f"the topics tell {events}"
            await asyncio.sleep(0.2)
        return events

    # The requests that steps are made of

    @property
    def path(self) -> str:
        """Where the ideas service shows the contest."""
        return f"/v1/contests/{self.contest_id}"

    async def send(
        self, method: str, path: str, by: Headers | None, body: Any = None
    ) -> httpx2.Response:
        """The answer of the ideas service to a request."""
        return await self.http.request(
            method, f"{self.ideas_url}{path}", headers=by or {}, json=body
        )

    async def done(self, method: str, path: str, by: Headers | None, body: Any = None) -> Json:
        """The answer of the ideas service to a request that it grants."""
        return expect(await self.send(method, path, by, body), None)


def rules_of(refusal: httpx2.Response) -> list[tuple[str, str]]:
    """The fields and rules that a refusal names."""
    assert refusal.is_client_error, refusal.text
    return [(error["field"], error["rule"]) for error in refusal.json()["errors"]]


def whole_minute(at_least_seconds: float) -> datetime:
    """The first whole minute from then on, in UTC: calendars know no seconds."""
    soonest = datetime.now(UTC) + timedelta(seconds=at_least_seconds)
    return soonest.replace(second=0, microsecond=0) + MINUTE


async def until_clocks_show(moment: datetime) -> None:
    """Waits for a moment of a calendar, which is no further away than `whole_minute` makes it."""
    seconds = (moment - datetime.now(UTC)).total_seconds()
    assert seconds < LONGEST_WAIT_SECONDS, f"{moment} is too far away"
    await asyncio.sleep(max(0, seconds))


def in_days(days: int) -> str:
    """A day from now on, as `answer_by` has it."""
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


def in_seconds(seconds: float) -> str:
    """A moment from now on, as timetables have it."""
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()
