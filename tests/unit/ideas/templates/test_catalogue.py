from pathlib import Path

import pytest

from groundswell_ideas.contests.schemas import NewContest
from groundswell_ideas.templates.catalogue import (
    BadTemplate,
    Templates,
    load_templates,
    read_template,
)
from groundswell_ideas.templates.schemas import TemplateAnswer
from groundswell_ideas.terms.schemas import terms_of

POEMS = """
name = "poems"
version = 3
title = "Poems"
summary = "Poems by customers."
rules_in_words = ["Everybody writes one."]
promises = ["owner"]

[[transition]]
from = "draft"
to = ["submission"]

[[transition]]
from = "submission"
to = ["closed"]
takes_ideas = true

[terms]
vote = "advisory"

[terms.selection]
alternates = 2

[adjustable]
"selection.alternates" = { minimum = 0, maximum = 5 }
"""


def refusal(text: str) -> str:
    with pytest.raises(BadTemplate) as refused:
        read_template(text, "poems.toml")
    return str(refused.value)


def test_the_house_has_six_programmes(templates: Templates) -> None:
    assert list(templates) == [
        "design-and-vote",
        "make-and-earn",
        "name-it",
        "regional",
        "support-ladder",
        "themed-contest",
    ]


def test_each_explains_its_rules_in_words(templates: Templates) -> None:
    for template in templates.values():
        answer = TemplateAnswer.of(template)
        assert len(answer.rules_in_words) >= 4
        assert all(words.endswith(".") for words in answer.rules_in_words)
        assert answer.promises


def test_what_a_template_says_can_be_sent_as_a_new_contest(templates: Templates) -> None:
    for name, template in templates.items():
        said = TemplateAnswer.of(template).model_dump(mode="json")["terms"]
        body = NewContest.model_validate({"title": "Ours", "template": name, **said})
        terms = {"vote": "advisory", **template.terms}
        assert terms_of({**terms, **body.patch()}) == terms_of({**terms, "title": "Ours"})


def test_no_contest_opens_without_what_everybody_is_told() -> None:
    poems = read_template(POEMS.replace('["owner"]', '["prizes"]'), "poems.toml")
    assert poems.programme.promises == ("owner", "rules", "timetable", "answer_by", "prizes")


def test_the_facts_of_the_real_programmes(templates: Templates) -> None:
    shoes = templates["design-and-vote"].terms["selection"]
    assert (shoes["shortlist"]["size"], shoes["winners"]["count"]) == (10, 5)
    pizza = templates["make-and-earn"]
    assert [step.phase for step in pizza.programme.steps] == ["draft", "submission"]
    assert pizza.terms["moderation"] == "self_publishing"
    toys = templates["support-ladder"]
    (poll,) = toys.terms["polls"]
    assert [step["votes"] for step in poll["rules"]["ladder"]] == [100, 1_000, 5_000, 10_000]
    assert poll["rules"]["ideas_per_ballot"] is None
    assert toys.programme.step("voting").takes_ideas
    assert toys.terms["prizes"][1]["basis_points"] == 100
    assert templates["themed-contest"].terms["selection"]["jury"]["quorum"] == 3
    assert "regions" in templates["regional"].programme.promises


def test_another_one_is_added_by_its_file_alone(tmp_path: Path) -> None:
    (tmp_path / "poems.toml").write_text(POEMS)
    (tmp_path / "notes.txt").write_text("not a template")
    found = load_templates(tmp_path)
    assert len(found) == 7
    assert found["poems"].programme.version == 3


def test_a_name_is_never_taken_twice(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(POEMS.replace('"poems"', '"name-it"'))
    with pytest.raises(BadTemplate, match=r"mine\.toml: there is another template .* name-it"):
        load_templates(tmp_path)


def test_a_directory_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BadTemplate, match="no such directory"):
        load_templates(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("version = 3", "version = ", "poems.toml: not TOML"),
        ("version = 3", "version = 0", "version: "),
        ('title = "Poems"', 'titel = "Poems"', "titel: Extra inputs"),
        ('["owner"]', '["honour"]', "promises: honour is no term"),
        ('"selection.alternates" = {', '"choice.count" = {', "adjustable: choice.count is no term"),
        (
            "alternates = 2",
            "alternates = 6",
            "terms.selection.alternates: selection.alternates is 5",
        ),
        ("alternates = 2", "alternates = -1", "terms.selection.alternates: "),
        (
            "[terms.selection]",
            "[terms.timetable]\nvoting_opens_at = 2027-01-01T00:00:00Z\n\n[terms.selection]",
            "a vote has both voting_opens_at and voting_closes_at",
        ),
        ("alternates = 2", 'shortlist = { by = "jury" }', "terms.selection.jury: a jury"),
        ('to = ["closed"]', 'to = ["draft"]', "submission cannot lead back to draft"),
        ('to = ["closed"]', 'to = ["voting"]', "voting leads nowhere"),
        ("takes_ideas = true", "votes = true", "ideas are taken in no phase"),
        ("takes_ideas = true", "takes_ideas = true\nvotes = true", "votes are cast in voting"),
        ('from = "submission"', 'from = "moderation"', "nothing leads to moderation"),
        ('from = "draft"', 'from = "submission"', "each phase leads on in one place"),
    ],
)
def test_what_is_wrong_with_a_file_is_told(old: str, new: str, told: str) -> None:
    assert POEMS.count(old) >= 1
    message = refusal(POEMS.replace(old, new, 1))
    assert message.startswith("poems.toml")
    assert told in message
