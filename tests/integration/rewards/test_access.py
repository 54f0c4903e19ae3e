"""A walk over all routes: who may not, gets 401, 403 or 404, and nothing changes."""

from collections.abc import AsyncIterator, Set
from dataclasses import dataclass
from typing import Any, NamedTuple

import pytest

from groundswell_local.engines import Engines
from tests.integration.rewards.story import TERMS_HASH, published, selected
from tests.integration.rewards.world import World, new_world
from tests.support.issuer import LocalIssuer
from tests.support.service import routes_of_app

FINANCE = frozenset({"auditor", "finance", "manager"})
PAYEE = frozenset({"participant"})
ANYBODY: frozenset[str] = frozenset()
ROLES = FINANCE | PAYEE | {"editor", "juror", "integrator", "operator"}
LISTS = "/v1/contests/{contest_id}"
REWARD = "/v1/rewards/{reward_id}"


class Route(NamedTuple):
    """A route with the `roles` that may use it, ANYBODY needs no token; others get `refusal`.

    What is `of_one_brand`, or `of_payee`, is nothing to others.
    """

    method: str
    path: str
    roles: Set[str]
    body: Any = None
    refusal: int = 403
    of_one_brand: bool = False
    of_payee: bool = False

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


ROUTES = [
    Route("GET", "/openapi.json", ANYBODY),
    Route("GET", "/docs", ANYBODY),
    Route("GET", "/docs/oauth2-redirect", ANYBODY),
    Route("GET", "/problems/{slug}", ANYBODY),
    Route("GET", "/v1/statements/me", PAYEE),
    Route("GET", f"{LISTS}/rewards", FINANCE, of_one_brand=True),
    Route("GET", f"{LISTS}/ledger-entries", FINANCE, of_one_brand=True),
    Route("GET", REWARD, FINANCE | PAYEE, refusal=404, of_one_brand=True, of_payee=True),
    Route("POST", f"{REWARD}/acceptance", PAYEE, {"terms_hash": TERMS_HASH}, of_payee=True),
    Route("POST", f"{REWARD}/refusal", PAYEE, of_payee=True),
]
GUARDED = [route for route in ROUTES if route.roles]


@dataclass(frozen=True)
class Scene:
    """A world with a reward that waits for its payee's answer."""

    world: World
    reward_id: str

    async def statuses(self, route: Route, roles: Set[str], **how: Any) -> dict[str, int]:
        """The status that each of the roles is answered with."""
        ids = {"contest_id": "con_1", "reward_id": self.reward_id, "slug": "conflict"}
        path = route.path.format(**ids)
        found = {}
        for role in sorted(roles):
            by = None if role == "nobody" else role
            who = {"subject": "person_1"} if role == "participant" else {}
            answer = await self.world.send(route.method, path, route.body, by=by, **(who | how))
            found[role] = answer.status_code
        return found


async def new_scene(world: World) -> Scene:
    await world.hear(published(), selected())
    return Scene(world, (await world.statement("person_1"))["rewards"][0]["id"])


@pytest.fixture(scope="module")
async def scene(engines: Engines, issuer: LocalIssuer) -> AsyncIterator[Scene]:
    async with new_world(engines, issuer) as world:
        yield await new_scene(world)


async def test_the_walk_leaves_no_route_out(scene: Scene) -> None:
    assert {(route.method, route.path) for route in ROUTES} == routes_of_app(scene.world.app)


@pytest.mark.parametrize("route", GUARDED, ids=lambda route: route.name)
async def test_without_a_token_or_in_another_role(scene: Scene, route: Route) -> None:
    before = await scene.world.kept()
    others = ROLES - route.roles
    assert await scene.statuses(route, {"nobody"}) == {"nobody": 401}
    found = await scene.statuses(route, others)
    assert found == dict.fromkeys(sorted(others), route.refusal)
    assert await scene.world.kept() == before


@pytest.mark.parametrize("route", GUARDED, ids=lambda route: route.name)
async def test_for_another_brand_or_another_person(scene: Scene, route: Route) -> None:
    before = await scene.world.kept()
    if route.of_one_brand:
        found = await scene.statuses(route, FINANCE, brand="other")
        assert found == dict.fromkeys(sorted(FINANCE), 404)
        found = await scene.statuses(route, FINANCE, brand=None)
        assert found == dict.fromkeys(sorted(FINANCE), route.refusal)
    if route.of_payee:
        found = await scene.statuses(route, PAYEE, subject="person_2")
        assert found == {"participant": 404}
    assert await scene.world.kept() == before


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
async def test_who_may_can(world: World, route: Route) -> None:
    """The requests of this walk fail for who asks, and for nothing else."""
    scene = await new_scene(world)
    roles = route.roles or {"nobody"}
    assert await scene.statuses(route, roles) == dict.fromkeys(sorted(roles), 200)


async def test_staff_with_the_name_of_a_payee_is_not_the_payee(scene: Scene) -> None:
    """Who somebody is comes from the role that the token gives, too."""
    path = f"/v1/rewards/{scene.reward_id}"
    answer = await scene.world.send("GET", path, by="finance", brand="other", subject="person_1")
    assert answer.status_code == 404


@pytest.mark.parametrize("path", ["/v1/contests/con_x/rewards", "/v1/rewards/reward_x"])
async def test_what_nobody_knows_is_not_found(scene: Scene, path: str) -> None:
    answer = await scene.world.send("GET", path)
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found")


async def test_a_win_whose_contest_is_not_known_yet_is_nothing_to_anybody(world: World) -> None:
    await world.hear(selected())
    assert (await world.send("GET", "/v1/contests/con_1/rewards")).status_code == 404
    assert (await world.send("GET", "/v1/contests/con_1/ledger-entries")).status_code == 404
    assert (await world.statement("person_1"))["rewards"] == []
    (win,) = (await world.kept("wins"))["wins"]
    answer = await world.send("GET", f"/v1/rewards/{win['_id']}")
    assert answer.status_code == 404


async def test_bodies_are_described_with_an_example(scene: Scene) -> None:
    document = await scene.world.done("GET", "/openapi.json", by=None)
    schemas = document["components"]["schemas"]
    for name in ("RewardAnswer", "EntryAnswer", "StatementAnswer", "NewAcceptance"):
        assert schemas[name]["example"].keys() <= schemas[name]["properties"].keys()
