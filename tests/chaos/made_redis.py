"""Redis as it should be after a fold, and spoiled, for hand-made runs."""

import json
from base64 import b64decode, b64encode
from itertools import pairwise

from tests.chaos.checker.evidence import LogRecord
from tests.chaos.checker.fold import Fold
from tests.chaos.checker.layout import Raw


def raw(fold: Fold, records: list[LogRecord]) -> Raw:
    """What a fold would be in Redis."""
    hashes: dict[str, dict[bytes, bytes]] = {}
    if records:
        last = records[-1]
        hashes["position"] = {
            b"offset": b"%d" % (last.offset + 1),
            b"id": last.header("ce_id").encode(),
            b"at": b"%d" % last.at_ms,
        }
    for poll_id, poll in fold.polls.items():
        names = ("number", "stage", "halted", "closes_at_ms")
        state = {name: getattr(poll, name) for name in names}
        hashes.setdefault("polls", {})[poll_id.encode()] = json.dumps(state).encode()
        counts = fold.counts(poll_id)
        if counts:
            named = {name.encode(): b"%d" % number for name, number in counts.items()}
            hashes[f"tally:{poll_id}"] = named
    for (poll_id, period, voter), ballot in fold.ballots.items():
        channels = [channel for _, channel in ballot.ideas]
        pairs = {pair for path in ballot.paths for pair in pairwise(path)}
        merged = [sorted(pairs)] if pairs else []
        value = (ballot.ordinals, channels, ballot.weight, ballot.revision, *merged)
        bucket = hashes.setdefault(f"ballots:{poll_id}:{period}:7", {})
        bucket[voter.encode()] = json.dumps(value).encode()
    return {
        _text(f"{{v{fold.partition}}}:{name}".encode()): {_text(f): _text(v) for f, v in h.items()}
        for name, h in hashes.items()
    }


def spoiled(made: Raw, name: str, field_name: bytes, value: bytes) -> Raw:
    """The same with one field of the hashes whose names hold this set to another value."""
    found = {}
    for key, fields in made.items():
        hit = _text(field_name) in fields and name in _plain(key)
        found[key] = fields | {_text(field_name): _text(value)} if hit else fields
    if found == made:
        raise ValueError(f"no {field_name!r} in {name}")
    return found


def _plain(key: str) -> str:
    return b64decode(key).decode()


def _text(value: bytes) -> str:
    return b64encode(value).decode()
