"""Writes the event classes down for readers without Python: JSON Schemas, AsyncAPI, a table.

Run in a checkout: `python -m groundswell_contracts.catalogue write` after a change of a class;
`check` ends with status 1 and names each file that is out of date.
"""

import argparse
import json
import sys
from pathlib import Path

from groundswell_contracts.asyncapi import asyncapi, summary
from groundswell_contracts.json_schema import Json, json_schema
from groundswell_contracts.registry import EVENTS
from groundswell_contracts.topics import DOMAIN_TOPICS

PACKAGE = Path(__file__).parent
SCHEMAS = PACKAGE / "schemas"
README = PACKAGE.parents[1] / "README.md"
TABLE_BEGINS = "<!-- events: written by `python -m groundswell_contracts.catalogue write` -->\n"
TABLE_ENDS = "<!-- end of events -->\n"


def files() -> dict[Path, str]:
    """Every generated file with the content that the classes ask for."""
    schemas = {
        SCHEMAS / f"{name}.json": _text(json_schema(event)) for name, event in EVENTS.items()
    }
    return schemas | {PACKAGE / "asyncapi.json": _text(asyncapi()), README: _readme()}


def out_of_date() -> list[Path]:
    """The files that differ from what the classes ask for, are missing, or belong to no event."""
    wanted = files()
    changed = [path for path, text in wanted.items() if not path.exists() or _read(path) != text]
    return changed + _leftovers(wanted)


def write() -> None:
    """Brings every file up to date. A repeat changes nothing."""
    wanted = files()
    SCHEMAS.mkdir(exist_ok=True)
    for path, text in wanted.items():
        path.write_text(text, encoding="utf-8")
    for path in _leftovers(wanted):
        path.unlink()


def table() -> str:
    """The events of each topic as a markdown table."""
    rows = [
        f"| `{topic.name}` | `{event.key_field}` | {event.__name__} | {summary(event)} |\n"
        for topic in DOMAIN_TOPICS
        for event in EVENTS.values()
        if event.topic == topic
    ]
    return "| topic | key | event | what it means |\n|---|---|---|---|\n" + "".join(rows)


def _readme() -> str:
    before, begins, rest = _read(README).partition(TABLE_BEGINS)
    _, ends, after = rest.partition(TABLE_ENDS)
    if not begins or not ends:
        raise ValueError(f"{README} lacks the two lines that the table of events stands between")
    return before + begins + table() + ends + after


def _leftovers(wanted: dict[Path, str]) -> list[Path]:
    return sorted(set(SCHEMAS.glob("*.json")) - wanted.keys())


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _text(document: Json) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """The command line: `write` or `check`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=["write", "check"])
    if parser.parse_args().command == "write":
        write()
    elif stale := out_of_date():
        names = "".join(f"out of date: {path}\n" for path in stale)
        sys.exit(f"{names}python -m groundswell_contracts.catalogue write brings them up to date")


if __name__ == "__main__":
    main()
