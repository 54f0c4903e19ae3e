"""Which of the things that a run is for did happen in it. One that lacks any of them is weak."""

from collections import defaultdict
from collections.abc import Callable, Iterator

from tests.chaos.checker.evidence import Entry, Evidence
from tests.chaos.checker.ladders import ladders
from tests.chaos.checker.layout import counted
from tests.chaos.checker.merges import MERGED, PARTED, moved
from tests.chaos.checker.passes import pauses, refused_in
from tests.chaos.checker.reading import Reading

SECOND_MS = 1_000

Counting = Callable[[Reading], int]


def happened(evidence: Evidence) -> dict[str, int]:
    """How often each of them happened; of a rule's only where the run's plan has it."""
    run = Reading(evidence)
    planned = {name for surge in evidence.of("surge") for name in surge["features"]}
    wanted = dict(ALWAYS)
    for feature in sorted(planned):
        wanted |= FEATURES[feature]
    return {what: counting(run) for what, counting in wanted.items()}


def _duplicates(run: Reading) -> int:
    return sum(logged.verdict == "repeat" for logged in run.logged)


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


def _refused_writers(run: Reading) -> int:
    """Writes that came late and were refused: seen in the network, or told by the counter."""
    late = sum(bool(entry["refused"]) for entry in run.evidence.of("late write"))
    return late + _told(run.evidence, "stale_writes")


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


def _rebuilt(run: Reading) -> int:
    """Times that a partition was behind what an earlier sample had."""
    found = 0
    before: dict[int, int] = {}
    for entry in run.evidence.of("sample"):
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


def _kept_alive(run: Reading) -> int:
    """Votes taken over a connection that had served another request before."""
    return sum(attempt.accepted and attempt.reused for attempt in run.attempts)


def _stopped_boxes(run: Reading) -> int:
    """Votes answered by a box that was stopped when it had a part of the request."""
    found = 0
    for stopped in run.evidence.of("stopped"):
        for attempt in run.attempts:
            torn = attempt.sent.get("torn", 0.0)
            here = attempt.sent.get("box") == stopped["process"] and attempt.status is not None
            found += here and attempt.began < stopped["t"] < attempt.began + torn
    return found


def _figures_compared(run: Reading) -> int:
    """Events of the stream that told new figures while nothing was being rebuilt."""
    told = run.evidence.of("standings")
    return sum(e["event"] == "changes" and not e["rebuilding"] and bool(e["ideas"]) for e in told)


def _resumed(run: Reading) -> int:
    """Streams that were cut off and went on from their last event."""
    told = run.evidence.of("standings")
    return sum(entry["resumed"] and entry["event"] == "changes" for entry in told)


def _aside_while_open(run: Reading) -> int:
    return sum(len(voters) for voters in _named(run, "VotersSetAside", closed=False))


def _aside_in_review(run: Reading) -> int:
    return sum(len(voters) for voters in _named(run, "VotersSetAside", closed=True))


def _reinstated(run: Reading) -> int:
    moments = (False, True)
    return sum(len(v) for late in moments for v in _named(run, "VotersReinstated", closed=late))


def _named(run: Reading, kind: str, *, closed: bool) -> Iterator[list[str]]:
    """The voters of each control record of a kind, from before or behind the closing."""
    for poll_id in run.poll_ids():
        ends = [control.number for control in run.controls_of(poll_id, "VotingClosed")]
        for control in run.controls_of(poll_id, kind):
            if (bool(ends) and control.number > ends[0]) == closed:
                yield [v for r in control.records.values() for v in r.data["voters"]]


def _certified_aside(run: Reading) -> int:
    return sum(
        line["votes"] for tally in run.evidence.tallies.values() for line in tally["set_aside"]
    )


def _weighty(run: Reading) -> int:
    return sum(ballot.weight > 1 for ballot in run.ballots.values())


def _refused_in_pauses(run: Reading) -> int:
    return sum(refused_in(run, pause) for pause in pauses(run))


def _reached(run: Reading) -> int:
    return sum(len(ladder.reached) for ladder in ladders(run))


def _missed(run: Reading) -> int:
    return sum(len(ladder.missed) for ladder in ladders(run))


def _by_other_channels(run: Reading) -> int:
    totals = run.totals.values()
    return sum(n for counts in totals for name, n in counts.items() if name.startswith("c:"))


def _on_two_days(run: Reading) -> int:
    """Voters with a ballot of each of two days."""
    days: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for poll_id, period, voter in run.ballots:
        days[poll_id, voter].add(period)
    return sum(len(periods) > 1 for periods in days.values())


def _merged(run: Reading) -> int:
    return moved(run, MERGED)


def _parted(run: Reading) -> int:
    return moved(run, PARTED)


ALWAYS: dict[str, Counting] = {
    "duplicate in the log": _duplicates,
    "rebalance in mid-batch": _rebalances,
    "stale writer refused": _refused_writers,
    "503, then a retry that succeeds": _retried,
    "rebuilt Redis": _rebuilt,
    "vote within a second of closing": _close_ones,
    "vote over a connection kept alive": _kept_alive,
    "box stopped in mid-request": _stopped_boxes,
    "standings that moved and were compared": _figures_compared,
    "stream of standings resumed": _resumed,
}
FEATURES: dict[str, dict[str, Counting]] = {
    "set-asides": {
        "voters set aside while others voted": _aside_while_open,
        "voters set aside when voting had closed": _aside_in_review,
        "voters reinstated": _reinstated,
        "votes set aside in certified tallies": _certified_aside,
    },
    "roll": {"ballots that weigh more by the roll": _weighty},
    "pause": {"votes refused in a pause": _refused_in_pauses},
    "ladder": {"steps reached": _reached, "steps missed": _missed},
    "channels": {"votes by other channels": _by_other_channels},
    "days": {"voters with ballots of two days": _on_two_days},
    "merges": {
        "votes that went along with their idea": _merged,
        "votes that came back": _parted,
    },
}


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
