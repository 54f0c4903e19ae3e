"""Liveness, readiness and metrics of one process: what to check, and the ASGI app that tells.

Workers serve `health_app` alone; the API apps and the ballot box put it before their routes.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable

from groundswell_kit import metrics, problems
from groundswell_kit.asgi import AsgiApp, RawHeaders, Receive, Scope, Send, respond
from groundswell_kit.observability import get_logger

Probe = Callable[[], Awaitable[None]]

PATHS = frozenset({"/healthz", "/readyz", "/metrics"})
PROBE_SECONDS = 2.0

log = get_logger()


class Heartbeat:
    """Beaten by a loop that makes progress; readiness fails when it falls silent."""

    def __init__(self, max_age_seconds: float) -> None:
        self._max_age_seconds = max_age_seconds
        self._beaten_at = time.monotonic()

    def beat(self) -> None:
        self._beaten_at = time.monotonic()

    def complaint(self) -> str | None:
        age = time.monotonic() - self._beaten_at
        return f"no progress for {age:.0f} s" if age > self._max_age_seconds else None


class Health:
    """Whether one role is ready for work, and why not."""

    def __init__(self, role: str) -> None:
        self.role = role
        self._probes: dict[str, Probe] = {}
        self._heartbeats: dict[str, Heartbeat] = {}
        self._reasons: dict[str, str] = {}
        self._last_failing: frozenset[str] = frozenset()

    def add(self, name: str, probe: Probe) -> None:
        """Asks `probe` at each readiness check; it raises, or takes over 2 s, when not ready."""
        self._probes[name] = probe

    def heartbeat(self, name: str, max_age_seconds: float) -> Heartbeat:
        """A heartbeat, fresh now, that must be beaten at least every `max_age_seconds`."""
        heartbeat = self._heartbeats[name] = Heartbeat(max_age_seconds)
        return heartbeat

    def fail(self, name: str, reason: str) -> None:
        """Not ready, for this reason, until `clear(name)`."""
        self._reasons[name] = reason

    def clear(self, name: str) -> None:
        self._reasons.pop(name, None)

    async def ready(self) -> dict[str, str]:
        """Each failing check with its reason; empty when ready. Takes at most about 2 s."""
        failures = dict(self._reasons)
        for name, heartbeat in self._heartbeats.items():
            if (complaint := heartbeat.complaint()) is not None:
                failures[name] = complaint
        answers = await asyncio.gather(*(_ask(n, p) for n, p in self._probes.items()))
        failures.update({name: reason for name, reason in answers if reason is not None})
        self._log_changes(failures)
        return failures

    def _log_changes(self, failures: dict[str, str]) -> None:
        failing = frozenset(failures)
        if failing != self._last_failing:
            if failing:
                log.warning("not ready", role=self.role, failing=failures)
            else:
                log.info("ready", role=self.role)
            self._last_failing = failing


async def _ask(name: str, probe: Probe) -> tuple[str, str | None]:
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            await probe()
    except TimeoutError:
        return name, f"no answer within {PROBE_SECONDS:.0f} s"
    except Exception as error:  # noqa: BLE001 - a probe may raise what its engine raises
        # The message may name hosts and belongs in the log; the answer may be public.
        log.warning("health probe failed", probe=name, error=repr(error))
        return name, type(error).__name__
    return name, None


def health_app(health: Health, otherwise: AsgiApp | None = None) -> AsgiApp:
    """Serves /healthz, /readyz and /metrics; all else goes to `otherwise`, or is a 404."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path")
        if scope["type"] == "http" and path in PATHS and scope["method"] in ("GET", "HEAD"):
            await respond(send, *await answer_probe(health, path))
        elif otherwise is not None:
            await otherwise(scope, receive, send)
        elif scope["type"] == "http":
            await respond(send, *problems.to_response(_refusal(path)))

    return app


async def answer_probe(health: Health, path: str) -> tuple[int, RawHeaders, bytes]:
    """Status, headers and body for a GET of one of PATHS."""
    if path == "/metrics":
        return 200, _headers(metrics.CONTENT_TYPE), metrics.exposition()
    if path == "/healthz":
        return 200, _headers("application/json"), b'{"status": "ok"}'
    failing = await health.ready()
    body = json.dumps({"ready": not failing, "failing": failing}).encode()
    return 503 if failing else 200, _headers("application/json"), body


def _headers(content_type: str) -> RawHeaders:
    return [(b"content-type", content_type.encode("ascii")), (b"cache-control", b"no-store")]


def _refusal(path: str | None) -> problems.Problem:
    if path in PATHS:
        return problems.method_not_allowed("GET, HEAD")
    return problems.not_found("Only /healthz, /readyz and /metrics are served here.")
