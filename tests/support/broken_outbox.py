"""An outbox that breaks, for tests of what is written together or not at all."""

from collections.abc import Sequence

import pytest
from pymongo.errors import OperationFailure

from groundswell_contracts.event import Event
from groundswell_kit.outbox import Outbox

add = Outbox.add


async def add_and_break(outbox: Outbox, brand_id: str, events: Sequence[Event]) -> None:
    """To be put in the place of `Outbox.add`: the rows are written, and then it goes wrong."""
    await add(outbox, brand_id, events)
    raise RuntimeError("broken on purpose, after the rows of the events")


class SecondAttempt:
    """Adds, and has the transaction begin again after the first time; `attempts` are counted."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.attempts = 0

        async def add_at_the_second_attempt(
            outbox: Outbox, brand_id: str, events: Sequence[Event]
        ) -> None:
            self.attempts += 1
            await add(outbox, brand_id, events)
            if self.attempts == 1:
                conflict = OperationFailure("another transaction was faster", 112)
                conflict._add_error_label("TransientTransactionError")
                raise conflict

        monkeypatch.setattr(Outbox, "add", add_at_the_second_attempt)
