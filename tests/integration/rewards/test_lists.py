"""Lists come in pages that leave nothing out."""

from typing import Any

import pytest

from groundswell_kit.clock import utc_now
from tests.integration.rewards.story import published, selected
from tests.integration.rewards.world import World
from tests.support.service import Json


async def walk(world: World, path: str, **how: Any) -> list[Json]:
    """All pages of a list of two items each, by the links from page to page."""
    pages, following = [], f"{path}?limit=2"
    while following:
        answer = await world.send("GET", following, **how)
        pages.append(answer.json())
        link = answer.links.get("next")
        assert (link is None) == (pages[-1]["next"] is None)
        following = link["url"] if link else ""
    return pages


def ids(pages: list[Json], items: str = "items") -> list[str]:
    assert all(len(page[items]) <= 2 for page in pages)
    return [item["id"] for page in pages for item in page[items]]


@pytest.mark.parametrize("same_moment", [False, True])
async def test_rewards_come_as_they_were_offered(world: World, same_moment: bool) -> None:
    await world.hear(published(), *(selected(f"idea_{number}") for number in range(5)))
    if same_moment:
        await world.database["wins"].update_many({}, {"$set": {"offered_at": utc_now()}})
    kept = await world.database["wins"].find().sort([("offered_at", 1), ("_id", 1)]).to_list()
    order = [win["_id"] for win in kept]
    pages = await walk(world, "/v1/contests/con_1/rewards")
    assert (ids(pages), len(pages)) == (order, 3)
    statement = await walk(world, "/v1/statements/me", by="participant", subject="person_1")
    assert ids(statement, "rewards") == order[::-1]


async def test_a_statement_shows_the_entries_of_its_page_and_all_that_is_owed(
    world: World,
) -> None:
    await world.hear(published(), *(selected(f"idea_{number}") for number in range(5)))
    for reward in (await world.statement("person_1"))["rewards"]:
        assert (await world.accept(reward)).status_code == 200
    pages = await walk(world, "/v1/statements/me", by="participant", subject="person_1")
    for page in pages:
        shown = {reward["id"] for reward in page["rewards"]}
        assert {entry["reward_id"] for entry in page["entries"]} == shown
        assert page["balances"] == [{"amount_minor": 250_000, "currency": "GBP"}]
    entries = ids(await walk(world, "/v1/contests/con_1/ledger-entries"))
    assert sorted(entries) == sorted(entry["id"] for page in pages for entry in page["entries"])
    booked = await world.database["entries"].find().sort([("at", 1), ("_id", 1)]).to_list()
    assert entries == [entry["_id"] for entry in booked]


async def test_a_cursor_belongs_to_its_list(world: World) -> None:
    await world.hear(published(), selected(), selected("idea_2"))
    cursor = (await world.done("GET", "/v1/contests/con_1/rewards?limit=1"))["next"]
    path = f"/v1/contests/con_1/ledger-entries?cursor={cursor}"
    answer = await world.send("GET", path)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["query.cursor"]
