"""The README's ways of reading an event are the ones that work."""

import re
from datetime import date
from pathlib import Path

import pytest
from confluent_kafka import Producer

import groundswell_contracts
from groundswell_contracts.cloudevents import CloudEvent, to_kafka
from groundswell_contracts.contests import ContestPublished, Timetable
from groundswell_contracts.topics import Topic
from groundswell_kit.ids import new_id
from groundswell_kit.kafka import ensure_topics
from groundswell_local.engines import Engines
from tests.support.events import NOW

README = Path(groundswell_contracts.__file__).parents[2] / "README.md"
PLAIN, TYPED = re.findall(r"```python\n(.+?)```", README.read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture
async def topic(engines: Engines, monkeypatch: pytest.MonkeyPatch) -> Topic:
    """A topic of contests with one event on it."""
    topic = Topic(f"groundswell.{new_id('readme')}.v1", key="contest", partitions=1)
    monkeypatch.setattr(ContestPublished, "topic", topic)
    await ensure_topics(engines.kafka.address, [topic], 1)
    times = Timetable(submission_closes_at=NOW, voting_opens_at=NOW, voting_closes_at=NOW)
    data = ContestPublished(
        contest_id="con_01",
        title="Name our ship",
        owner="NERC",
        vote="advisory",
        answer_by=date(2027, 5, 6),
        rules="One voter, one vote.",
        timetable=times,
    )
    record = to_kafka(CloudEvent("evt_01", "/groundswell/ideas", NOW, "nerc", data, sequence=1))
    producer = Producer({"bootstrap.servers": engines.kafka.address, "acks": "all"})
    producer.produce(record.topic, record.value, record.key, headers=dict(record.headers))
    assert producer.flush(45) == 0
    return topic


@pytest.mark.parametrize(
    ("program", "tells"),
    [
        pytest.param(PLAIN, "groundswell.ContestPublished.v1", id="plain client"),
        pytest.param(TYPED, "nerc Name our ship 2027-05-06", id="with the classes"),
    ],
)
def test_a_program_of_the_readme_reads_an_event(
    engines: Engines, topic: Topic, program: str, tells: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for here, there in {
        "127.0.0.1:9092": engines.kafka.address,
        "groundswell.contests.v1": topic.name,
        '"example-': f'"{new_id("example")}-',
    }.items():
        assert here in program
        program = program.replace(here, there)

    exec(compile(program, README, "exec"), {})  # noqa: S102 - the program is our own README's

    assert tells in capsys.readouterr().out
