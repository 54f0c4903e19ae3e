"""Lists of many ideas: what they show, and that each page is an index query."""

import random
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any

import pytest

from groundswell_ideas.contests.queries import ContestQueries
from groundswell_ideas.inspection.decoding import Decoder
from groundswell_ideas.submissions.documents import stored
from groundswell_ideas.submissions.listings import Listing, listed, placed
from groundswell_ideas.submissions.queries import SubmissionQueries
from groundswell_ideas.submissions.rules import Idea, Status
from groundswell_ideas.submissions.rules.listing import Asked, facet
from groundswell_ideas.submissions.rules.shuffle import SAMPLE, cells_for, order_for, ranges_at
from groundswell_ideas.submissions.store import IdeaStore
from groundswell_kit.clock import utc_now
from groundswell_kit.mongo import Document
from groundswell_local.engines import Engines
from tests.integration.ideas.submissions.desk import Desk, errors, opened
from tests.integration.ideas.world import BRAND, World, new_world
from tests.support.issuer import LocalIssuer

IDEAS = 6_000
PAGE = 50
CATEGORIES, REGIONS = ("Light", "Sound", "Smell"), ("Java", "Malaya")
WORDS = tuple(f"word{n}" for n in range(60))


@pytest.fixture(scope="module")
async def crowded(engines: Engines, issuer: LocalIssuer, decoder: Decoder) -> AsyncIterator[Desk]:
    """A contest with thousands of ideas, two thirds of them approved, and one beside it."""
    async with new_world(engines, issuer) as world:
        desk = await opened(world, decoder)
        for contest_id in (desk.contest_id, "con_beside"):
            await _crowd(world, contest_id, IDEAS if contest_id == desk.contest_id else IDEAS // 3)
        yield desk


async def _crowd(world: World, contest_id: str, count: int) -> None:
    chance, now = random.Random(contest_id), utc_now()  # noqa: S311 - a test's data
    statuses: tuple[Status, ...] = ("approved", "approved", "submitted")
    await world.database["ideas"].insert_many(
        stored(
            BRAND,
            Idea(
                brand_id=BRAND,
                contest_id=contest_id,
                id=f"idea_{contest_id}_{n:06}",
                participant_id=f"per_{n % 700}",
                title=f"Idea {n}",
                summary=" ".join(["always", *chance.choices(WORDS, k=8)]),
                fields={},
                status=statuses[n % 3],
                submitted_at=now - timedelta(seconds=chance.randrange(10**6)),
                category=chance.choice(CATEGORIES),
                region=chance.choice(REGIONS),
                parent_idea_id=f"idea_{contest_id}_000000" if 0 < n < 300 else None,
            ),
        )
        for n in range(count)
    )


def listing(desk: Desk, **how: Any) -> Listing:
    how = {"statuses": ("approved",)} | how
    return Listing(brand_id=BRAND, contest_id=desk.contest_id, **how)


async def explained(desk: Desk, query: Document, **how: Any) -> Document:
    """What the server did for a find: its stages, and what it looked at."""
    command = {"find": "ideas", "filter": query, **how}
    plan = await desk.world.database.command({"explain": command, "verbosity": "executionStats"})
    return dict(plan["executionStats"]) | {"plan": str(plan["queryPlanner"]["winningPlan"])}


LISTS: list[tuple[str, dict[str, Any]]] = [
    ("all", {}),
    ("category", {"facet": facet(category="Light")}),
    ("region", {"facet": facet(region="Java")}),
    ("both", {"facet": facet(category="Light", region="Java")}),
    ("remixes", {"facet": facet(remix_of="{0}")}),
    ("staff", {"statuses": ("submitted", "approved", "rejected", "withdrawn", "merged")}),
    ("word", {"terms": ("word7",)}),
    ("frequent word", {"terms": ("always",)}),
]


@pytest.mark.parametrize(("name", "how"), LISTS, ids=[name for name, _ in LISTS])
@pytest.mark.parametrize("direction", [1, -1], ids=["oldest", "newest"])
async def test_a_page_looks_at_what_it_shows(
    crowded: Desk, name: str, how: dict[str, Any], direction: int
) -> None:
    if name == "remixes":
        how = {"facet": facet(remix_of=f"idea_{crowded.contest_id}_000000")}
    query = listed(listing(crowded, **how))
    behind = {"came": {"$gt" if direction == 1 else "$lt": _middle()}}
    for query_of_page in (query, query | behind):
        found = await explained(crowded, query_of_page, sort={"came": direction}, limit=PAGE)
        assert found["nReturned"] == PAGE, name
        assert found["totalDocsExamined"] == PAGE
        assert found["totalKeysExamined"] <= PAGE + 10
        assert "COLLSCAN" not in found["plan"]
        assert "'stage': 'SORT'" not in found["plan"]


def _middle() -> str:
    return (utc_now() - timedelta(seconds=500_000)).isoformat(timespec="milliseconds")


async def test_a_search_for_several_words_looks_at_the_rarest(crowded: Desk) -> None:
    store = crowded.world.stores.ideas
    wanted = listing(crowded, terms=("always", "word7", "4001"))
    ordered = await store.rarest_first(wanted)
    assert ordered.terms[0] == "4001"
    query = listed(ordered)
    found = await explained(crowded, query, sort={"came": -1}, limit=PAGE)
    assert found["totalDocsExamined"] <= 1
    assert "COLLSCAN" not in found["plan"]


async def test_of_two_frequent_words_the_index_is_searched_by_the_rarer(crowded: Desk) -> None:
    store = crowded.world.stores.ideas
    ordered = await store.rarest_first(listing(crowded, terms=("always", "word7")))
    assert ordered.terms == ("word7", "always")
    by_kind = listing(crowded, terms=("always", "word7"), category="Light")
    assert (await store.rarest_first(by_kind)).terms == ("word7", "always")


async def test_a_shuffled_page_looks_at_some_dozens(crowded: Desk) -> None:
    store = crowded.world.stores.ideas
    for how in ({}, {"facet": facet(category="Light")}):
        wanted = listing(crowded, **how)
        places = await store.lowest_places(wanted)
        assert len(places) == SAMPLE
        order = order_for("ada", cells_for(places))
        query = placed(wanted, ranges_at(order, 0))
        found = await explained(crowded, query, projection={"_id": True})
        assert 40 < found["nReturned"] < 400
        assert found["totalKeysExamined"] <= found["nReturned"] + 20
        assert found["totalDocsExamined"] in (0, found["nReturned"])
        assert "COLLSCAN" not in found["plan"]
        sampled = await explained(
            crowded, listed(wanted), sort={"place": 1, "_id": 1}, limit=SAMPLE
        )
        assert sampled["totalKeysExamined"] <= SAMPLE + 10


async def walked(desk: Desk, query: str, **how: Any) -> list[str]:
    """All ids of a list, from page to page."""
    found: list[str] = []
    following = f"{desk.path}?{query}"
    while following:
        answer = await desk.world.send("GET", following, **{"by": None, **how})
        assert answer.status_code == 200, answer.text
        found += [item["id"] for item in answer.json()["items"]]
        following = answer.links["next"]["url"] if "next" in answer.links else ""
    return found


async def test_a_walk_through_a_shuffled_list_leaves_nothing_out(crowded: Desk) -> None:
    approved = await walked(crowded, "limit=100")
    assert len(approved) == IDEAS * 2 // 3
    orders = [await walked(crowded, f"limit=100&order=shuffled&seed={seed}") for seed in "ab"]
    for order in orders:
        assert sorted(order) == sorted(approved)
    assert orders[0] != orders[1]
    assert await walked(crowded, "limit=37&order=shuffled&seed=a") == orders[0]
    light = await walked(crowded, "limit=100&category=Light")
    assert sorted(await walked(crowded, "limit=100&category=Light&order=shuffled")) == sorted(light)


async def test_the_order_is_the_viewers_own(crowded: Desk) -> None:
    query = "order=shuffled"
    ada = await crowded.listed(query, by="participant", subject="per_a")
    assert await crowded.listed(query, by="participant", subject="per_a") == ada
    assert await crowded.listed(query, by="participant", subject="per_b") != ada
    assert await crowded.listed(query) != await crowded.listed(query)
    newest = await walked(crowded, "limit=100&order=newest")
    assert newest[::-1] == await walked(crowded, "limit=100&order=oldest")


async def test_what_is_taken_back_meanwhile_moves_nothing_else(desk: Desk) -> None:
    ideas = [await desk.world.submit(desk.contest_id, f"Ship {n}") for n in range(12)]
    for idea_id in ideas:
        await desk.world.approve(idea_id)
    before = await walked(desk, "order=shuffled&seed=a")
    first = await desk.world.done("GET", f"{desk.path}?order=shuffled&seed=a&limit=5", by=None)
    gone = before[6]
    await desk.done("POST", f"/v1/ideas/{gone}/withdraw")
    rest = await desk.listed(f"order=shuffled&seed=a&limit=20&cursor={first['next']}")
    assert rest == [idea_id for idea_id in before[5:] if idea_id != gone]


async def test_search_finds_words_whatever_their_case_and_marks(desk: Desk) -> None:
    path = desk.path
    titles = ("Café au port", "Le grand café", "船の名前")
    ids = []
    for title in titles:
        body = {"title": title, "summary": f"About {title} and more."}
        ids.append((await desk.done("POST", path, body))["id"])
        await desk.world.approve(ids[-1])
    assert await desk.listed("q=CAFE") == [ids[1], ids[0]]
    assert await desk.listed("q=cafe&order=oldest") == ids[:2]
    assert await desk.listed("q=cafe%20port") == [ids[0]]
    assert await desk.listed("q=%E8%88%B9%E3%81%AE") == [ids[2]]
    assert await desk.listed("q=nothing") == []


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("q=!!!", ("query.q", "words")),
        ("q=x&order=shuffled", ("query.order", "search")),
        ("q=x&remix_of=idea_1", ("query.remix_of", "search")),
        ("order=best", ("query.order", "literal_error")),
        ("status=draft", ("query.status", "literal_error")),
        ("seed=a%20b", ("query.seed", "string_pattern_mismatch")),
        ("q=%00", ("query.q", "nul")),
    ],
)
async def test_a_wrong_query_is_named(desk: Desk, query: str, error: tuple[str, str]) -> None:
    answer = await desk.world.send("GET", f"{desk.path}?{query}", by=None)
    assert answer.status_code == 422, answer.text
    assert errors(answer)[0][0] == error[0]


async def test_a_cursor_belongs_to_its_order_and_filters(crowded: Desk) -> None:
    page = await crowded.world.done("GET", f"{crowded.path}?limit=1&order=newest", by=None)
    for query in ("order=oldest", "order=shuffled", "order=newest&category=Light"):
        path = f"{crowded.path}?{query}&cursor={page['next']}"
        answer = await crowded.world.send("GET", path, by=None)
        assert (answer.status_code, errors(answer)[0][0]) == (422, "query.cursor")


@pytest.mark.parametrize("evil", ["$where", '{"$gt":""}', "<script>", "' OR 1=1", "a\nb", "%"])
async def test_hostile_filters_find_nothing_and_break_nothing(crowded: Desk, evil: str) -> None:
    for name in ("category", "region", "remix_of"):
        answer = await crowded.world.client.get(crowded.path, params={name: evil})
        assert (answer.status_code, answer.json()["items"]) == (200, [])
    answer = await crowded.world.client.get(crowded.path, params={"q": evil})
    assert answer.status_code in (200, 422)


async def test_caches_may_keep_what_everybody_sees(crowded: Desk) -> None:
    world, path = crowded.world, f"{crowded.path}?limit=2"
    idea_path = f"/v1/ideas/{(await crowded.listed('limit=1'))[0]}"
    for url in (path, idea_path, f"{path}&order=shuffled&seed=a"):
        public = await world.client.get(url)
        assert public.headers["Cache-Control"].startswith("public, max-age=")
        tag = {"If-None-Match": public.headers["ETag"]}
        again = await world.client.get(url, headers=tag)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == public.headers["ETag"]
        own = await world.send("GET", url, by="manager")
        assert own.headers["Cache-Control"] == "private, no-cache"
        assert own.headers["Vary"] == "Authorization"
    by_chance = await world.client.get(f"{path}&order=shuffled")
    assert by_chance.headers["Cache-Control"] == "no-store"


async def test_an_etag_changes_with_the_idea(desk: Desk) -> None:
    idea = await desk.hand_in()
    await desk.world.approve(idea["id"])
    path = f"/v1/ideas/{idea['id']}"
    before = (await desk.world.client.get(path)).headers["ETag"]
    await desk.world.done("POST", f"{path}/withdraw", by="participant", subject="per_1")
    after = await desk.world.client.get(path, headers={"If-None-Match": before})
    assert after.status_code == 404


async def test_a_shuffled_page_is_full_whatever_goes_meanwhile(desk: Desk) -> None:
    ideas = [(await desk.hand_in(number))["id"] for number in range(4)]
    for idea_id in ideas:
        await desk.world.approve(idea_id)
    stores = desk.world.stores
    gone: list[str] = []

    class Meanwhile(IdeaStore):
        """A store with which an idea goes between the two looks that a page takes."""

        async def find(
            self, brand_id: str, contest_id: str, idea_ids: Sequence[str]
        ) -> dict[str, Idea]:
            if not gone:
                gone.append(idea_ids[0])
                await desk.done("POST", f"/v1/ideas/{gone[0]}/withdraw")
            return await super().find(brand_id, contest_id, idea_ids)

    racing = Meanwhile(desk.world.database, stores.outbox)
    queries = SubmissionQueries(ContestQueries(stores.contests), racing)
    asked = Asked(order="shuffled", seed="x")
    found = await queries.page(desk.contest_id, None, None, asked, None, 3)
    assert sorted(one.idea.id for one in found) == sorted(set(ideas) - set(gone))
