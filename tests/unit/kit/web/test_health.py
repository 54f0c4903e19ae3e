"""Readiness names what fails, fast, and without telling strangers more than that."""

import asyncio
import time
from collections.abc import AsyncIterator

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
    monkeypatch.setattr(health_module, "PROBE_SECONDS", 0.2)
    for name in "abcde":
        health.add(name, hang_probe)
    began = time.monotonic()
    assert set(await health.ready()) == set("abcde")
    assert time.monotonic() - began < 0.5


async def test_a_silent_heartbeat_fails_readiness_until_it_beats(health: Health) -> None:
    heartbeat = health.heartbeat("consumer", 0.05)
    assert await health.ready() == {}
    await asyncio.sleep(0.06)
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
