"""Reports from the public: one for each person, hiding what many report until somebody looks."""

import asyncio

import pytest

from groundswell_ideas.reports.rules import HOLD_AT, REPORTS
from groundswell_kit.clock import utc_now
from tests.integration.ideas.moderation.desk import (
    SELF_PUBLISHING,
    approved,
    open_contest,
    queue,
    report,
    say,
    thread,
    trail,
)
from tests.integration.ideas.world import World


@pytest.fixture
async def idea(world: World) -> str:
    return await approved(world, await open_contest(world), "RRS Boaty")


async def test_a_report_brings_an_idea_to_the_editors(world: World, idea: str) -> None:
    path = f"/v1/ideas/{idea}"
    for _ in range(2):
        assert (await report(world, path, "per_2")).status_code == 204
    await report(world, path, "per_3", reason_code="other", reason="It is a bus.")
    assert (await world.send("GET", path, by=None)).status_code == 200
    (case,) = await queue(world)
    assert (case["causes"], case["reports"]) == (["reports"], {"advertising": 1, "other": 1})
    listed = await world.done("GET", f"/v1/moderation/reports?subject_id={idea}", by="editor")
    assert [(r["reporter_id"], r["reason"]) for r in listed["items"]] == [
        ("per_2", None),
        ("per_3", "It is a bus."),
    ]
    await world.done("POST", f"{path}/approve", {}, by="editor")
    assert await queue(world) == []
    listed = await world.done("GET", "/v1/moderation/reports", by="editor")
    assert listed["items"] == []
    assert (await world.event_names()).count("IdeaApproved") == 1


async def test_many_reports_hide_an_idea_until_an_editor_has_looked(
    world: World, idea: str
) -> None:
    path = f"/v1/ideas/{idea}"
    for number in range(HOLD_AT):
        assert (await world.send("GET", path, by=None)).status_code == 200
        await report(world, path, f"rep_{number}")
    assert (await world.send("GET", path, by=None)).status_code == 404
    assert (await report(world, path, "rep_late")).status_code == 404
    assert (await world.event_names()).count("IdeaHeld") == 1
    await world.approve(idea)
    assert (await world.send("GET", path, by=None)).status_code == 200
    # The same people are not heard again, and it takes as many others.
    for number in range(HOLD_AT - 1):
        await report(world, path, f"rep_{number}")
        await report(world, path, f"other_{number}")
    assert (await world.send("GET", path, by=None)).status_code == 200
    await report(world, path, "other_last")
    assert (await world.send("GET", path, by=None)).status_code == 404
    body = {"reason_code": "advertising"}
    await world.done("POST", f"{path}/reject", body, by="editor")
    verbs = [verb for verb, *_ in await trail(world, idea)]
    assert verbs.count("held") == 2
    assert verbs[-1] == "rejected"


async def test_reports_at_the_same_moment_hide_it_once(world: World, idea: str) -> None:
    path = f"/v1/ideas/{idea}"
    answers = await asyncio.gather(
        *(report(world, path, f"rep_{number}") for number in range(HOLD_AT))
    )
    assert [answer.status_code for answer in answers] == [204] * HOLD_AT
    assert (await world.event_names()).count("IdeaHeld") == 1
    assert len(await queue(world)) == 1


async def test_reports_take_nobody_out_of_the_vote(world: World) -> None:
    _, _, (listed, *_), _ = await world.vote()
    path = f"/v1/ideas/{listed}"
    for number in range(HOLD_AT + 1):
        await report(world, path, f"rep_{number}")
    assert (await world.send("GET", path, by=None)).status_code == 200
    (case,) = await queue(world, "?cause=reports")
    assert case["reports"] == {"advertising": HOLD_AT + 1}
    answer = await world.send("POST", f"{path}/reject", {"reason": "Ads."}, by="editor")
    assert (answer.status_code, answer.json()["errors"][0]["rule"]) == (409, "on-ballot")


async def test_who_reports_everything_is_heard_no_further(world: World, idea: str) -> None:
    now = utc_now()
    await world.database["quotas"].insert_one(
        {
            "_id": f"nerc\nreports\nper_2\n{REPORTS.begins(now).isoformat()}",
            "times": REPORTS.most,
            "ends_at": REPORTS.ends(now),
        }
    )
    path = f"/v1/ideas/{idea}"
    answer = await report(world, path, "per_2")
    if utc_now() < REPORTS.ends(now):  # else another day has begun
        assert (answer.status_code, answer.json()["type"]) == (429, "/problems/too-often")
        assert await queue(world) == []
    assert (await report(world, path, "per_3")).status_code == 204


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"reason_code": "incomplete"}, ("body.reason_code", "unknown")),
        ({"reason_code": "ugly"}, ("body.reason_code", "unknown")),
        ({"reason_code": "unlawful"}, ("body.reason", "missing")),
    ],
)
async def test_a_report_says_what_is_wrong(
    world: World, idea: str, body: dict[str, str], error: tuple[str, str]
) -> None:
    answer = await report(world, f"/v1/ideas/{idea}", "per_2", **body)
    assert answer.status_code == 422
    assert [(e["field"], e["rule"]) for e in answer.json()["errors"]] == [error]
    assert await queue(world) == []


async def test_only_what_everybody_sees_is_reported(world: World) -> None:
    contest_id = await open_contest(world)
    waiting = await world.submit(contest_id)
    assert (await report(world, f"/v1/ideas/{waiting}", "per_1")).status_code == 404


async def test_comments_are_reported_likewise(world: World) -> None:
    idea = await world.submit(await open_contest(world, **SELF_PUBLISHING))
    said = await say(world, idea, "Buy my boats.")
    path = f"/v1/comments/{said['id']}"
    for number in range(HOLD_AT):
        assert (await report(world, path, f"rep_{number}")).status_code == 204
    (stone,) = await thread(world, idea)
    assert (stone["status"], stone["text"]) == ("held", None)
    (case,) = await queue(world)
    assert (case["causes"], case["comment"]["text"]) == (["reports"], "Buy my boats.")
    await world.done("POST", f"{path}/approve", {}, by="editor")
    assert [c["text"] for c in await thread(world, idea)] == ["Buy my boats."]
    assert (await report(world, "/v1/comments/com_x", "per_3")).status_code == 404


async def test_who_was_taken_down_does_not_come_back_by_a_revision(world: World) -> None:
    idea = await world.submit(await open_contest(world, **SELF_PUBLISHING))
    path = f"/v1/ideas/{idea}"
    for number in range(HOLD_AT):
        await report(world, path, f"rep_{number}")
    body = {"title": "RRS Shackleton", "revision": 1}
    revised = await world.done("PATCH", path, body, by="participant", subject="per_1")
    assert revised["status"] == "submitted"
    assert (await world.send("GET", path, by=None)).status_code == 404
    (case,) = await queue(world)
    assert (case["idea"]["title"], case["causes"][0]) == ("RRS Shackleton", "reports")
    await world.approve(idea)
    assert (await world.send("GET", path, by=None)).status_code == 200


async def test_no_revision_takes_a_report_out_of_the_queue(world: World) -> None:
    idea = await world.submit(await open_contest(world, **SELF_PUBLISHING))
    path = f"/v1/ideas/{idea}"
    await report(world, path, "per_2")
    for revision, title in enumerate(("Write to me@example.com", "RRS Shackleton"), start=1):
        body = {"title": title, "revision": revision}
        await world.done("PATCH", path, body, by="participant", subject="per_1")
    assert (await world.send("GET", path, by=None)).status_code == 200
    (case,) = await queue(world)
    assert (case["causes"], case["reports"]) == (["reports"], {"advertising": 1})


async def test_what_its_author_takes_away_leaves_no_report_open(world: World) -> None:
    idea = await world.submit(await open_contest(world, **SELF_PUBLISHING))
    said = await say(world, idea, "Buy my boats.")
    for path in (f"/v1/comments/{said['id']}", f"/v1/ideas/{idea}"):
        await report(world, path, "per_3")
    listed = await world.done("GET", "/v1/moderation/reports", by="editor")
    assert len(listed["items"]) == 2
    gone = await world.send(
        "DELETE", f"/v1/comments/{said['id']}", by="participant", subject="per_2"
    )
    assert gone.status_code == 204
    await world.done("POST", f"/v1/ideas/{idea}/withdraw", by="participant", subject="per_1")
    assert await queue(world) == []
    listed = await world.done("GET", "/v1/moderation/reports", by="editor")
    assert listed["items"] == []
    assert (await trail(world, idea))[-1] == ("withdrawn", "participant", "per_1")
