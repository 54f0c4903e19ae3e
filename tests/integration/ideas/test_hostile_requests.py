"""A walk over all routes with requests of ill will: none is a fault of ours, nothing changes."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx2
import pytest

from groundswell_ideas.imports.schemas import ImportRow
from groundswell_local.engines import Engines
from tests.integration.ideas.hostile import (
    ALWAYS_WRONG,
    BAD_BODIES,
    BAD_HEADERS,
    BAD_IDS,
    BAD_WORDS,
    UNSEEN,
    UNSEEN_CHARACTERS,
    fields,
    with_value,
    written,
)
from tests.integration.ideas.scene import Scene, new_scene
from tests.integration.ideas.walk import ROUTES, Route, path_of
from tests.integration.ideas.world import new_world
from tests.support.issuer import LocalIssuer

pytestmark = pytest.mark.timeout(240)

OFFSETS = b"application/offset+octet-stream"
WITH_IDS = [route for route in ROUTES if "{" in route.path]
ANYBODY_MAY_BE = ("unknown", "an operator")
"""Ids that a juror may come with: these are the identity provider's."""

JSON = {"Content-Type": b"application/json"}


@pytest.fixture(scope="module")
async def scene(engines: Engines, issuer: LocalIssuer) -> AsyncIterator[Scene]:
    async with new_world(engines, issuer) as world:
        yield await new_scene(world)


@pytest.fixture(scope="module")
async def other_scene(engines: Engines, issuer: LocalIssuer) -> AsyncIterator[Scene]:
    """One that may change."""
    async with new_world(engines, issuer) as world:
        yield await new_scene(world)


@pytest.fixture(scope="module")
def document(scene: Scene) -> Any:
    return scene.world.app.openapi()


def body_schema(document: Any, route: Route) -> Any:
    """What the route takes as a body of JSON; None if it takes none."""
    operation = document["paths"].get(route.path, {}).get(route.method.lower(), {})
    content = operation.get("requestBody", {}).get("content", {})
    return content.get("application/json", {}).get("schema")


async def sent(
    scene: Scene,
    route: Route,
    path: str,
    content: bytes | None = None,
    headers: Mapping[str, bytes] | None = None,
    by: str | None = "",
) -> httpx2.Response:
    """The answer to a request by somebody who may use the route, unless told `by` whom."""
    known = {"If-Match": b"*"}
    who = min(route.roles or {"editor"}) if by == "" else by
    if who is not None:
        known["Authorization"] = f"Bearer {scene.world.token(who)}".encode()
    if content is not None:
        known |= JSON
    return await scene.world.client.request(
        route.method,
        path,
        content=content,
        headers={name.encode(): value for name, value in {**known, **(headers or {})}.items()},
    )


def told(what: str, answer: httpx2.Response) -> str:
    return f"{what}: {answer.status_code} {answer.text[:200]}"


def is_refused(answer: httpx2.Response) -> bool:
    """Whether a request is, or an import with all of its rows."""
    if answer.status_code == 200 and answer.request.url.path.endswith("/imports"):
        return {row["outcome"] for row in answer.json()["items"]} == {"refused"}
    return 400 <= answer.status_code < 500


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
async def test_bodies_that_make_no_sense(scene: Scene, document: Any, route: Route) -> None:
    schema = body_schema(document, route)
    if schema is None:
        return
    before, path, wrong = await scene.world.kept(), path_of(scene, route), []
    for name, content in BAD_BODIES.items():
        answer = await sent(scene, route, path, content)
        if not is_refused(answer):
            wrong.append(told(name, answer))
    assert not wrong, "\n".join(wrong)
    assert await scene.world.kept() == before


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
async def test_values_that_no_field_takes(scene: Scene, document: Any, route: Route) -> None:
    schema = body_schema(document, route)
    if schema is None:
        return
    before, path, wrong = await scene.world.kept(), path_of(scene, route), []
    good = scene.filled(route.body)
    for place in dict.fromkeys(field.place for field in fields(document, schema)):
        for name, value in ALWAYS_WRONG.items():
            answer = await sent(scene, route, path, written(with_value(good, place, value)))
            if not is_refused(answer):
                wrong.append(told(f"{name} at {place}", answer))
    assert not wrong, "\n".join(wrong)
    assert await scene.world.kept() == before


async def test_rows_of_an_import_with_values_that_no_field_takes(scene: Scene) -> None:
    """Its rows are looked at one by one, and stand in no document."""
    (route,) = [one for one in ROUTES if one.name == "POST /v1/contests/{contest_id}/imports"]
    schema = ImportRow.model_json_schema(ref_template="#/components/schemas/{model}")
    document = {"components": {"schemas": schema.pop("$defs")}}
    places = dict.fromkeys(field.place for field in fields(document, schema))
    row = {"title": "RRS Boaty", "summary": "Because.", "reference": "r"}
    before, path = await scene.world.kept(), path_of(scene, route)
    for name, value in ALWAYS_WRONG.items():
        rows = [with_value(row, place, value) for place in places]
        answer = await sent(scene, route, path, written({"rows": rows}))
        assert is_refused(answer), told(name, answer)
    assert await scene.world.kept() == before


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
async def test_characters_that_nobody_sees_are_never_kept(
    other_scene: Scene, document: Any, route: Route
) -> None:
    schema = body_schema(document, route)
    if schema is None:
        return
    scene, wrong = other_scene, []
    path, good = path_of(scene, route), scene.filled(route.body)
    for place in dict.fromkeys(f.place for f in fields(document, schema) if f.takes_text):
        answer = await sent(scene, route, path, written(with_value(good, place, UNSEEN)))
        if answer.status_code >= 500 or not UNSEEN_CHARACTERS.isdisjoint(answer.text):
            wrong.append(told(f"at {place}", answer))
    assert not wrong, "\n".join(wrong)
    assert UNSEEN_CHARACTERS.isdisjoint(characters(await scene.world.kept()))


def characters(kept: Any) -> set[str]:
    """All that stand in any text of these documents, names and values."""
    if isinstance(kept, str):
        return set(kept)
    if isinstance(kept, dict):
        return set().union(*(characters(one) for pair in kept.items() for one in pair))
    if isinstance(kept, list):
        return set().union(*map(characters, kept))
    return set()


@pytest.mark.parametrize("route", WITH_IDS, ids=lambda route: route.name)
async def test_ids_of_nothing(scene: Scene, route: Route) -> None:
    """In the place of each id of the path, while the others are right."""
    before, wrong = await scene.world.kept(), []
    content = None if route.body is None else written(scene.filled(route.body))
    right = path_of(scene, route).split("/")
    for n, part in enumerate(route.path.split("/")):
        for name, bad in BAD_IDS.items() if part.startswith("{") else ():
            if route.method == "PUT" and part == "{juror_id}" and name in ANYBODY_MAY_BE:
                continue
            path = "/".join([*right[:n], bad, *right[n + 1 :]])
            answer = await sent(scene, route, path, content)
            if not is_refused(answer):
                wrong.append(told(f"{name} for {part}", answer))
    assert not wrong, "\n".join(wrong)
    assert await scene.world.kept() == before


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
async def test_queries_of_nonsense(scene: Scene, document: Any, route: Route) -> None:
    operation = document["paths"].get(route.path, {}).get(route.method.lower(), {})
    asked = [one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"]
    before, path, wrong = await scene.world.kept(), path_of(scene, route), []
    for query in asked:
        for name, bad in BAD_WORDS.items():
            answer = await sent(scene, route, f"{path}?{query}={bad}")
            if answer.status_code >= 500:
                wrong.append(told(f"{name} for {query}", answer))
    assert not wrong, "\n".join(wrong)
    assert await scene.world.kept() == before


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
async def test_headers_of_nonsense(other_scene: Scene, route: Route) -> None:
    """Some say nothing to some routes, which then do what they are for."""
    scene, wrong = other_scene, []
    path = path_of(scene, route)
    content = None if route.body is None else written(scene.filled(route.body))
    for headers in BAD_HEADERS:
        ((name, value),) = headers.items()
        answer = await sent(scene, route, path, content, headers)
        if answer.status_code >= 500:
            wrong.append(told(f"{name}: {value[:40]!r}", answer))
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("offset", [b"-1", b"9" * 5_000, b"\xff", "\u0663".encode(), b"1e3", b""])
async def test_pieces_of_nonsense(scene: Scene, offset: bytes) -> None:
    (route,) = [one for one in ROUTES if one.name == "PATCH /v1/uploads/{upload_id}"]
    before, path = await scene.world.kept(), path_of(scene, route)
    headers = {"Content-Type": OFFSETS, "Upload-Offset": offset}
    answer = await sent(scene, route, path, b"%PDF-1.7", headers)
    assert is_refused(answer), answer.text
    assert await scene.world.kept() == before
