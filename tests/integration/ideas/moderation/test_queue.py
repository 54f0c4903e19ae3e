"""The queue: what waits, who has claimed it, and decisions on many at once."""

import asyncio

import pytest

from tests.integration.ideas.moderation.desk import (
    SELF_PUBLISHING,
    approved,
    let_claims_lapse,
    open_contest,
    queue,
    say,
    trail,
)
from tests.integration.ideas.world import World

CLAIMS = "/v1/moderation/claims"
DECISIONS = "/v1/moderation/decisions"


@pytest.fixture
async def contest_id(world: World) -> str:
    return await open_contest(world)


async def claim(world: World, by: str, **body: object) -> list[str]:
    claims = await world.done("POST", CLAIMS, body, by="editor", subject=by)
    return [item["subject_id"] for item in claims["items"]]


async def test_what_waits_is_listed_as_it_came(world: World, contest_id: str) -> None:
    public = await approved(world, contest_id, "RRS Boaty")
    waiting = await world.submit(contest_id, "RRS Shackleton")
    said = await say(world, public, "Would it float?")
    other_contest = await open_contest(world, title="Name our shoe")
    other = await world.submit(other_contest, "Stride")

    async def listed(query: str = "") -> list[str]:
        return [case["subject_id"] for case in await queue(world, query)]

    assert await listed() == [waiting, said["id"], other]
    assert await listed(f"?contest_id={contest_id}") == [waiting, said["id"]]
    assert await listed("?kind=idea") == [waiting, other]
    assert await listed(f"?kind=comment&contest_id={contest_id}") == [said["id"]]
    assert await listed("?cause=reports") == []
    first = await world.done("GET", "/v1/moderation/queue?limit=2", by="editor")
    assert [case["subject_id"] for case in first["items"]] == [waiting, said["id"]]
    following = f"/v1/moderation/queue?limit=2&cursor={first['next']}"
    rest = await world.done("GET", following, by="editor")
    assert ([case["subject_id"] for case in rest["items"]], rest["next"]) == ([other], None)
    elsewhere = await world.done("GET", "/v1/moderation/queue", by="editor", brand="other")
    assert elsewhere["items"] == []


async def test_a_case_shows_its_idea_and_what_was_found(world: World) -> None:
    contest_id = await open_contest(world, **SELF_PUBLISHING)
    path = f"/v1/contests/{contest_id}/ideas"
    body = {"title": "RRS Boaty", "summary": "See www.example.com for more."}
    held = await world.done("POST", path, body, by="participant", subject="per_1")
    assert held["status"] == "submitted"
    (case,) = await queue(world)
    assert (case["causes"], case["idea"]["id"]) == (["screening"], held["id"])
    assert [(f["kind"], f["match"]) for f in case["screening"]["findings"]] == [
        ("link", "www.example.com")
    ]
    assert (case["comment"], case["reports"], case["appeal"]) == (None, {}, None)
    await world.approve(held["id"])
    assert await queue(world) == []
    assert await world.event_names() == [
        "ContestPhaseChanged",
        "ContestPublished",
        "IdeaApproved",
        "IdeaSubmitted",
        "StaffBriefed",
    ]


async def test_two_editors_work_without_meeting(world: World, contest_id: str) -> None:
    ideas = [await world.submit(contest_id, f"Ship {n}") for n in range(4)]
    assert await claim(world, "ed_1", count=2) == ideas[:2]
    assert await claim(world, "ed_2", count=10) == ideas[2:]
    assert await claim(world, "ed_1", count=10) == ideas[:2]
    shown = {case["subject_id"]: case["claimed_by"] for case in await queue(world)}
    assert shown == dict(zip(ideas, ["ed_1", "ed_1", "ed_2", "ed_2"], strict=True))
    free = await queue(world, "?free=true", subject="ed_2")
    assert [case["subject_id"] for case in free] == ideas[2:]
    path = f"/v1/ideas/{ideas[0]}/approve"
    refused = await world.send("POST", path, {}, by="editor", subject="ed_2")
    assert (refused.status_code, refused.json()["errors"][0]["rule"]) == (409, "claimed")
    await world.done("POST", path, {}, by="editor", subject="ed_1")
    assert await trail(world, ideas[0]) == [
        ("claimed", "staff", "ed_1"),
        ("approved", "staff", "ed_1"),
    ]


async def test_of_claims_at_the_same_moment_no_two_are_for_one_case(
    world: World, contest_id: str
) -> None:
    ideas = {await world.submit(contest_id, f"Ship {n}") for n in range(6)}
    taken = await asyncio.gather(*(claim(world, f"ed_{n}", count=2) for n in range(3)))
    assert sorted(map(len, taken)) == [2, 2, 2]
    assert {idea for some in taken for idea in some} == ideas


async def test_a_claim_is_given_up_or_lapses(world: World, contest_id: str) -> None:
    idea = await world.submit(contest_id)
    await claim(world, "ed_1")
    body = {"subject_ids": [idea, "idea_x"]}
    path = "/v1/moderation/releases"
    assert await world.done("POST", path, body, by="editor", subject="ed_2") == {"released": 0}
    assert await world.done("POST", path, body, by="editor", subject="ed_1") == {"released": 1}
    assert await world.done("POST", path, body, by="editor", subject="ed_1") == {"released": 0}
    assert await claim(world, "ed_2") == [idea]
    await let_claims_lapse(world)
    assert await claim(world, "ed_1") == [idea]
    assert await trail(world, idea) == [
        ("claimed", "staff", "ed_1"),
        ("released", "staff", "ed_1"),
        ("claimed", "staff", "ed_2"),
        ("claimed", "staff", "ed_1"),
    ]


async def test_many_are_decided_at_once_each_by_itself(world: World, contest_id: str) -> None:
    good, bad, taken = [await world.submit(contest_id, f"Ship {n}") for n in range(3)]
    public = await approved(world, contest_id, "RRS Boaty")
    said = await say(world, public, "Would it float?")
    claims = await claim(world, "ed_2", count=3)
    assert taken in claims
    await world.done(
        "POST", "/v1/moderation/releases", {"subject_ids": [good, bad]}, by="editor", subject="ed_2"
    )
    body = {
        "decisions": [
            {"kind": "idea", "id": good, "decision": "approve"},
            {"kind": "idea", "id": "idea_x", "decision": "approve"},
            {"kind": "idea", "id": bad, "decision": "reject", "reason_code": "unclear"},
            {"kind": "idea", "id": taken, "decision": "approve"},
            {"kind": "comment", "id": said["id"], "decision": "reject"},
            {"kind": "comment", "id": said["id"] + "x", "decision": "approve"},
        ]
    }
    outcomes = await world.done("POST", DECISIONS, body, by="editor", subject="ed_1")
    found = [
        item["status"]
        or (item["refused"]["status"], [e["rule"] for e in item["refused"]["errors"]])
        for item in outcomes["items"]
    ]
    assert found == [
        "approved",
        (404, []),
        "rejected",
        (409, ["claimed"]),
        (422, ["missing"]),
        (404, []),
    ]
    again = await world.done("POST", DECISIONS, body, by="editor", subject="ed_1")
    assert again == outcomes
    told = [name for name in await world.event_names() if name in ("IdeaApproved", "IdeaRejected")]
    assert told == ["IdeaApproved", "IdeaApproved", "IdeaRejected"]
    assert [case["subject_id"] for case in await queue(world)] == [taken, said["id"]]


async def test_too_many_and_the_same_twice_are_refused(world: World, contest_id: str) -> None:
    idea = await world.submit(contest_id)
    one = {"kind": "idea", "id": idea, "decision": "approve"}
    many = [{**one, "id": f"idea_{n}"} for n in range(101)]
    for decisions in ([one, one], many, []):
        answer = await world.send("POST", DECISIONS, {"decisions": decisions}, by="editor")
        assert answer.status_code == 422
    assert [case["subject_id"] for case in await queue(world)] == [idea]


async def test_the_reason_is_read_in_the_contests_language(world: World) -> None:
    contest_id = await open_contest(world, languages=["de", "en"])
    idea = await world.submit(contest_id)
    body = {"reason_code": "advertising"}
    rejected = await world.done("POST", f"/v1/ideas/{idea}/reject", body, by="editor")
    assert (rejected["reason"], rejected["reason_code"]) == ("Es wirbt für etwas.", "advertising")
    (event,) = [e.data for e in await world.events() if "Rejected" in e.data.type]
    assert getattr(event, "reason", None) == "Es wirbt für etwas."
    listed = await world.done("GET", "/v1/moderation/reasons?locale=fr", by=None)
    assert "C'est de la publicité." in [reason["words"] for reason in listed["items"]]


async def test_a_decision_is_about_what_the_editor_saw(world: World, contest_id: str) -> None:
    idea = await world.submit(contest_id)
    path = f"/v1/ideas/{idea}/approve"
    stale = await world.send("POST", path, {"revision": 2}, by="editor")
    assert (stale.status_code, stale.json()["errors"][0]["field"]) == (409, "body.revision")
    await world.done("POST", path, {"revision": 1}, by="editor")


async def test_staff_take_an_idea_down_to_look_again(world: World, contest_id: str) -> None:
    idea = await approved(world, contest_id, "RRS Boaty")
    path, why = f"/v1/ideas/{idea}", {"reason": "A trademark office has written to us."}
    for _ in range(2):
        held = await world.done("POST", f"{path}/hold", why, by="editor")
        assert held["status"] == "submitted"
    assert (await world.send("GET", path, by=None)).status_code == 404
    (case,) = await queue(world, "?cause=staff")
    assert case["subject_id"] == idea
    await world.done("POST", f"{path}/reject", {"reason_code": "not-own-work"}, by="editor")
    assert await queue(world) == []
    told = [name for name in await world.event_names() if name.startswith("Idea")]
    assert told == ["IdeaApproved", "IdeaHeld", "IdeaRejected", "IdeaSubmitted"]
    assert [verb for verb, *_ in await trail(world, idea)] == [
        "approved",
        "held",
        "queued",
        "rejected",
    ]


async def test_what_people_vote_on_is_not_taken_down(world: World) -> None:
    _, _, (listed, *_), _ = await world.vote()
    before = await world.kept()
    answer = await world.send(
        "POST", f"/v1/ideas/{listed}/hold", {"reason": "We are not sure."}, by="editor"
    )
    assert (answer.status_code, answer.json()["errors"][0]["rule"]) == (409, "on-ballot")
    assert await world.kept() == before


async def test_the_trail_is_read_by_who_looks_after_editors(world: World, contest_id: str) -> None:
    ideas = [await world.submit(contest_id, f"Ship {n}") for n in range(3)]
    for idea in ideas:
        await world.approve(idea)
    path = f"/v1/moderation/acts?contest_id={contest_id}&limit=2"
    first = await world.done("GET", path, by="auditor")
    rest = await world.done("GET", f"{path}&cursor={first['next']}", by="auditor")
    acts = [*first["items"], *rest["items"]]
    assert [act["subject_id"] for act in acts] == ideas
    assert all((act["verb"], act["by"]["id"]) == ("approved", "the_editor") for act in acts)
    for role in ("finance", "juror", "participant"):
        assert (await world.send("GET", path, by=role)).status_code == 403
    elsewhere = await world.done("GET", path, by="auditor", brand="other")
    assert elsewhere["items"] == []


async def test_an_index_answers_each_filter(world: World, contest_id: str) -> None:
    for number in range(30):
        await world.submit(contest_id, f"Ship {number}")
    for query in (
        {"brand_id": "nerc"},
        {"brand_id": "nerc", "subject.contest_id": contest_id},
        {"brand_id": "nerc", "subject.kind": "idea"},
        {"brand_id": "nerc", "causes": "new"},
        {"brand_id": "nerc", "subject.contest_id": contest_id, "subject.kind": "idea"},
        {"brand_id": "nerc", "subject.contest_id": contest_id, "causes": "new"},
    ):
        found = world.database["cases"].find(query).sort("_id", 1).limit(5)
        plan = (await found.explain())["executionStats"]
        assert (plan["totalKeysExamined"], plan["totalDocsExamined"]) == (5, 5), query
