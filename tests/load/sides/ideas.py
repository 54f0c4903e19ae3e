"""Reading among very many ideas: each kind of list, search and page, one request after the other.

The time is that of a client on the same machine with one connection: what the server takes, and
half a millisecond or so of the client's own. Nothing is asked for twice in a row.
"""

import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from tests.load.gallery import CATEGORIES, REGIONS, Gallery, filled, house
from tests.load.sides import Measured, Sides, Stage
from tests.load.tools import LoadFailed

WARM_UP = 20
DEEP_PAGES = 200
FREQUENT, USUAL = 50, 2_000

Reading = Callable[[], Awaitable[Any]]


@asynccontextmanager
async def ideas(stage: Stage) -> AsyncIterator[Sides]:
    """A side for each kind of reading."""
    sizes = stage.sizes
    async with house(stage.directory, "api") as at:
        it = await filled(at, sizes.ideas)
        readings = await _readings(it)
        for reading in readings.values():
            for _ in range(min(WARM_UP, sizes.idea_reads)):
                await reading()
        measures = {name: partial(_measure, r, sizes.idea_reads) for name, r in readings.items()}
        yield Sides(at.versions, measures | {"export": partial(_export, it)})


async def _measure(reading: Reading, count: int) -> Measured:
    times = []
    for _ in range(count):
        begun = time.perf_counter()
        await reading()
        times.append((time.perf_counter() - begun) * 1_000)
    times.sort()
    return {
        "p50_ms": times[count // 2],
        "p99_ms": times[int(count * 0.99)],
        "slowest_ms": times[-1],
        "reads": count,
    }


async def _export(it: Gallery) -> Measured:
    """All ideas that came in as a file of CSV; it ends with how many there are."""
    path, editor = f"{it.list_path}/export", it.house.story.staff("editor")
    begun, size, end, first = time.perf_counter(), 0, b"", 0.0
    async with it.house.visitor.stream("GET", path, headers=editor) as answer:
        answer.raise_for_status()
        async for part in answer.aiter_bytes():
            first = first or time.perf_counter() - begun
            size, end = size + len(part), (end + part)[-100:]
    ideas = int(end.rpartition(b"#end,")[2].split(b",")[0])
    seconds = time.perf_counter() - begun
    return {
        "seconds": seconds,
        "ideas_per_second": ideas / seconds,
        "megabytes": size / 1e6,
        "first_byte_ms": first * 1_000,
    }


async def _readings(it: Gallery) -> Mapping[str, Reading]:
    """Every kind of reading, each with another subject whenever it is asked for."""
    dice = random.Random(7)  # noqa: S311 - no secret
    everywhere = await _cursors(it, order="newest")
    shuffled = await _cursors(it, order="shuffled", seed="deep")
    editor = it.house.story.staff("editor")
    queue, waiting = "/v1/moderation/queue", {"contest_id": it.contest_id, "cause": "new"}

    def listed(asked: Callable[[], dict[str, str]]) -> Reading:
        return lambda: it.house.read(it.list_path, asked())

    return {name: listed(asked) for name, asked in _lists(it, dice, everywhere, shuffled)} | {
        "queue": lambda: it.house.read(queue, waiting, editor),
        "contest": lambda: it.house.read(f"/v1/contests/{it.contest_id}"),
        "idea": lambda: it.house.read(f"/v1/ideas/{dice.choice(it.approved)}"),
        "comments": lambda: it.house.read(f"/v1/ideas/{it.discussed}/comments"),
    }


def _lists(
    it: Gallery, dice: random.Random, everywhere: Sequence[str], shuffled: Sequence[str]
) -> Iterator[tuple[str, Callable[[], dict[str, str]]]]:
    """What each list is asked for; cursors lead far down in two of them."""
    one_of, newest = dice.choice, {"order": "newest"}

    def category() -> dict[str, str]:
        return newest | {"category": one_of(CATEGORIES)}

    def region() -> dict[str, str]:
        return newest | {"region": one_of(REGIONS)}

    def viewer(seed: str) -> dict[str, str]:
        return {"order": "shuffled", "seed": seed}

    yield "newest", lambda: newest
    yield "newest_deep", lambda: newest | {"cursor": one_of(everywhere)}
    yield "category", category
    yield "region", region
    yield "category_and_region", lambda: category() | region()
    yield "word", lambda: {"q": one_of(it.words[:USUAL])}
    yield "two_words", lambda: {"q": f"{one_of(it.words[:FREQUENT])} {one_of(it.words[:USUAL])}"}
    yield "shuffled", lambda: viewer(f"viewer-{dice.randrange(1_000_000)}")
    yield "shuffled_deep", lambda: viewer("deep") | {"cursor": one_of(shuffled)}


async def _cursors(it: Gallery, **query: str) -> list[str]:
    """Cursors of the pages of a list, some behind others; raises when an idea comes twice."""
    cursors, seen = list[str](), set[str]()
    following: dict[str, str] = {}
    for _ in range(DEEP_PAGES):
        page = await it.house.read(it.list_path, {"limit": "100", **query, **following})
        found = {item["id"] for item in page["items"]}
        if found & seen or len(found) != len(page["items"]):
            raise LoadFailed(f"an idea came twice in the list {query}")
        seen |= found
        if page["next"] is None:
            break
        following = {"cursor": page["next"]}
        cursors.append(page["next"])
    return cursors
