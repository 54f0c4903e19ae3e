"""Passes, and what votes carry of them, and pauses. Each invariant yields a sentence per breach."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from tests.chaos.checker.evidence import Entry
from tests.chaos.checker.reading import Reading

LEASE_SECONDS = 2.0
"""What was announced longer ago than this, every ballot box knows or takes no votes."""
FOREVER = float("inf")
CLOCKS_MS = 100
"""How far apart the clocks of one machine may be read."""


@dataclass(frozen=True, slots=True)
class Pause:
    """From when to when a poll was announced not to take votes, in the broker's milliseconds.

    `next_ms` is when that was said again, because it closed, or taken back.
    """

    poll_id: str
    from_ms: float
    next_ms: float
    to_ms: float


def passes_say_who_votes_how(run: Reading) -> Iterator[str]:
    """The segment of the roll, the day of the poll's time zone, the channel that was asked for."""
    segments = {
        (roll["poll"], entry["participant_id"]): entry["segment"]
        for roll in run.evidence.of("roll")
        for entry in roll["entries"]
    }
    for issued in run.evidence.of("pass"):
        poll_id, participant = issued["poll"], issued["participant"]
        where = f"{poll_id}, the pass of {participant}"
        segment = segments.get((poll_id, participant), "")
        if issued["segment"] != segment:
            yield f"{where}: segment {issued['segment']!r}, on the roll {segment!r}"
        if issued["channel"][0] != issued["channel"][1]:
            yield f"{where}: channel {issued['channel'][1]}, wanted {issued['channel'][0]}"
        if poll_id in run.poll_ids():
            days = _days(run, issued)
            if issued["period"] not in days:
                yield f"{where}: period {issued['period']!r}, not one of {sorted(days)}"


def votes_carry_what_their_pass_said(run: Reading) -> Iterator[str]:
    """Period, segment and channel in the log are those of the pass that the record names."""
    sent = defaultdict(set)
    for attempt in run.attempts:
        sent[attempt.choice].add(_carried(attempt.sent))
    for logged in run.logged:
        carried = _carried(logged.record.data)
        if logged.choice in sent and carried not in sent[logged.choice]:
            yield f"{logged.record.place}: {logged.choice} carries {carried}, which nobody sent"


def nothing_is_acknowledged_in_a_pause(run: Reading) -> Iterator[str]:
    """What came when all boxes knew of it is refused; what came before gets no late promise."""
    for pause in pauses(run):
        for attempt in run.attempts_of(pause.poll_id):
            if not attempt.accepted or run.at_ms(attempt.ended) > pause.to_ms - CLOCKS_MS:
                continue
            known_ms = pause.from_ms + LEASE_SECONDS * 1000
            if run.at_ms(attempt.began) > known_ms + CLOCKS_MS:
                yield f"{attempt}: sent when voting had stopped at {_time(pause.from_ms)}"
            written = [r.record.at_ms for r in run.logged_by_id[attempt.body["vote_id"]]]
            if written and min(written) > known_ms + run.deadline_ms + CLOCKS_MS:
                yield f"{attempt}: written {_time(min(written))}, stopped {_time(pause.from_ms)}"


def pauses(run: Reading) -> list[Pause]:
    """When each poll took no votes, by its announcements in the order of their numbers."""
    said: defaultdict[str, list[tuple[int, bool, int]]] = defaultdict(list)
    for record in run.evidence.announced:
        data = record.data
        if data.get("accepting") is not None:
            said[data["poll_id"]].append((data["number"], data["accepting"], record.at_ms))
    found = []
    for poll_id, announcements in said.items():
        in_order = sorted(announcements)
        for at, (_, accepting, from_ms) in enumerate(in_order):
            if accepting or (at > 0 and not in_order[at - 1][1]):
                continue
            behind = in_order[at + 1 :]
            ends = (at_ms for _, again, at_ms in behind if again)
            next_ms = behind[0][2] if behind else FOREVER
            found.append(Pause(poll_id, from_ms, next_ms, next(ends, FOREVER)))
    return found


def refused_in(run: Reading, pause: Pause) -> int:
    """How many attempts were refused while a pause lasted, and were sent in it."""
    if pause.next_ms == FOREVER:
        return 0  # The poll closed.
    return sum(
        attempt.status == 409
        and pause.from_ms < run.at_ms(attempt.began)
        and run.at_ms(attempt.ended) < pause.next_ms
        for attempt in run.attempts_of(pause.poll_id)
    )


def _days(run: Reading, issued: Entry) -> set[str]:
    rules = run.poll(issued["poll"]).rules
    if rules["period"] == "poll":
        return {""}
    zone = ZoneInfo(rules["time_zone"])
    moments = (datetime.fromtimestamp(at_ms / 1000, UTC) for at_ms in issued["between_ms"])
    return {moment.astimezone(zone).date().isoformat() for moment in moments}


def _carried(of: Entry) -> tuple[str, str, str, str]:
    names = {"pass_id": "", "period": "", "segment": "", "channel": "web"}
    pass_id, period, segment, channel = (of.get(name, other) for name, other in names.items())
    return pass_id, period, segment, channel


def _time(at_ms: float) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%H:%M:%S.%f")[:-3]


INVARIANTS = (
    passes_say_who_votes_how,
    votes_carry_what_their_pass_said,
    nothing_is_acknowledged_in_a_pause,
)
