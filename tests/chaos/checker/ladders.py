"""What is told of ladders, held against the log. Each invariant yields a sentence per breach.

An idea's first step is due so long after it came on the ballot, each other one after the one before
it was reached. At the deadline a record in every partition notes what the idea has there. What was
due when voting ended, and has no such record, is judged by the certified tally.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.chaos.checker.fold import Fold, milliseconds
from tests.chaos.checker.reading import Control, Reading

Step = tuple[str, int]
"""An idea and the number of its step, from 1."""

REACHED, MISSED = "ThresholdReached", "ThresholdMissed"
ROUNDED_MS = 1
FOREVER = float("inf")


@dataclass(slots=True)
class Ladder:
    """A poll with a ladder, and what was told of it: the data of each event by step and id."""

    poll_id: str
    steps: list[dict[str, int]]
    reached: dict[Step, dict[str, Any]] = field(default_factory=lambda: defaultdict(dict))
    missed: dict[Step, dict[str, Any]] = field(default_factory=lambda: defaultdict(dict))

    def needed(self, step: Step) -> int:
        """The votes that a step asks for."""
        return self.steps[step[1] - 1]["votes"]

    def reached_at_ms(self, step: Step) -> int | None:
        """When a step was reached, as was told."""
        found = next(iter(self.reached.get(step, {}).values()), None)
        return None if found is None else milliseconds(found["reached_at"])


def each_step_is_told_once(run: Reading) -> Iterator[str]:
    """Reached once or missed once, and only after the steps before it were reached."""
    for ladder in ladders(run):
        for step in sorted(ladder.reached.keys() | ladder.missed.keys()):
            where = f"{ladder.poll_id}, {step[0]}, step {step[1]}"
            told = [*ladder.reached.get(step, ()), *ladder.missed.get(step, ())]
            if len(told) != 1:
                yield f"{where}: told {len(told)} times, by {told}"
            if step[1] > 1 and (step[0], step[1] - 1) not in ladder.reached:
                yield f"{where}: the step before it was never reached"


def steps_are_judged_by_the_log(run: Reading) -> Iterator[str]:
    """At its deadline, not before, and by what all partitions note there."""
    for ladder in ladders(run):
        for control in run.controls_of(ladder.poll_id, "DeadlinePassed"):
            yield from _early(run, ladder, control)
            if ladder.poll_id in run.totals:
                yield from _misjudged(run, ladder, control)


def steps_are_reached_with_votes(run: Reading) -> Iterator[str]:
    """With as many as the step asks for, and no more than the idea had at any time before.

    What is judged at a deadline, or at the end, has the votes of what judges it, which is later.
    """
    for ladder in ladders(run):
        most = None
        ended_ms = _ended_ms(run, ladder)
        for step, events in ladder.reached.items():
            for event in events.values():
                where = f"{ladder.poll_id}, {step[0]}, step {step[1]}"
                if event["votes"] < ladder.needed(step):
                    yield f"{where}: reached with {event['votes']} of {ladder.needed(step)} votes"
                at_ms = milliseconds(event["reached_at"])
                is_judged = at_ms >= ended_ms or _is_one_of(at_ms, _due_ms(run, ladder, step))
                most = most or _Most(run, ladder.poll_id)
                had = most.by(step[0], FOREVER if is_judged else at_ms)
                if event["votes"] > had:
                    yield f"{where}: reached with {event['votes']} votes, the log has {had}"


def no_step_is_left_open(run: Reading) -> Iterator[str]:
    """What each idea on the ballot of a certified poll reached or missed has been told."""
    for ladder in ladders(run):
        poll, totals = run.poll(ladder.poll_id), run.totals.get(ladder.poll_id)
        ended_ms = _ended_ms(run, ladder)
        if totals is None or ladder.poll_id not in run.evidence.tallies:
            continue
        gone = run.gone_before(ladder.poll_id)
        for ordinal, idea_id in enumerate(poll.ideas):
            number = 1 + sum(of == idea_id for of, _ in ladder.reached)
            step, votes = (idea_id, number), totals[str(ordinal)]
            if idea_id in gone or step in ladder.missed or number > len(ladder.steps):
                continue
            was_due = max(_due_ms(run, ladder, step), default=FOREVER) <= ended_ms
            if was_due or votes >= ladder.needed(step):
                due = "was due" if was_due else "was reached"
                yield f"{ladder.poll_id}, {step}: {due} with {votes} votes, and nothing was told"


def ladders(run: Reading) -> list[Ladder]:
    """Every poll with a ladder."""
    found = {
        poll_id: Ladder(poll_id, run.poll(poll_id).rules["ladder"])
        for poll_id in sorted(run.poll_ids())
        if run.poll(poll_id).rules.get("ladder")
    }
    for record in run.evidence.published:
        if record.kind in (REACHED, MISSED):
            data = record.data
            ladder = found[data["poll_id"]]
            told = ladder.reached if record.kind == REACHED else ladder.missed
            told[data["idea_id"], data["step"]][record.header("ce_id")] = data
    return list(found.values())


def _early(run: Reading, ladder: Ladder, control: Control) -> Iterator[str]:
    data = control.records[min(control.records)].data
    deadline_ms = milliseconds(data["deadline"])
    where = f"{ladder.poll_id}, control record {control.number}"
    if min(control.at_ms) < deadline_ms:
        yield f"{where}: came before its deadline {data['deadline']}"
    for due in data["due"]:
        step = due["idea_id"], due["step"]
        due_ms = _due_ms(run, ladder, step)
        if not _is_one_of(deadline_ms, due_ms):
            yield f"{where}: says {step} is due at {deadline_ms}, but that is at {due_ms}"


def _due_ms(run: Reading, ladder: Ladder, step: Step) -> list[int]:
    """When a step is due, as each partition has it."""
    within_ms = ladder.steps[step[1] - 1]["within_seconds"] * 1000
    return [at_ms + within_ms for at_ms in _begun_ms(run, ladder, step)]


def _is_one_of(at_ms: int, moments: list[int]) -> bool:
    return any(abs(at_ms - moment) <= ROUNDED_MS for moment in moments)


def _ended_ms(run: Reading, ladder: Ladder) -> float:
    """When voting ended: at its closing time, or by a record before that."""
    closed = (min(control.at_ms) for control in run.controls_of(ladder.poll_id, "VotingClosed"))
    return min(run.poll(ladder.poll_id).closes_at_ms, next(closed, FOREVER))


def _begun_ms(run: Reading, ladder: Ladder, step: Step) -> list[int]:
    idea_id, number = step
    if number > 1:
        before = ladder.reached_at_ms((idea_id, number - 1))
        return [] if before is None else [before]
    found: list[int] = []
    for control in run.controls_of(ladder.poll_id, "VotingOpened", "BallotChanged"):
        data = control.records[min(control.records)].data
        if idea_id in (*data.get("idea_ids", ()), *data.get("added_idea_ids", ())):
            found += control.at_ms
    return found


def _misjudged(run: Reading, ladder: Ladder, control: Control) -> Iterator[str]:
    data = control.records[min(control.records)].data
    deadline_ms = milliseconds(data["deadline"])
    ideas = run.poll(ladder.poll_id).ideas
    for due in data["due"]:
        step = due["idea_id"], due["step"]
        if step[0] in run.gone_before(ladder.poll_id, control.number):
            continue
        reached_ms = ladder.reached_at_ms(step)
        if reached_ms is not None and reached_ms < deadline_ms - ROUNDED_MS:
            continue  # Somebody had seen it before the deadline.
        name = f"d{control.number}:{ideas.index(step[0])}"
        votes = run.totals[ladder.poll_id][name]
        enough = votes >= ladder.needed(step)
        events = (ladder.reached if enough else ladder.missed).get(step, {})
        if [event["votes"] for event in events.values()] != [votes]:
            what = "reached" if enough else "missed"
            yield (
                f"{ladder.poll_id}, {step}: {what} with {votes} votes at control record "
                f"{control.number}; told {list(events.values())}"
            )


class _Most:
    """The most votes that each idea of a poll had in each partition, and since when."""

    def __init__(self, run: Reading, poll_id: str) -> None:
        self._ideas = run.poll(poll_id).ideas
        self._risen: dict[int, list[tuple[int, dict[str, int]]]] = {}
        for partition in run.folds:
            fold = Fold(partition, run.evidence.partitions)
            risen = self._risen[partition] = []
            for record in run.log_of(partition):
                fold.take(record)
                if poll_id in fold.polls and poll_id not in fold.final:
                    risen.append((record.at_ms, fold.counts(poll_id)))

    def by(self, idea_id: str, at_ms: float) -> int:
        """The sum of the highest counts that the partitions had up to a moment."""
        name = str(self._ideas.index(idea_id))
        return sum(
            max((counts.get(name, 0) for when, counts in risen if when <= at_ms), default=0)
            for risen in self._risen.values()
        )


INVARIANTS = (
    each_step_is_told_once,
    steps_are_judged_by_the_log,
    steps_are_reached_with_votes,
    no_step_is_left_open,
)
