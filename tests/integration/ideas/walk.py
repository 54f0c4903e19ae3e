"""Every route of the service with who may use it, and a request that would succeed for them."""

from collections.abc import Set
from typing import Any, NamedTuple

from tests.integration.ideas.scene import Scene
from tests.integration.ideas.world import new_contest

MANAGER = frozenset({"manager"})
EDITORS = frozenset({"editor", "manager"})
ALL_STAFF = frozenset({"auditor", "editor", "finance", "juror", "manager"})
PARTICIPANT = frozenset({"participant"})
ANYBODY: frozenset[str] = frozenset()
ROLES = ALL_STAFF | PARTICIPANT | {"integrator", "operator"}
WHY = "Polar ships are named for explorers."


class Route(NamedTuple):
    """A route with the `roles` that may use it; ANYBODY needs no token.

    `at` is the contest or idea of its request. What is `of_one_brand` is nothing to other brands.
    """

    method: str
    path: str
    roles: Set[str]
    at: str = ""
    body: Any = None
    of_one_brand: bool = True

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


ROUTES = [
    Route("GET", "/openapi.json", ANYBODY, of_one_brand=False),
    Route("GET", "/docs", ANYBODY, of_one_brand=False),
    Route("GET", "/docs/oauth2-redirect", ANYBODY, of_one_brand=False),
    Route("GET", "/problems/{slug}", ANYBODY, at="conflict", of_one_brand=False),
    Route("POST", "/v1/contests", MANAGER, body=new_contest(), of_one_brand=False),
    Route("GET", "/v1/contests", ANYBODY, of_one_brand=False),
    Route("GET", "/v1/contests/{contest_id}", ANYBODY, at="{draft}"),
    Route("PATCH", "/v1/contests/{contest_id}", MANAGER, at="{draft}", body={"title": "Boats"}),
    Route(
        "POST",
        "/v1/contests/{contest_id}/phase",
        MANAGER,
        at="{draft}",
        body={"to": "submission"},
    ),
    Route(
        "POST",
        "/v1/contests/{contest_id}/ideas",
        PARTICIPANT,
        at="{open}",
        body={"title": "RRS Boaty", "summary": "Because."},
        of_one_brand=False,
    ),
    Route("GET", "/v1/contests/{contest_id}/ideas", ANYBODY, at="{draft}"),
    Route("GET", "/v1/ideas/{idea_id}", ANYBODY, at="{waiting}"),
    Route("POST", "/v1/ideas/{idea_id}/approve", EDITORS, at="{waiting}", body={}),
    Route("POST", "/v1/ideas/{idea_id}/reject", EDITORS, at="{waiting}", body={"reason": WHY}),
    Route(
        "PUT",
        "/v1/contests/{contest_id}/shortlist",
        EDITORS,
        at="{open}",
        body={"idea_ids": ["{approved}"]},
    ),
    Route(
        "POST",
        "/v1/contests/{contest_id}/vetoes",
        MANAGER,
        at="{certified}",
        body={"idea_id": "{voted}", "reason": WHY},
    ),
    Route(
        "POST",
        "/v1/contests/{contest_id}/winners",
        MANAGER,
        at="{certified}",
        body={"idea_ids": ["{voted}"], "reason": WHY},
    ),
    Route("GET", "/v1/contests/{contest_id}/decision", ANYBODY, at="{draft}"),
    Route(
        "POST",
        "/v1/contests/{contest_id}/amendments",
        MANAGER,
        at="{voting}",
        body={"reason": WHY, "poll_changed": {"poll_id": "{poll}", "paused": True}},
    ),
    Route("GET", "/v1/contests/{contest_id}/amendments", ANYBODY, at="{draft}"),
]
WRITES = [route for route in ROUTES if route.method != "GET"]


async def statuses(scene: Scene, route: Route, roles: Set[str], **how: Any) -> dict[str, int]:
    """The status that each of the roles is answered with."""
    path = route.path
    for name in ("{contest_id}", "{idea_id}", "{slug}"):
        path = path.replace(name, route.at.format(**scene.ids))
    body = scene.filled(route.body)
    found = {}
    for role in sorted(roles):
        by = None if role == "nobody" else role
        answer = await scene.world.send(route.method, path, body, by=by, if_match="*", **how)
        found[role] = answer.status_code
    return found
