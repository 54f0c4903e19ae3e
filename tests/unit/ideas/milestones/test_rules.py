from dataclasses import replace
from datetime import UTC, datetime
from typing import get_args

import pytest

from groundswell_ideas.contests.rules import Contest, Milestone, PhaseReached, Winner
from groundswell_ideas.milestones.rules import (
    MILESTONES_MAXIMUM,
    obstacles_to_reaching,
    with_milestone,
)
from groundswell_ideas.templates.catalogue import Templates
from groundswell_ideas.terms.rules import Phase

NOW = datetime(2026, 4, 20, tzinfo=UTC)
SAMPLE = Milestone(id="mil_1", title="First sample", words="The sole fits.", reached_at=NOW)


def in_phase(contest: Contest, phase: Phase) -> Contest:
    winners = (Winner("idea_1", "the best", 1, NOW),)
    return replace(contest, phases=(PhaseReached(phase, NOW),), winners=winners)


@pytest.mark.parametrize("phase", get_args(Phase))
def test_they_come_in_delivery(draft: Contest, phase: Phase) -> None:
    found = obstacles_to_reaching(in_phase(draft, phase), "idea_1")
    assert (found == []) == (phase == "delivery")


@pytest.mark.parametrize("phase", get_args(Phase))
def test_where_nothing_is_delivered_apart_they_come_as_long_as_it_is_open(
    draft: Contest, templates: Templates, phase: Phase
) -> None:
    ladder = replace(in_phase(draft, phase), programme=templates["support-ladder"].programme)
    assert (obstacles_to_reaching(ladder, None) == []) == (phase not in ("draft", "closed"))


def test_they_are_about_a_winner_or_all(draft: Contest) -> None:
    delivery = in_phase(draft, "delivery")
    assert obstacles_to_reaching(delivery, None) == []
    assert [o.rule for o in obstacles_to_reaching(delivery, "idea_2")] == ["winner"]


def test_they_add_up(draft: Contest) -> None:
    reached = with_milestone(in_phase(draft, "delivery"), SAMPLE)
    assert (reached.milestones, reached.version) == ((SAMPLE,), draft.version + 1)
    many = replace(reached, milestones=(SAMPLE,) * MILESTONES_MAXIMUM)
    assert [o.rule for o in obstacles_to_reaching(many, None)] == ["maximum"]
