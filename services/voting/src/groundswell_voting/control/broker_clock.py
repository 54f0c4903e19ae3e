"""The broker's clock, as far as its append times have told it; the worker's own decides nothing."""

import math

from groundswell_kit.clock import seconds_since_boot

ASK_AGAIN_SECONDS = 600.0
"""How long an estimate is good: the broker's clock may be set, or ours may run at another pace."""


class BrokerClock:
    """Moments are the broker's, in milliseconds since 1970."""

    def __init__(self) -> None:
        self._heard_ms = 0
        self._heard_at = -math.inf

    def hear(self, appended_at_ms: int) -> None:
        """Take the time of an append that has just been acknowledged."""
        self._heard_ms = appended_at_ms
        self._heard_at = seconds_since_boot()

    def has_passed(self, moment_ms: int) -> bool:
        """Whether an append has said so."""
        return self._heard_ms >= moment_ms

    def may_have_passed(self, moment_ms: int) -> bool:
        """Whether it is worth asking: what was heard last, with the time since, has come to it."""
        elapsed = seconds_since_boot() - self._heard_at
        return elapsed > ASK_AGAIN_SECONDS or self._heard_ms + elapsed * 1000 >= moment_ms
