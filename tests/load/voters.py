"""Voters as a process of their own, so that their CPU can be told from the services'.

`journeys` get a pass and vote, one after the other, as many at once as asked; `paced` voters send
one vote each at fixed times. Both print what came of it as one line of JSON.
"""

import gc
import json
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from tests.load.wire import Answer, Connection, Wire, request

main = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)

LAST_SECONDS = 15.0
PATIENCE_SECONDS = 0.5
REFUSED = (429, 503)
STARTED = time.process_time()


@main.command()
def journeys(api: str, box: str, poll_id: str, file: Path, seconds: float, at_once: int) -> None:
    """Each line of FILE is a person's token and an idea."""
    _tell(_Journeys(api, box, poll_id, _lines(file)).run(seconds, at_once))


@main.command()
def paced(box: str, poll_id: str, file: Path, rate: float, connections: int) -> None:
    """Each line of FILE is a ballot pass and an idea, sent when it is due, whatever was answered.

    A vote for which no connection is free goes out as soon as one is: `offered_per_second` tells
    what was really sent.
    """
    gc.disable()  # nothing here is in circles, and a pause would be taken for the box's
    _tell(_Paced(box, poll_id, _lines(file), rate).run(connections))


def _lines(file: Path) -> Iterator[tuple[str, str]]:
    with file.open() as lines:
        for line in lines:
            secret, _, idea_id = line.rstrip("\n").partition("\t")
            yield secret, idea_id


class _Journeys:
    """People who get a pass from the api, and vote with it."""

    def __init__(self, api: str, box: str, poll_id: str, people: Iterator[tuple[str, str]]) -> None:
        self._api, self._box, self._poll_id, self._people = api, box, poll_id, people
        self._wire, self._answers = Wire(), Counter[str]()
        self._to_box: dict[Connection, Connection] = {}
        self._ideas: dict[Connection, str] = {}

    def run(self, seconds: float, at_once: int) -> dict[str, Any]:
        """As many journeys as begin in this time."""
        lanes = self._wire.open(self._api, at_once)
        to_box = self._wire.open(self._box, at_once)
        self._to_box = dict(zip(lanes, to_box, strict=True))
        back = dict(zip(to_box, lanes, strict=True))
        began = last_answer = time.monotonic()
        for lane in lanes:
            self._begin(lane)
        under_way = at_once
        while under_way:
            for connection, answer in self._wire.answers(PATIENCE_SECONDS):
                last_answer = time.monotonic()
                if connection in self._to_box and answer.status == 201:
                    self._vote(connection, answer)
                    continue
                lane = back.get(connection, connection)
                self._answers[f"{'pass ' if lane is connection else ''}{answer.status}"] += 1
                if last_answer - began < seconds:
                    self._begin(lane)
                else:
                    under_way -= 1
            if time.monotonic() - began > seconds + LAST_SECONDS:
                raise TimeoutError(f"{under_way} people still wait")
        return {"answers": self._answers, "seconds": last_answer - began}

    def _begin(self, lane: Connection) -> None:
        person = next(self._people, None)
        if person is None:
            raise LookupError("there are not enough people for so many seconds")
        token, self._ideas[lane] = person
        lane.send(request("POST", self._api, f"/v1/polls/{self._poll_id}/passes", token))

    def _vote(self, lane: Connection, issued: Answer) -> None:
        permit = json.loads(issued.body)["pass"]
        self._to_box[lane].send(_vote(self._box, self._poll_id, permit, self._ideas[lane]))


class _Paced:
    """Votes that are due at fixed times."""

    def __init__(
        self, box: str, poll_id: str, votes: Iterator[tuple[str, str]], rate: float
    ) -> None:
        self._box, self._poll_id, self._rate = box, poll_id, rate
        self._votes = list(votes)
        self._answers, self._without_retry_after = Counter[int](), 0
        self._took: list[float] = []

    def run(self, connections: int) -> dict[str, Any]:
        """All of them, on so many connections at most."""
        wire, votes, rate = Wire(), self._votes, self._rate
        idle = wire.open(self._box, connections)
        sent, taken_meanwhile, last_sent = 0, 0, 0.0
        began = time.monotonic()
        while sum(self._answers.values()) < len(votes):
            now = time.monotonic()
            due = min(len(votes), int((now - began) * rate) + 1)
            while sent < due and idle:
                connection, last_sent = idle.pop(), now
                connection.due = began + sent / rate
                connection.send(_vote(self._box, self._poll_id, *votes[sent]))
                sent += 1
                if sent == len(votes):
                    taken_meanwhile = self._answers[202]
            for connection, answer in wire.answers(self._pause(began, sent, bool(idle))):
                self._note(connection, answer)
                idle.append(connection)
            if now - max(began, last_sent) > LAST_SECONDS:
                raise TimeoutError(f"{sum(self._answers.values())} of {len(votes)} were answered")
        return self._result(last_sent - began, taken_meanwhile)

    def _pause(self, began: float, sent: int, can_send: bool) -> float:
        """Until the next vote is due; for a while when there is none, or no way to send it."""
        if sent == len(self._votes) or not can_send:
            return PATIENCE_SECONDS
        return max(0.0, began + sent / self._rate - time.monotonic())

    def _note(self, connection: Connection, answer: Answer) -> None:
        self._answers[answer.status] += 1
        if answer.status == 202:
            self._took.append(time.monotonic() - connection.due)
        elif answer.status in REFUSED and b"\r\nretry-after:" not in answer.head:
            self._without_retry_after += 1

    def _result(self, seconds: float, taken_meanwhile: int) -> dict[str, Any]:
        """Rates are those from the first vote sent to the last; latencies those of votes taken."""
        took = sorted(self._took) or [0.0]
        return {
            "answers": self._answers,
            "seconds": seconds,
            "offered_per_second": len(self._votes) / seconds,
            "per_second": taken_meanwhile / seconds,
            "without_retry_after": self._without_retry_after,
            "p50_ms": took[len(took) // 2] * 1000,
            "p99_ms": took[int(len(took) * 0.99)] * 1000,
        }


def _vote(box: str, poll_id: str, permit: str, idea_id: str) -> bytes:
    return request("POST", box, f"/v1/polls/{poll_id}/votes", permit, f'{{"idea_id":"{idea_id}"}}')


def _tell(result: dict[str, Any]) -> None:
    typer.echo(json.dumps(result | {"cpu_seconds": time.process_time() - STARTED}))


if __name__ == "__main__":
    main()
