"""The README's first command, on a small scale: from nothing to the certified tally."""

import asyncio
import os
from pathlib import Path

import pytest

from groundswell_local.ports import free_ports, is_free
from groundswell_local.settings import LocalPorts

ROOT = Path(__file__).parents[2]


@pytest.mark.timeout(180)
async def test_make_run_counts_the_contest_to_the_vote(tmp_path: Path) -> None:
    ports = dict(zip(LocalPorts.model_fields, free_ports(10), strict=True))
    variables = {f"GROUNDSWELL_{name.upper()}": str(port) for name, port in ports.items()}
    make = await asyncio.create_subprocess_exec(
        *("make", "run", "VOTES=500", "WAIT=0"),
        cwd=ROOT,
        env=os.environ | variables | {"GROUNDSWELL_STATE": str(tmp_path / "state")},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed, _ = await asyncio.wait_for(make.communicate(), 170)
    said = printed.decode()
    assert make.returncode == 0, said
    assert "certified tally equals the published one" in said
    assert "votes in the log: counted 500" in said
    assert all(map(is_free, ports.values()))
