"""Pages of contests of every programme: what one does not promise is not asked for."""

from datetime import timedelta
from typing import Any

import pytest

from groundswell_kit.clock import utc_now
from tests.integration.web.world import World

COMMON: dict[str, Any] = {
    "people": ["The kitchen"],
    "reward_budget": {"amount_minor": 900_000, "currency": "AUD"},
    "prizes": [
        {
            "name": "Each order",
            "goes_to": "author",
            "words": "A share of each.",
            "basis_points": 250,
            "share_of": "order",
        }
    ],
}


@pytest.fixture(autouse=True)
async def _nobody_is_signed_in(world: World) -> None:
    await world.forget_everything()


async def pages_of(world: World, contest_id: str, **headers: str) -> dict[str, str]:
    """All that a stranger reads of a contest, by its path."""
    found = {}
    async with world.browser() as browser:
        for path in ("", "/ideas", "/decision"):
            page = await browser.get(f"/contests/{contest_id}{path}", **headers)
            assert page.status_code == 200, page.text
            found[path] = page.text
        assert (await browser.get("/")).status_code == 200
    return found


async def test_a_programme_without_a_vote_is_always_open(world: World) -> None:
    contest_id = await world.contest(
        "submission", template="make-and-earn", timetable={}, vote="advisory", **COMMON
    )
    pages = await pages_of(world, contest_id)
    assert "Hand in an idea" in pages[""]
    assert "A share of each." in pages[""]
    assert "2.5\u00a0% of each order" in pages[""]
    assert '<ol class="steps"' not in pages[""]
    assert "The certified count" not in pages["/decision"]


async def test_a_ladder_takes_ideas_while_people_vote(world: World) -> None:
    closes = (utc_now() + timedelta(days=300)).isoformat()
    contest_id = await world.contest(
        template="support-ladder",
        vote="advisory",
        timetable={"voting_opens_at": utc_now().isoformat(), "voting_closes_at": closes},
        answer_by=(utc_now() + timedelta(days=310)).date().isoformat(),
        selection={
            "review_windows": [
                {"name": "First review", "opens": "2027-01-10T09:00", "closes": "2027-02-10T09:00"}
            ]
        },
        people=COMMON["people"],
    )
    await world.staff("POST", f"/v1/contests/{contest_id}/phase", {"to": "voting"})
    pages = await pages_of(world, contest_id)
    assert '<ol class="steps"' not in pages[""]
    assert "Hand in an idea" in pages[""]
    assert "First review" in pages["/decision"]


async def test_regions_are_told_on_their_own_clocks_and_in_their_languages(world: World) -> None:
    closes = (utc_now() + timedelta(days=1)).strftime("%Y-%m-%dT22:00")
    contest_id = await world.contest(
        "submission",
        template="regional",
        languages=["en", "id"],
        texts={"id": {"title": "Rasa kita", "rules": "Satu suara."}},
        regions=[
            {
                "name": "Java",
                "language": "id",
                "time_zone": "Asia/Jakarta",
                "countries": ["ID"],
                "submission_closes": closes,
                "winners": 1,
            },
            {"name": "Luzon", "time_zone": "Asia/Manila", "countries": ["PH"]},
        ],
        **COMMON,
    )
    pages = await pages_of(world, contest_id, **{"Accept-Language": "id-ID, en;q=0.5"})
    assert '<h1 lang="id"><bdi>Rasa kita</bdi></h1>' in pages[""]
    assert "Satu suara." in pages[""]
    assert "22:00 Asia/Jakarta</time> (15:00 UTC)" in pages[""]
    assert "For people in" in pages[""]
    assert "Indonesia" in pages[""]
    assert '<option value="Luzon">' in pages["/ideas"]


async def test_a_pause_and_its_reason_are_told(world: World) -> None:
    contest_id = await world.contest("submission", pilot={"people": 20, "days": 7})
    assert "ideas of 20 people are taken" in (await pages_of(world, contest_id))[""]
    reason = {"reason": "The harbour is frozen."}
    await world.staff("POST", f"/v1/contests/{contest_id}/pause", reason)
    pages = await pages_of(world, contest_id)
    assert "This contest has stood still since" in pages[""]
    assert "The harbour is frozen." in pages[""]
    assert "/ideas/new" not in pages[""]
    async with world.signed_in() as browser:
        form = await browser.get(f"/contests/{contest_id}/ideas/new")
        assert form.status_code == 409


async def test_votes_that_go_along_with_an_idea_are_told(world: World) -> None:
    contest_id = await world.contest("submission")
    path, told = f"/v1/contests/{contest_id}", {"summary": "Why not?", "participant_id": "per_1"}
    first, second = [
        str((await world.staff("POST", f"{path}/ideas/on-behalf", {"title": t, **told}))["id"])
        for t in ("RRS Boaty", "RRS Boatie")
    ]
    for idea_id in (first, second):
        await world.staff("POST", f"/v1/ideas/{idea_id}/approve", {})
    await world.staff("PUT", f"{path}/shortlist", {"idea_ids": [first, second]})
    await world.staff("POST", f"{path}/phase", {"to": "voting"})
    into = {"into_idea_id": first, "reason": "The same ship."}
    await world.staff("POST", f"/v1/ideas/{second}/merge", into)
    apart = {"reason": "Two ships after all."}
    await world.staff("POST", f"/v1/ideas/{second}/unmerge", apart)
    pages = await pages_of(world, contest_id)
    assert "and the votes for it count for that one" in pages[""]
    assert "is on the ballot again, and has its votes back" in pages[""]
    assert "Two ships after all." in pages[""]
    assert "Voted on as one" not in pages["/decision"]
    await world.staff("POST", f"/v1/ideas/{second}/merge", into)
    decision = (await pages_of(world, contest_id))["/decision"]
    assert "Voted on as one" in decision
    assert "The same ship." in decision
    async with world.browser() as browser:
        for idea_id, words in (
            (first, "Took in the votes for another idea"),
            (second, "Left the ballot, and its votes count for another idea"),
        ):
            assert words in (await browser.get(f"/ideas/{idea_id}")).text


async def test_who_picks_the_shortlist_now_is_told(world: World) -> None:
    contest_id = await world.contest(
        "submission",
        template="design-and-vote",
        selection={"shortlist": {"curator": "Creative director", "curator_id": "freya"}},
        people=COMMON["people"],
        reward_budget=COMMON["reward_budget"],
    )
    ulf = {"curator": "Art director", "curator_id": "ulf"}
    body = {"reason": "Freya has left us.", "curator_changed": ulf}
    await world.staff("POST", f"/v1/contests/{contest_id}/amendments", body)
    pages = await pages_of(world, contest_id)
    assert "<bdi>Art director</bdi> picks the shortlist from then on." in pages[""]
    assert "<bdi>Art director</bdi> picks" in pages["/decision"]
