"""Readiness names what fails, fast, and without telling strangers more than that."""

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace

import httpx2
import pytest

from groundswell_kit import health as health_module
from groundswell_kit.health import Health, health_app


@pytest.fixture
def health() -> Health:
    return Health("worker")


@pytest.fixture
async def client(health: Health) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app=health_app(health))
    async with httpx2.AsyncClient(transport=transport, base_url="http://worker.test") as client:
        yield client


async def pass_probe() -> None:
    return None


async def fail_probe() -> None:
    raise ConnectionError("mongodb://10.0.0.7 refused")


async def hang_probe() -> None:
    await asyncio.sleep(60)


async def test_a_role_without_complaints_is_ready(
    health: Health, client: httpx2.AsyncClient
) -> None:
    health.add("mongo", pass_probe)
    health.heartbeat("consumer", 30)
    response = await client.get("/readyz")
    assert (response.status_code, response.json()) == (200, {"ready": True, "failing": {}})


async def test_each_failing_check_is_named(
    health: Health, client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health_module, "PROBE_SECONDS", 0.05)
    health.add("kafka", pass_probe)
    health.add("mongo", fail_probe)
    health.add("redis", hang_probe)
    health.fail("polls", "not read yet")
    response = await client.get("/readyz")
    assert response.status_code == 503
    assert response.headers["cache-control"] == "no-store"
    failing = response.json()["failing"]
    assert set(failing) == {"mongo", "redis", "polls"}
    assert failing["mongo"] == "ConnectionError"
    assert failing["polls"] == "not read yet"
    assert "10.0.0.7" not in response.text


async def test_slow_probes_are_asked_at_once(
    health: Health, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health_module, "PROBE_SECONDS", 30.0)
    all_are_asked = asyncio.Barrier(5)

    async def wait_for_the_others() -> None:
        await all_are_asked.wait()

    for name in "abcde":
        health.add(name, wait_for_the_others)
    assert await health.ready() == {}


async def test_a_silent_heartbeat_fails_readiness_until_it_beats(
    health: Health, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    monkeypatch.setattr(health_module, "time", SimpleNamespace(monotonic=lambda: now))
    heartbeat = health.heartbeat("consumer", 30)
    now = 30.0
    assert await health.ready() == {}
    now = 31.0
    assert set(await health.ready()) == {"consumer"}
    heartbeat.beat()
    assert await health.ready() == {}


async def test_a_reason_stands_until_it_is_cleared(health: Health) -> None:
    health.fail("start", "starting")
    assert await health.ready() == {"start": "starting"}
    health.clear("start")
    health.clear("start")
    assert await health.ready() == {}


async def test_a_live_process_is_healthy_even_when_not_ready(
    health: Health, client: httpx2.AsyncClient
) -> None:
    health.add("mongo", fail_probe)
    assert (await client.get("/healthz")).json() == {"status": "ok"}


async def test_metrics_are_in_prometheus_format(client: httpx2.AsyncClient) -> None:
    response = await client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain")
    assert "# TYPE groundswell_events_handled_total counter" in response.text


async def test_all_else_is_a_problem(client: httpx2.AsyncClient) -> None:
    missing = await client.get("/v1/things")
    assert (missing.status_code, missing.json()["type"]) == (404, "/problems/not-found")
    wrong = await client.post("/readyz")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET, HEAD")
