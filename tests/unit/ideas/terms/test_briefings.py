"""When a brand's staff have been told what there is to tell them."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from groundswell_ideas.contests.phases import enter
from groundswell_ideas.contests.rules import Contest
from groundswell_ideas.terms.rules.briefings import (
    Briefing,
    brought_up_to_date,
    is_up_to_date,
)

HOUR = timedelta(hours=1)


@pytest.mark.parametrize("words", [None, "You first."])
def test_staff_are_told_once_in_the_same_words(
    draft: Contest, now: datetime, words: str | None
) -> None:
    terms = replace(draft.terms, staff_words=words)
    assert not is_up_to_date(None, terms)
    told = brought_up_to_date(None, terms, now)
    assert told == Briefing("Name our ship", words, now)
    assert is_up_to_date(told, terms)
    assert brought_up_to_date(told, terms, now + HOUR) == told
    assert brought_up_to_date(told, replace(terms, rules="Others."), now + HOUR) == told


@pytest.mark.parametrize("change", [{"title": "Name our boat"}, {"staff_words": "Listen."}])
def test_other_words_are_told_again(draft: Contest, now: datetime, change: dict[str, Any]) -> None:
    told = brought_up_to_date(None, draft.terms, now)
    terms = replace(draft.terms, **change)
    assert not is_up_to_date(told, terms)
    assert brought_up_to_date(told, terms, now + HOUR).told_at == now + HOUR


def test_nobody_sees_a_contest_before_its_staff_were_told(draft: Contest, now: datetime) -> None:
    opened = enter(draft, "submission", now)
    assert opened.briefing == Briefing("Name our ship", None, now)
    assert enter(opened, "moderation", now + HOUR).briefing == opened.briefing
    sooner = replace(draft, briefing=Briefing("Name our ship", None, now - HOUR))
    assert enter(sooner, "submission", now).briefing == sooner.briefing
