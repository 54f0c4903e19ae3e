"""A library brings a programme of its own, which nobody has to program: one file in a directory.

In it readers send poems, and an editor picks the poem of the month; nobody votes.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from groundswell_local.installation import Installation, local_groundswell
from groundswell_local.settings import LocalPorts
from tests.support.programme_story import ProgrammeStory, in_days, in_seconds, rules_of

pytestmark = pytest.mark.timeout(400)

POEM_OF_THE_MONTH = """
name = "poem-of-the-month"
version = 2
title = "Poem of the month"
summary = "Readers send poems, and the library hangs the best one in its window."
rules_in_words = [
  "Everybody sends one poem, until the last day for it.",
  "There is no vote: the reading circle picks, and says why.",
  "What wins hangs in the window for a month.",
]
promises = ["owner", "people", "rules", "timetable", "answer_by"]

[[transition]]
from = "draft"
to = ["submission"]

[[transition]]
from = "submission"
to = ["deliberation"]
takes_ideas = true

[[transition]]
from = "deliberation"
to = ["decided"]

[[transition]]
from = "decided"
to = ["closed"]

[terms]
vote = "advisory"
moderation = "before_publication"

[terms.entry_form]
type = "object"
required = ["poem"]

[terms.entry_form.properties.poem]
type = "string"
title = { en = "Your poem" }
minLength = 20
maxLength = 2000

[[terms.prizes]]
name = "The window"
goes_to = "winner"
words = "A month in our window."

[terms.selection]
veto = false

[terms.selection.shortlist]
by = "curator"
maximum = 5

[terms.selection.winners]
by = "editorial"
count = 1

[adjustable]
"selection.winners.count" = { minimum = 1, maximum = 3 }
"""

FOG = "The harbour lends its voice to fog,\nand fog gives none of it back."
SNOW = "It snowed on the returns box, and every book came back white."
REASON = "We read it to each other, and nobody wanted to read another one after it."


@pytest.fixture(scope="module")
async def groundswell(
    state: Path, ports: LocalPorts, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Installation]:
    """All of Groundswell, told of a directory with one more template."""
    directory = tmp_path_factory.mktemp("templates")
    (directory / "poem-of-the-month.toml").write_text(POEM_OF_THE_MONTH)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("GROUNDSWELL_TEMPLATES_DIR", str(directory))
        async with local_groundswell(state, on_event=print, say=print, ports=ports) as running:
            yield running


async def test_the_librarys_own_programme_opens_and_runs(story: ProgrammeStory) -> None:
    fay, sol = await story.people("Fay", "Sol")

    # It stands beside those of the house, and says its rules in words.
    listed = await story.read("/v1/templates")
    assert [template["name"] for template in listed["items"]] == [
        "design-and-vote",
        "make-and-earn",
        "name-it",
        "poem-of-the-month",
        "regional",
        "support-ladder",
        "themed-contest",
    ]
    template = await story.read("/v1/templates/poem-of-the-month")
    assert template["rules_in_words"][1] == (
        "There is no vote: the reading circle picks, and says why."
    )
    assert [step["phase"] for step in template["phases"]] == [
        "draft",
        "submission",
        "deliberation",
        "decided",
    ]

    # A contest drafted from it has its terms, changes them within its limits, and opens.
    contest = await story.draft("poem-of-the-month", "A poem for December")
    assert contest["template"] == {"name": "poem-of-the-month", "version": 2}
    assert [prize["name"] for prize in contest["prizes"]] == ["The window"]
    assert await story.missing() == {"owner", "people", "rules", "timetable", "answer_by"}
    assert await _refused(story, {"selection": {"winners": {"count": 4}}}) == [
        ("body.selection.winners.count", "template-maximum")
    ]
    assert await _refused(story, {"moderation": "self_publishing"}) == [
        ("body.moderation", "fixed-by-template")
    ]
    await story.change(
        owner="The city library",
        people=["Reading circle"],
        rules="One poem each, your own.",
        answer_by=in_days(30),
        timetable={"submission_closes_at": in_seconds(3_600)},
    )
    await story.open()

    # Poems come in by its form, and it goes through its phases and no others.
    short = await story.try_to_hand_in(sol.headers, "Short", fields={"poem": "Snow."})
    assert rules_of(short) == [("body.fields.poem", "minLength")]
    fog = await story.hand_in(fay.headers, "Fog", fields={"poem": FOG})
    snow = await story.hand_in(sol.headers, "Snow", fields={"poem": SNOW})
    for poem in (fog, snow):
        await story.approve(poem)
    await story.shortlist([fog, snow])
    headers = story.staff("manager") | await story.version()
    voting = await story.send("POST", f"{story.path}/phase", headers, {"to": "voting"})
    assert rules_of(voting) == [("to", "order")]
    await story.move_to("deliberation")
    await story.select(fog, REASON)
    await story.move_to("decided")

    # Everybody reads why, and hears of it.
    assert await story.gallery() == ["Fog", "Snow"]
    page = await story.page()
    assert (page["phase"], page["polls"]) == ("decided", [])
    decision = await story.decision()
    assert [(w["title"], w["reason"]) for w in decision["winners"]] == [("Fog", REASON)]
    assert (decision["tally"], decision["overruled"]) == (None, False)
    taken = ("idea_received", "idea_approved", "idea_shortlisted", "result_published")
    await story.hears(fay, *taken, "won")
    await story.hears(sol, *taken)

    await story.move_to("closed")
    phases = await story.until_told(lambda told: len(told) == 4, "ContestPhaseChanged")
    assert [event.data["to_phase"] for event in phases] == [
        "submission",
        "deliberation",
        "decided",
        "closed",
    ]
    (published,) = await story.told("ContestPublished")
    assert published.data["template"] == "poem-of-the-month"


async def _refused(story: ProgrammeStory, changes: dict[str, object]) -> list[tuple[str, str]]:
    """Why the draft cannot be changed so."""
    headers = story.staff("manager") | await story.version()
    return rules_of(await story.send("PATCH", story.path, headers, changes))
