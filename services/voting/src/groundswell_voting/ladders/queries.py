"""Reads of ladders, for everybody."""

from dataclasses import dataclass

from groundswell_kit.problems import not_found
from groundswell_voting.ladders.rules import Climb
from groundswell_voting.ladders.schemas import LadderStepView, LadderView
from groundswell_voting.ladders.store import ClimbStore
from groundswell_voting.polls.queries import PollQueries
from groundswell_voting.voteslog.rules import LadderStep, moment


@dataclass(frozen=True)
class LadderQueries:
    """Called by the route."""

    polls: PollQueries
    climbs: ClimbStore

    async def of_idea(self, poll_id: str, idea_id: str) -> LadderView:
        """Every step of an idea's ladder. A poll without one, or no such idea: a 404 problem."""
        poll = await self.polls.recent(poll_id)
        climb = await self.climbs.find_public(poll_id, idea_id) if poll.rules.ladder else None
        if climb is None:
            raise not_found("There is no ladder that this idea climbs.")
        steps = [_step(climb, number, step) for number, step in enumerate(poll.rules.ladder, 1)]
        return LadderView(poll_id=poll_id, idea_id=idea_id, steps=steps)


def _step(climb: Climb, number: int, step: LadderStep) -> LadderStepView:
    view = LadderStepView(step=number, votes_needed=step.votes, state="ahead")
    if number < climb.step:
        reached = climb.reached[number - 1]
        return view.model_copy(
            update={
                "state": "reached",
                "reached_at": moment(reached.at_ms),
                "votes": reached.votes,
            }
        )
    if number > climb.step:
        return view
    missed = climb.missed_votes is not None
    return view.model_copy(
        update={
            "state": "missed" if missed else "due",
            "due_at": moment(climb.due_at_ms),
            "votes": climb.missed_votes,
        }
    )
