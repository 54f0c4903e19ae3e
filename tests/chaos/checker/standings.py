"""What everybody is shown, held against the log. Each invariant yields a sentence per breach."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from tests.chaos.checker.evidence import Entry
from tests.chaos.checker.fold import Fold, milliseconds
from tests.chaos.checker.reading import Reading


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer, or an event with the whole list that a client then has."""

    entry: Entry
    ideas: list[Entry]

    @property
    def position(self) -> list[int]:
        """The next offset of each partition that it rests on."""
        return [int(part) for part in self.entry["position"].split(".")]

    def __str__(self) -> str:
        entry = self.entry
        channel = f", {entry['channel']}" if entry.get("channel") else ""
        return f"{entry['event']} of {entry['poll']}{channel} at {entry['t']:.1f} s"


def standings_do_not_go_back(run: Reading) -> Iterator[str]:
    """Each watcher sees positions that only grow, unless the standings say that Redis rebuilds.

    A certified tally rests on its own records alone.
    """
    seen: defaultdict[tuple[str, str], list[Shown]] = defaultdict(list)
    for shown in all_shown(run):
        if shown.entry["status"] != "certified":
            seen[shown.entry["watcher"], shown.entry["poll"]].append(shown)
    for follows in seen.values():
        for before, after in pairwise(follows):
            pairs = zip(after.position, before.position, strict=True)
            if any(now < then for now, then in pairs) and not after.entry["rebuilding"]:
                yield f"{after}: {after.position}, and before that {before.position}"


def standings_equal_the_log(run: Reading) -> Iterator[str]:
    """Votes, order, ranks, totals and votes set aside are the fold up to the position named."""
    known = _Known(run)
    for shown in all_shown(run):
        if any(at > len(run.log_of(p)) for p, at in enumerate(shown.position)):
            yield f"{shown}: position {shown.entry['position']} is ahead of the log"
            continue
        counts = known.counts(shown)
        if counts is None:
            yield f"{shown}: shows a count that has been forgotten"
            continue
        yield from _differences(run, shown, counts)


def rebuilding_is_said_for_a_reason(run: Reading) -> Iterator[str]:
    """Not where all that the log had by then is counted."""
    for shown in all_shown(run):
        if not shown.entry["rebuilding"]:
            continue
        as_of_ms = milliseconds(shown.entry["as_of"])
        behind = [
            p
            for p, at in enumerate(shown.position)
            if at < len(run.log_of(p)) and run.log_of(p)[at].at_ms <= as_of_ms
        ]
        if not behind:
            yield f"{shown}: says rebuilding at {shown.entry['position']}, and nothing is missing"


def all_shown(run: Reading) -> Iterator[Shown]:
    """All of them in their order. Changes go into the client's list by place, which is then cut."""
    lists: dict[tuple[str, str], list[Entry]] = {}
    for entry in run.evidence.of("standings"):
        if entry["position"] is None:
            continue
        if entry["event"] == "page":
            yield Shown(entry, entry["ideas"])
            continue
        key = entry["watcher"], entry["poll"]
        ideas = [] if entry["event"] == "snapshot" else list(lists.get(key, ()))
        nothing: Entry = {"idea_id": None, "votes": None, "rank": None}
        ideas += [nothing] * (entry["idea_count"] - len(ideas))
        for idea in entry["ideas"]:
            ideas[idea["place"] - 1] = idea
        lists[key] = ideas[: entry["idea_count"]]
        yield Shown(entry, lists[key])


class _Known:
    """The fold of each partition up to each offset that somebody was shown."""

    def __init__(self, run: Reading) -> None:
        self._run = run

    def counts(self, shown: Shown) -> Counter[str] | None:
        """What a poll has at a position, over all partitions; None where it has been retired."""
        found: Counter[str] = Counter()
        for place in enumerate(shown.position):
            counts = self._folded[place][shown.entry["poll"]]
            if counts is None:
                return None
            found.update(counts)
        return found

    @cached_property
    def _folded(self) -> dict[tuple[int, int], dict[str, dict[str, int] | None]]:
        wanted: defaultdict[int, set[int]] = defaultdict(set)
        polls: set[str] = set()
        for shown in all_shown(self._run):
            polls.add(shown.entry["poll"])
            for partition, offset in enumerate(shown.position):
                wanted[partition].add(offset)
        found = {}
        for partition, offsets in wanted.items():
            fold, taken = Fold(partition, self._run.evidence.partitions), 0
            for offset in sorted(offsets):
                fold.take_all(self._run.log_of(partition)[taken:offset])
                taken = offset
                found[partition, offset] = {poll_id: _counts(fold, poll_id) for poll_id in polls}
        return found


def _counts(fold: Fold, poll_id: str) -> dict[str, int] | None:
    poll = fold.polls.get(poll_id)
    return None if poll is not None and poll.stage == "retired" else fold.counts(poll_id)


def _differences(run: Reading, shown: Shown, counts: Counter[str]) -> Iterator[str]:
    poll_id: str = shown.entry["poll"]
    poll = run.poll(poll_id)
    ordinals = {idea_id: ordinal for ordinal, idea_id in enumerate(poll.ideas)}
    ids = [idea["idea_id"] for idea in shown.ideas]
    always_there = set(poll.ideas[: poll.opened_with]) - run.gone_before(poll_id)
    if len(set(ids)) < len(ids) or not always_there <= set(ids) <= ordinals.keys():
        yield f"{shown}: shows the ideas {ids}"
        return
    channel = shown.entry.get("channel")
    votes = {i: _votes(counts, ordinals[i], channel, poll.rules["channels"]) for i in ids}
    ordered = sorted(ids, key=lambda idea_id: (-votes[idea_id], ordinals[idea_id]))
    expected = [(i, votes[i], 1 + sum(n > votes[i] for n in votes.values())) for i in ordered]
    told = [(idea["idea_id"], idea["votes"], idea["rank"]) for idea in shown.ideas]
    if told != expected:
        yield f"{shown}, position {shown.entry['position']}: {told}, log {expected}"
    aside = {
        "voters": counts["s"],
        "votes": sum(n for name, n in counts.items() if name[0] == "a"),
    }
    total = sum(votes.values())
    if (shown.entry["total_votes"], shown.entry["set_aside"]) != (total, aside):
        said = shown.entry["total_votes"], shown.entry["set_aside"]
        yield f"{shown}, position {shown.entry['position']}: {said}, log {(total, aside)}"


def _votes(counts: Counter[str], ordinal: int, channel: str | None, channels: list[str]) -> int:
    """An idea's votes, or those by one channel; the first one is what the others leave."""
    if channel is None:
        return counts[str(ordinal)]
    if channel != channels[0]:
        return counts[f"c:{channel}:{ordinal}"]
    return counts[str(ordinal)] - sum(counts[f"c:{other}:{ordinal}"] for other in channels[1:])


INVARIANTS = (
    standings_do_not_go_back,
    standings_equal_the_log,
    rebuilding_is_said_for_a_reason,
)
