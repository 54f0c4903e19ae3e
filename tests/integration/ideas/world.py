"""The ideas service in this process, the people who use it, and a look at what it keeps."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx2
from fastapi import FastAPI
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_contracts.cloudevents import CloudEvent
from groundswell_ideas import app as wiring
from groundswell_ideas.app.parts import ballot_commands, selection_commands
from groundswell_ideas.selection.commands import SelectionCommands
from groundswell_ideas.selection.rules import CertifiedTally, RankedIdea
from groundswell_ideas.settings import Settings
from groundswell_kit.clock import utc_now
from groundswell_kit.health import Health
from groundswell_kit.mongo import Document
from groundswell_local.engines import Engines
from tests.support import service
from tests.support.issuer import LocalIssuer
from tests.support.programs import Program, environment
from tests.support.service import Json

BRAND = "nerc"
PHASES = ("submission", "moderation", "voting", "deliberation", "decided", "delivery", "closed")


@dataclass
class World:
    """Requests are made `by` somebody: a role, of a brand if it is staff; None has no token."""

    settings: Settings
    stores: wiring.Stores
    database: AsyncDatabase[Document]
    app: FastAPI
    client: httpx2.AsyncClient
    issuer: LocalIssuer

    def token(self, role: str, brand: str | None = BRAND, subject: str | None = None) -> str:
        """A token of this role, of a brand if it is one that brands give."""
        return self.issuer.role_token(role, brand, subject)

    async def send(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        by: str | None = "manager",
        brand: str | None = BRAND,
        subject: str | None = None,
        if_match: str | None = None,
        key: str | None = None,
    ) -> httpx2.Response:
        """One request with a JSON body, and its answer."""
        token = None if by is None else self.token(by, brand, subject)
        return await service.send(
            self.client, method, path, body, token=token, if_match=if_match, key=key
        )

    async def done(self, method: str, path: str, body: object = None, **how: Any) -> Json:
        """The JSON answer to a request that must succeed."""
        return service.succeeded(await self.send(method, path, body, **how))

    async def draft(self, **changes: object) -> Json:
        """A contest with all that it needs to open, but for the changes."""
        return await self.done("POST", "/v1/contests", new_contest(**changes))

    async def enter(self, contest_id: str, phase: str) -> Json:
        """Leads a contest into its next phase."""
        path = f"/v1/contests/{contest_id}/phase"
        return await self.done("POST", path, {"to": phase}, if_match="*")

    async def submit(self, contest_id: str, title: str = "RRS Boaty", by: str = "per_1") -> str:
        """The id of a new idea."""
        body = {"title": title, "summary": "A name that nobody will forget."}
        path = f"/v1/contests/{contest_id}/ideas"
        idea = await self.done("POST", path, body, by="participant", subject=by)
        return str(idea["id"])

    async def approve(self, idea_id: str) -> None:
        """Approves an idea, which comes on the ballots that it belongs on."""
        await self.done("POST", f"/v1/ideas/{idea_id}/approve", {}, by="editor")
        await self.list_newcomers()

    async def list_newcomers(self) -> None:
        """Puts approved ideas on the ballots that they wait for, as the worker does."""
        while await ballot_commands(self.stores).try_next_listing():
            pass

    async def shortlist(self, contest_id: str, idea_ids: Sequence[str]) -> Json:
        body = {"idea_ids": idea_ids}
        path = f"/v1/contests/{contest_id}/shortlist"
        return await self.done("PUT", path, body, by="editor", if_match="*")

    async def certify(
        self, contest_id: str, votes: Sequence[tuple[str, int]], poll_id: str | None = None
    ) -> None:
        """Keeps a tally as if it had come from voting; votes by idea, the best first.

        It is that of the contest's first poll unless another one is named.
        """
        contest = await self.stores.contests.get(BRAND, contest_id)
        tally = CertifiedTally(
            poll_id=poll_id or contest.polls[0].id,
            ideas=tuple(RankedIdea(i, n, rank) for rank, (i, n) in enumerate(votes, start=1)),
            verdicts={"counted": sum(n for _, n in votes)},
            log_hash="ab" * 32,
            certified_at=utc_now(),
        )
        await self.selection.keep_tally(BRAND, contest_id, tally)

    @property
    def selection(self) -> SelectionCommands:
        return selection_commands(self.stores)

    async def contest_in(
        self, phase: str, author: str = "per_0", **changes: object
    ) -> tuple[str, list[str]]:
        """A contest in this phase, and its three approved ideas.

        The first one has most votes, and is by this author.
        """
        contest_id = str((await self.draft(**changes))["id"])
        await self.enter(contest_id, "submission")
        authors = (author, "per_1", "per_2")
        idea_ids = [await self.submit(contest_id, f"Ship {n}", by) for n, by in enumerate(authors)]
        for idea_id in idea_ids:
            await self.approve(idea_id)
        for step in PHASES[1 : PHASES.index(phase) + 1]:
            if step == "voting":
                await self.shortlist(contest_id, idea_ids)
            if step == "decided":
                body = {"idea_ids": idea_ids[:1], "reason": "The crowd has spoken."}
                await self.done("POST", f"/v1/contests/{contest_id}/winners", body)
            await self.enter(contest_id, step)
            if step == "voting":
                votes = zip(idea_ids, (124_109, 34_371, 15_231), strict=True)
                await self.certify(contest_id, list(votes))
        return contest_id, idea_ids

    async def vote(self, **changes: object) -> tuple[str, str, list[str], str]:
        """A contest in voting: its first poll, the two ideas on the ballot, and one that is not.

        The third idea came in time and was approved too late.
        """
        contest_id = str((await self.draft(**changes))["id"])
        await self.enter(contest_id, "submission")
        *listed, late = [await self.submit(contest_id, f"Ship {n}") for n in range(3)]
        for idea_id in listed:
            await self.approve(idea_id)
        await self.shortlist(contest_id, listed)
        poll_id = (await self.enter(contest_id, "voting"))["poll_ids"][0]
        await self.approve(late)
        return contest_id, str(poll_id), listed, late

    @property
    def program(self) -> Program:
        """The service as a process of its own, with the same settings."""
        return Program("groundswell_ideas", environment(self.settings))

    async def forget_everything(self) -> None:
        """Empties the database and leaves its indexes."""
        await service.forget_everything(self.database)

    async def kept(self, *names: str) -> dict[str, list[Document]]:
        """Everything in these collections, or in all: equal as long as nothing changes."""
        return await service.kept(self.database, *names)

    async def events(self) -> list[CloudEvent]:
        """All events in the outbox, in order for each topic and key."""
        return await service.outbox_of(self.database)

    async def event_names(self) -> list[str]:
        """The classes of all events in the outbox, sorted."""
        return sorted(type(event.data).__name__ for event in await self.events())


def new_contest(**changes: object) -> Json:
    """The body of a contest that can open at once, but for the changes; None leaves out."""
    now = utc_now()
    body = {
        "title": "Name our ship",
        "vote": "advisory",
        "owner": "James Hand",
        "rules": "One vote each. The director has the last word.",
        "timetable": {
            "submission_closes_at": (now + timedelta(hours=1)).isoformat(),
            "voting_opens_at": (now + timedelta(hours=1)).isoformat(),
            "voting_closes_at": (now + timedelta(hours=2)).isoformat(),
        },
        "answer_by": (now + timedelta(days=20)).date().isoformat(),
        "reward_plan": {
            "per_winner": {"amount_minor": 50_000, "currency": "GBP"},
            "terms": "Paid within 30 days of your acceptance.",
        },
        **changes,
    }
    return {name: value for name, value in body.items() if value is not None}


@asynccontextmanager
async def new_world(engines: Engines, issuer: LocalIssuer) -> AsyncIterator[World]:
    """The service with a database and a folder of its own, which are dropped at the end."""
    with TemporaryDirectory(prefix="groundswell-media-") as media:
        settings = Settings(
            **service.told(engines, issuer),
            ideas_api_port=0,
            ideas_worker_port=0,
            media_url=Path(media).as_uri(),
        )
        async with service.own_database(settings, "ideas") as database:
            stores = wiring.Stores(database)
            await stores.ensure_indexes()
            app = wiring.create_api(settings, stores, Health("api"))
            async with service.client_of(app) as client:
                yield World(settings, stores, database, app, client, issuer)
