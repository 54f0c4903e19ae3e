"""What becomes of winners: taken, declined, not verified; who comes up; and the work with them."""

from groundswell_contracts.topics import COMMITMENTS, WINNERS
from tests.integration.ideas.programmes import PROMISED, entry
from tests.integration.ideas.world import World
from tests.support.service import Json

WHY = "The design turned out to be somebody else's."


async def outcome(world: World, contest_id: str, idea_id: str, what: str, body: Json) -> Json:
    """The answer to an author (per_0 of the first idea, and so on) or to the manager."""
    path = f"/v1/contests/{contest_id}/winners/{idea_id}/{what}"
    return await world.done("POST", path, body, by="participant", subject="per_0")


async def standing(world: World, contest_id: str) -> tuple[list[str], list[str]]:
    """Winners and alternates, as everybody reads them."""
    page = await world.done("GET", f"/v1/contests/{contest_id}/decision", by=None)
    return (
        [winner["idea_id"] for winner in page["winners"]],
        [other["idea_id"] for other in page["alternates"]],
    )


async def told(world: World, topic: str) -> list[tuple[str, str | None]]:
    """What was told of the contests, by class and idea."""
    return [
        (type(event.data).__name__, getattr(event.data, "idea_id", None))
        for event in await world.events()
        if event.data.topic.name == topic
    ]


async def test_a_win_is_taken_once_with_its_payee(world: World) -> None:
    contest_id, (first, *_) = await world.contest_in("decided")
    taken = await outcome(world, contest_id, first, "acceptance", {})
    assert taken["payee"] == {"kind": "self", "name": None}
    assert await outcome(world, contest_id, first, "acceptance", {}) == taken
    assert await told(world, WINNERS.name) == [
        ("WinnerSelected", first),
        ("WinnerConfirmed", first),
    ]
    path = f"/v1/contests/{contest_id}/winners/{first}"
    for what, body, rule in (
        ("refusal", {}, "confirmed"),
        ("acceptance", {"payee": {"kind": "charity", "name": "Sea rescue"}}, "confirmed"),
    ):
        answer = await world.send("POST", f"{path}/{what}", body, by="participant", subject="per_0")
        assert [error["rule"] for error in answer.json()["errors"]] == [rule]
    (winner,) = (await world.done("GET", f"/v1/contests/{contest_id}/decision", by=None))["winners"]
    assert winner["confirmed_at"] is not None


async def test_only_its_author_takes_a_win(world: World) -> None:
    contest_id, (first, second, _) = await world.contest_in("decided")
    for idea_id, person in ((first, "per_1"), (second, "per_1"), ("idea_none", "per_0")):
        for what in ("acceptance", "refusal"):
            answer = await world.send(
                "POST",
                f"/v1/contests/{contest_id}/winners/{idea_id}/{what}",
                {},
                by="participant",
                subject=person,
            )
            assert answer.status_code == 404


async def test_a_charity_is_named_where_the_terms_allow_it(world: World) -> None:
    contest_id, (first, *_) = await world.contest_in("decided")
    path = f"/v1/contests/{contest_id}/winners/{first}/acceptance"
    for payee, status in (
        ({"kind": "charity", "name": "Sea rescue"}, 409),
        ({"kind": "charity"}, 422),
        ({"kind": "self", "name": "Me"}, 422),
    ):
        answer = await world.send("POST", path, {"payee": payee}, by="participant", subject="per_0")
        assert answer.status_code == status


async def test_who_declines_makes_room_for_the_next_in_line(world: World) -> None:
    contest_id, (first, second, third) = await world.contest_in("decided")
    assert await standing(world, contest_id) == ([first], [second, third])
    after = await outcome(world, contest_id, first, "refusal", {"reason": "I moved on."})
    assert after["dropout"]["reason"] == "I moved on."
    assert await standing(world, contest_id) == ([second], [third])
    page = await world.done("GET", f"/v1/contests/{contest_id}/decision", by=None)
    assert (page["winners"][0]["rank"], page["overruled"]) == (2, False)
    assert [(d["title"], d["reason"]) for d in page["dropouts"]] == [("Ship 0", "I moved on.")]
    assert await told(world, WINNERS.name) == [
        ("WinnerSelected", first),
        ("WinnerDeclined", first),
        ("WinnerSelected", second),
    ]


async def test_who_is_not_verified_drops_out_until_the_line_is_at_its_end(world: World) -> None:
    contest_id, idea_ids = await world.contest_in("delivery")
    for idea_id in idea_ids:
        path = f"/v1/contests/{contest_id}/winners/{idea_id}/dropout"
        await world.done("POST", path, {"reason": WHY})
        repeated = await world.send("POST", path, {"reason": WHY})
        assert repeated.status_code == 404
    assert await standing(world, contest_id) == ([], [])
    causes = {
        event.data.model_dump()["cause"]
        for event in await world.events()
        if type(event.data).__name__ == "WinnerDeclined"
    }
    assert causes == {"not_verified"}


async def test_a_closed_contest_keeps_its_winners(world: World) -> None:
    contest_id, (first, *_) = await world.contest_in("closed")
    path = f"/v1/contests/{contest_id}/winners/{first}/dropout"
    assert (await world.send("POST", path, {"reason": WHY})).status_code == 409


async def test_milestones_tell_of_the_work_until_the_product_ships(world: World) -> None:
    contest_id, (first, second, _) = await world.contest_in("decided")
    path = f"/v1/contests/{contest_id}/milestones"
    sample = {"title": "First sample", "words": "The sole fits.", "idea_id": first}
    assert (await world.send("POST", path, sample)).status_code == 409
    await world.enter(contest_id, "delivery")
    reached = await world.done("POST", path, sample, key="sample")
    assert await world.done("POST", path, sample, key="sample") == reached
    await world.done("POST", path, {"title": "In the shops", "words": "From today on."})
    lost = await world.send("POST", path, {**sample, "idea_id": second})
    assert [error["rule"] for error in lost.json()["errors"]] == ["winner"]
    for page in ("", "/decision"):
        shown = await world.done("GET", f"/v1/contests/{contest_id}{page}", by=None)
        assert [m["title"] for m in shown["milestones"]] == ["First sample", "In the shops"]
    assert await told(world, COMMITMENTS.name) == [
        ("MilestoneReached", first),
        ("MilestoneReached", None),
    ]


async def test_each_region_has_its_winners_and_its_line(world: World) -> None:
    regions = [
        {"name": name, "countries": [code]} for name, code in (("north", "NO"), ("south", "IT"))
    ]
    draft = await world.draft(
        template="regional", regions=regions, entry_form=None, vote="binding", **PROMISED
    )
    contest_id = str(draft["id"])
    await world.done("PATCH", f"/v1/contests/{contest_id}", {"entry_form": None}, if_match="*")
    await world.enter(contest_id, "submission")
    ideas = {
        name: [
            await entry(world, contest_id, f"{name} {n}", f"per_{n}", region=name) for n in range(2)
        ]
        for name in ("north", "south")
    }
    shortlist = f"/v1/contests/{contest_id}/shortlist"
    for body in ({"idea_ids": ideas["north"]}, {"idea_ids": ideas["south"], "region": "north"}):
        refused = await world.send("PUT", shortlist, body, by="editor", if_match="*")
        assert refused.status_code == 422
    for name, idea_ids in ideas.items():
        body = {"idea_ids": idea_ids, "region": name}
        await world.done("PUT", shortlist, body, by="editor", if_match="*")
    opened = await world.enter(contest_id, "voting")
    await world.enter(contest_id, "deliberation")
    for poll in opened["polls"]:
        votes = [(idea_id, 9 - n) for n, idea_id in enumerate(ideas[poll["region"]])]
        await world.certify(contest_id, votes, poll["id"])
    winners = f"/v1/contests/{contest_id}/winners"
    north, south = ideas["north"], ideas["south"]
    refused = await world.send("POST", winners, {"idea_ids": north[:1], "reason": "Votes."})
    assert refused.status_code == 422
    await select(world, winners, north[:1], "north")
    stuck = await world.send(
        "POST", f"/v1/contests/{contest_id}/phase", {"to": "decided"}, if_match="*"
    )
    assert [error["field"] for error in stuck.json()["errors"]] == ["winners.south"]
    await select(world, winners, south[:1], "south")
    await world.enter(contest_id, "decided")
    await outcome(world, contest_id, south[0], "refusal", {})
    assert await standing(world, contest_id) == ([north[0], south[1]], [north[1]])


async def select(world: World, path: str, idea_ids: list[str], region: str) -> None:
    body = {"idea_ids": idea_ids, "reason": "The votes said so.", "region": region}
    await world.done("POST", path, body)
