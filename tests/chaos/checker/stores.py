"""Log, archive and Redis held against each other. Each invariant yields a sentence per breach."""

from collections.abc import Iterator
from typing import Any

from tests.chaos.checker.evidence import LogRecord
from tests.chaos.checker.fold import Ballot, BallotKey, Fold, Poll
from tests.chaos.checker.layout import Counted, counted
from tests.chaos.checker.reading import Reading

SHOWN = 5
RECOVERY_SECONDS = 60.0


def the_archive_equals_the_log(run: Reading) -> Iterator[str]:
    """Record by record: place, time, key, value and headers."""
    log = {(r.partition, r.offset): r for r in run.evidence.log}
    archive = {(r.partition, r.offset): r for r in run.evidence.archive}
    for place in sorted(log.keys() | archive.keys()):
        in_log, archived = log.get(place), archive.get(place)
        if in_log != archived:
            how = "missing" if archived is None else "of nothing" if in_log is None else "other"
            yield f"partition {place[0]}, offset {place[1]}: the archive's record is {how}"


def the_log_has_no_hole(run: Reading) -> Iterator[str]:
    """Offsets of each partition go up from 0."""
    for partition in range(run.evidence.partitions):
        for expected, record in enumerate(run.log_of(partition)):
            if record.offset != expected:
                yield f"{record.place}: expected offset {expected}"
                break


def redis_equals_the_log(run: Reading) -> Iterator[str]:
    """At each sampled moment Redis is the fold of the log up to the offset that it names."""
    samples: dict[int, list[tuple[float, Counted]]] = {}
    for entry in run.evidence.of("sample"):
        samples.setdefault(entry["partition"], []).append((entry["t"], counted(entry["raw"])))
    for partition, taken in samples.items():
        records = run.log_of(partition)
        fold, taken_records = Fold(partition, run.evidence.partitions), 0
        for when, sample in sorted(taken, key=lambda pair: pair[1].offset):
            if sample.offset > len(records):
                yield f"partition {partition}: Redis is at {sample.offset}, log: {len(records)}"
                break
            fold.take_all(records[taken_records : sample.offset])
            taken_records = max(taken_records, sample.offset)
            for difference in _differences(sample, fold, records):
                yield f"partition {partition}, {when:.1f} s, offset {sample.offset}: {difference}"


def redis_has_counted_all_in_the_end(run: Reading) -> Iterator[str]:
    """The last sample of each partition is at the end of the log; there is one."""
    last = {entry["partition"]: entry for entry in run.evidence.of("sample")}
    for partition in range(run.evidence.partitions):
        records = len(run.log_of(partition))
        offset = counted(last[partition]["raw"]).offset if partition in last else 0
        if offset != records:
            yield f"partition {partition}: Redis is at {offset} in the end, the log at {records}"


def no_voter_has_more_than_allowed(run: Reading) -> Iterator[str]:
    """In the log's fold and in every sample: no idea twice, and no more than fit."""
    for key, ballot in run.ballots.items():
        yield from _over_the_limit(run, key, ballot, "log")
    for entry in run.evidence.of("sample"):
        for key, ballot in counted(entry["raw"]).ballots.items():
            yield from _over_the_limit(run, key, ballot, f"Redis at {entry['t']:.1f} s")


def everything_recovers(run: Reading) -> Iterator[str]:
    """After the last fault lag goes to zero and votes are taken again, within a minute."""
    for entry in run.evidence.of("recovery"):
        for what in ("lag_zero_seconds", "votes_again_seconds"):
            if entry[what] is None or entry[what] > RECOVERY_SECONDS:
                yield f"{what}: {entry[what]}; {entry.get('detail', '')}"


def _differences(sample: Counted, fold: Fold, records: list[LogRecord]) -> Iterator[str]:
    if sample.offset:
        last = records[sample.offset - 1]
        if (sample.last_id, sample.at_ms) != (last.header("ce_id"), last.at_ms):
            yield f"last record {sample.last_id} at {sample.at_ms}, log: {last.header('ce_id')}"
    yield from _different("poll", sample.polls, fold.polls, _state, _state_folded)
    expected = {p: c for p in {*sample.tallies, *fold.polls} if (c := fold.counts(p))}
    nonzero = {p: {n: c for n, c in t.items() if c} for p, t in sample.tallies.items()}
    yield from _different("tally", {p: t for p, t in nonzero.items() if t}, expected)
    yield from _different("ballot", sample.ballots, fold.ballots)


def _state(poll: dict[str, Any]) -> tuple[Any, ...]:
    return poll["number"], poll["stage"], poll["halted"], poll["closes_at_ms"]


def _state_folded(poll: Poll) -> tuple[Any, ...]:
    return poll.number, poll.stage, poll.halted, poll.closes_at_ms


def _different(
    what: str,
    here: dict[Any, Any],
    there: dict[Any, Any],
    of_here: Any = lambda same: same,
    of_there: Any = lambda same: same,
) -> Iterator[str]:
    found = 0
    for key in sorted(here.keys() | there.keys()):
        mine = of_here(here[key]) if key in here else None
        other = of_there(there[key]) if key in there else None
        if mine != other:
            found += 1
            if found <= SHOWN:
                yield f"{what} {key}: Redis {_short(mine, other)}, log {_short(other, mine)}"
    if found > SHOWN:
        yield f"and {found - SHOWN} more of that kind"


def _short(mine: Any, other: Any) -> Any:
    if not isinstance(mine, dict) or not isinstance(other, dict):
        return mine
    return {name: n for name, n in mine.items() if other.get(name) != n}


def _over_the_limit(run: Reading, key: BallotKey, ballot: Ballot, where: str) -> Iterator[str]:
    if key[0] not in run.poll_ids():
        yield f"{where}: a ballot of {key[2]} in {key[0]}, which the log does not know"
        return
    poll = run.poll(key[0])
    held = ballot.ordinals
    places = set(ballot.counted) - poll.removed
    if len(set(held)) != len(held) or len(places) > poll.limit:
        yield f"{where}: {key[0]}, voter {key[2]} has {held}, allowed {poll.limit:g}"


INVARIANTS = (
    the_log_has_no_hole,
    the_archive_equals_the_log,
    redis_equals_the_log,
    redis_has_counted_all_in_the_end,
    no_voter_has_more_than_allowed,
    everything_recovers,
)
