"""Discussions: who says what where, what waits, what stays when somebody takes it back."""

from datetime import timedelta

import pytest

from groundswell_ideas.discussion.rules import COMMENTS, EDITING, Kind
from groundswell_kit.clock import utc_now
from tests.integration.ideas.moderation.desk import (
    SELF_PUBLISHING,
    approved,
    open_contest,
    queue,
    say,
    thread,
    trail,
)
from tests.integration.ideas.world import World


@pytest.fixture
async def idea(world: World) -> str:
    """An idea in a contest where what screening lets through is public at once."""
    contest_id = await open_contest(world, **SELF_PUBLISHING)
    return await world.submit(contest_id, "RRS Boaty")


async def test_a_discussion_reads_as_it_was_held(world: World, idea: str) -> None:
    asked = await say(world, idea, "Would it float?", kind="question")
    said = await say(world, idea, "I like it.", "per_3", kind="opinion")
    path = f"/v1/ideas/{idea}/comments"
    reply = {"text": "It floats. We have tried.", "parent_id": asked["id"]}
    answer = await world.done("POST", path, reply, by="editor")
    thanks = await say(world, idea, "Thank you!", parent_id=asked["id"])
    found = await thread(world, idea)
    assert [c["id"] for c in found] == [asked["id"], answer["id"], thanks["id"], said["id"]]
    assert [c["kind"] for c in found] == ["question", "comment", "comment", "opinion"]
    assert [c["by_staff"] for c in found] == [False, True, False, False]
    assert [c["id"] for c in await thread(world, idea, "?about=question")] == [
        asked["id"],
        answer["id"],
        thanks["id"],
    ]


async def test_pages_follow_each_other_also_inside_a_thread(world: World, idea: str) -> None:
    first = await say(world, idea, "Comment 0")
    for number in range(1, 6):
        parent = {"parent_id": first["id"]} if number % 2 else {}
        await say(world, idea, f"Comment {number}", **parent)
    texts, following = [], f"/v1/ideas/{idea}/comments?limit=2"
    while following:
        answer = await world.send("GET", following, by=None)
        texts += [comment["text"] for comment in answer.json()["items"]]
        following = answer.links["next"]["url"] if "next" in answer.links else ""
    assert texts == [f"Comment {number}" for number in (0, 1, 3, 5, 2, 4)]


async def test_a_page_is_read_from_an_index(world: World, idea: str) -> None:
    for number in range(30):
        await say(world, idea, f"Comment {number}", f"per_{number}")
    store = world.stores.comments
    kinds: tuple[Kind | None, ...] = (None, "comment")
    for about in kinds:
        query = store.shown("nerc", idea, about, None)
        found = world.database["comments"].find(query).sort("place", 1).limit(5)
        plan = (await found.explain())["executionStats"]
        assert (plan["totalKeysExamined"], plan["totalDocsExamined"]) == (5, 5)


async def test_threads_are_one_level_deep(world: World, idea: str) -> None:
    first = await say(world, idea, "Would it float?")
    reply = await say(world, idea, "It would.", parent_id=first["id"])
    body = {"text": "Sure?", "parent_id": reply["id"]}
    path = f"/v1/ideas/{idea}/comments"
    answer = await world.send("POST", path, body, by="participant")
    assert answer.status_code == 422
    assert [(e["field"], e["rule"]) for e in answer.json()["errors"]] == [
        ("body.parent_id", "depth")
    ]


async def test_where_an_editor_looks_first_comments_wait_too(world: World) -> None:
    contest_id = await open_contest(world)
    idea = await approved(world, contest_id, "RRS Boaty")
    waiting = await say(world, idea, "Would it float?")
    assert waiting["status"] == "held"
    assert await thread(world, idea) == []
    path = f"/v1/comments/{waiting['id']}"
    readers = {"author": "per_2", "another": "per_3"}
    seen = {
        name: (await world.send("GET", path, by="participant", subject=subject)).status_code
        for name, subject in readers.items()
    }
    assert seen == {"author": 200, "another": 404}
    (case,) = await queue(world, "?kind=comment")
    assert (case["causes"], case["comment"]["text"]) == (["new"], "Would it float?")
    await world.done("POST", f"{path}/approve", {}, by="editor")
    assert [c["text"] for c in await thread(world, idea)] == ["Would it float?"]
    assert await queue(world, "?kind=comment") == []
    assert await trail(world, waiting["id"]) == [("approved", "staff", "the_editor")]


async def test_what_screening_holds_waits_and_staff_see_why(world: World, idea: str) -> None:
    held = await say(world, idea, "Write to me: ann@example.com")
    assert held["status"] == "held"
    (case,) = await queue(world, "?cause=screening")
    assert case["subject_id"] == held["id"]
    assert [f["match"] for f in case["screening"]["findings"]] == ["ann@example.com"]
    path = f"/v1/comments/{held['id']}"
    await world.done("POST", f"{path}/reject", {"reason_code": "personal-data"}, by="editor")
    assert await thread(world, idea) == []
    own = await world.done("GET", path, by="participant", subject="per_2")
    assert (own["status"], own["reason_code"]) == ("rejected", "personal-data")
    assert own["reason"].startswith("It tells things about a person")


async def test_the_brand_may_name_its_own_address(world: World, idea: str) -> None:
    body = {"text": "More of it on https://www.example.com"}
    said = await world.done("POST", f"/v1/ideas/{idea}/comments", body, by="editor")
    assert (said["status"], said["by_staff"]) == ("published", True)
    assert await queue(world) == []


async def test_another_brand_has_no_say(world: World, idea: str) -> None:
    body = {"text": "Ours is better."}
    path = f"/v1/ideas/{idea}/comments"
    answer = await world.send("POST", path, body, by="editor", brand="other")
    assert answer.status_code == 404


async def test_an_edit_is_screened_again_and_comes_in_time(world: World, idea: str) -> None:
    said = await say(world, idea, "Would it float?")
    path, author = f"/v1/comments/{said['id']}", {"by": "participant", "subject": "per_2"}
    edited = await world.done("PATCH", path, {"text": "Would it sail?"}, **author)
    assert (edited["text"], edited["status"]) == ("Would it sail?", "published")
    assert edited["edited_at"] is not None
    other = await world.send("PATCH", path, {"text": "No"}, by="participant", subject="per_3")
    assert other.status_code == 404
    spoiled = await world.done("PATCH", path, {"text": "Buy at www.example.com"}, **author)
    assert spoiled["status"] == "held"
    assert [c["text"] for c in await thread(world, idea)] == [None]
    early = {"$set": {"posted_at": utc_now() - EDITING}}
    await world.database["comments"].update_one({"_id": said["id"]}, early)
    late = await world.send("PATCH", path, {"text": "Would it fly?"}, **author)
    assert (late.status_code, late.json()["errors"][0]["rule"]) == (409, "past")


async def test_what_is_taken_back_leaves_a_stone(world: World, idea: str) -> None:
    said = await say(world, idea, "Would it float? I am not so sure about that, to be honest.")
    reply = await say(world, idea, "It would.", "per_3", parent_id=said["id"])
    path = f"/v1/comments/{said['id']}"
    for _ in range(2):
        gone = await world.send("DELETE", path, by="participant", subject="per_2")
        assert gone.status_code == 204
    stone, answer = await thread(world, idea)
    assert (stone["status"], stone["text"], stone["author_id"]) == ("deleted", None, None)
    assert answer["id"] == reply["id"]
    stored = await world.database["comments"].find_one({"_id": said["id"]})
    assert stored is not None
    assert stored["text"] is None
    assert await world.database["fingerprints"].count_documents({"subject_id": said["id"]}) == 0
    assert await trail(world, said["id"]) == [
        ("approved", "screening", None),
        ("deleted", "participant", "per_2"),
    ]


async def test_a_turned_down_comment_can_be_let_in_again(world: World, idea: str) -> None:
    said = await say(world, idea, "This is rubbish.")
    path = f"/v1/comments/{said['id']}"
    await world.done("POST", f"{path}/reject", {"reason": "Say it kindly."}, by="editor")
    (stone,) = await thread(world, idea)
    assert (stone["status"], stone["text"], stone["reason"]) == ("rejected", None, None)
    await world.done("POST", f"{path}/approve", {}, by="editor")
    assert [c["text"] for c in await thread(world, idea)] == ["This is rubbish."]


async def test_nobody_floods_a_discussion(world: World, idea: str) -> None:
    said, now = await say(world, idea, "One"), utc_now()
    await world.database["quotas"].update_one(
        {"_id": f"nerc\ncomments\nper_2\n{COMMENTS.begins(now).isoformat()}"},
        {"$set": {"times": COMMENTS.most, "ends_at": COMMENTS.ends(now)}},
        upsert=True,
    )
    for method, path in (
        ("POST", f"/v1/ideas/{idea}/comments"),
        ("PATCH", f"/v1/comments/{said['id']}"),
    ):
        answer = await world.send(method, path, {"text": "And"}, by="participant", subject="per_2")
        if utc_now() < COMMENTS.ends(now):  # else another hour has begun
            assert (answer.status_code, answer.json()["type"]) == (429, "/problems/too-often")
            assert 0 < int(answer.headers["Retry-After"]) <= timedelta(hours=1).total_seconds()
    await say(world, idea, "I may.", "per_3")


async def test_the_same_key_says_it_once(world: World, idea: str) -> None:
    how = {"by": "participant", "subject": "per_2", "key": "k1"}
    path = f"/v1/ideas/{idea}/comments"
    first, again = [await world.done("POST", path, {"text": "Ahoy."}, **how) for _ in range(2)]
    assert first == again
    assert len(await thread(world, idea)) == 1


async def test_markup_stays_text_and_what_nobody_sees_goes(world: World, idea: str) -> None:
    said = await say(world, idea, "<b>Ahoy</b>\u202e yllaer \x07")
    assert said["text"] == "<b>Ahoy</b> yllaer"
    path = f"/v1/ideas/{idea}/comments"
    answer = await world.send("POST", path, {"text": "x" * 2_001}, by="participant")
    assert answer.status_code == 422
    slur = await world.send("POST", path, {"text": ""}, by="participant")
    assert slur.status_code == 422
