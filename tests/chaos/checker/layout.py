"""How the count lies in Redis, as services/voting/README.md makes it public; read by the checker.

Everything of partition 3 is in hashes whose names begin with `{v3}:`. What has parts is JSON.

`{v3}:position`: `offset` is the next record to count, `id` and `at` are the last one's ce_id and
append time in milliseconds. `{v3}:polls`: `number`, `stage`, `closes_at_ms`, `halted` and more by
poll, or nothing for votes of a poll that was never opened. `{v3}:tally:<poll>`: counts by name
(see `fold.counts`). `{v3}:ballots:<poll>:<period>:<bucket>`: by voter the ballot, which is an
ordinal for one plain vote, else [ordinals, channels, weight, revision], where no channels means
`web` for all; where ideas were merged also the [idea, other idea] pairs by which its votes went on.
"""

import json
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.chaos.checker.fold import Ballot, BallotKey

Raw = dict[str, dict[str, str]]
"""Hashes of one partition as the sampler noted them: names, fields and values in base64."""


@dataclass(slots=True)
class Counted:
    """What Redis holds of one partition at one moment."""

    offset: int = 0
    last_id: str = ""
    at_ms: int = 0
    polls: dict[str, dict[str, Any]] = field(default_factory=dict)
    tallies: dict[str, dict[str, int]] = field(default_factory=dict)
    ballots: dict[BallotKey, Ballot] = field(default_factory=dict)


def counted(raw: Raw) -> Counted:
    """Read a sample. Raises ValueError for what does not fit the layout."""
    found = Counted()
    for name64, fields64 in raw.items():
        name = b64decode(name64).decode()
        fields = {b64decode(f): b64decode(v) for f, v in fields64.items()}
        _, _, rest = name.partition(":")
        kind, _, rest = rest.partition(":")
        match kind:
            case "position":
                found.offset = int(fields[b"offset"])
                found.last_id, found.at_ms = fields[b"id"].decode(), int(fields[b"at"])
            case "polls":
                states = {name.decode(): state for name, state in fields.items() if state}
                found.polls = {p: json.loads(state) for p, state in states.items()}
            case "tally":
                found.tallies[rest] = {n.decode(): int(v) for n, v in fields.items()}
            case "ballots":
                poll_id, period, _bucket = rest.split(":")
                for stored, value in fields.items():
                    found.ballots[poll_id, period, stored.decode()] = _ballot(value)
            case _:
                raise ValueError(f"a key that nobody knows: {name}")
    return found


def _ballot(value: bytes) -> Ballot:
    if value.isdigit():
        return Ballot(((int(value), "web"),))
    ideas, channels, weight, revision, *merged = json.loads(value)
    named = channels or ["web"] * len(ideas)
    into: dict[int, int] = dict(merged[0]) if merged else {}
    ways = tuple(tuple(_way(idea, into)) for idea in ideas)
    votes = tuple(zip(ideas, named, strict=True))
    return Ballot(votes, weight, revision, ways if any(ways) else ())


def _way(idea: int, into: dict[int, int]) -> Iterator[int]:
    while idea in into:
        idea = into[idea]
        yield idea
