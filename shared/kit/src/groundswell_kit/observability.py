"""JSON logs on stdout, and the trace that ties a request to the events it causes.

Called by every process at start (`configure_logging`), by the HTTP edge, the outbox and the
consumers (`use_traceparent`), and by whoever logs (`get_logger`). Tokens and bodies are never
logged.
"""

import logging
import re
import secrets  # noqa: TID251 - a trace id is random by definition
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, Processor, WrappedLogger

_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_traceparent: ContextVar[str | None] = ContextVar("traceparent", default=None)

# What these say at INFO (joins, fetches, start and stop) our own logs say better.
_TALKATIVE = ("aiokafka", "uvicorn")


def get_logger() -> FilteringBoundLogger:
    """A logger whose calls take an event name and fields: `log.info("listening", port=8101)`."""
    logger: FilteringBoundLogger = structlog.get_logger()
    return logger


def current_traceparent() -> str:
    """The W3C traceparent of this context; begins a trace, and keeps it, when there is none."""
    current = _traceparent.get()
    if current is None:
        current = new_traceparent()
        _traceparent.set(current)
    return current


def new_traceparent() -> str:
    """A traceparent that begins a trace of its own."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"


def trace_id(traceparent: str) -> str:
    """The trace id within a well-formed traceparent."""
    return traceparent[3:35]


@contextmanager
def use_traceparent(value: str | None) -> Iterator[str]:
    """Binds `value` for the block and yields what is bound: a new trace if it is not valid."""
    valid = value is not None and _TRACEPARENT.fullmatch(value)
    bound = value if valid and value else new_traceparent()
    token = _traceparent.set(bound)
    try:
        yield bound
    finally:
        _traceparent.reset(token)


def configure_logging(service: str, role: str, level: str = "INFO") -> None:
    """Sends every log of this process, also those of libraries, to stdout as one JSON a line.

    Safe to repeat; the last call wins.
    """

    def add_origin(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        event.setdefault("service", service)
        event.setdefault("role", role)  # A process of all roles names the one it speaks of.
        if (current := _traceparent.get()) is not None:
            event["correlation_id"] = trace_id(current)
        return event

    shared: list[Processor] = [
        add_origin,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        structlog.processors.format_exc_info,
    ]
    render = structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[*shared, render],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(sys.stdout),
        cache_logger_on_first_use=False,
    )
    _route_library_logs(shared, render, level)


def _route_library_logs(shared: list[Processor], render: Processor, level: str) -> None:
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                structlog.stdlib.add_logger_name,
                structlog.stdlib.PositionalArgumentsFormatter(),
                *shared,
            ],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
