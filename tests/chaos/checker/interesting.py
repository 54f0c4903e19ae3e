"""Which of the things that a run is for did happen in it. One that lacks any of them is weak."""

from collections import defaultdict

from tests.chaos.checker.evidence import Entry, Evidence
from tests.chaos.checker.layout import counted
from tests.chaos.checker.reading import Reading

SECOND_MS = 1_000


def happened(evidence: Evidence) -> dict[str, int]:
    """How often each of them happened."""
    run = Reading(evidence)
    return {
        "duplicate in the log": sum(logged.verdict == "repeat" for logged in run.logged),
        "rebalance in mid-batch": _rebalances(run),
        "stale writer refused": _refused_writers(evidence),
        "503, then a retry that succeeds": _retried(run),
        "rebuilt Redis": _rebuilt(evidence),
        "vote within a second of closing": _close_ones(run),
    }


def _rebalances(run: Reading) -> int:
    """Partitions that went from one counter to another while votes were appended to them."""
    appended: dict[int, list[int]] = defaultdict(list)
    for record in run.evidence.log:
        appended[record.partition].append(record.at_ms)
    owner: dict[int, str] = {}
    since: dict[int, int] = {}
    found = 0
    for entry in run.evidence.of("counter"):
        for partition in entry["owned"]:
            before = owner.get(partition)
            if before not in (None, entry["process"]):
                meanwhile = range(since[partition], entry["at_ms"] + 1)
                found += any(at_ms in meanwhile for at_ms in appended[partition])
            owner[partition], since[partition] = entry["process"], entry["at_ms"]
    return found


def _refused_writers(evidence: Evidence) -> int:
    """Writes that came late and were refused: seen in the network, or told by the counter."""
    late = sum(bool(entry["refused"]) for entry in evidence.of("late write"))
    return late + _told(evidence, "stale_writes")


def _told(evidence: Evidence, name: str) -> int:
    """The sum of a counter's count over all its lives."""
    highest: dict[tuple[str, int], float] = {}
    for entry in evidence.of("counter"):
        life = entry["process"], entry["pid"]
        highest[life] = max(highest.get(life, 0.0), entry[name])
    return round(sum(highest.values()))


def _retried(run: Reading) -> int:
    """Votes that were answered 503 and later accepted."""
    found = 0
    for attempts in run.by_choice.values():
        refused = [attempt.ended for attempt in attempts if attempt.status == 503]
        accepted = [attempt.began for attempt in attempts if attempt.accepted]
        found += bool(refused and accepted and min(refused) <= max(accepted))
    return found


def _rebuilt(evidence: Evidence) -> int:
    """Times that a partition was behind what an earlier sample had."""
    found = 0
    before: dict[int, int] = {}
    for entry in evidence.of("sample"):
        offset = counted(entry["raw"]).offset
        found += offset < before.get(entry["partition"], 0)
        before[entry["partition"]] = offset
    return found


def _close_ones(run: Reading) -> int:
    """Votes in the log within a second of their poll's closing, on either side."""
    found = 0
    for logged in run.logged:
        poll = run.folds[logged.record.partition].polls.get(logged.choice.poll_id)
        if poll is None:
            continue
        moments = [poll.closes_at_ms]
        if poll.closed_at is not None:
            moments.append(poll.closed_at.at_ms)
        found += any(abs(logged.record.at_ms - moment) < SECOND_MS for moment in moments)
    return found


def counts(evidence: Evidence) -> Entry:
    """Figures of a run: requests, answers by status, votes by verdict, faults."""
    run = Reading(evidence)
    answers: dict[str, int] = defaultdict(int)
    for attempt in run.attempts:
        answers[str(attempt.status or "none")] += 1
    verdicts: dict[str, int] = defaultdict(int)
    for logged in run.logged:
        verdicts[logged.verdict] += 1
    return {
        "requests": len(run.attempts),
        "voters": len({attempt.choice.voter for attempt in run.attempts}),
        "answers": dict(sorted(answers.items())),
        "votes in the log": dict(sorted(verdicts.items())),
        "samples of Redis": sum(1 for _ in evidence.of("sample")),
        "standings seen": sum(1 for _ in evidence.of("standings")),
        "died by itself": sorted({entry["process"] for entry in evidence.of("died")}),
    }
