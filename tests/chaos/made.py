"""A hand-made run without a fault, for tests of the checker: each test then spoils one thing."""

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from typing import Any

from tests.chaos.checker.evidence import Entry, Evidence, LogRecord
from tests.chaos.checker.fold import Fold, partition_of
from tests.chaos.checker.layout import Raw
from tests.chaos.plan import voter_name

PARTITIONS = 2
BOATY, POPPY, HENRY = IDEAS = ("idea_boaty", "idea_poppy", "idea_henry")
CLOSES_AT_MS = 1_000_000
RULES: dict[str, Any] = {
    "kind": "standing",
    "ideas_per_ballot": 1,
    "period": "poll",
    "weights": {},
    "channels": ["web"],
}
ANNE, BEN, CLEO, DORA = (voter_name(0, number) for number in range(4))


@dataclass
class Made:
    """Evidence in the making; every vote is sent, logged and answered unless it says otherwise."""

    log: list[LogRecord] = field(default_factory=list)
    history: list[Entry] = field(default_factory=list)
    at_ms: int = 1_000
    _requests: int = 0

    def append(self, partition: int, kind: str, ce_id: str, data: dict[str, Any]) -> LogRecord:
        """A record at the end of a partition."""
        self.at_ms += 10
        record = LogRecord(
            partition,
            sum(r.partition == partition for r in self.log),
            self.at_ms,
            b"key",
            json.dumps(data).encode(),
            (("ce_id", ce_id.encode()), ("ce_type", f"groundswell.{kind}.v1".encode())),
        )
        self.log.append(record)
        return record

    def control(self, kind: str, number: int, poll_id: str = "ship", **fields: Any) -> None:
        """A control record in every partition."""
        data = {"poll_id": poll_id, "number": number, **fields}
        for partition in range(PARTITIONS):
            self.append(partition, kind, f"{poll_id}/{number}/{partition}", data)

    def open(self, poll_id: str = "ship", **rules: Any) -> None:
        """A poll opens."""
        self.control(
            "VotingOpened",
            1,
            poll_id,
            rules=RULES | rules,
            idea_ids=list(IDEAS),
            closes_at="1970-01-01T00:16:40Z",
        )

    def end(self, poll_id: str = "ship", after: int = 1) -> None:
        """The rest of a poll's life."""
        for number, kind in enumerate(("VotingClosed", "TallySealed", "PollRetired"), after + 1):
            self.control(kind, number, poll_id)

    def logged(
        self,
        voter: str,
        *ideas: str,
        poll_id: str = "ship",
        revision: int | None = None,
        partition: int | None = None,
    ) -> LogRecord:
        """A vote that is appended, whoever sent it."""
        place = partition_of(voter, PARTITIONS) if partition is None else partition
        vote_id = _vote_id(poll_id, voter, ideas, revision)
        data = {
            "vote_id": vote_id,
            "poll_id": poll_id,
            "voter": voter,
            "idea_ids": list(ideas),
            "revision": revision,
            "pass_id": "pass_1",
        }
        return self.append(place, "VoteCast", vote_id, data)

    def sent(
        self,
        voter: str,
        *ideas: str,
        poll_id: str = "ship",
        revision: int | None = None,
        status: int | None = 202,
        **fields: Any,
    ) -> int:
        """A request and its answer; None for no answer."""
        self._requests += 1
        number = self._requests
        invoked = {"poll": poll_id, "voter": voter, "ideas": list(ideas), "revision": revision}
        self.note("invoke", id=number, **invoked, bad=fields.pop("bad", None))
        if status is None:
            self.note("unknown", id=number, error="cut off")
            return number
        body: dict[str, Any] = {"type": "/problems/some"}
        if status in (200, 202):
            body = {"vote_id": _vote_id(poll_id, voter, ideas, revision), "poll_id": poll_id}
        self.note("answer", id=number, status=status, body=body, **fields)
        return number

    def vote(self, voter: str, *ideas: str, **fields: Any) -> None:
        """A vote as it should be: appended, and answered 202."""
        self.logged(voter, *ideas, **fields)
        self.sent(voter, *ideas, **fields)

    def note(self, kind: str, **fields: Any) -> None:
        """A line of the history."""
        self.history.append({"kind": kind, "t": len(self.history) / 10, **fields})

    def sample(self) -> None:
        """Redis as it should be now."""
        for partition in range(PARTITIONS):
            self.note("sample", partition=partition, raw=self.raw(partition))

    def raw(self, partition: int) -> Raw:
        """A partition as Redis would hold it."""
        records = [r for r in self.log if r.partition == partition]
        return raw(Fold(partition, PARTITIONS).take_all(records), records)

    def evidence(self) -> Evidence:
        """All of it, with archive and certified tallies as they should be."""
        evidence = Evidence(PARTITIONS, self.history, self.log, list(self.log))
        for poll_id in {p for fold in self._folds() for p in fold.final_counts}:
            evidence.tallies[poll_id] = self._tally(poll_id)
        return evidence

    def _folds(self) -> list[Fold]:
        return [
            Fold(p, PARTITIONS).take_all(r for r in self.log if r.partition == p)
            for p in range(PARTITIONS)
        ]

    def _tally(self, poll_id: str) -> Entry:
        folds = self._folds()
        poll = folds[0].polls[poll_id]
        counts = [fold.final_counts[poll_id] for fold in folds]
        votes = [sum(c.get(str(o), 0) for c in counts) for o in range(len(poll.ideas))]
        lines = [{"idea_id": i, "votes": v} for i, v in zip(poll.ideas, votes, strict=True)]
        names = {name for c in counts for name in c if name.startswith("v:")}
        return {
            "tally": [line for o, line in enumerate(lines) if o not in poll.removed],
            "removed": [line for o, line in enumerate(lines) if o in poll.removed],
            "verdicts": {name[2:]: sum(c.get(name, 0) for c in counts) for name in names},
        }


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
        value = (ballot.ordinals, channels, ballot.weight, ballot.revision)
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


def _vote_id(poll_id: str, voter: str, ideas: tuple[str, ...], revision: int | None) -> str:
    return f"{poll_id}.{voter}.{'+'.join(sorted(ideas))}.{revision or 0}"


def _text(value: bytes) -> str:
    return b64encode(value).decode()
