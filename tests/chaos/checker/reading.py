"""The evidence of a run put in order: who sent what, what was answered, what the log made of it."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tests.chaos.checker.evidence import Entry, Evidence, LogRecord
from tests.chaos.checker.fold import Ballot, BallotKey, Fold, Poll

VOTE = "VoteCast"


@dataclass(frozen=True, slots=True, order=True)
class Choice:
    """What somebody voted for: the same choice sent again is the same vote."""

    poll_id: str
    period: str
    voter: str
    revision: int
    ideas: tuple[str, ...]

    @property
    def ballot(self) -> BallotKey:
        """The ballot that it is for."""
        return self.poll_id, self.period, self.voter

    def __str__(self) -> str:
        revision = f", revision {self.revision}" if self.revision else ""
        return f"{self.poll_id}, voter {self.voter}, {'+'.join(self.ideas) or 'nothing'}{revision}"


@dataclass(slots=True)
class Attempt:
    """One request as it was `sent`. `status` None: no answer, or none that can be read."""

    number: int
    choice: Choice
    sent: Entry
    began: float
    ended: float = float("inf")
    status: int | None = None
    body: Any = None
    retry_after: str | None = None
    reused: bool = False

    @property
    def bad(self) -> str | None:
        """What is wrong with it, if something is."""
        bad: str | None = self.sent.get("bad")
        return bad

    @property
    def accepted(self) -> bool:
        """Whether its answer promises that the vote counts."""
        return self.status in (200, 202)

    @property
    def refused(self) -> bool:
        """Whether its answer says that nothing came of it."""
        return self.status is not None and 400 <= self.status < 500

    def __str__(self) -> str:
        return f"request {self.number} ({self.choice}), answer {self.status}"


@dataclass(frozen=True, slots=True)
class Logged:
    """A vote in the log and what the fold made of it."""

    record: LogRecord
    choice: Choice
    vote_id: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Control:
    """A control record of a poll as each partition has it."""

    poll_id: str
    number: int
    kind: str
    records: dict[int, LogRecord]

    @property
    def at_ms(self) -> tuple[int, ...]:
        """When it came, partition by partition, in milliseconds of the broker's time."""
        return tuple(record.at_ms for _, record in sorted(self.records.items()))


@dataclass
class Reading:
    """One run. Everything is worked out when it is first asked for."""

    evidence: Evidence
    _by_partition: dict[int, list[LogRecord]] = field(init=False)

    def __post_init__(self) -> None:
        self._by_partition = self.evidence.log_by_partition()

    def log_of(self, partition: int) -> list[LogRecord]:
        """A partition's records, in order."""
        return self._by_partition[partition]

    @cached_property
    def folds(self) -> dict[int, Fold]:
        """The whole log folded, by partition."""
        partitions = self.evidence.partitions
        return {p: Fold(p, partitions).take_all(self.log_of(p)) for p in range(partitions)}

    @cached_property
    def attempts(self) -> list[Attempt]:
        """Every request that was sent."""
        found: dict[int, Attempt] = {}
        for entry in self.evidence.of("invoke", "answer", "unknown"):
            number = entry["id"]
            if entry["kind"] == "invoke":
                choice = _sent(entry)
                found[number] = Attempt(number, choice, entry, entry["t"])
                continue
            attempt = found[number]
            attempt.ended = entry["t"]
            if entry["kind"] == "answer":
                attempt.status, attempt.body = entry["status"], entry["body"]
                attempt.retry_after = entry.get("retry_after")
                attempt.reused = entry.get("reused", False)
        return list(found.values())

    def attempts_of(self, poll_id: str) -> list[Attempt]:
        """Those that were sent to one poll."""
        return [attempt for attempt in self.attempts if attempt.choice.poll_id == poll_id]

    @property
    def deadline_ms(self) -> float:
        """Within what time a ballot box answers a vote."""
        seconds: float = next(self.evidence.of("installation"))["deadline_seconds"]
        return seconds * 1000

    @cached_property
    def by_choice(self) -> dict[Choice, list[Attempt]]:
        """Attempts with a good pass, by what they voted for."""
        found: dict[Choice, list[Attempt]] = defaultdict(list)
        for attempt in self.attempts:
            if attempt.bad is None:
                found[attempt.choice].append(attempt)
        return found

    @cached_property
    def by_ballot(self) -> dict[BallotKey, dict[Choice, list[Attempt]]]:
        """The same, by whose ballot it is."""
        found: dict[BallotKey, dict[Choice, list[Attempt]]] = defaultdict(dict)
        for choice, attempts in self.by_choice.items():
            found[choice.ballot][choice] = attempts
        return found

    @cached_property
    def logged(self) -> list[Logged]:
        """Every vote of the log."""
        return [
            Logged(record, *_read(record), verdict)
            for partition, fold in self.folds.items()
            for record in self.log_of(partition)
            if (verdict := fold.verdicts.get(record.offset)) is not None
        ]

    @cached_property
    def logged_by_id(self) -> dict[str, list[Logged]]:
        """The votes of the log by their vote_id."""
        found: dict[str, list[Logged]] = defaultdict(list)
        for logged in self.logged:
            found[logged.vote_id].append(logged)
        return found

    @cached_property
    def controls(self) -> list[Control]:
        """Every control record, in the order of its poll."""
        found: dict[tuple[str, int, str], dict[int, LogRecord]] = defaultdict(dict)
        for record in self.evidence.log:
            if record.kind != VOTE:
                data = record.data
                key = data["poll_id"], data["number"], record.kind
                found[key].setdefault(record.partition, record)
        return [Control(*key, records) for key, records in sorted(found.items())]

    def controls_of(self, poll_id: str, *kinds: str) -> list[Control]:
        """Those of a poll that are of these kinds."""
        return [c for c in self.controls if c.poll_id == poll_id and c.kind in kinds]

    def gone_before(self, poll_id: str, number: float = float("inf")) -> set[str]:
        """The ideas that left a poll's ballot before a control record, if only for a while."""
        return {
            idea_id
            for control in self.controls_of(poll_id, "BallotChanged")
            if control.number < number
            for idea_id in control.records[min(control.records)].data.get("removed_idea_ids", ())
        }

    def at_ms(self, t: float) -> float:
        """A moment of the history in milliseconds since 1970."""
        began: int = next(self.evidence.of("begins"))["at_ms"]
        return began + t * 1000

    @cached_property
    def totals(self) -> dict[str, Counter[str]]:
        """The counts of each poll that is sealed in all partitions, summed over them."""
        found: dict[str, Counter[str]] = {}
        for poll_id in self.poll_ids():
            counts = [fold.final_counts.get(poll_id) for fold in self.folds.values()]
            if None not in counts:
                found[poll_id] = sum((Counter(count) for count in counts), Counter())
        return found

    @cached_property
    def ballots(self) -> dict[BallotKey, Ballot]:
        """Every ballot in the end, of polls that are over as well."""
        found: dict[BallotKey, Ballot] = {}
        for fold in self.folds.values():
            found |= fold.ballots
            for final in fold.final.values():
                found |= final
        return found

    def poll(self, poll_id: str) -> Poll:
        """A poll as its voters' partition has it in the end (ideas are equal in all)."""
        return next(fold.polls[poll_id] for fold in self.folds.values() if poll_id in fold.polls)

    def poll_ids(self) -> set[str]:
        """The polls that the log knows."""
        return {poll_id for fold in self.folds.values() for poll_id in fold.polls}

    def ideas_on(self, key: BallotKey) -> list[str]:
        """The ids of the ideas on a ballot in the end, in its order."""
        ballot = self.ballots.get(key)
        if ballot is None:
            return []
        ideas = self.poll(key[0]).ideas
        return [ideas[ordinal] for ordinal in ballot.ordinals]


def _sent(entry: Entry) -> Choice:
    ideas = tuple(sorted(entry["ideas"]))
    return Choice(
        entry["poll"], entry.get("period", ""), entry["voter"], entry["revision"] or 0, ideas
    )


def _read(record: LogRecord) -> tuple[Choice, str]:
    data = record.data
    choice = Choice(
        data["poll_id"],
        data.get("period", ""),
        data["voter"],
        data.get("revision") or 0,
        tuple(sorted(data["idea_ids"])),
    )
    return choice, data["vote_id"]
