"""Contests of other programmes than name-it, led as far as the tests of selection need them."""

from collections.abc import Mapping
from datetime import timedelta

from groundswell_kit.clock import utc_now
from tests.integration.ideas.world import World
from tests.support.service import Json

JURORS = ("jur_1", "jur_2", "jur_3")
PROMISED: Json = {
    "people": ["The design team"],
    "reward_budget": {"amount_minor": 900_000, "currency": "EUR"},
}
CRITERIA = [{"name": "Originality", "weight": 2}, {"name": "Use", "weight": 1}]


async def themed(world: World, **changes: object) -> str:
    """A themed contest that takes ideas, without a vote unless told otherwise."""
    selection = {"jury": {"criteria": CRITERIA, "quorum": 2}, "shortlist": {"maximum": 2}}
    draft = await world.draft(
        **{
            "template": "themed-contest",
            "categories": ["Comfort"],
            "timetable": {},
            "selection": selection,
            **PROMISED,
            **changes,
        }
    )
    contest_id = str(draft["id"])
    await world.enter(contest_id, "submission")
    return contest_id


async def entry(world: World, contest_id: str, title: str, by: str, **more: object) -> str:
    """The id of a new idea that an editor has approved."""
    body = {"title": title, "summary": "For the whole family.", **more}
    path = f"/v1/contests/{contest_id}/ideas"
    idea_id = str((await world.done("POST", path, body, by="participant", subject=by))["id"])
    await world.approve(idea_id)
    return idea_id


async def appoint(world: World, contest_id: str, *jurors: str) -> None:
    """Puts these on the jury."""
    for juror in jurors:
        path = f"/v1/contests/{contest_id}/jurors/{juror}"
        await world.done("PUT", path, {"office": f"Office of {juror}"})


async def open_round(world: World, contest_id: str, purpose: str) -> str:
    """The path of a round that is open."""
    path = f"/v1/contests/{contest_id}/rounds"
    planned = await world.done("POST", path, {"name": f"On {purpose}", "purpose": purpose})
    await world.done("POST", f"{path}/{planned['id']}/open")
    return f"{path}/{planned['id']}"


async def score(
    world: World, round_path: str, juror: str, points: Mapping[str, tuple[int, int]]
) -> None:
    """Gives ideas so much for originality and for use."""
    for idea_id, (originality, use) in points.items():
        body = {"scores": {"Originality": originality, "Use": use}}
        path = f"{round_path}/ideas/{idea_id}/scores"
        await world.done("PUT", path, body, by="juror", subject=juror)


async def judge(
    world: World, contest_id: str, purpose: str, points: Mapping[str, tuple[int, int]]
) -> None:
    """A whole round, in which two jurors give the same."""
    round_path = await open_round(world, contest_id, purpose)
    for juror in JURORS[:2]:
        await score(world, round_path, juror, points)
    await world.done("POST", f"{round_path}/close")


async def climbing(world: World, *windows: Json, ideas: int = 1) -> tuple[str, str, list[str]]:
    """A support ladder of one step in voting: contest, poll, and ideas on the ballot."""
    rules = {
        "kind": "standing",
        "ideas_per_ballot": None,
        "period": "poll",
        "tallies": "live",
        "ladder": [{"votes": 100, "within_seconds": 5_184_000}],
    }
    now = utc_now()
    timetable = {
        "voting_opens_at": now.isoformat(),
        "voting_closes_at": (now + timedelta(days=400)).isoformat(),
    }
    draft = await world.draft(
        template="support-ladder",
        vote=None,
        reward_plan=None,
        timetable=timetable,
        answer_by=(now + timedelta(days=500)).date().isoformat(),
        polls=[{"name": "Support", "rules": rules}],
        selection={"review_windows": list(windows)},
        **PROMISED,
    )
    contest_id = str(draft["id"])
    poll_id = str((await world.enter(contest_id, "voting"))["poll_ids"][0])
    idea_ids = [await entry(world, contest_id, f"Castle {n}", f"per_{n}") for n in range(ideas)]
    return contest_id, poll_id, idea_ids
