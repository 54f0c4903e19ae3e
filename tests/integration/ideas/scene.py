"""Contests in several phases, for tests after which all must be as before."""

import json
from dataclasses import dataclass
from typing import Any

from groundswell_ideas.app.parts import review_commands
from groundswell_ideas.inspection.commands import InspectionCommands
from groundswell_ideas.inspection.decoding import Decoder
from groundswell_ideas.media.files import Files
from groundswell_kit.clock import utc_now
from tests.integration.ideas.programmes import appoint, climbing, entry, open_round, themed
from tests.integration.ideas.world import BRAND, World
from tests.support.pictures import PDF


@dataclass(frozen=True)
class Scene:
    """A world and the ids of what is in it.

    `draft`, `open` (takes ideas), `voting` (with the poll `poll`, the idea `listed` on its ballot
    and `late`, approved and not on it), `certified` (in deliberation) and `paused` (a pilot that
    stands still) are contests; `waiting`
    and `approved` are ideas of the open one, `voted` is the first idea in the certified tally.
    `merged` goes on in the approved one; `rejected` and `appealed` were turned down. `comment` is
    an editor's on the approved idea, `held_comment`, `rejected_comment` and `appealed_comment` are
    participants'. What was rejected is by who a participant is unless told otherwise.
    `own` waits, `own_draft` is not handed in, `teamed` names that participant in its team.
    `judged` has a jury, on it whoever asks as a juror, the open round `round`, the round `planned`
    and the idea `contender`; `won` is in delivery, and `prize` won, of whoever asks as a
    participant; on the `ladder` the idea `climber` waits for its review.
    `upload` was begun by an editor for the open one, `checked` is ready for use.
    """

    world: World
    ids: dict[str, str]

    def filled(self, body: Any) -> Any:
        """The body with ids for the names in braces, such as "{draft}"."""
        if body is None:
            return None
        text = json.dumps(body)
        for name, value in self.ids.items():
            text = text.replace(f'"{{{name}}}"', json.dumps(value))
        return json.loads(text)


async def new_scene(world: World) -> Scene:
    draft = await world.draft()
    taking_ideas = str((await world.draft())["id"])
    await world.enter(taking_ideas, "submission")
    approved = await world.submit(taking_ideas)
    await world.approve(approved)
    certified, (voted, *_) = await world.contest_in("deliberation")
    voting, poll, (listed, *_), late = await world.vote()
    guests = {"entries": [{"participant_id": "per_8"}]}
    await world.done("PUT", f"/v1/contests/{draft['id']}/guests", guests)
    paused = await _paused_pilot(world)
    ids = {
        "draft": str(draft["id"]),
        "paused": paused,
        "open": taking_ideas,
        "waiting": await world.submit(taking_ideas),
        "approved": approved,
        "certified": certified,
        "voted": voted,
        "voting": voting,
        "poll": poll,
        "listed": listed,
        "late": late,
        **await _judged(world),
        **await _won(world),
        **await _climbed(world),
        **await _moderated(world, taking_ideas, approved),
        **await _own(world, taking_ideas),
        "checked": await _upload(world, taking_ideas, PDF),
        "upload": await _upload(world, taking_ideas, b""),
    }
    return Scene(world, ids)


async def _moderated(world: World, contest_id: str, approved: str) -> dict[str, str]:
    """Ideas and comments that editors have looked at, or will."""
    me, other, why = "the_participant", "per_9", {"reason": "Not now."}
    merged, rejected, appealed = [
        await world.submit(contest_id, f"Ship {by}", by=by) for by in ("per_8", me, other)
    ]
    await world.approve(merged)
    body = {"into_idea_id": approved}
    await world.done("POST", f"/v1/ideas/{merged}/merge", body, by="editor")
    for idea_id in (rejected, appealed):
        await world.done("POST", f"/v1/ideas/{idea_id}/reject", why, by="editor")
    words = {"words": "Why not?"}
    appealing = {"by": "participant", "subject": other}
    await world.done("PUT", f"/v1/ideas/{appealed}/appeal", words, **appealing)
    path = f"/v1/ideas/{approved}/comments"
    comment, *others = [
        str((await world.done("POST", path, {"text": f"Ahoy {by}"}, by=role, subject=by))["id"])
        for role, by in (("editor", None), *(("participant", by) for by in (other, me, other)))
    ]
    for comment_id in others[1:]:
        await world.done("POST", f"/v1/comments/{comment_id}/reject", why, by="editor")
    await world.done("PUT", f"/v1/comments/{others[2]}/appeal", words, **appealing)
    names = ("held_comment", "rejected_comment", "appealed_comment")
    ideas = {"merged": merged, "rejected": rejected, "appealed": appealed}
    return {"comment": comment, **ideas, **dict(zip(names, others, strict=True))}


async def _own(world: World, contest_id: str) -> dict[str, str]:
    """Ideas in which the participant of the walk has a part."""
    author, path = "the_participant", f"/v1/contests/{contest_id}/ideas"
    draft = {"title": "RRS Unfinished", "summary": "Not yet.", "draft": True}
    team = [{"participant_id": p, "basis_points": 5_000} for p in ("per_1", author)]
    shared = {"title": "RRS Shared", "summary": "Of two.", "team": team}
    by = {"by": "participant"}
    return {
        "own": await world.submit(contest_id, "RRS Mine", by=author),
        "own_draft": str((await world.done("POST", path, draft, **by))["id"]),
        "teamed": str((await world.done("POST", path, shared, **by, subject="per_1"))["id"]),
    }


async def _judged(world: World) -> dict[str, str]:
    contest_id = await themed(world)
    contender = await entry(world, contest_id, "A car for one", "per_1", category="Comfort")
    await appoint(world, contest_id, "the_juror")
    opened = await open_round(world, contest_id, "shortlist")
    body = {"name": "Next", "purpose": "shortlist"}
    planned = await world.done("POST", f"/v1/contests/{contest_id}/rounds", body)
    return {
        "judged": contest_id,
        "contender": contender,
        "round": opened.rpartition("/")[2],
        "planned": str(planned["id"]),
    }


async def _won(world: World) -> dict[str, str]:
    contest_id, (prize, *_) = await world.contest_in("delivery", author="the_participant")
    return {"won": contest_id, "prize": prize}


async def _climbed(world: World) -> dict[str, str]:
    contest_id, poll_id, (climber,) = await climbing(world)
    await review_commands(world.stores).reached(
        BRAND, contest_id, poll_id, climber, step=1, votes=100, at=utc_now()
    )
    body = {"expert_id": "the_expert", "office": "Maker of models"}
    await world.done("PUT", f"/v1/contests/{contest_id}/reviews/{climber}/expert", body)
    return {"ladder": contest_id, "climber": climber}


async def _paused_pilot(world: World) -> str:
    contest_id = str((await world.draft(pilot={"people": 30, "days": 14}))["id"])
    await world.enter(contest_id, "submission")
    await world.done("POST", f"/v1/contests/{contest_id}/pause", {"reason": "We tidy up."})
    return contest_id


async def _upload(world: World, contest_id: str, content: bytes) -> str:
    """An editor's upload with its content checked; one without content stays open."""
    announced = {
        "contest_id": contest_id,
        "name": "boat.pdf",
        "bytes": len(content) or 9,
        "content_type": "application/pdf",
    }
    begun = await world.done("POST", "/v1/uploads", announced, by="editor")
    upload_id = str(begun["upload_id"])
    if content:
        headers = {
            "Authorization": f"Bearer {world.token('editor')}",
            "Content-Type": "application/offset+octet-stream",
            "Upload-Offset": "0",
        }
        await world.client.patch(f"/v1/uploads/{upload_id}", content=content, headers=headers)
        await world.done("POST", f"/v1/uploads/{upload_id}/complete", by="editor")
        files = Files(world.settings.media_url)
        await InspectionCommands(world.stores.media, files, None).check_next(Decoder())
    return upload_id
