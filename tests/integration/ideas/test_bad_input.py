"""Whatever is wrong with a request, a problem says so and nothing changes."""

import json
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import pytest

from groundswell_local.engines import Engines
from tests.integration.ideas.scene import Scene, new_scene
from tests.integration.ideas.world import World, new_contest, new_world
from tests.support.issuer import LocalIssuer
from tests.support.service import Json

CONTESTS = "POST /v1/contests"
IDEA = {"title": "RRS Boaty McBoatface", "summary": "A name that nobody will forget."}
TIMES = new_contest()["timetable"]
PLAN = new_contest()["reward_plan"]
LONG_AGO = "2016-04-16T23:00:00Z"
WHY = "Polar ships are named for explorers."
RULES: dict[str, Any] = {"ideas_per_ballot": None}
STEP = {"votes": 5, "within_seconds": 3_600}
AMEND = "POST /v1/contests/{voting}/amendments"
PAUSE = {"poll_id": "{poll}", "paused": True}
FINAL = {
    "name": "final",
    "idea_ids": ["{listed}"],
    "closes_at": new_contest()["timetable"]["voting_closes_at"],
}

PROBLEMS = {
    400: "malformed-json",
    401: "unauthenticated",
    403: "forbidden",
    404: "not-found",
    409: "conflict",
    412: "precondition-failed",
    413: "body-too-large",
    415: "unsupported-media-type",
    422: "validation",
    428: "precondition-required",
}


class Bad(NamedTuple):
    """A request that must be refused, and the field that is to blame.

    Names in braces are ids of the scene; a body of bytes is sent as it is.
    """

    name: str
    request: str
    body: Any
    status: int
    field: str | None = None
    by: str | None = "manager"
    brand: str = "nerc"
    if_match: str | None = "*"


WRONG = [
    Bad("no JSON", CONTESTS, b'{"title": ', 400),
    Bad("half a character", CONTESTS, b'{"title": "\\ud800", "vote": "binding"}', 400),
    Bad("too large", CONTESTS, b'"' + b"x" * 600_000 + b'"', 413),
    Bad("no body", CONTESTS, b"", 422, "body"),
    Bad("no object", CONTESTS, [1], 422, "body"),
    Bad("missing field", CONTESTS, {"title": "T"}, 422, "body.vote"),
    Bad("unknown field", CONTESTS, new_contest(colour="blue"), 422, "body.colour"),
    Bad("empty title", CONTESTS, new_contest(title=" "), 422, "body.title"),
    Bad("wrong vote", CONTESTS, new_contest(vote="maybe"), 422, "body.vote"),
    Bad(
        "moment without zone",
        CONTESTS,
        new_contest(timetable=TIMES | {"voting_opens_at": "2026-12-01T10:00:00"}),
        422,
        "body.timetable.voting_opens_at",
    ),
    Bad(
        "times out of order",
        "PATCH /v1/contests/{draft}",
        {"timetable": TIMES | {"voting_closes_at": LONG_AGO}},
        422,
        "body.timetable",
    ),
    Bad("no title left", "PATCH /v1/contests/{draft}", {"title": None}, 422, "body.title"),
    Bad("no such phase", "POST /v1/contests/{draft}/phase", {"to": "end"}, 422, "body.to"),
    Bad(
        "no summary",
        "POST /v1/contests/{open}/ideas",
        {"title": "T"},
        422,
        "body.summary",
        "participant",
    ),
    Bad("no reason", "POST /v1/ideas/{waiting}/reject", {}, 422, "body.reason"),
    Bad(
        "listed twice",
        "PUT /v1/contests/{open}/shortlist",
        {"idea_ids": ["{approved}", "{approved}"]},
        422,
        "body.idea_ids",
    ),
    Bad(
        "listed before approved",
        "PUT /v1/contests/{open}/shortlist",
        {"idea_ids": ["{approved}", "{waiting}"]},
        422,
        "body.idea_ids.1",
    ),
    Bad(
        "listed elsewhere",
        "PUT /v1/contests/{open}/shortlist",
        {"idea_ids": ["{voted}"]},
        422,
        "body.idea_ids.0",
    ),
    Bad(
        "veto of a stranger",
        "POST /v1/contests/{certified}/vetoes",
        {"idea_id": "{approved}", "reason": WHY},
        422,
        "body.idea_id",
    ),
    Bad(
        "a stranger wins",
        "POST /v1/contests/{certified}/winners",
        {"idea_ids": ["{voted}", "{approved}"], "reason": WHY},
        422,
        "body.idea_ids.1",
    ),
    Bad(
        "nobody wins",
        "POST /v1/contests/{certified}/winners",
        {"idea_ids": [], "reason": WHY},
        422,
        "body.idea_ids",
    ),
    Bad(
        "half a penny",
        CONTESTS,
        new_contest(reward_plan=PLAN | {"per_winner": {"amount_minor": 0.5, "currency": "GBP"}}),
        422,
        "body.reward_plan.per_winner.amount_minor",
    ),
    Bad(
        "a reward without terms",
        "PATCH /v1/contests/{draft}",
        {"reward_plan": PLAN | {"terms": ""}},
        422,
        "body.reward_plan.terms",
    ),
    Bad("polls without names", CONTESTS, new_contest(polls=[{}, {}]), 422, "body.polls"),
    Bad(
        "a time zone of no place",
        CONTESTS,
        new_contest(polls=[{"name": "a"}, {"name": "b", "rules": {"time_zone": "Nowhere"}}]),
        422,
        "body.polls.1.rules.time_zone",
    ),
    Bad(
        "a ladder that leads down",
        "PATCH /v1/contests/{draft}",
        {"polls": [{"rules": RULES | {"ladder": [STEP | {"votes": 9}, STEP]}}]},
        422,
        "body.polls.0.rules.ladder",
    ),
    Bad("amended without a reason", AMEND, {"poll_changed": PAUSE}, 422, "body.reason"),
    Bad("nothing amended", AMEND, {"reason": WHY}, 422, "body"),
    Bad(
        "an amendment of what is frozen",
        AMEND,
        {"reason": WHY, "poll_changed": PAUSE | {"period": "day"}},
        422,
        "body.poll_changed.period",
    ),
    Bad(
        "another contest's poll",
        AMEND,
        {"reason": WHY, "poll_changed": PAUSE | {"poll_id": "poll_x"}},
        422,
        "body.poll_changed.poll_id",
    ),
    Bad(
        "an idea that nobody approved",
        AMEND,
        {"reason": WHY, "poll_changed": {"poll_id": "{poll}", "added_idea_ids": ["{waiting}"]}},
        422,
        "body.poll_changed.added_idea_ids.0",
    ),
    Bad(
        "a poll of an idea that is not shortlisted",
        AMEND,
        {"reason": WHY, "poll_opened": FINAL | {"idea_ids": ["{listed}", "{late}"]}},
        422,
        "body.poll_opened.idea_ids.1",
    ),
    Bad("strange cursor", "GET /v1/contests?cursor=abc", None, 422, "query.cursor"),
    Bad("page too long", "GET /v1/contests?limit=101", None, 422, "query.limit"),
]

NOT_ALLOWED = [
    Bad("no token", CONTESTS, new_contest(), 401, by=None),
    Bad("other role", CONTESTS, new_contest(), 403, by="editor"),
    Bad("staff takes part", "POST /v1/contests/{open}/ideas", IDEA, 403),
    Bad(
        "other brand's contest",
        "POST /v1/contests/{draft}/phase",
        {"to": "submission"},
        404,
        brand="other",
    ),
    Bad("other brand's idea", "POST /v1/ideas/{waiting}/approve", {}, 404, brand="other"),
    Bad("no such contest", "GET /v1/contests/con_x", None, 404),
    Bad("no such idea", "POST /v1/ideas/idea_x/approve", {}, 404),
    Bad("idea for a draft", "POST /v1/contests/{draft}/ideas", IDEA, 404, by="participant"),
    Bad("amendments of a draft", "GET /v1/contests/{draft}/amendments", None, 404, by=None),
    Bad("amended by another brand", AMEND, {"reason": WHY, "poll_changed": PAUSE}, 404, brand="o"),
    Bad("decision of a draft", "GET /v1/contests/{draft}/decision", None, 404),
    Bad("unapproved ideas", "GET /v1/contests/{open}/ideas?status=rejected", None, 403, by=None),
]

NOT_NOW = [
    Bad("frozen reward", "PATCH /v1/contests/{open}", {"reward_plan": None}, 409, "phase"),
    Bad("frozen terms", "PATCH /v1/contests/{open}", {"title": "Boats"}, 409, "phase"),
    Bad("skipped phase", "POST /v1/contests/{open}/phase", {"to": "decided"}, 409, "to"),
    Bad("nothing to vote on", "POST /v1/contests/{open}/phase", {"to": "voting"}, 409, "shortlist"),
    Bad(
        "amended before the vote",
        "POST /v1/contests/{open}/amendments",
        {"reason": WHY, "poll_changed": PAUSE},
        409,
        "phase",
    ),
    Bad("no winner", "POST /v1/contests/{certified}/phase", {"to": "decided"}, 409, "winners"),
    Bad(
        "too late for ideas",
        "POST /v1/contests/{certified}/ideas",
        IDEA,
        409,
        "phase",
        by="participant",
    ),
    Bad("decided otherwise", "POST /v1/ideas/{approved}/reject", {"reason": WHY}, 409, "status"),
    Bad(
        "vote has begun",
        "PUT /v1/contests/{certified}/shortlist",
        {"idea_ids": ["{voted}"]},
        409,
        "phase",
    ),
    Bad("no version", "PATCH /v1/contests/{draft}", {"title": "Boats"}, 428, if_match=None),
    Bad(
        "old version",
        "POST /v1/contests/{draft}/phase",
        {"to": "submission"},
        412,
        if_match='"v9"',
    ),
]


@pytest.fixture(scope="module")
async def scene(engines: Engines, issuer: LocalIssuer) -> AsyncIterator[Scene]:
    async with new_world(engines, issuer) as world:
        yield await new_scene(world)


async def refused(scene: Scene, bad: Bad) -> Json:
    """The problem that a bad request is answered with."""
    world = scene.world
    method, path = bad.request.format(**scene.ids).split()
    body = bad.body if isinstance(bad.body, bytes) else json.dumps(scene.filled(bad.body)).encode()
    headers = {"Content-Type": "application/json"}
    if bad.by is not None:
        headers["Authorization"] = f"Bearer {world.token(bad.by, bad.brand)}"
    if bad.if_match is not None:
        headers["If-Match"] = bad.if_match
    answer = await world.client.request(
        method, path, content=None if bad.body is None else body, headers=headers
    )
    assert answer.status_code == bad.status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem: Json = answer.json()
    return problem


@pytest.mark.parametrize("bad", [*WRONG, *NOT_ALLOWED, *NOT_NOW], ids=lambda bad: bad.name)
async def test_it_is_refused_and_nothing_changes(scene: Scene, bad: Bad) -> None:
    before = await scene.world.kept()
    problem = await refused(scene, bad)
    assert problem["type"] == f"/problems/{PROBLEMS[bad.status]}"
    assert problem["status"] == bad.status
    if bad.field is not None:
        assert [error["field"] for error in problem["errors"]] == [bad.field]
    assert await scene.world.kept() == before


async def test_a_contest_that_lacks_its_promises_cannot_open(world: World) -> None:
    draft = await world.done("POST", "/v1/contests", {"title": "Ships", "vote": "binding"})
    before = await world.kept()
    path = f"/v1/contests/{draft['id']}/phase"
    answer = await world.send("POST", path, {"to": "submission"}, if_match="*")
    assert answer.status_code == 409
    missing = [error["field"] for error in answer.json()["errors"]]
    assert missing == ["owner", "rules", "timetable", "answer_by"]
    assert await world.kept() == before


@pytest.mark.parametrize("what", ["vetoes", "winners"])
async def test_nothing_is_selected_before_the_tally_is_certified(world: World, what: str) -> None:
    contest_id, idea_ids = await world.contest_in("deliberation")
    await world.database["tallies"].delete_many({})
    body = {
        "vetoes": {"idea_id": idea_ids[0], "reason": WHY},
        "winners": {"idea_ids": idea_ids[:1], "reason": WHY},
    }
    before = await world.kept()
    answer = await world.send("POST", f"/v1/contests/{contest_id}/{what}", body[what])
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/tally-not-certified")
    explained = await world.done("GET", "/problems/tally-not-certified", by=None)
    assert explained["status"] == 409
    assert await world.kept() == before


async def test_an_expired_token_is_refused(world: World) -> None:
    before = await world.kept()
    token = world.issuer.token(sub="m", roles=["manager"], brand_id="nerc", exp=1_700_000_000)
    answer = await world.client.post(
        "/v1/contests", json=new_contest(), headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert await world.kept() == before
