"""The README's first command, on a small scale: from nothing to the reward and the mails."""

import asyncio
import os
import re
from pathlib import Path

import pytest

from groundswell_local.mail.mailbox import Mailbox
from groundswell_local.paths import mail_directory
from groundswell_local.ports import free_ports, is_free
from groundswell_local.settings import LocalPorts

ROOT = Path(__file__).parents[2]


# What each entrant hears; one more of the veto, three more of winning; the follower hears two.
MESSAGES = 5 * 5 + 1 + 3 + 2
CODES = 6 * 2


@pytest.mark.timeout(400)
async def test_make_run_leads_the_contest_to_the_reward(tmp_path: Path) -> None:
    names = list(LocalPorts.model_fields)
    ports = dict(zip(names, free_ports(len(names)), strict=True))
    variables = {f"GROUNDSWELL_{name.upper()}": str(port) for name, port in ports.items()}
    state = tmp_path / "state"
    make = await asyncio.create_subprocess_exec(
        *("make", "run", "VOTES=500", "WAIT=0"),
        cwd=ROOT,
        env=os.environ | variables | {"GROUNDSWELL_STATE": str(state)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed, _ = await asyncio.wait_for(make.communicate(), 380)
    said = printed.decode()
    assert make.returncode == 0, said
    assert "certified tally equals the published one" in said
    assert "votes in the log: counted 500" in said
    assert all(map(is_free, ports.values()))
    _the_reward_is_told(said)
    _the_mails_are_there(said, state)
    _the_sizes_are_told(said)
    assert f"http://127.0.0.1:{ports['web_api_port']}/contests/" in said
    assert f"http://127.0.0.1:{ports['local_mail_port']}/" in said


def _the_reward_is_told(said: str) -> None:
    assert "legs sum to zero" in said
    assert re.search(r"balance +in the winner's statement +10,000\.00 GBP", said)


def _the_mails_are_there(said: str, state: Path) -> None:
    assert f"mails: {MESSAGES + CODES} to 6 mailboxes, each once" in said
    kept = Mailbox(mail_directory(state)).newest_first()
    assert len({mail.message_id for mail in kept}) == len(kept) == MESSAGES + CODES


def _the_sizes_are_told(said: str) -> None:
    table = said.partition("Memory of each process")[2].partition("The mailboxes")[0]
    for process in ("kafka", "mongo", "redis", "groundswell", "local-mail", "web-api"):
        assert re.search(rf"^{process} +[1-9][0-9,]* ", table, re.MULTILINE), table
    assert re.search(r"together .* under the 3,000 allowed", table)
