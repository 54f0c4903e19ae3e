"""Sending files in, against a service that answers as the true one would."""

import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from groundswell_local.importing.api import Api, ImportFailed
from groundswell_local.importing.pictures import FileRefused, LocalFile, local_file
from groundswell_local.importing.uploading import Uploads, next_wait
from tests.support.pictures import jpeg


@dataclass
class Service:
    """Uploads that are ready at once; those in `expired` began before, and are gone by now."""

    bodies: dict[str, object] = field(default_factory=dict)
    expired: int = 0
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    async def begin(self, request: web.Request) -> web.Response:
        key, body = request.headers["Idempotency-Key"], await request.json()
        if self.bodies.setdefault(key, body) != body:
            return web.json_response({"title": "Idempotency-Key used before"}, status=422)
        upload = {"upload_id": f"med_{next(self.numbers)}", "state": "ready", "refused": None}
        replayed = {"Idempotency-Replayed": "true"} if self.expired else {}
        self.expired = max(0, self.expired - 1)
        return web.json_response(upload, status=201, headers=replayed)

    async def gone(self, _: web.Request) -> web.Response:
        return web.json_response({"title": "Not found"}, status=404)

    async def page(self, _: web.Request) -> web.Response:
        return web.Response(text="<h1>Welcome</h1>")


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
async def api(service: Service) -> AsyncIterator[Api]:
    app = web.Application()
    app.router.add_post("/v1/uploads", service.begin)
    app.router.add_get("/v1/uploads/{id}", service.gone)
    app.router.add_get("/page", service.page)
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        yield Api(session, str(server.make_url("")).rstrip("/"))


@pytest.fixture
def file(tmp_path: Path) -> LocalFile:
    (tmp_path / "boat.jpg").write_bytes(jpeg())
    return local_file(tmp_path, "boat.jpg")


async def test_a_file_that_was_renamed_is_another_upload(api: Api, file: LocalFile) -> None:
    uploads = Uploads(api, "con_1")
    first = await uploads.send("7", file)
    renamed = replace(file, path=file.path.with_name("ship.jpg"))
    assert await uploads.send("7", renamed) != first


async def test_what_expired_before_begins_again(
    service: Service, api: Api, file: LocalFile
) -> None:
    service.expired = 2
    assert await Uploads(api, "con_1").send("7", file) == "med_2"
    assert len(service.bodies) == 3


async def test_a_file_whose_uploads_all_expired_is_refused_and_keeps_no_other_out(
    service: Service, api: Api, file: LocalFile
) -> None:
    service.expired = 3
    uploads = Uploads(api, "con_1")
    with pytest.raises(FileRefused, match="expired"):
        await uploads.send("7", file)
    assert await uploads.send("8", file) == "med_3"


async def test_another_kind_of_server_is_told(api: Api) -> None:
    page = await api.call("GET", "/page")
    with pytest.raises(ImportFailed, match="no service of Groundswell"):
        page.json()


@pytest.mark.parametrize("check", [0.1, 0.3, 1.0, 2.5])
def test_checks_are_asked_about_when_they_are_about_done(check: float) -> None:
    usual, waits, asked = 0.5, [], 0
    for _ in range(200):
        waited, then, asked = usual, usual / 4, asked + 1
        while waited < check:
            waited, then, asked = waited + then, 1.5 * then, asked + 1
        waits.append(waited)
        usual = next_wait(usual, waited)
    assert asked < 1.3 * len(waits)
    assert sum(waits) / len(waits) < 1.2 * check or check < 0.25


def test_the_wait_has_bounds() -> None:
    assert next_wait(3.0, 300.0) == 3.0
    assert next_wait(0.25, 0.25) == 0.25
