"""Somebody is erased: their ideas go on under an id, and nothing else of them is left."""

from collections.abc import AsyncIterator
from dataclasses import asdict, replace
from typing import Any

import pytest

from groundswell_contracts.cloudevents import CloudEvent
from groundswell_contracts.people import NO_BRAND, PersonErased
from groundswell_ideas.app import worker_role
from groundswell_ideas.app.parts import erasure_commands
from groundswell_ideas.discussion.rules import Comment
from groundswell_ideas.inspection.commands import InspectionCommands
from groundswell_ideas.inspection.decoding import Decoder
from groundswell_ideas.media.files import Files
from groundswell_ideas.submissions.documents import stored
from groundswell_ideas.submissions.rules import Status
from groundswell_kit.clock import utc_now
from groundswell_kit.ids import new_id
from groundswell_kit.mongo import transaction
from tests.integration.ideas.moderation.desk import report, say
from tests.integration.ideas.submissions.desk import PICTURES_AT_WILL, Desk, opened
from tests.integration.ideas.world import BRAND, World
from tests.support.pictures import jpeg
from tests.support.service import handled, running, until_handled
from tests.support.topics import publish

GONE = "per_gone"
STAYING = "per_stays"
PRIVATE = (
    "My mother says that I may",
    "market stall of",
    "Not for anybody's eyes",
    "Hung in our kitchen",
    "It copies my cousin",
    "But I was there first",
    "The first words",
    "Turned down words",
    "passport.jpg",
    "Their aunt allows it",
)
"""Words that only a person could have given, each in another place."""

MANY = 3_000
"""Comments: writing them one by one takes longer than a transaction may."""

STATUSES: list[Status] = ["submitted", "approved", "rejected", "withdrawn"]


@pytest.fixture
async def desk(world: World) -> AsyncIterator[Desk]:
    decoder = Decoder()
    eligibility = {"guardian_below": 18}
    yield await opened(
        world,
        decoder,
        template="design-and-vote",
        eligibility=eligibility,
        entry_form=PICTURES_AT_WILL,
        people=["Lab"],
        reward_budget={"amount_minor": 900_000, "currency": "USD"},
        reward_plan=None,
    )
    await decoder.close()


async def take_part(desk: Desk) -> dict[str, str]:
    """Whatever a person can leave behind in this service, and the ids of it."""
    world = desk.world
    picture = await _picture(desk, GONE)
    consent = {"statement": PRIVATE[0], "given_at": "2026-03-01T10:00:00Z"}
    said: dict[str, Any] = {"declaration": {"birth_years": [2012, 2012], "guardian": consent}}
    words = {"title": "Boat of paper", "summary": f"{PRIVATE[6]} about it.", **said}
    fields = {"fields": {"pictures": [picture]}}
    shown = await desk.done("POST", desk.path, words | fields, by=GONE)
    await desk.revise(shown, by=GONE, summary="Folded of one sheet, and it floats.")
    await world.approve(shown["id"])
    rejected = await desk.done(
        "POST", desk.path, {"title": "Ship of lead", "summary": f"{PRIVATE[7]}.", **said}, by=GONE
    )
    why = {"reason": "It sinks."}
    await world.done("POST", f"/v1/ideas/{rejected['id']}/reject", why, by="editor")
    appeal = {"words": PRIVATE[5]}
    await desk.done("PUT", f"/v1/ideas/{rejected['id']}/appeal", appeal, by=GONE)
    spare = await _picture(desk, GONE)
    unfinished = {"title": "x", "summary": PRIVATE[2], "draft": True}
    draft = await desk.done("POST", desk.path, unfinished, by=GONE, key="a-key-of-theirs")
    told = await world.done(
        "POST",
        f"{desk.path}/on-behalf",
        {
            "title": "Raft of reeds",
            "summary": "As on the lake, woven by three people in a day.",
            "participant_id": GONE,
            "on_behalf_of": f"Who has the {PRIVATE[1]} fish",
            **said,
        },
        by="editor",
    )
    team = [{"participant_id": who, "basis_points": 5_000} for who in (STAYING, GONE)]
    other = await desk.hand_in(3, by=STAYING, declaration={"birth_years": [1990, 1990]}, team=team)
    allowed = {"birth_years": [2012, 2012], "guardian": consent | {"statement": PRIVATE[9]}}
    share = f"/v1/ideas/{other['id']}/team/me"
    await desk.done("PUT", share, {"declaration": allowed}, by=GONE)
    await world.approve(other["id"])
    comment = await say(world, other["id"], PRIVATE[3], by=GONE)
    await world.done("POST", f"/v1/comments/{comment['id']}/approve", by="editor")
    await report(world, f"/v1/ideas/{other['id']}", GONE, reason=PRIVATE[4])
    guests = {"entries": [{"participant_id": who} for who in (GONE, STAYING)]}
    await world.done("PUT", f"/v1/contests/{desk.contest_id}/guests", guests)
    await desk.done("POST", f"/v1/ideas/{other['id']}/share-links", by=GONE)
    return {
        "shown": shown["id"],
        "rejected": rejected["id"],
        "draft": draft["id"],
        "told": told["id"],
        "other": other["id"],
        "comment": comment["id"],
        "picture": picture,
        "spare": spare,
    }


async def _picture(desk: Desk, by: str) -> str:
    """An upload under a telling name."""
    upload_id = await desk.upload(jpeg(seed=len(by)), "image/jpeg", by=by)
    await desk.world.database["media"].update_one(
        {"_id": upload_id}, {"$set": {"name": PRIVATE[8]}}
    )
    return upload_id


async def traces(world: World) -> set[str]:
    """Which of the private words are anywhere in the database, but for events on their way."""
    kept = await world.kept()
    kept.pop("outbox")
    return {words for words in PRIVATE if words in str(kept)}


async def erase(world: World) -> None:
    await erasure_commands(world.stores).erase(GONE)


async def test_nothing_is_left_but_the_ideas(desk: Desk) -> None:
    world, ids = desk.world, await take_part(desk)
    assert await traces(world) == set(PRIVATE)
    shown = await world.done("GET", f"/v1/ideas/{ids['shown']}", by=None)
    counted = await world.kept("idea_counts")
    await erase(world)
    assert await world.kept("idea_counts") == counted
    assert await traces(world) == set()
    assert await world.done("GET", f"/v1/ideas/{ids['shown']}", by=None) == shown
    for name in ("told", "rejected"):
        assert await world.done("GET", f"/v1/ideas/{ids[name]}", by="editor")
    assert (await world.send("GET", f"/v1/ideas/{ids['draft']}", by="editor")).status_code == 404
    (stone,) = (await world.done("GET", f"/v1/ideas/{ids['other']}/comments", by="editor"))["items"]
    assert (stone["status"], stone["text"]) == ("deleted", None)
    guests = (await world.done("GET", f"/v1/contests/{desk.contest_id}/guests"))["items"]
    assert [guest["participant_id"] for guest in guests] == [STAYING]
    kept = (await world.kept("ideas"))["ideas"]
    years = {d["_id"]: d["acceptance"]["declaration"]["birth_years"] for d in kept}
    assert {i for i, of in years.items() if of is not None} == {ids["other"]}
    (member,) = next(d["team"] for d in kept if d["_id"] == ids["other"])
    assert (member["participant_id"], member["basis_points"]) == (GONE, 5_000)
    assert (member["confirmed_at"] is None, member["declaration"]) == (False, None)
    waiting = (await world.done("GET", "/v1/moderation/queue", by="editor"))["items"]
    assert ids["rejected"] not in str(waiting)
    assert ids["comment"] not in str(waiting)


async def test_a_picture_stays_without_what_was_sent_in(desk: Desk) -> None:
    world, ids = desk.world, await take_part(desk)
    files = Files(world.settings.media_url)
    before = await files.keys_under(ids["picture"])
    await erase(world)
    while await InspectionCommands(world.stores.media, files, None).tidy():
        pass
    picture = f"/v1/media/{ids['picture']}"
    assert (await world.send("GET", f"{picture}/large", by=None)).status_code == 200
    assert (await world.send("GET", f"{picture}/original", by="editor")).status_code == 404
    after = await files.keys_under(ids["picture"])
    assert set(after) < set(before)
    assert not any(key.endswith("original") for key in after)
    assert await files.keys_under(ids["spare"]) == []
    assert await world.database["media"].find_one({"_id": ids["spare"]}) is None


async def test_what_somebody_said_when_they_declined_goes(world: World) -> None:
    contest_id, (won, other, _) = await world.contest_in("decided", author=GONE)
    contest = f"/v1/contests/{contest_id}"
    why = {"reason": "I am ill, and my sister too."}
    refusal = f"{contest}/winners/{won}/refusal"
    await world.done("POST", refusal, why, by="participant", subject=GONE)
    why = {"reason": "Somebody else's design."}
    await world.done("POST", f"{contest}/winners/{other}/dropout", why)
    for _ in range(2):
        await erase(world)
        out = (await world.done("GET", f"{contest}/decision", by=None))["dropouts"]
        assert [one["reason"] for one in out] == ["The author declined.", why["reason"]]
    assert "sister" not in str(await world.kept("contests"))


async def test_who_has_said_very_much_is_erased_in_one_transaction(world: World) -> None:
    contest_id, (idea_id, *_) = await world.contest_in("submission", author=GONE)
    idea = (await world.stores.ideas.find(BRAND, contest_id, [idea_id]))[idea_id]
    ideas = [replace(idea, id=f"{idea_id}{n}", status=of) for n, of in enumerate(4 * STATUSES)]
    await world.database["ideas"].insert_many([stored(BRAND, one) for one in ideas])
    comments = [
        Comment(
            brand_id=BRAND,
            contest_id=contest_id,
            idea_id=idea_id,
            id=f"com_{n:05}",
            kind="opinion",
            about="opinion",
            author_id=GONE,
            text=PRIVATE[3],
            status="published",
            shown=True,
            posted_at=utc_now(),
        )
        for n in range(MANY)
    ]
    documents = [asdict(one) | {"_id": one.id, "place": one.place} for one in comments]
    await world.database["comments"].insert_many(documents)
    await transaction(world.database.client, lambda: erase(world))
    assert await traces(world) == set()
    left = await world.kept("comments", "acts", "ideas")
    assert {comment["status"] for comment in left["comments"]} == {"deleted"}
    assert sum(act["verb"] == "deleted" for act in left["acts"]) == MANY
    summaries = {one["status"]: one["summary"] for one in left["ideas"] if one["_id"] != idea_id}
    assert summaries == dict(zip(STATUSES, (idea.summary, idea.summary, "", ""), strict=True))


@pytest.mark.usefixtures("topics")
async def test_identity_tells_and_a_repeat_changes_nothing(desk: Desk) -> None:
    world, bootstrap = desk.world, desk.world.settings.kafka_bootstrap
    await take_part(desk)
    done, repeats = handled("handled"), handled("repeated")
    data, source = PersonErased(person_id=GONE), f"/groundswell/{new_id('identity')}"
    erased = CloudEvent(new_id("evt"), source, utc_now(), NO_BRAND, data, sequence=1)
    async with running(worker_role(world.settings)):
        await publish(bootstrap, erased)
        await until_handled("handled", done + 1)
        await publish(bootstrap, erased)
        await until_handled("repeated", repeats + 1)
    assert await traces(world) == set()
    once = await world.kept("ideas", "revisions", "comments", "acts", "reports", "appeals")
    await erase(world)
    assert await world.kept(*once) == once


async def test_somebody_else_is_left_alone(desk: Desk) -> None:
    world = desk.world
    await take_part(desk)
    before = await world.kept()
    await erasure_commands(world.stores).erase("per_who_was_never_here")
    assert await world.kept() == before
