from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from groundswell_ideas.contests.phases import enter, obstacles_to_entering
from groundswell_ideas.contests.previews import KEPT, preview_token, previewed
from groundswell_ideas.contests.readiness import readiness
from groundswell_ideas.contests.rules import Contest
from groundswell_ideas.templates.catalogue import Templates
from groundswell_ideas.terms.rules import Money, Region, Terms
from groundswell_ideas.terms.rules.briefings import brought_up_to_date

SECRET = b"a secret of thirty-two characters"


def test_the_sheet_names_what_is_there_and_what_is_missing(draft: Contest, now: datetime) -> None:
    sheet = {promise.name: promise for promise in readiness(draft, now).promises}
    assert list(sheet) == [
        "owner",
        "people",
        "staff_words",
        "rules",
        "timetable",
        "vote",
        "answer_by",
        "reward_budget",
    ]
    assert sheet["owner"].words == "James Hand answers for the contest."
    assert sheet["vote"].words.startswith("The vote is advisory")
    assert [name for name, promise in sheet.items() if not promise.present] == [
        "people",
        "staff_words",
        "reward_budget",
    ]
    assert readiness(draft, now).obstacles == ()


def test_an_opening_is_refused_for_just_what_the_sheet_says(
    draft: Contest, templates: Templates, now: datetime
) -> None:
    bare = replace(
        draft,
        terms=Terms(title="Shoes", vote="binding"),
        programme=templates["design-and-vote"].programme,
    )
    sheet = readiness(bare, now)
    assert list(sheet.obstacles) == obstacles_to_entering(bare, "submission", now)
    needed = {p.name for p in sheet.promises if p.needed and not p.present}
    assert needed == {obstacle.field for obstacle in sheet.obstacles}
    assert needed == {"owner", "people", "rules", "timetable", "answer_by", "reward_budget"}
    with_money = replace(bare, terms=replace(bare.terms, reward_budget=Money(250_000, "GBP")))
    words = {p.name: p.words for p in readiness(with_money, now).promises}["reward_budget"]
    assert "250,000 GBP" in words


@pytest.mark.parametrize(
    ("template", "term", "said", "words"),
    [
        ("themed-contest", "categories", ("Comfort",), "Ideas belong to Comfort."),
        ("regional", "regions", (Region(name="Java"),), "There is a variant for Java."),
    ],
)
def test_what_a_programme_promises_besides_is_on_the_sheet(
    draft: Contest,
    templates: Templates,
    now: datetime,
    template: str,
    term: str,
    said: Any,
    words: str,
) -> None:
    bare = replace(
        draft,
        terms=Terms(title="Cars", vote="advisory"),
        programme=templates[template].programme,
    )
    sheet = readiness(bare, now)
    needed = {p.name for p in sheet.promises if p.needed and not p.present}
    assert needed == {obstacle.field for obstacle in sheet.obstacles}
    terms = replace(bare.terms, **{term: said})
    promises = {p.name: p for p in readiness(replace(bare, terms=terms), now).promises}
    assert (promises[term].present, promises[term].words) == (True, words)


def test_an_open_contest_has_nothing_in_its_way(draft: Contest, now: datetime) -> None:
    bare = replace(draft, terms=Terms(title="Shoes", vote="binding"))
    assert readiness(enter(bare, "submission", now), now).obstacles == ()


def test_the_sheet_says_whether_and_when_staff_were_told(draft: Contest, now: datetime) -> None:
    untold = readiness(draft, now).staff
    assert (untold.told_at, untold.up_to_date) == (None, False)
    assert untold.words.startswith("Staff are told right before the contest opens")

    briefed = replace(draft, briefing=brought_up_to_date(None, draft.terms, now))
    told = readiness(briefed, now).staff
    assert (told.told_at, told.up_to_date) == (now, True)
    assert told.words == "Staff were told on 2026-03-01 12:00 UTC."

    reworded = replace(briefed, terms=replace(draft.terms, staff_words="You first."))
    outdated = readiness(reworded, now).staff
    assert (outdated.told_at, outdated.up_to_date) == (now, False)
    assert outdated.words.endswith("they are told again before it opens.")
    opened = enter(reworded, "submission", now + timedelta(hours=1))
    assert readiness(opened, now).staff.told_at == now + timedelta(hours=1)


def test_a_preview_opens_its_contest_until_it_expires(now: datetime) -> None:
    token = preview_token("con_1", now + KEPT, SECRET)
    assert previewed(token, SECRET, now) == "con_1"
    assert previewed(token, SECRET, now + KEPT - timedelta(seconds=1)) == "con_1"
    assert previewed(token, SECRET, now + KEPT) is None


def test_a_preview_cannot_be_made_up_or_changed(now: datetime) -> None:
    token = preview_token("con_1", now + KEPT, SECRET)
    later = token.replace(str(int((now + KEPT).timestamp())), "9999999999")
    invented = ["", ".", "..", "con_1", "con_1.x.y", later, token[:-1], token.replace("1", "2", 1)]
    for text in [*invented, "☃.☃.☃"]:
        assert previewed(text, SECRET, now) is None
    assert previewed(token, SECRET + b"!", now) is None
