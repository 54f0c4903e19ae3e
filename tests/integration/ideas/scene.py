"""Contests in several phases, for tests after which all must be as before."""

import json
from dataclasses import dataclass
from typing import Any

from tests.integration.ideas.world import World


@dataclass(frozen=True)
class Scene:
    """A world and the ids of what is in it.

    `draft`, `open` (takes ideas), `voting` (with the poll `poll`, the idea `listed` on its ballot
    and `late`, approved and not on it) and `certified` (in deliberation) are contests; `waiting`
    and `approved` are ideas of the open one, `voted` is the first idea in the certified tally.
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
    ids = {
        "draft": str(draft["id"]),
        "open": taking_ideas,
        "waiting": await world.submit(taking_ideas),
        "approved": approved,
        "certified": certified,
        "voted": voted,
        "voting": voting,
        "poll": poll,
        "listed": listed,
        "late": late,
    }
    return Scene(world, ids)
