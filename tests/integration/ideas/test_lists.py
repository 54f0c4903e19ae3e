"""Lists come in pages that leave nothing out."""

from typing import Any

from groundswell_kit.clock import utc_now
from tests.integration.ideas.world import World, new_contest


async def walk(world: World, path: str, **how: Any) -> tuple[list[str], int]:
    """All ids of a list, following the links from page to page, and how many pages there were."""
    found, pages, following = [], 0, f"{path}?limit=2"
    while following:
        answer = await world.send("GET", following, **how)
        page = answer.json()
        found += [item["id"] for item in page["items"]]
        pages += 1
        assert len(page["items"]) <= 2
        link = answer.links.get("next")
        assert (link is None) == (page["next"] is None)
        following = link["url"] if link else ""
    return found, pages


async def test_contests_come_newest_first(world: World) -> None:
    drafted = [(await world.draft())["id"] for _ in range(5)]
    assert await walk(world, "/v1/contests", by="finance") == (drafted[::-1], 3)


async def test_a_full_last_page_has_no_next(world: World) -> None:
    drafted = [(await world.draft())["id"] for _ in range(4)]
    assert await walk(world, "/v1/contests") == (drafted[::-1], 2)


async def test_everybody_lists_what_has_opened_whoever_opened_it_last_first(world: World) -> None:
    brands = ("nerc", "nike", "nerc", "lego", "nike", "lego")
    drafted = [
        (await world.done("POST", "/v1/contests", new_contest(), brand=brand))["id"]
        for brand in brands
    ]
    order = (3, 0, 4, 1, 2)  # the last one stays a draft
    opened = [drafted[number] for number in order]
    for number in order:
        path = f"/v1/contests/{drafted[number]}/phase"
        await world.done("POST", path, {"to": "submission"}, brand=brands[number], if_match="*")
    for reader in (None, "participant", "integrator"):
        assert await walk(world, "/v1/contests", by=reader) == (opened[::-1], 3)
    assert await walk(world, "/v1/contests", by="juror", brand="lego") == (
        [drafted[5], drafted[3]],
        1,
    )


async def test_contests_opened_in_one_moment_are_all_listed(world: World) -> None:
    drafted = [(await world.draft())["id"] for _ in range(5)]
    for contest_id in drafted:
        await world.enter(contest_id, "submission")
    moment = utc_now()
    await world.database["contests"].update_many(
        {}, {"$set": {"opened_at": moment, "phases.1.reached_at": moment}}
    )
    assert await walk(world, "/v1/contests", by=None) == (drafted[::-1], 3)


async def test_ideas_come_as_they_were_handed_in(world: World) -> None:
    contest_id, approved = await world.contest_in("submission")
    path = f"/v1/contests/{contest_id}/ideas"
    waiting = [await world.submit(contest_id) for _ in range(2)]
    assert await walk(world, path, by="editor") == (approved + waiting, 3)
    assert await walk(world, path, by=None) == (approved, 2)
    assert await walk(world, path, by="editor", brand="other") == (approved, 2)


async def test_staff_look_for_what_waits(world: World) -> None:
    contest_id, approved = await world.contest_in("submission")
    waiting, rejected = [await world.submit(contest_id) for _ in range(2)]
    why = {"reason": "Not a ship."}
    await world.done("POST", f"/v1/ideas/{rejected}/reject", why, by="editor")
    path = f"/v1/contests/{contest_id}/ideas"
    found = {
        status: [
            idea["id"]
            for idea in (await world.done("GET", f"{path}?status={status}", by="editor"))["items"]
        ]
        for status in ("submitted", "approved", "rejected")
    }
    assert found == {
        "submitted": [waiting],
        "approved": approved,
        "rejected": [rejected],
    }


async def test_a_cursor_belongs_to_its_list(world: World) -> None:
    contest_id, _ = await world.contest_in("submission")
    await world.draft()
    cursor = (await world.done("GET", "/v1/contests?limit=1"))["next"]
    answer = await world.send("GET", f"/v1/contests/{contest_id}/ideas?cursor={cursor}")
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["query.cursor"]
