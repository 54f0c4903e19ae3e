"""A short run of chaos: everything dies once, and all adds up. `make chaos` runs long ones."""

from pathlib import Path

import pytest

from tests.chaos.run import run
from tests.chaos.seeds import make

SEED, SECONDS, VOTERS_PER_SECOND = 2016, 16.0, 20.0


@pytest.mark.timeout(400)
async def test_votes_add_up_while_everything_dies(tmp_path: Path) -> None:
    outcome = await run(make(SEED, SECONDS, VOTERS_PER_SECOND), tmp_path)
    assert outcome.findings == []
    # A short run need not have all of it, but what it is there for it must have.
    assert outcome.interesting["duplicate in the log"]
    assert outcome.interesting["rebuilt Redis"]
    assert outcome.interesting["503, then a retry that succeeds"]
