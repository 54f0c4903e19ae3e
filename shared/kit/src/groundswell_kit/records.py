"""Records as they lie in a Kafka log, and how people and metrics call them.

Used by the consumer runtime and the dead letters.
"""

import base64
from collections.abc import Sequence
from typing import Protocol

from groundswell_contracts.registry import EVENTS

Headers = Sequence[tuple[str, bytes | None]]


class Record(Protocol):
    """What a log keeps of an event; aiokafka's ConsumerRecord is one, a ParkedEvent another."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Headers: ...


def key_text(key: bytes | None) -> str:
    """A record's key as people read and type it: as text, or in base64 when it is none."""
    if key is None:
        return ""
    try:
        return key.decode()
    except UnicodeDecodeError:
        return base64.b64encode(key).decode()


def event_type(record: Record) -> str:
    """The type of a record's event, for metrics; "unknown" when it is none of ours."""
    claimed = (dict(record.headers).get("ce_type") or b"").decode("ascii", "replace")
    return claimed if claimed in EVENTS else "unknown"
