"""A contest with very many ideas and the api that serves it, for the bench of the ideas service.

The ideas are put straight into MongoDB as the service's own stores write them; over HTTP it would
take hours. Contest, texts and readers are those of one run.
"""

import os
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import httpx2
from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_ideas.app import SERVICE, Stores
from groundswell_ideas.audit.rules import Subject
from groundswell_ideas.cases.rules import Case
from groundswell_ideas.discussion.rules import Comment
from groundswell_ideas.submissions.documents import counts_of, stored
from groundswell_ideas.submissions.rules import Idea
from groundswell_kit.clock import utc_now
from groundswell_kit.ids import new_id
from groundswell_kit.mongo import Document
from groundswell_local.environment import service_environment
from groundswell_local.issuer import LocalIssuer
from groundswell_local.ports import free_ports
from groundswell_local.supervisor import RoleEvent, RoleSpec, Supervisor
from tests.load.inventions import Inventions
from tests.load.world import empty_engines
from tests.support.programs import Program
from tests.support.story import BRAND, Story

DATABASE = f"groundswell_{SERVICE}"
CATEGORIES = [f"Category {n}" for n in range(12)]
REGIONS = [f"Region {n}" for n in range(8)]
COUNTRIES = ("ID", "MY", "SG", "TH", "VN", "PH", "KH", "LA")
DISCUSSED = 2_000
IDEAS_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class House:
    """The ideas service with engines of its own, and a contest of eight regions that takes ideas.

    `visitor` asks one thing after the other over a single connection.
    """

    directory: Path
    versions: Sequence[str]
    environment: dict[str, str]
    database: AsyncDatabase[Document]
    visitor: httpx2.AsyncClient
    story: Story

    async def read(
        self,
        path: str,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """The JSON of an answer that must be a success."""
        answer = await self.visitor.get(path, params=query, headers=headers)
        answer.raise_for_status()
        return answer.json()

    async def open_contest(self) -> str:
        """Opens another contest, and returns its id."""
        regions = [
            {"name": name, "countries": [country]}
            for name, country in zip(REGIONS, COUNTRIES, strict=True)
        ]
        await self.story.open_contest(
            "Flavours of everywhere",
            template="regional",
            regions=regions,
            categories=CATEGORIES,
            people=["The kitchen"],
            reward_budget={"amount_minor": 900_000, "currency": "SGD"},
        )
        return self.story.contest_id


@dataclass
class Gallery:
    """A contest with ideas, and `discussed`, the one about which most is said."""

    house: House
    contest_id: str
    words: Sequence[str]
    approved: list[str] = field(default_factory=list)
    discussed: str = ""

    @property
    def list_path(self) -> str:
        return f"/v1/contests/{self.contest_id}/ideas"


@asynccontextmanager
async def house(directory: Path, *roles: str) -> AsyncIterator[House]:
    """These roles of the service as real processes; nothing is left behind."""
    async with empty_engines(directory) as engines:
        environment = service_environment(directory, engines.environment())
        # As a program of this machine, so with all that the machine has set.
        environment = {**os.environ, **environment}
        await Program("groundswell_ideas", environment).output("prepare")
        specs = [RoleSpec("ideas", role, free_ports(1)[0]) for role in roles]
        supervisor = Supervisor(directory, environment, _ignore)
        async with (
            # Without a time-out: indexes over so much take longer than any request may.
            AsyncMongoClient[Document](engines.mongo.address, tz_aware=True) as mongo,
            httpx2.AsyncClient(
                base_url=specs[0].url, timeout=60, limits=httpx2.Limits(max_connections=1)
            ) as visitor,
        ):
            try:
                await supervisor.start(specs)
                yield House(
                    directory,
                    [engine.version for engine in engines.all()],
                    environment,
                    mongo[DATABASE],
                    visitor,
                    Story(specs[0].url, "", LocalIssuer(directory / "issuer"), visitor),
                )
            finally:
                await supervisor.stop()


async def filled(at: House, count: int) -> Gallery:
    """A new contest with so many ideas."""
    contest_id = await at.open_contest()
    inventions = Inventions(BRAND, contest_id, CATEGORIES, REGIONS, seed=6)
    made = Gallery(at, contest_id, inventions.words)
    await _fill(made, at.database, inventions, count)
    return made


async def _fill(
    made: Gallery, database: AsyncDatabase[Document], inventions: Inventions, count: int
) -> None:
    stores, waiting = Stores(database), list[Idea]()
    # Made over what is there, which takes a fraction of the time; the same ones in the end.
    await database["ideas"].drop_indexes()
    invented = inventions.ideas(count, utc_now())
    counts = Counter[str]()
    while some := list(islice(invented, IDEAS_AT_ONCE)):
        documents = [stored(BRAND, idea) for idea in some]
        await database["ideas"].insert_many(documents, ordered=False)
        for document in documents:
            counts.update(counts_of(document))
        made.approved += [idea.id for idea in some if idea.status == "approved"]
        waiting += [idea for idea in some if idea.status == "submitted"]
    whose = {"_id": f"{made.contest_id}/0", "brand_id": BRAND, "contest_id": made.contest_id}
    await database["idea_counts"].insert_one(whose | counts)
    await stores.ensure_indexes()
    await _queue(stores, waiting)
    made.discussed = made.approved[0]
    await _discuss(stores, made, inventions)


async def _queue(stores: Stores, waiting: Iterable[Idea]) -> None:
    """All that an editor has yet to look at."""
    for idea in waiting:
        subject = Subject(BRAND, idea.contest_id, "idea", idea.id)
        at = idea.submitted_at or utc_now()
        case = Case(id=new_id("case"), subject=subject, causes=("new",), opened_at=at)
        await stores.cases.put(BRAND, case)


async def _discuss(stores: Stores, made: Gallery, inventions: Inventions) -> None:
    """A long discussion of one idea, and a word about each of as many others."""
    begun = utc_now() - timedelta(days=7)
    subjects = [made.discussed] * DISCUSSED + made.approved[1 : DISCUSSED + 1]
    for number, idea_id in enumerate(subjects):
        comment = Comment(
            brand_id=BRAND,
            contest_id=made.contest_id,
            idea_id=idea_id,
            id=new_id("comment"),
            kind="comment",
            about="comment",
            author_id=f"person_{number}",
            text=inventions.text(20),
            status="published",
            shown=True,
            posted_at=begun + number * timedelta(seconds=30),
        )
        await stores.comments.add(BRAND, comment)


def _ignore(_: RoleEvent) -> None:
    """Nobody is told: a role that does not start raises, and the logs stay."""
