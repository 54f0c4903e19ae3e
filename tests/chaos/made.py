"""A hand-made run without a fault, for tests of the checker: each test then spoils one thing."""

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.chaos.checker.evidence import Entry, Evidence, LogRecord
from tests.chaos.checker.fold import Fold, partition_of
from tests.chaos.checker.judge import findings
from tests.chaos.checker.layout import Raw
from tests.chaos.made_redis import raw
from tests.chaos.plan import voter_name

PARTITIONS = 2
BOATY, POPPY, HENRY = IDEAS = ("idea_boaty", "idea_poppy", "idea_henry")
CLOSES_AT_MS = 1_000_000
RULES: dict[str, Any] = {
    "kind": "standing",
    "ideas_per_ballot": 1,
    "period": "poll",
    "time_zone": "UTC",
    "weights": {},
    "channels": ["web", "shop"],
    "ladder": [],
}
PERMIT = "pass_1"
DEADLINE_SECONDS = 1.5
ANNE, BEN, CLEO, DORA = (voter_name(0, number) for number in range(4))


@dataclass
class Made:
    """Evidence in the making; every vote is sent, logged and answered unless it says otherwise."""

    log: list[LogRecord] = field(default_factory=list)
    history: list[Entry] = field(default_factory=list)
    announced: list[LogRecord] = field(default_factory=list)
    published: list[LogRecord] = field(default_factory=list)
    at_ms: int = 1_000
    _requests: int = 0

    def __post_init__(self) -> None:
        self.note("begins", at_ms=0)
        self.note("installation", deadline_seconds=DEADLINE_SECONDS)

    def append(self, partition: int, kind: str, ce_id: str, data: dict[str, Any]) -> LogRecord:
        """A record at the end of a partition."""
        self.at_ms += 10
        offset = sum(r.partition == partition for r in self.log)
        record = _event(partition, offset, self.at_ms, kind, ce_id, data)
        self.log.append(record)
        return record

    def publish(self, kind: str, ce_id: str, **data: Any) -> None:
        """An event about tallies."""
        self.published.append(_event(0, len(self.published), self.at_ms, kind, ce_id, data))

    def announce(self, number: int, *, accepting: bool, at_ms: int, poll_id: str = "ship") -> None:
        """An announcement of whether a poll takes votes."""
        data = {"poll_id": poll_id, "number": number, "accepting": accepting}
        self.announced.append(
            _event(0, len(self.announced), at_ms, "PollAnnounced", f"{number}", data)
        )

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

    def whole(self, after: int = 1) -> Evidence:
        """The evidence with the poll at its end, behind so many control records."""
        self.end(after=after)
        self.sample()
        return self.evidence()

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
        **carried: Any,
    ) -> LogRecord:
        """A vote that is appended, whoever sent it; with what it carries of its pass."""
        place = partition_of(voter, PARTITIONS) if partition is None else partition
        vote_id = _vote_id(poll_id, voter, ideas, revision)
        data = {
            "vote_id": vote_id,
            "poll_id": poll_id,
            "voter": voter,
            "idea_ids": list(ideas),
            "revision": revision,
            "pass_id": PERMIT,
            **carried,
        }
        return self.append(place, "VoteCast", vote_id, data)

    def sent(
        self,
        voter: str,
        *ideas: str,
        poll_id: str = "ship",
        revision: int | None = None,
        status: int | None = 202,
        retry_after: str | None = None,
        **carried: Any,
    ) -> int:
        """A request and its answer; None for no answer."""
        self._requests += 1
        number = self._requests
        invoked = {"poll": poll_id, "voter": voter, "ideas": list(ideas), "revision": revision}
        self.note("invoke", id=number, **invoked, **({"pass_id": PERMIT} | carried))
        if status is None:
            self.note("unknown", id=number, error="cut off")
            return number
        body: dict[str, Any] = {"type": "/problems/some"}
        if status in (200, 202):
            body = {"vote_id": _vote_id(poll_id, voter, ideas, revision), "poll_id": poll_id}
        self.note("answer", id=number, status=status, body=body, retry_after=retry_after)
        return number

    def vote(self, voter: str, *ideas: str, **fields: Any) -> None:
        """A vote as it should be: appended, and answered 202."""
        self.logged(voter, *ideas, **fields)
        self.sent(voter, *ideas, **fields)

    def set_aside(self, number: int, *voters: str, back: bool = False) -> None:
        """Voters are set aside, or reinstated, because somebody asked for it."""
        kind, case = ("VotersReinstated" if back else "VotersSetAside"), f"case {number}"
        op = "reinstatements" if back else "set-asides"
        answer = {"id": case}
        named = {"voters": list(voters), "pass_ids": []}
        self.note("case", poll="ship", op=op, case=case, status=202, answer=answer, **named)
        for partition in range(PARTITIONS):
            here = [v for v in voters if partition_of(v, PARTITIONS) == partition]
            data = {"poll_id": "ship", "number": number, "case": case, "voters": here}
            self.append(partition, kind, f"ship/{number}/{partition}", data)

    def note(self, kind: str, **fields: Any) -> Entry:
        """A line of the history."""
        entry = {"kind": kind, "t": len(self.history) / 10, **fields}
        self.history.append(entry)
        return entry

    def standings(self, event: str = "snapshot", poll_id: str = "ship", **changed: Any) -> Entry:
        """Standings as they should be shown now, but for what is changed."""
        folds = self._folds()
        counts = sum((Counter(fold.counts(poll_id)) for fold in folds), Counter())
        votes = {idea: counts[str(ordinal)] for ordinal, idea in enumerate(IDEAS)}
        ordered = sorted(IDEAS, key=lambda idea: -votes[idea])
        shown = {
            "watcher": "stream",
            "poll": poll_id,
            "event": event,
            "status": "live",
            "resumed": False,
            "position": ".".join(
                str(sum(r.partition == fold.partition for r in self.log)) for fold in folds
            ),
            "as_of": datetime.fromtimestamp(self.at_ms / 1000, UTC).isoformat(),
            "rebuilding": False,
            "total_votes": sum(votes.values()),
            "set_aside": {
                "voters": counts["s"],
                "votes": sum(n for name, n in counts.items() if name.startswith("a")),
            },
            "idea_count": len(IDEAS),
            "ideas": [
                {
                    "place": place,
                    "idea_id": idea,
                    "votes": votes[idea],
                    "rank": 1 + sum(n > votes[idea] for n in votes.values()),
                }
                for place, idea in enumerate(ordered, 1)
            ],
        }
        return self.note("standings", **(shown | changed))

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
        for poll_id in sorted({p for fold in self._folds() for p in fold.final_counts}):
            self.publish("TallyCertified", f"tally {poll_id}", **self._tally(poll_id))
        return Evidence(
            PARTITIONS,
            self.history,
            self.log,
            list(self.log),
            self.announced,
            self.published,
            {
                record.data["poll_id"]: record.data
                for record in self.published
                if record.kind == "TallyCertified"
            },
        )

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
        left = [ordinal for ordinal in range(len(poll.ideas)) if ordinal not in poll.removed]
        aside = [sum(c.get(f"a{o}", 0) for c in counts) for o in range(len(poll.ideas))]
        shop = [sum(c.get(f"c:shop:{o}", 0) for c in counts) for o in left]
        return {
            "poll_id": poll_id,
            "tally": [lines[ordinal] for ordinal in left],
            "removed": [line for o, line in enumerate(lines) if o in poll.removed],
            "voters_set_aside": sum(c.get("s", 0) for c in counts),
            "set_aside": [
                {"idea_id": i, "votes": v} for i, v in zip(poll.ideas, aside, strict=True) if v
            ],
            "channels": [{"channel": "shop", "votes": shop}] if any(shop) else [],
            "verdicts": {name[2:]: sum(c.get(name, 0) for c in counts) for name in names},
        }


def _event(
    partition: int, offset: int, at_ms: int, kind: str, ce_id: str, data: dict[str, Any]
) -> LogRecord:
    headers = (("ce_id", ce_id.encode()), ("ce_type", f"groundswell.{kind}.v1".encode()))
    value = json.dumps(data).encode()
    return LogRecord(partition, offset, at_ms, b"key", value, headers)


def found(evidence: Evidence) -> set[str]:
    """The invariants that are broken."""
    return {finding.partition(":")[0] for finding in findings(evidence)}


def _vote_id(poll_id: str, voter: str, ideas: tuple[str, ...], revision: int | None) -> str:
    return f"{poll_id}.{voter}.{'+'.join(sorted(ideas))}.{revision or 0}"
