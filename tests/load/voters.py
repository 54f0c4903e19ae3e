"""Voters as a process of their own, so that their CPU can be told from the services'.

`journeys` get a pass and vote, one after the other, as many at once as asked; `paced` voters send
one vote each at fixed times. Both print what came of it as one line of JSON.
"""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from groundswell_kit.serve import run
from groundswell_local.demo.client import HttpClient

main = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)

LAST_SECONDS = 15.0


@main.command()
def journeys(api: str, box: str, poll_id: str, file: Path, seconds: float, at_once: int) -> None:
    """Each line of FILE is a person's token and an idea."""
    run(_journeys(api, box, poll_id, _lines(file), seconds, at_once))


@main.command()
def paced(box: str, poll_id: str, file: Path, rate: float) -> None:
    """Each line of FILE is a ballot pass and an idea."""
    run(_paced(box, poll_id, list(_lines(file)), rate))


def _lines(file: Path) -> Iterator[tuple[str, str]]:
    for line in file.read_text().splitlines():
        secret, _, idea_id = line.partition("\t")
        yield secret, idea_id


async def _journeys(
    api: str,
    box: str,
    poll_id: str,
    people: Iterator[tuple[str, str]],
    seconds: float,
    at_once: int,
) -> int:
    http, answers, passes = HttpClient(), Counter[str](), f"{api}/v1/polls/{poll_id}/passes"
    began = time.monotonic()
    last_answer = began

    async def lane() -> None:
        nonlocal last_answer
        while time.monotonic() - began < seconds:
            person = next(people, None)
            if person is None:
                raise LookupError("there are not enough people for so many seconds")
            token, idea_id = person
            issued = await http.send("POST", passes, {"authorization": f"Bearer {token}"})
            if issued.status != 201:
                answers[f"pass {issued.status}"] += 1
                continue
            status = await _vote(http, box, poll_id, issued.json()["pass"], idea_id)
            answers[str(status)] += 1
            last_answer = time.monotonic()

    async with asyncio.TaskGroup() as lanes:
        for _ in range(at_once):
            lanes.create_task(lane())
    http.close()
    return _tell({"answers": answers, "seconds": last_answer - began})


async def _paced(box: str, poll_id: str, votes: list[tuple[str, str]], rate: float) -> int:
    http, answers, times = HttpClient(), Counter[str](), list[float]()
    began = time.monotonic()

    async def send(number: int, permit: str, idea_id: str) -> None:
        due = began + number / rate
        try:
            answers[str(await _vote(http, box, poll_id, permit, idea_id))] += 1
        except OSError as error:
            answers[type(error).__name__] += 1
        times.append(time.monotonic() - due)

    async with asyncio.timeout(len(votes) / rate + LAST_SECONDS), asyncio.TaskGroup() as sent:
        for number, (permit, idea_id) in enumerate(votes):
            await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
            sent.create_task(send(number, permit, idea_id))
    http.close()
    times.sort()
    return _tell(
        {
            "answers": answers,
            "seconds": time.monotonic() - began,
            "p50_ms": times[len(times) // 2] * 1000,
            "p99_ms": times[int(len(times) * 0.99)] * 1000,
        }
    )


async def _vote(http: HttpClient, box: str, poll_id: str, permit: str, idea_id: str) -> int:
    headers = {"authorization": f"Bearer {permit}", "content-type": "application/json"}
    body = json.dumps({"idea_id": idea_id}).encode()
    return (await http.send("POST", f"{box}/v1/polls/{poll_id}/votes", headers, body)).status


def _tell(result: dict[str, Any]) -> int:
    typer.echo(json.dumps(result | {"cpu_seconds": time.process_time()}))
    return 0


if __name__ == "__main__":
    main()
