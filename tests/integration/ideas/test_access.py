"""A walk over all routes: who may not, gets 401, 403 or 404, and nothing changes."""

from collections.abc import AsyncIterator

import pytest

from groundswell_local.engines import Engines
from tests.integration.ideas.scene import Scene, new_scene
from tests.integration.ideas.walk import ALL_STAFF, EXPERT, ROLES, ROUTES, Route, statuses
from tests.integration.ideas.world import World, new_contest, new_world
from tests.support.issuer import LocalIssuer
from tests.support.service import routes_of_app

GUARDED = [route for route in ROUTES if route.roles]
OF_ONE_BRAND = [route for route in ROUTES if route.of_one_brand]


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
    assert await statuses(scene, route, {"nobody"}) == {"nobody": 401}
    assert await statuses(scene, route, others) == dict.fromkeys(sorted(others), 403)
    assert await scene.world.kept() == before


@pytest.mark.parametrize("route", OF_ONE_BRAND, ids=lambda route: route.name)
async def test_for_another_brand(scene: Scene, route: Route) -> None:
    before = await scene.world.kept()
    found = await statuses(scene, route, ROLES, brand="other")
    assert set(found.values()) <= {403, 404}
    may = route.roles or ROLES
    assert {found[role] for role in may} == {404}
    assert await scene.world.kept() == before


@pytest.mark.parametrize("route", GUARDED, ids=lambda route: route.name)
async def test_staff_of_no_brand_may_do_nothing(scene: Scene, route: Route) -> None:
    before = await scene.world.kept()
    roles = (ALL_STAFF | EXPERT) & route.roles
    found = await statuses(scene, route, roles, brand=None)
    assert found == dict.fromkeys(sorted(roles), 403)
    assert await scene.world.kept() == before


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
async def test_who_may_can(world: World, route: Route) -> None:
    """The requests of this walk fail for who asks, and for nothing else."""
    scene = await new_scene(world)
    role = min(route.roles or {"auditor"})
    (status,) = (await statuses(scene, route, {role})).values()
    decision_of_draft = route.path.endswith("/decision")
    assert status in ({404} if decision_of_draft else route.opened)


async def test_a_list_shows_the_own_brand_alone(scene: Scene) -> None:
    own = await scene.world.done("GET", "/v1/contests", by="auditor")
    other = await scene.world.done("GET", "/v1/contests", by="auditor", brand="other")
    assert len(own["items"]) == 8
    assert other == {"items": [], "next": None}
    contest_id = (await scene.world.done("POST", "/v1/contests", new_contest(), brand="third"))[
        "id"
    ]
    assert (await scene.world.send("GET", f"/v1/contests/{contest_id}")).status_code == 404


async def test_an_idea_that_waits_is_for_its_author_and_the_brand(scene: Scene) -> None:
    path = f"/v1/ideas/{scene.ids['waiting']}"
    readers = {
        "author": ("participant", "per_1"),
        "another": ("participant", "per_2"),
        "juror": ("juror", None),
    }
    found = {
        name: (await scene.world.send("GET", path, by=role, subject=subject)).status_code
        for name, (role, subject) in readers.items()
    }
    assert found == {"author": 200, "another": 404, "juror": 200}
    assert (await scene.world.send("GET", path, by=None)).status_code == 404
