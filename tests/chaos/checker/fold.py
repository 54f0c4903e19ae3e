"""The rules of voting once more, from their description and not from the product's code.

One partition's records in, what counts out. Tallies are not kept but made from the ballots.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Any

from tests.chaos.checker.evidence import LogRecord

BallotKey = tuple[str, str, str]
"""Poll, period, voter."""

IN_TIME = frozenset({"counted", "repeat", "replaced", "over_limit", "set_aside"})
"""Verdicts on a vote that was taken in time and for ideas that were to be had."""


@dataclass(frozen=True, slots=True)
class Ballot:
    """(Ordinal of an idea, channel) pairs, the weight, and the revision (0 in a standing poll).

    `ways` has for each of the pairs the ideas that its vote went on to, one merged into the next;
    it is empty while no vote has gone on.
    """

    ideas: tuple[tuple[int, str], ...]
    weight: int = 1
    revision: int = 0
    ways: tuple[tuple[int, ...], ...] = ()

    @property
    def ordinals(self) -> tuple[int, ...]:
        """What the voter voted for."""
        return tuple(ordinal for ordinal, _ in self.ideas)

    @property
    def paths(self) -> list[tuple[int, ...]]:
        """Of each vote the idea it was given to, and those that it went on to."""
        ways = self.ways or ((),) * len(self.ideas)
        return [(ordinal, *way) for ordinal, way in zip(self.ordinals, ways, strict=True)]

    @property
    def counted(self) -> dict[int, str]:
        """What it counts for, each once, with the channel: that of a vote for it, else of the first
        that went on to it.
        """
        found: dict[int, str] = {}
        for path, (_, channel) in zip(self.paths, self.ideas, strict=True):
            if len(path) == 1 or path[-1] not in found:
                found[path[-1]] = channel
        return found


@dataclass(slots=True)
class Poll:
    """A poll as the control records of one partition have told so far."""

    rules: dict[str, Any]
    ideas: list[str]
    closes_at_ms: int
    number: int = 1
    stage: str = "open"
    halted: bool = False
    removed: set[int] = field(default_factory=set)
    merged: set[int] = field(default_factory=set)
    aside: set[str] = field(default_factory=set)
    deadlines: dict[str, int] = field(default_factory=dict)
    closed_at: LogRecord | None = None
    opened_with: int = 0
    """How many ideas were on the ballot at first."""

    @property
    def limit(self) -> float:
        """How many ideas a ballot holds."""
        limit = self.rules["ideas_per_ballot"]
        return float("inf") if limit is None else int(limit)


@dataclass(slots=True)
class Fold:
    """One partition of a log of so many partitions.

    `verdicts` has one for each vote by offset. `final` keeps the ballots of sealed polls, which
    `ballots` loses when they retire.
    """

    partition: int
    partitions: int
    polls: dict[str, Poll] = field(default_factory=dict)
    ballots: dict[BallotKey, Ballot] = field(default_factory=dict)
    verdicts: dict[int, str] = field(default_factory=dict)
    final: dict[str, dict[BallotKey, Ballot]] = field(default_factory=dict)
    final_counts: dict[str, dict[str, int]] = field(default_factory=dict)
    _told: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def take(self, record: LogRecord) -> None:
        """Take the next record."""
        kind = record.kind
        try:
            data = record.data
            if kind != "VoteCast":
                self._control(kind, data, record)
                return
            vote = _vote(data)
        except (ValueError, KeyError, TypeError):
            return  # What cannot be read changes nothing.
        verdict = self._judge(vote, record)
        self.verdicts[record.offset] = verdict
        self._told[vote["poll_id"]][verdict] += 1

    def take_all(self, records: Iterable[LogRecord]) -> "Fold":
        """Take records in order; this fold."""
        for record in records:
            self.take(record)
        return self

    def counts(self, poll_id: str) -> dict[str, int]:
        """A poll's counts, under the names that Redis has for them; none that is zero.

        `17` the votes of the idea with that ordinal, `a17` those of voters set aside, `c:shop:17`
        those through another channel than the first, `d5:17` what it had at control record 5,
        `v:repeat` the records with that verdict, `s` the voters set aside.
        """
        found: Counter[str] = Counter()
        for verdict, number in self._told[poll_id].items():
            found[f"v:{verdict}"] = number
        poll = self.polls.get(poll_id)
        if poll is None:
            return dict(found)
        found.update(poll.deadlines)
        found["s"] = len(poll.aside)
        main = poll.rules["channels"][0]
        for (of, _, voter), ballot in self.ballots.items():
            if of == poll_id:
                _add(found, ballot, main, aside=voter in poll.aside)
        return {name: number for name, number in found.items() if number}

    def _control(self, kind: str, data: dict[str, Any], record: LogRecord) -> None:
        poll_id, number = data["poll_id"], data["number"]
        poll = self.polls.get(poll_id)
        if poll is None:
            self._open(kind, data)
            return
        if poll.halted or number <= poll.number:
            return
        if number != poll.number + 1 or not _may_follow(poll.stage, kind):
            poll.halted = True
            return
        poll.number = number
        self._carry_out(kind, data, poll, record)

    def _carry_out(self, kind: str, data: dict[str, Any], poll: Poll, record: LogRecord) -> None:
        poll_id = data["poll_id"]
        match kind:
            case "BallotChanged":
                _change(poll, data)
            case "DeadlinePassed":
                self._note_deadline(data, poll)
            case "VotersSetAside":
                poll.aside.update(data["voters"])
            case "VotersReinstated":
                poll.aside.difference_update(data["voters"])
            case "VotesMerged":
                self._merge(data, poll)
            case "VotesParted":
                self._part(data, poll)
            case "VotingClosed":
                poll.stage, poll.closed_at = "closed", record
            case "TallySealed":
                poll.stage = "sealed"
                self.final[poll_id] = self._ballots_of(poll_id)
                self.final_counts[poll_id] = self.counts(poll_id)
            case "PollRetired":
                self._retire(poll_id, poll)

    def _note_deadline(self, data: dict[str, Any], poll: Poll) -> None:
        now = self.counts(data["poll_id"])
        for due in data["due"]:
            if due["idea_id"] in poll.ideas:
                ordinal = poll.ideas.index(due["idea_id"])
                poll.deadlines[f"d{data['number']}:{ordinal}"] = now.get(str(ordinal), 0)

    def _merge(self, data: dict[str, Any], poll: Poll) -> None:
        idea, into = _ordinals(data, poll)
        poll.merged |= {idea} & poll.removed
        for key, ballot in self._ballots_of_voters(data):
            paths = [(*path, into) if path[-1] == idea else path for path in ballot.paths]
            if paths != ballot.paths:
                self.ballots[key] = _with_paths(ballot, paths, poll, moved_to=into)

    def _part(self, data: dict[str, Any], poll: Poll) -> None:
        pair = _ordinals(data, poll)
        for key, ballot in self._ballots_of_voters(data):
            paths = [_cut(path, pair) for path in ballot.paths]
            if paths != ballot.paths:
                self.ballots[key] = _with_paths(ballot, paths, poll, moved_to=pair[0])

    def _ballots_of_voters(self, data: dict[str, Any]) -> list[tuple[BallotKey, Ballot]]:
        named = set(data["voters"])
        ballots = self._ballots_of(data["poll_id"])
        return [(key, ballot) for key, ballot in ballots.items() if key[2] in named]

    def _open(self, kind: str, data: dict[str, Any]) -> None:
        closes_at_ms = milliseconds(data["closes_at"]) if kind == "VotingOpened" else 0
        rules, ideas = data.get("rules", {}), data.get("idea_ids", [])
        poll = self.polls[data["poll_id"]] = Poll(rules, list(ideas), closes_at_ms)
        poll.opened_with = len(ideas)
        poll.halted = kind != "VotingOpened" or data["number"] != 1
        poll.number = data["number"]

    def _ballots_of(self, poll_id: str) -> dict[BallotKey, Ballot]:
        return {key: ballot for key, ballot in self.ballots.items() if key[0] == poll_id}

    def _retire(self, poll_id: str, poll: Poll) -> None:
        poll.stage = "retired"
        poll.aside.clear()
        poll.deadlines.clear()
        self._told.pop(poll_id, None)
        for key in self._ballots_of(poll_id):
            del self.ballots[key]

    def _judge(self, vote: dict[str, Any], record: LogRecord) -> str:
        poll = self.polls.get(vote["poll_id"])
        if poll is None:
            return "too_early"
        if poll.halted:
            return "halted"
        if poll.stage in ("sealed", "retired"):
            return "after_seal"
        if partition_of(vote["voter"], self.partitions) != self.partition:
            return "wrong_partition"
        if poll.stage == "closed" or record.at_ms >= poll.closes_at_ms:
            return "too_late"
        if not _has_form(vote, poll.rules):
            return "not_a_vote"
        if not set(vote["idea_ids"]) <= set(poll.ideas):
            return "not_on_ballot"
        key = (vote["poll_id"], vote["period"], vote["voter"])
        add = self._add_one if poll.rules["kind"] == "standing" else self._replace_all
        verdict = add(poll, key, vote)
        return "set_aside" if verdict == "counted" and vote["voter"] in poll.aside else verdict

    def _add_one(self, poll: Poll, key: BallotKey, vote: dict[str, Any]) -> str:
        idea = poll.ideas.index(vote["idea_ids"][0])
        if idea in poll.removed:
            return "idea_removed"
        ballot = self.ballots.get(key)
        if ballot is None:
            ballot = Ballot((), _weight(poll, vote))
        if idea in ballot.ordinals:
            return "repeat"
        held = set(ballot.counted)
        if idea not in held and len(held - poll.removed) >= poll.limit:
            return "over_limit"
        ideas = (*ballot.ideas, (idea, vote["channel"]))
        # Where another vote of the ballot went on from this idea, this one goes as well.
        through = [path[path.index(idea) :] for path in ballot.paths if idea in path]
        paths = [*ballot.paths, through[0] if through else (idea,)]
        self.ballots[key] = Ballot(ideas, ballot.weight, ways=_ways(paths))
        return "counted"

    def _replace_all(self, poll: Poll, key: BallotKey, vote: dict[str, Any]) -> str:
        ideas = sorted(poll.ideas.index(idea_id) for idea_id in vote["idea_ids"])
        ballot, revision = self.ballots.get(key), vote["revision"]
        if ballot is not None and revision <= ballot.revision:
            again = revision == ballot.revision and tuple(ideas) == ballot.ordinals
            return "repeat" if again else "replaced"
        if poll.removed & set(ideas):
            return "idea_removed"
        if len(ideas) > poll.limit:
            return "over_limit"
        chosen = tuple((idea, vote["channel"]) for idea in ideas)
        self.ballots[key] = Ballot(chosen, _weight(poll, vote), revision)
        return "counted"


def partition_of(voter: str, partitions: int) -> int:
    """Where the votes of a voter lie: BLAKE2b of 8 bytes, big-endian, modulo the partitions."""
    return int.from_bytes(blake2b(voter.encode(), digest_size=8).digest(), "big") % partitions


def _vote(data: dict[str, Any]) -> dict[str, Any]:
    vote = {"period": "", "revision": None, "segment": "", "channel": "web"} | data
    texts = (vote[name] for name in ("vote_id", "poll_id", "voter", "pass_id", "period"))
    if not all(isinstance(text, str) for text in (*texts, *vote["idea_ids"])):
        raise ValueError("not the fields of a vote")
    return vote


def _has_form(vote: dict[str, Any], rules: dict[str, Any]) -> bool:
    if rules["period"] == "day":
        if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", vote["period"]) is None:
            return False
    elif vote["period"]:
        return False
    ideas, revision = vote["idea_ids"], vote["revision"]
    if rules["kind"] == "standing":
        return len(ideas) == 1 and revision is None
    return revision is not None and 1 <= revision <= 10_000 and len(set(ideas)) == len(ideas)


def _may_follow(stage: str, kind: str) -> bool:
    match kind:
        case "DeadlinePassed" | "VotingClosed":
            return stage == "open"
        case (
            "BallotChanged" | "VotersSetAside" | "VotersReinstated" | "VotesMerged" | "VotesParted"
        ):
            return stage in ("open", "closed")
        case "TallySealed":
            return stage == "closed"
        case "PollRetired":
            return stage == "sealed"
    return False


def _change(poll: Poll, data: dict[str, Any]) -> None:
    added: Iterable[str] = data.get("added_idea_ids", ())
    poll.ideas += [idea_id for idea_id in dict.fromkeys(added) if idea_id not in poll.ideas]
    # Of those that left only the merged ones come back.
    back = {poll.ideas.index(idea_id) for idea_id in added} & poll.merged
    removed = data.get("removed_idea_ids", ())
    gone = {poll.ideas.index(idea_id) for idea_id in removed if idea_id in poll.ideas}
    poll.removed = poll.removed - back | gone
    poll.merged -= back | gone
    if data.get("closes_at") is not None:
        poll.closes_at_ms = milliseconds(data["closes_at"])


def _ordinals(data: dict[str, Any], poll: Poll) -> tuple[int, int]:
    """An idea and the one that it is merged into; -1, which nothing counts for, is no idea."""
    names = (data["idea_id"], data["into_idea_id"])
    if not set(names) <= set(poll.ideas):
        return -1, -1
    return poll.ideas.index(names[0]), poll.ideas.index(names[1])


def _cut(path: tuple[int, ...], pair: tuple[int, int]) -> tuple[int, ...]:
    """A path up to where it goes from the one idea to the other."""
    for at in range(1, len(path)):
        if path[at - 1 : at + 1] == pair:
            return path[:at]
    return path


def _ways(paths: Iterable[tuple[int, ...]]) -> tuple[tuple[int, ...], ...]:
    ways = tuple(path[1:] for path in paths)
    return ways if any(ways) else ()


def _with_paths(ballot: Ballot, paths: list[tuple[int, ...]], poll: Poll, moved_to: int) -> Ballot:
    """The ballot once its votes went these ways; those that moved find a place, or leave it."""
    held = {path[-1] for path in paths} - poll.removed
    kept = [
        (vote, path)
        for vote, path in zip(ballot.ideas, paths, strict=True)
        if len(held) <= poll.limit or path[-1] != moved_to
    ]
    ideas = tuple(vote for vote, _ in kept)
    return Ballot(ideas, ballot.weight, ballot.revision, _ways(path for _, path in kept))


def _weight(poll: Poll, vote: dict[str, Any]) -> int:
    return int(poll.rules["weights"].get(vote["segment"], 1))


def _add(found: Counter[str], ballot: Ballot, main: str, *, aside: bool) -> None:
    for ordinal, channel in ballot.counted.items():
        found[f"a{ordinal}" if aside else str(ordinal)] += ballot.weight
        if channel != main and not aside:
            found[f"c:{channel}:{ordinal}"] += ballot.weight


def milliseconds(text: str) -> int:
    """A moment in ISO 8601 as milliseconds since 1970."""
    return round(datetime.fromisoformat(text).timestamp() * 1000)
