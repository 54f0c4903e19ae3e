"""All ideas of a contest as one file, however many there are."""

import asyncio
import csv
import io
import json
import tracemalloc
from dataclasses import replace
from typing import Any

import pytest
from fastapi import Response
from starlette.types import Message

from groundswell_ideas.contests.queries import ContestQueries
from groundswell_ideas.exports.queries import AT_ONCE, ExportQueries
from groundswell_ideas.exports.routes import AT_ONCE_MAXIMUM, ExportRoutes, Sending
from groundswell_ideas.submissions.documents import stored
from groundswell_ideas.submissions.queries import SubmissionQueries
from groundswell_ideas.submissions.rules.listing import Asked
from groundswell_kit.access import Staff
from groundswell_kit.problems import Problem
from tests.integration.ideas.world import BRAND, World

MANY = 4_000


async def with_ideas(world: World, count: int) -> str:
    """A contest with so many approved ideas, each with a summary of two thousand letters."""
    contest_id, (first, *_) = await world.contest_in("submission")
    idea = await world.stores.ideas.get(BRAND, first)
    copies = [
        replace(idea, id=f"idea_copy{n:06}", title=f"Ship {n}", summary="It floats. " * 180)
        for n in range(count)
    ]
    await world.database["ideas"].delete_many({"contest_id": contest_id})
    await world.database["ideas"].insert_many([stored(BRAND, copy) for copy in copies])
    return contest_id


def contests_of(world: World) -> ContestQueries:
    return ContestQueries(world.stores.contests)


def path(contest_id: str, query: str = "") -> str:
    return f"/v1/contests/{contest_id}/ideas/export{query}"


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


async def test_everything_that_came_in_is_in_the_file(world: World) -> None:
    contest_id, approved = await world.contest_in("submission")
    waiting = await world.submit(contest_id, "=1+1")
    answer = await world.send("GET", path(contest_id), by="auditor")
    assert answer.headers["Content-Type"].startswith("text/csv; charset=utf-8")
    assert answer.headers["Cache-Control"] == "no-store"
    assert f"{contest_id}-ideas.csv" in answer.headers["Content-Disposition"]
    head, *found, end = rows(answer.text)
    assert [row[0] for row in found] == [*approved, waiting]
    assert end == ["#end", "4"]
    assert dict(zip(head, found[-1], strict=True))["title"] == "'=1+1"
    answer = await world.send("GET", path(contest_id, "?format=jsonl"), by="editor")
    *lines, last = [json.loads(line) for line in answer.text.splitlines()]
    assert [line["id"] for line in lines] == [*approved, waiting]
    assert last == {"end": True, "ideas": 4}


async def test_a_file_takes_the_filters_of_the_list(world: World) -> None:
    contest_id, approved = await world.contest_in("submission")
    waiting = await world.submit(contest_id, "A name of one's own")
    for query, ids in (
        ("?status=submitted", [waiting]),
        ("?status=approved&order=newest", approved[::-1]),
        ("?q=own", [waiting]),
    ):
        answer = await world.send("GET", path(contest_id, query))
        assert [row[0] for row in rows(answer.text)[1:-1]] == ids
    assert (await world.send("GET", path(contest_id, "?order=shuffled"))).status_code == 422


async def test_spreadsheets_get_a_mark_if_they_want_one(world: World) -> None:
    contest_id, _ = await world.contest_in("submission")
    marked = await world.send("GET", path(contest_id, "?bom=true"))
    assert marked.content.startswith(b"\xef\xbb\xbfid,")
    for query in ("", "?bom=true&format=jsonl"):
        plain = await world.send("GET", path(contest_id, query))
        assert not plain.content.startswith(b"\xef\xbb\xbf")


async def test_a_file_without_ideas_has_its_end(world: World) -> None:
    contest_id = str((await world.draft())["id"])
    (_, end) = rows((await world.send("GET", path(contest_id))).text)
    assert end == ["#end", "0"]


async def test_thousands_of_ideas_come_in_pieces(world: World) -> None:
    contest_id = await with_ideas(world, MANY)
    contests = contests_of(world)
    queries = ExportQueries(contests, SubmissionQueries(contests, world.stores.ideas))
    parts = await queries.file(BRAND, contest_id, Asked(), "jsonl", bom=False)
    count, largest, whole = 0, 0, 0
    tracemalloc.start()
    try:
        await anext(parts)
        _, before = tracemalloc.get_traced_memory()
        async for part in parts:
            count += part.count(b"\n")
            largest, whole = max(largest, len(part)), whole + len(part)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == MANY + 1
    assert largest < whole / 10
    # A few batches are in memory, as documents and as text, and never the file.
    assert peak - before < whole / 2, (peak, before, whole)


async def test_nothing_is_read_before_it_is_asked_for(world: World) -> None:
    contest_id = await with_ideas(world, 3 * AT_ONCE)
    reads = 0

    class Counted(SubmissionQueries):
        async def page(self, *asked: Any) -> Any:
            nonlocal reads
            reads += 1
            return await super().page(*asked)

    contests = contests_of(world)
    queries = ExportQueries(contests, Counted(contests, world.stores.ideas))
    parts = await queries.file(BRAND, contest_id, Asked(), "csv", bom=False)
    for expected in (1, 1, 2, 3):
        await anext(parts)
        assert reads == expected


async def test_a_file_that_breaks_off_has_no_end(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    contest_id = await with_ideas(world, AT_ONCE + 1)
    page = SubmissionQueries.page

    async def broken(self: SubmissionQueries, *asked: Any) -> Any:
        if asked[4] is not None:
            raise ConnectionError("the database went away")
        return await page(self, *asked)

    monkeypatch.setattr(SubmissionQueries, "page", broken)
    with pytest.raises(ConnectionError):
        await world.send("GET", path(contest_id, "?format=jsonl"))


async def test_only_staff_who_may_get_it(world: World) -> None:
    contest_id, _ = await world.contest_in("submission")
    for role, status in (
        ("auditor", 200),
        ("editor", 200),
        ("manager", 200),
        ("juror", 403),
        ("finance", 403),
        ("participant", 403),
        (None, 401),
    ):
        assert (await world.send("GET", path(contest_id), by=role)).status_code == status, role
    assert (await world.send("GET", path(contest_id), brand="lego")).status_code == 404
    assert (await world.send("GET", path("con_none"))).status_code == 404


async def test_of_many_at_once_no_more_than_so_many_are_let_in(world: World) -> None:
    contest_id, _ = await world.contest_in("submission")
    contests = contests_of(world)
    queries = ExportQueries(contests, SubmissionQueries(contests, world.stores.ideas))
    routes = ExportRoutes(queries)
    asking = (
        routes.export_ideas(contest_id, Staff(BRAND, "sta_1"), Asked())
        for _ in range(3 * AT_ONCE_MAXIMUM)
    )
    answers = await asyncio.gather(*asking, return_exceptions=True)
    files = [answer for answer in answers if isinstance(answer, Response)]
    assert len(files) == routes.sending.files == AT_ONCE_MAXIMUM
    assert {a.kind.status for a in answers if isinstance(a, Problem)} == {503}
    for file in files:
        await sent(file)
    assert routes.sending.files == 0
    with pytest.raises(Problem, match="no such contest"):
        await routes.export_ideas("con_none", Staff(BRAND, "sta_1"), Asked())
    assert routes.sending.files == 0


async def sent(file: Response) -> None:
    """Sends a file to somebody who reads it."""

    async def receive() -> Message:
        await asyncio.sleep(60)
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        assert message["type"].startswith("http.response")

    await file({"type": "http", "asgi": {"spec_version": "2.4"}}, receive, send)


async def test_files_beyond_the_limit_are_told_to_wait(world: World) -> None:
    contest_id, _ = await world.contest_in("submission")
    contests = contests_of(world)
    queries = ExportQueries(contests, SubmissionQueries(contests, world.stores.ideas))
    busy = ExportRoutes(queries, Sending(AT_ONCE_MAXIMUM))
    with pytest.raises(Problem) as refused:
        await busy.export_ideas(contest_id, Staff(BRAND, "sta_1"), Asked())
    assert refused.value.kind.status == 503
