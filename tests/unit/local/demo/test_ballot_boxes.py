import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from groundswell_local.demo.ballot_boxes import BallotBoxes
from groundswell_local.demo.client import HttpClient

OWN = "http://127.0.0.1:8103"
PROGRAM = """
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Ready(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        self.send_response({status}); self.send_header("content-length", "0"); self.end_headers()
    def log_message(self, *_): pass
server = ThreadingHTTPServer(("127.0.0.1", 0), Ready)
print(server.server_port, flush=True)
server.serve_forever()
"""


class Started:
    """A process that listens on a port of its own choice and answers with one status."""

    def __init__(self, status: int) -> None:
        program = PROGRAM.replace("{status}", str(status))
        self.process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
        assert self.process.stdout is not None
        self.url = f"http://127.0.0.1:{int(self.process.stdout.readline())}"

    def note(self, directory: Path, name: str) -> None:
        path = directory / "pids" / f"{name}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps({"pid": self.process.pid, "created": 0}))

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def ready() -> Iterator[Started]:
    started = Started(200)
    yield started
    started.end()


@pytest.fixture
def starting() -> Iterator[Started]:
    started = Started(503)
    yield started
    started.end()


async def test_a_further_box_is_found_once_it_is_ready_and_forgotten_once_it_ends(
    tmp_path: Path, ready: Started, starting: Started
) -> None:
    http = HttpClient()
    boxes = BallotBoxes(http, [OWN], tmp_path)
    await boxes.look()
    assert boxes.urls == [OWN]

    ready.note(tmp_path, "voting-ballot-box-7")
    starting.note(tmp_path, "voting-ballot-box-8")
    await boxes.look()
    assert boxes.urls == [OWN, ready.url]

    ready.end()
    await boxes.look()
    assert boxes.urls == [OWN]
    http.close()


async def test_other_roles_are_no_ballot_boxes(tmp_path: Path, ready: Started) -> None:
    http = HttpClient()
    boxes = BallotBoxes(http, [OWN], tmp_path)

    ready.note(tmp_path, "voting-counter-7")
    await boxes.look()

    assert boxes.urls == [OWN]
    http.close()


def test_each_voter_begins_with_another_box(tmp_path: Path) -> None:
    boxes = BallotBoxes(HttpClient(), ["a", "b", "c"], tmp_path)

    assert [boxes.beginning_with(number) for number in range(4)] == [
        ["a", "b", "c"],
        ["b", "c", "a"],
        ["c", "a", "b"],
        ["a", "b", "c"],
    ]
