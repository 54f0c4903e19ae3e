"""Logs are one JSON object a line, ours and the libraries', tied together by the trace."""

import asyncio
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from groundswell_kit.observability import (
    configure_logging,
    current_traceparent,
    get_logger,
    use_traceparent,
)

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = f"00-{TRACE}-00f067aa0ba902b7-01"


@pytest.fixture
def logs(capsys: pytest.CaptureFixture[str]) -> Iterator[pytest.CaptureFixture[str]]:
    """What tests log by `configure_logging`, which they call themselves: stdout changes before."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield capsys
    root.handlers, level = before
    root.setLevel(level)
    structlog.reset_defaults()


def logged(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_line_tells_where_it_comes_from(logs: pytest.CaptureFixture[str]) -> None:
    configure_logging("ideas", "api")
    with use_traceparent(TRACEPARENT):
        get_logger().info("listening", port=8101, odd="\ud800\n")
    (line,) = logged(logs)
    assert line.pop("time").endswith("Z")
    assert line == {
        "event": "listening",
        "port": 8101,
        "odd": "\ud800\n",
        "level": "info",
        "service": "ideas",
        "role": "api",
        "correlation_id": TRACE,
    }


def test_libraries_log_the_same_way(logs: pytest.CaptureFixture[str]) -> None:
    configure_logging("ideas", "api")
    with use_traceparent(TRACEPARENT):
        logging.getLogger("aiokafka.cluster").warning("Topic %s is not available", "votes")
    logging.getLogger("aiokafka.cluster").info("Chatter")
    (line,) = logged(logs)
    assert line["event"] == "Topic votes is not available"
    assert (line["logger"], line["level"]) == ("aiokafka.cluster", "warning")
    assert (line["service"], line["correlation_id"]) == ("ideas", TRACE)


def test_a_stack_stays_within_its_line(logs: pytest.CaptureFixture[str]) -> None:
    configure_logging("ideas", "api")
    try:
        int("broken\nin two")
    except ValueError:
        get_logger().exception("handler failed")
        logging.getLogger("library").exception("library failed")
    ours, theirs = logged(logs)
    assert "ValueError: invalid literal" in ours["exception"]
    assert "ValueError: invalid literal" in theirs["exception"]


def test_the_level_is_kept(logs: pytest.CaptureFixture[str]) -> None:
    configure_logging("ideas", "api")
    get_logger().debug("unheard")
    configure_logging("ideas", "api", "DEBUG")
    get_logger().debug("heard")
    assert [line["event"] for line in logged(logs)] == ["heard"]


def test_a_trace_is_used_for_its_block_only() -> None:
    with use_traceparent(TRACEPARENT) as outer:
        assert outer == current_traceparent() == TRACEPARENT
        with use_traceparent(None) as inner:
            assert inner != TRACEPARENT
        assert current_traceparent() == TRACEPARENT


@pytest.mark.parametrize(
    "invalid",
    [
        "",
        "nonsense",
        TRACEPARENT.upper(),
        TRACEPARENT + "\n",
        TRACEPARENT + "-extra",
        "01" + TRACEPARENT[2:],
        f"00-{'0' * 32}-00f067aa0ba902b7-01",
        f"00-{TRACE}-{'0' * 16}-01",
    ],
)
def test_an_invalid_trace_is_replaced(invalid: str) -> None:
    with use_traceparent(invalid) as used:
        assert used != invalid
        assert len(used) == 55


async def test_a_trace_begins_by_itself_and_stays_in_its_task() -> None:
    async def begin() -> tuple[str, str]:
        return current_traceparent(), current_traceparent()

    first, second = await asyncio.gather(begin(), begin())
    assert first[0] == first[1]
    assert second[0] == second[1]
    assert first != second
