"""A jury at work: rounds, scores, conflicts of interest, replacement, and what it decides."""

from datetime import timedelta

import pytest

from groundswell_ideas.juries.rules import Round
from groundswell_kit.clock import utc_now
from tests.integration.ideas.programmes import (
    JURORS,
    appoint,
    entry,
    judge,
    open_round,
    score,
    themed,
)
from tests.integration.ideas.world import BRAND, World
from tests.support.service import Json

CARS = ("A car for five", "A car for one", "A boat")


async def jury_at_work(world: World) -> tuple[str, list[str]]:
    """A themed contest with three ideas, each of another author, and two jurors."""
    contest_id = await themed(world)
    idea_ids = [
        await entry(world, contest_id, title, f"per_{n}", category="Comfort")
        for n, title in enumerate(CARS)
    ]
    await appoint(world, contest_id, *JURORS[:2])
    return contest_id, idea_ids


async def test_from_the_scores_to_the_winner(world: World) -> None:
    contest_id, (five, one, boat) = await jury_at_work(world)
    await judge(world, contest_id, "shortlist", {five: (9, 9), one: (8, 2), boat: (5, 5)})
    path = f"/v1/contests/{contest_id}"
    listing = {"idea_ids": [five, boat]}
    refused = await world.send("PUT", f"{path}/shortlist", listing, by="editor", if_match="*")
    assert (refused.status_code, refused.json()["errors"][0]["rule"]) == (409, "jury")
    await world.shortlist(contest_id, [five, one])
    await world.enter(contest_id, "moderation")
    await world.enter(contest_id, "deliberation")

    win = {"idea_ids": [five], "reason": "Room for everybody."}
    too_early = await world.send("POST", f"{path}/winners", win)
    assert too_early.json()["errors"][0]["field"] == "jury"
    await judge(world, contest_id, "winners", {five: (7, 7), one: (10, 10)})
    against = await world.send("POST", f"{path}/winners", win)
    assert against.json()["errors"][0]["message"] == f"{one} at rank 1 comes first"
    won = await world.done("POST", f"{path}/winners", {**win, "idea_ids": [one]})
    assert (won["items"][0]["rank"], won["alternate_ids"]) == (1, [five])

    decision = await world.done("GET", f"{path}/decision", by=None)
    assert decision["tally"] is None
    assert decision["jurors"] == ["Office of jur_1", "Office of jur_2"]
    first, second = decision["jury_rounds"]
    assert (first["purpose"], second["purpose"]) == ("shortlist", "winners")
    assert [(i["title"], i["points"], i["maximum"], i["rank"]) for i in first["ideas"]] == [
        ("A car for five", 54, 60, 1),
        ("A car for one", 36, 60, 2),
        ("A boat", 30, 60, 3),
    ]
    assert [(r["title"], r["numerator"], r["denominator"]) for r in decision["ranking"]] == [
        ("A car for one", 1, 1),
        ("A car for five", 7, 10),
    ]
    assert not decision["overruled"]


async def test_what_is_taken_back_stands_in_nobodys_way(world: World) -> None:
    contest_id, (five, one, boat) = await jury_at_work(world)
    await judge(world, contest_id, "shortlist", {five: (9, 9), one: (8, 2), boat: (5, 5)})
    await world.done("POST", f"/v1/ideas/{five}/withdraw", by="participant", subject="per_0")
    await world.shortlist(contest_id, [one])


async def test_a_score_for_what_becomes_ones_own_does_not_count(world: World) -> None:
    contest_id, (five, *_) = await jury_at_work(world)
    body = {"office": "Head of design", "participant_id": "per_9"}
    await world.done("PUT", f"/v1/contests/{contest_id}/jurors/jur_9", body)
    round_path = await open_round(world, contest_id, "shortlist")
    for juror, points in (("jur_1", 4), ("jur_2", 4), ("jur_9", 10)):
        await score(world, round_path, juror, {five: (points, points)})
    team = [{"participant_id": p, "basis_points": 5_000} for p in ("per_0", "per_9")]
    changed = {"revision": 1, "team": team}
    await world.done("PATCH", f"/v1/ideas/{five}", changed, by="participant", subject="per_0")
    await world.approve(five)
    await world.done("POST", f"{round_path}/close")
    decision = await world.done("GET", f"/v1/contests/{contest_id}/decision", by=None)
    (judged,) = decision["jury_rounds"][0]["ideas"]
    assert (judged["jurors"], judged["points"], judged["maximum"]) == (2, 24, 60)


async def test_jurors_read_ideas_without_their_authors(world: World) -> None:
    contest_id, (five, *_) = await jury_at_work(world)
    round_path = await open_round(world, contest_id, "shortlist")
    await score(world, round_path, "jur_1", {five: (9, 8)})
    page = await world.done("GET", f"{round_path}/ideas?limit=2", by="juror", subject="jur_1")
    first, second = page["items"]
    assert first["your_scores"]["scores"] == {"Originality": 9, "Use": 8}
    assert second["your_scores"] is None
    assert "per_0" not in str(page)
    rest = f"{round_path}/ideas?limit=2&cursor={page['next']}"
    (last,) = (await world.done("GET", rest, by="juror", subject="jur_1"))["items"]
    assert [task["title"] for task in (first, second, last)] == list(CARS)
    other = await world.done("GET", f"{round_path}/ideas", by="juror", subject="jur_2")
    assert {task["your_scores"] for task in other["items"]} == {None}


async def test_scores_show_when_the_round_is_closed_and_in_sum(world: World) -> None:
    contest_id, (five, *_) = await jury_at_work(world)
    round_path = await open_round(world, contest_id, "shortlist")
    await score(world, round_path, "jur_1", {five: (9, 8)})
    path = f"/v1/contests/{contest_id}"
    assert (await world.done("GET", f"{path}/decision", by=None))["jury_rounds"] == []
    jury = await world.done("GET", f"{path}/jury", by="auditor")
    (shown,) = jury["rounds"]
    assert shown["progress"] == [
        {"juror_id": "jur_1", "scored": 1},
        {"juror_id": "jur_2", "scored": 0},
    ]
    assert "scores" not in str(jury)
    await world.done("POST", f"{round_path}/close")
    (shown,) = (await world.done("GET", f"{path}/decision", by=None))["jury_rounds"]
    (idea,) = shown["ideas"]
    assert (idea["points"], idea["jurors"], idea["rank"]) == (26, 1, None)
    assert "jur_1" not in str(shown)


@pytest.mark.parametrize(
    ("scores", "rule"),
    [
        ({"Originality": 11, "Use": 1}, "less_than_equal"),
        ({"Originality": 0, "Use": 1}, "greater_than_equal"),
        ({"Originality": 7.5, "Use": 1}, "int_type"),
        ({"Originality": 7}, "missing"),
        ({"Originality": 7, "Use": 1, "Charm": 3}, "unknown"),
    ],
)
async def test_a_sheet_is_whole_numbers_from_1_to_10(
    world: World, scores: dict[str, float], rule: str
) -> None:
    contest_id, (five, *_) = await jury_at_work(world)
    path = f"{await open_round(world, contest_id, 'shortlist')}/ideas/{five}/scores"
    answer = await world.send("PUT", path, {"scores": scores}, by="juror", subject="jur_1")
    assert answer.status_code == 422
    assert rule in [error["rule"] for error in answer.json()["errors"]]


async def test_nobody_scores_an_entry_of_their_own(world: World) -> None:
    contest_id, (five, one, _) = await jury_at_work(world)
    body = {"office": "A guest", "participant_id": "per_0"}
    await world.done("PUT", f"/v1/contests/{contest_id}/jurors/jur_3", body)
    round_path = await open_round(world, contest_id, "shortlist")
    sheet = {"scores": {"Originality": 10, "Use": 10}}
    own, strangers = [f"{round_path}/ideas/{idea_id}/scores" for idea_id in (five, one)]
    refused = await world.send("PUT", own, sheet, by="juror", subject="jur_3")
    assert [error["rule"] for error in refused.json()["errors"]] == ["own-entry"]
    await world.done("PUT", strangers, sheet, by="juror", subject="jur_3")
    tasks = await world.done("GET", f"{round_path}/ideas", by="juror", subject="jur_3")
    assert [task["closed_to_you"] for task in tasks["items"]] == ["own-entry", None, None]


async def test_who_steps_aside_takes_their_score_with_them(world: World) -> None:
    contest_id, (five, one, _) = await jury_at_work(world)
    round_path = await open_round(world, contest_id, "shortlist")
    for juror in JURORS[:2]:
        await score(world, round_path, juror, {five: (9, 9), one: (3, 3)})
    body = {"idea_id": five, "reason": "I taught the author."}
    path = f"/v1/contests/{contest_id}/recusals"
    first = await world.done("POST", path, body, by="juror", subject="jur_2")
    assert await world.done("POST", path, body, by="juror", subject="jur_2") == first
    again = await world.send(
        "PUT",
        f"{round_path}/ideas/{five}/scores",
        {"scores": {"Originality": 1, "Use": 1}},
        by="juror",
        subject="jur_2",
    )
    assert [error["rule"] for error in again.json()["errors"]] == ["recused"]
    await world.done("POST", f"{round_path}/close")
    (shown,) = (await decision(world, contest_id))["jury_rounds"]
    assert [(i["idea_id"], i["jurors"], i["rank"]) for i in shown["ideas"]] == [
        (one, 2, 1),
        (five, 1, None),
    ]


async def test_a_stand_in_scores_in_place_of_who_left(world: World) -> None:
    contest_id, (five, *_) = await jury_at_work(world)
    over = await open_round(world, contest_id, "shortlist")
    await score(world, over, "jur_2", {five: (2, 2)})
    await world.done("POST", f"{over}/close")
    round_path = await open_round(world, contest_id, "shortlist")
    await score(world, round_path, "jur_1", {five: (9, 9)})
    await score(world, round_path, "jur_2", {five: (1, 1)})
    path = f"/v1/contests/{contest_id}/jurors/jur_2/replacement"
    stand_in = {"juror_id": "jur_3", "office": "A guest"}
    panel = await world.done("POST", path, {"reason": "On leave.", "by": stand_in})
    assert [(j["juror_id"], j["replaced_by"]) for j in panel["jurors"]] == [
        ("jur_1", None),
        ("jur_2", "jur_3"),
        ("jur_3", None),
    ]
    sheet = f"{round_path}/ideas/{five}/scores"
    body = {"scores": {"Originality": 8, "Use": 8}}
    left = await world.send("PUT", sheet, body, by="juror", subject="jur_2")
    assert left.status_code == 403
    await world.done("PUT", sheet, body, by="juror", subject="jur_3")
    await world.done("POST", f"{round_path}/close")
    earlier, later = (await decision(world, contest_id))["jury_rounds"]
    assert earlier["ideas"][0]["points"] == 6
    assert (later["ideas"][0]["points"], later["ideas"][0]["rank"]) == (51, 1)


async def test_only_those_on_the_jury_of_this_contest_score(world: World) -> None:
    contest_id, (five, *_) = await jury_at_work(world)
    round_path = await open_round(world, contest_id, "shortlist")
    body = {"scores": {"Originality": 8, "Use": 8}}
    answer = await world.send(
        "PUT", f"{round_path}/ideas/{five}/scores", body, by="juror", subject="jur_9"
    )
    assert answer.status_code == 403
    listed = await world.send("GET", f"{round_path}/ideas", by="juror", subject="jur_9")
    assert listed.status_code == 403


async def test_the_calendar_opens_and_closes_rounds(world: World) -> None:
    contest_id, (five, *_) = await jury_at_work(world)
    now = utc_now()
    times = {
        "opens": (now + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M"),
        "closes": (now + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M"),
    }
    path = f"/v1/contests/{contest_id}/rounds"
    planned = await world.done(
        "POST", path, {"name": "First", "purpose": "shortlist", **times}, key="once"
    )
    assert planned["state"] == "planned"
    sheet = f"{path}/{planned['id']}/ideas/{five}/scores"
    body = {"scores": {"Originality": 8, "Use": 8}}
    early = await world.send("PUT", sheet, body, by="juror", subject="jur_1")
    assert [error["rule"] for error in early.json()["errors"]] == ["planned"]
    await pass_time(world, contest_id, planned["id"], timedelta(minutes=90))
    await world.done("PUT", sheet, body, by="juror", subject="jur_1")
    await pass_time(world, contest_id, planned["id"], timedelta(minutes=60))
    late = await world.send("PUT", sheet, body, by="juror", subject="jur_1")
    assert [error["rule"] for error in late.json()["errors"]] == ["closed"]
    assert len((await decision(world, contest_id))["jury_rounds"]) == 1
    again = await world.send("POST", f"{path}/{planned['id']}/open")
    assert [error["rule"] for error in again.json()["errors"]] == ["closed"]


async def pass_time(world: World, contest_id: str, round_id: str, by: timedelta) -> None:
    """Moves the times of a round into the past instead of waiting."""
    kept = await world.stores.juries.round(BRAND, contest_id, round_id)
    assert kept.opens_at is not None
    assert kept.closes_at is not None
    moved = Round(
        brand_id=BRAND,
        contest_id=contest_id,
        id=round_id,
        name=kept.name,
        purpose=kept.purpose,
        opens_at=kept.opens_at - by,
        closes_at=kept.closes_at - by,
        acts=kept.acts,
    )
    await world.stores.juries.save_round(BRAND, moved)


async def decision(world: World, contest_id: str) -> Json:
    return await world.done("GET", f"/v1/contests/{contest_id}/decision", by=None)
