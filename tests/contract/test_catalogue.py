"""The catalogue is what the classes say, and the classes, topics and registry fit each other."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from groundswell_contracts import catalogue
from groundswell_contracts.cloudevents import to_kafka
from groundswell_contracts.event import Event
from groundswell_contracts.registry import EVENTS
from groundswell_contracts.topics import DOMAIN_TOPICS
from tests.support.events import SAMPLE

PERSONAL = re.compile(
    r"(?:^|_)(?:e?mails?|phones?|mobile|address(?:es)?|street|city|zip|postcode|ip|iban"
    r"|(?:first|last|sur|user|nick|full|real)?_?names?|birth(?:day|date)?|handle)(?:_|$)"
)


@pytest.fixture(scope="module")
def asyncapi() -> dict[str, Any]:
    """The document as it is shipped."""
    document: dict[str, Any] = json.loads(
        (files("groundswell_contracts") / "asyncapi.json").read_text(encoding="utf-8")
    )
    return document


def resolve(document: dict[str, Any], reference: dict[str, str]) -> Any:
    found: Any = document
    for step in reference["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return found


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Every JSON object inside a document."""
    if isinstance(value, dict):
        yield value
    for child in value.values() if isinstance(value, dict) else value:
        if isinstance(child, dict | list):
            yield from nodes(child)


def test_the_catalogue_is_up_to_date() -> None:
    command = [sys.executable, "-m", "groundswell_contracts.catalogue", "check"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_every_file_that_is_out_of_date_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in ("PACKAGE", "SCHEMAS"):
        monkeypatch.setattr(catalogue, place, tmp_path / place.lower())
    monkeypatch.setattr(catalogue, "README", tmp_path / "README.md")
    (tmp_path / "package").mkdir()
    catalogue.README.write_text(catalogue.TABLE_BEGINS + catalogue.TABLE_ENDS, encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["catalogue", "write"])
    catalogue.main()
    assert catalogue.out_of_date() == []

    (catalogue.SCHEMAS / "groundswell.VoteCast.v1.json").unlink()
    (catalogue.SCHEMAS / "groundswell.VoteDreamt.v1.json").write_text("{}", encoding="utf-8")
    (catalogue.PACKAGE / "asyncapi.json").write_text("{}", encoding="utf-8")
    catalogue.README.write_text(catalogue.TABLE_BEGINS + catalogue.TABLE_ENDS, encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["catalogue", "check"])
    with pytest.raises(SystemExit) as stopped:
        catalogue.main()

    named = re.findall(r"out of date: (.+)", str(stopped.value))
    assert sorted(Path(path).name for path in named) == [
        "README.md",
        "asyncapi.json",
        "groundswell.VoteCast.v1.json",
        "groundswell.VoteDreamt.v1.json",
    ]


@pytest.mark.parametrize("kind", EVENTS)
def test_a_shipped_schema_is_valid_and_says_what_it_is(kind: str) -> None:
    path = files("groundswell_contracts") / "schemas" / f"{kind}.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    assert schema["$id"].endswith(kind)
    assert schema["title"] == EVENTS[kind].__name__
    assert schema["description"]
    assert not [node for node in nodes(schema) if node.get("additionalProperties") is False]


def test_asyncapi_has_each_topic_with_its_events(asyncapi: dict[str, Any]) -> None:
    assert asyncapi["asyncapi"] == "3.0.0"
    assert asyncapi["info"].keys() >= {"title", "version"}
    assert set(asyncapi["channels"]) == {topic.name for topic in DOMAIN_TOPICS}
    for topic in DOMAIN_TOPICS:
        channel = asyncapi["channels"][topic.name]
        assert channel["address"] == topic.name
        assert channel["bindings"]["kafka"]["partitions"] == topic.partitions
        names = {resolve(asyncapi, message)["name"] for message in channel["messages"].values()}
        assert names == {kind for kind, event in EVENTS.items() if event.topic == topic}


def test_asyncapi_operations_stand_on_channels(asyncapi: dict[str, Any]) -> None:
    operations = asyncapi["operations"].values()
    assert {operation["action"] for operation in operations} == {"send"}
    channels = [resolve(asyncapi, operation["channel"]) for operation in operations]
    assert channels == list(asyncapi["channels"].values())


def test_asyncapi_references_lead_somewhere(asyncapi: dict[str, Any]) -> None:
    references = [node for node in nodes(asyncapi) if "$ref" in node]
    assert references
    for reference in references:
        assert resolve(asyncapi, reference)


def test_asyncapi_describes_what_the_codec_writes(asyncapi: dict[str, Any]) -> None:
    message = asyncapi["components"]["messages"][SAMPLE.data.type]
    record = to_kafka(SAMPLE)
    headers = {name: value.decode() for name, value in record.headers}
    described = asyncapi["components"]["schemas"]["CloudEventHeaders"]["properties"]

    def fits(schema: dict[str, Any], value: object) -> bool:
        return Draft202012Validator(asyncapi | schema).is_valid(value)

    assert described.keys() == headers.keys()
    assert fits(message["headers"], headers)
    assert not fits(message["headers"], headers | {"ce_type": "groundswell.VoteCast.v1"})
    assert fits(message["payload"], json.loads(record.value))
    assert not fits(message["payload"], {})
    assert SAMPLE.data.key_field in message["bindings"]["kafka"]["key"]["description"]


def test_every_topic_has_events_and_every_event_a_topic() -> None:
    assert {event.topic for event in EVENTS.values()} == set(DOMAIN_TOPICS)
    assert len({topic.name for topic in DOMAIN_TOPICS}) == len(DOMAIN_TOPICS)


def test_every_event_class_is_registered_under_its_type() -> None:
    ours = {
        event for event in Event.__subclasses__() if event.__module__.startswith("groundswell_")
    }
    assert ours == set(EVENTS.values())
    for kind, event in EVENTS.items():
        assert kind == f"groundswell.{event.__name__}.v{event.version}"


def test_each_topic_has_one_module_whose_docstring_describes_it() -> None:
    modules = {event.topic.name: event.__module__ for event in EVENTS.values()}
    for event in EVENTS.values():
        assert event.__module__ == modules[event.topic.name]
        assert sys.modules[event.__module__].__doc__
    assert len(set(modules.values())) == len(modules)


@pytest.mark.parametrize("event", EVENTS.values(), ids=list(EVENTS))
def test_the_key_of_an_event_is_a_text_that_it_always_has(event: type[Event]) -> None:
    field = event.model_fields[event.key_field]
    assert field.annotation is str
    assert field.is_required()


def test_no_event_carries_personal_data() -> None:
    assert PERSONAL.search("voter_email")
    assert PERSONAL.search("participant_first_name")
    assert not PERSONAL.search("participant_id")
    for text in catalogue.files().values():
        if text.startswith("{"):
            fields = {
                name
                for node in nodes(json.loads(text))
                for name in node.get("properties", ())
                # What a poll is called, by the brand: north, south, final.
                if (node.get("title"), name) != ("PollPlan", "name")
            }
            assert not [name for name in fields if PERSONAL.search(name)]
