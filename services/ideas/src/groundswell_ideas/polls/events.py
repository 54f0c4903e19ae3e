"""Polls as events tell of them. Used by commands, and by the shapes that show the same rules."""

from dataclasses import asdict

from groundswell_contracts import contests, poll_rules
from groundswell_ideas.polls.rules import Poll, PollChange, PollRules


def rules_to(rules: PollRules) -> poll_rules.PollRules:
    """Rules in the form that they have in events."""
    return poll_rules.PollRules.model_validate(asdict(rules))


def plan_to(poll: Poll) -> contests.PollPlan:
    """A poll that opens, in the form that it has in events."""
    return contests.PollPlan(
        poll_id=poll.id,
        name=poll.name,
        rules=rules_to(poll.rules),
        idea_ids=list(poll.idea_ids),
        closes_at=poll.closes_at,
    )


def change_to(change: PollChange) -> contests.PollChange:
    """A change of a poll in the form that it has in events."""
    return contests.PollChange.model_validate(asdict(change))
