"""How an idea climbs a poll's ladder. Pure; called by the commands."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from groundswell_voting.voteslog.rules import LadderStep


@dataclass(frozen=True, slots=True)
class StepReached:
    """A step that an idea reached, with the votes seen then; milliseconds since 1970, UTC."""

    step: int
    votes: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class Climb:
    """An idea on its poll's ladder: what it reached, and when its next step is due.

    Steps count from 1. The time for a step runs from the step before, for the first one from when
    the idea came on the ballot. `missed_votes` is what it had when it missed its step.
    """

    poll_id: str
    idea_id: str
    due_at_ms: int
    reached: tuple[StepReached, ...] = ()
    missed_votes: int | None = None

    @property
    def step(self) -> int:
        """The step that comes next; one more than the ladder has when it has reached them all."""
        return len(self.reached) + 1


def begin(poll_id: str, idea_id: str, ladder: Sequence[LadderStep], at_ms: int) -> Climb:
    """An idea that came on the ballot at this moment."""
    return Climb(poll_id, idea_id, at_ms + ladder[0].within_seconds * 1000)


def is_climbing(climb: Climb, ladder: Sequence[LadderStep]) -> bool:
    """Whether there is a step that the idea may still reach."""
    return climb.missed_votes is None and climb.step <= len(ladder)


def climb_on(climb: Climb, ladder: Sequence[LadderStep], votes: int, at_ms: int) -> Climb:
    """The climb after these votes were counted up to this moment, before its deadline.

    Many votes reach several steps at once. What is not before the deadline changes nothing: then
    the votes noted at the deadline decide.
    """
    while is_climbing(climb, ladder) and at_ms < climb.due_at_ms:
        if votes < ladder[climb.step - 1].votes:
            break
        climb = _reach(climb, ladder, votes, at_ms)
    return climb


def judge_at_deadline(climb: Climb, ladder: Sequence[LadderStep], step: int, votes: int) -> Climb:
    """The climb after the votes noted at a step's deadline. Judged once: a repeat is ignored."""
    if not is_climbing(climb, ladder) or climb.step != step:
        return climb
    if votes < ladder[step - 1].votes:
        return replace(climb, missed_votes=votes)
    return _reach(climb, ladder, votes, climb.due_at_ms)


def conclude(climb: Climb, ladder: Sequence[LadderStep], votes: int, end_ms: int) -> Climb:
    """The climb after its poll ended at this moment with these votes, which are final.

    They judge a step that was due by then. One that is due later is reached, or never comes.
    """
    while is_climbing(climb, ladder):
        if climb.due_at_ms <= end_ms:
            climb = judge_at_deadline(climb, ladder, climb.step, votes)
        elif (after := climb_on(climb, ladder, votes, end_ms)) != climb:
            climb = after
        else:
            break
    return climb


def _reach(climb: Climb, ladder: Sequence[LadderStep], votes: int, at_ms: int) -> Climb:
    step = climb.step
    due_at_ms = climb.due_at_ms
    if step < len(ladder):
        due_at_ms = at_ms + ladder[step].within_seconds * 1000
    return replace(
        climb, reached=(*climb.reached, StepReached(step, votes, at_ms)), due_at_ms=due_at_ms
    )
