"""A car maker's lab asks how we will get around in cities: ideas, many opinions, a jury, a winner.

Ideas come in by category and are discussed with the lab. On the minute that the calendar names, in
the lab's own time zone, ideas close and the jury begins: people who know the matter, apart from the
authors, scoring by criteria that everybody has known from the beginning.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tests.support.colleagues import colleague, mail_to
from tests.support.jury_story import CRITERIA, JuryStory
from tests.support.people import Person
from tests.support.programme_story import (
    Json,
    ProgrammeStory,
    in_days,
    rules_of,
    until_clocks_show,
    whole_minute,
)

pytestmark = pytest.mark.timeout(400)

BERLIN = "Europe/Berlin"
PARKING, SHARING, LEISURE = "Finding a place", "Sharing a ride", "The way as the goal"
PRIZE = {"amount_minor": 500_000, "currency": "EUR"}
CALLED_AWAY = "Called away to the works in Spartanburg."
REASON = "It needs no new road, and everybody gains from the first day on."
SECONDS_FOR_IDEAS = 15


@dataclass(slots=True, kw_only=True)
class Lab(JuryStory):
    """Who takes part, and when the calendar says that ideas close."""

    nora: Person
    paulo: Person
    lind: Person
    carl: Person
    dora: Person
    closes_at: datetime

    @property
    def closes(self) -> str:
        """When ideas close, on the clocks of the lab."""
        return f"{self.closes_at.astimezone(ZoneInfo(BERLIN)):%Y-%m-%dT%H:%M:00}"

    @property
    def closes_utc(self) -> str:
        """When ideas close, as everybody reads it."""
        return f"{self.closes_at:%Y-%m-%dT%H:%M:00Z}"


async def test_a_jury_finds_the_best_of_a_theme(story: ProgrammeStory) -> None:
    nora, paulo, lind = await story.people("Nora", "Paulo", "Lind")
    carl, dora = [await colleague(story, name, "juror") for name in ("Carl", "Dora")]
    closes_at = whole_minute(SECONDS_FOR_IDEAS)
    lab = Lab(
        story=story,
        nora=nora,
        paulo=paulo,
        lind=lind,
        carl=carl,
        dora=dora,
        closes_at=closes_at,
    )

    await the_lab_asks_its_question(lab)
    await ideas_come_in_by_category(lab)
    await many_say_what_they_think(lab)
    await the_lab_names_its_jury(lab)
    await the_calendar_closes_ideas_and_opens_the_round(lab)
    await the_jury_scores_apart_from_the_authors(lab)
    await a_juror_is_replaced_and_all_sheets_come_in(lab)
    await the_scores_make_the_shortlist(lab)
    await the_jury_picks_one_winner(lab)
    await everybody_reads_how_it_was_decided(lab)
    await the_lab_builds_it(lab)
    await everybody_was_told(lab)


async def the_lab_asks_its_question(lab: Lab) -> None:
    story = lab.story
    await story.draft("themed-contest", "How will we get around in cities?")
    assert await story.missing() == {
        "owner",
        "people",
        "rules",
        "timetable",
        "answer_by",
        "categories",
        "reward_budget",
    }
    await story.change(**_terms(lab))
    await story.open()
    page = await story.page()
    assert page["categories"] == [PARKING, SHARING, LEISURE]
    assert page["selection"]["winners"]["by"] == "jury"
    assert [c["name"] for c in page["selection"]["jury"]["criteria"]] == [*CRITERIA]
    assert page["selection"]["jury"]["quorum"] == 3
    assert [(prize["name"], prize["goes_to"]) for prize in page["prizes"]] == [
        ("Activity prize", "activity")
    ]
    entry, _ = page["calendar"]
    assert (entry["to"], entry["asked"], entry["at"]["utc"]) == (
        "moderation",
        lab.closes,
        lab.closes_utc,
    )
    assert entry["at"]["local"].startswith(lab.closes)


def _terms(lab: Lab) -> Json:
    """What the lab promises."""
    return {
        "owner": "The lab for tomorrow's mobility",
        "people": ["Head of mobility services", "Interior design"],
        "rules": "The jury decides by the criteria below. There is no public vote.",
        "categories": [PARKING, SHARING, LEISURE],
        "time_zone": BERLIN,
        "calendar": [
            {"to": "moderation", "at": lab.closes},
            {"to": "deliberation", "at": f"{in_days(30)}T18:00"},
        ],
        "timetable": {"submission_closes_at": lab.closes_utc},
        "answer_by": in_days(60),
        "reward_budget": {"amount_minor": 700_000, "currency": "EUR"},
        "reward_plan": {"per_winner": PRIZE, "terms": "Paid within 30 days of your acceptance."},
        "prizes": [
            {
                "name": "Activity prize",
                "goes_to": "activity",
                "words": "A weekend with our newest car for who helped others along the most.",
                "amount": {"amount_minor": 100_000, "currency": "EUR"},
            }
        ],
        "selection": {"shortlist": {"maximum": 3}},
    }


async def ideas_come_in_by_category(lab: Lab) -> None:
    """Lind evaluates for the lab, and has an idea of her own."""
    story, anybody = lab.story, lab.story.participant("somebody")
    nowhere = await story.try_to_hand_in(lab.nora.headers, "A pass", category="Other")
    assert [field for field, _ in rules_of(nowhere)] == ["body.category"]
    for title, category, by in (
        ("One pass for every wheel", SHARING, lab.nora.headers),
        ("Parking that finds you", PARKING, lab.paulo.headers),
        ("A seat by the window", LEISURE, lab.lind.headers),
        ("Cars that fly", PARKING, anybody),
        ("A car for the dog", LEISURE, anybody),
    ):
        lab.ideas[title] = await story.hand_in(by, title, category=category)
    waiting = await story.waiting()
    assert [case["idea"]["title"] for case in waiting] == [*lab.ideas]
    await story.decide({case["subject_id"]: "approve" for case in waiting})
    assert await story.gallery(category=LEISURE) == ["A seat by the window", "A car for the dog"]


async def many_say_what_they_think(lab: Lab) -> None:
    story, parking = lab.story, lab.ideas["Parking that finds you"]
    asked = await story.comment(
        lab.nora.headers, parking, "Who pays for the sensors?", kind="question"
    )
    assert asked["status"] == "held"
    for n in range(3):
        neighbour = story.participant(f"neighbour {n}")
        await story.comment(neighbour, parking, f"Street {n} needs this.", kind="opinion")
    await story.comment(story.participant("troll"), parking, "This is rubbish, all of it.")
    said = {case["subject_id"]: case["comment"]["text"] for case in await story.waiting()}
    assert len(said) == 5
    await story.decide({i: "reject" if "rubbish" in t else "approve" for i, t in said.items()})

    answer = await story.comment(
        story.staff("editor"), parking, "The city does; we asked it.", parent_id=asked["id"]
    )
    assert (answer["by_staff"], answer["status"]) == (True, "published")
    questions = await story.read(f"/v1/ideas/{parking}/comments", about="question")
    assert [(c["text"], c["by_staff"]) for c in questions["items"]] == [
        ("Who pays for the sensors?", False),
        ("The city does; we asked it.", True),
    ]
    opinions = await story.read(f"/v1/ideas/{parking}/comments", about="opinion")
    assert len(opinions["items"]) == 3
    assert "rubbish" not in str(await story.read(f"/v1/ideas/{parking}/comments"))


async def the_lab_names_its_jury(lab: Lab) -> None:
    story, manager = lab.story, lab.story.staff("manager")
    for juror, office, participant in (
        ("anna", "Head of mobility services", None),
        ("ben", "Interior design", None),
        (lab.carl.id, "Works of Spartanburg", None),
        ("lind", "University of transport", lab.lind.id),
    ):
        body = {"office": office, "participant_id": participant}
        await story.done("PUT", f"{story.path}/jurors/{juror}", manager, body)
    times = {"opens": lab.closes, "closes": f"{in_days(30)}T18:00"}
    await lab.plan_round("First look", "shortlist", **times)
    (planned,) = (await story.done("GET", f"{story.path}/jury", manager))["rounds"]
    assert (planned["state"], planned["opens_at"]) == ("planned", lab.closes_utc)
    early = await lab.score("anna", "Cars that fly", 10, 3, 1)
    assert rules_of(early) == [("round", "planned")]


async def the_calendar_closes_ideas_and_opens_the_round(lab: Lab) -> None:
    """Nobody of the lab does anything: the minute comes."""
    story = lab.story
    await until_clocks_show(lab.closes_at)
    page = await story.until(
        f"{story.ideas_url}{story.path}", lambda contest: contest["phase"] == "moderation"
    )
    assert datetime.fromisoformat(page["phases"][-1]["reached_at"]) >= lab.closes_at
    late = await story.try_to_hand_in(lab.nora.headers, "A late one", category=SHARING)
    assert late.status_code == 409
    timers = await story.done("GET", f"{story.path}/timers", story.staff("auditor"))
    (done,) = [t for t in timers["items"] if t["state"] == "done"]
    assert (done["aim"], done["due_at"]) == ("moderation", lab.closes_utc)
    jury = await story.done("GET", f"{story.path}/jury", story.staff("auditor"))
    assert [(r["name"], r["state"]) for r in jury["rounds"]] == [("First look", "open")]
    await _is_asked_for_scores(lab, lab.carl)
    await story.hears(lab.dora, "staff_briefed")


async def _is_asked_for_scores(lab: Lab, juror: Person) -> None:
    """In their inbox and by mail: which round is open, and until when."""
    messages = await lab.story.hears(juror, "staff_briefed", "scores_asked")
    (asked,) = [message for message in messages if message["kind"] == "scores_asked"]
    assert "its round “First look” is open. Until " in asked["text"]
    mail = await mail_to(lab.story, juror, asked["subject"])
    assert "“First look”" in mail.text


async def the_jury_scores_apart_from_the_authors(lab: Lab) -> None:
    """Ben taught Nora, and Lind has an entry of her own."""
    story, nora_s = lab.story, lab.ideas["One pass for every wheel"]
    page = await story.done("GET", f"{lab.round_path}/ideas", lab.juror("lind"))
    shown = {task["title"]: task["closed_to_you"] for task in page["items"]}
    assert shown == dict.fromkeys(lab.ideas) | {"A seat by the window": "own-entry"}
    for person in (lab.nora, lab.paulo, lab.lind):
        assert person.id not in str(page)

    own = await lab.score("lind", "A seat by the window", 10, 10, 10)
    assert rules_of(own) == [("idea_id", "own-entry")]
    recusal = {"idea_id": nora_s, "reason": "She wrote her thesis with me."}
    await story.done("POST", f"{story.path}/recusals", lab.juror("ben"), recusal)
    recused = await lab.score("ben", "One pass for every wheel", 5, 5, 5)
    assert rules_of(recused) == [("idea_id", "recused")]
    for stranger in (story.staff("editor"), lab.paulo.headers, lab.juror("zoe")):
        answer = await story.send(
            "PUT", f"{lab.round_path}/ideas/{nora_s}/scores", stranger, {"scores": {}}
        )
        assert answer.status_code == 403


async def a_juror_is_replaced_and_all_sheets_come_in(lab: Lab) -> None:
    """What Carl gave goes with him; whoever stands in scores by themselves."""
    story = lab.story
    await lab.all_score([lab.carl.id], {"Parking that finds you": (1, 1, 1)})
    dora = {"juror_id": lab.dora.id, "office": "Customer research"}
    panel = await story.done(
        "POST",
        f"{story.path}/jurors/{lab.carl.id}/replacement",
        story.staff("manager"),
        {"reason": CALLED_AWAY, "by": dora},
    )
    assert [(j["juror_id"], j["replaced_by"]) for j in panel["jurors"]] == [
        ("anna", None),
        ("ben", None),
        (lab.carl.id, lab.dora.id),
        ("lind", None),
        (lab.dora.id, None),
    ]
    await _is_asked_for_scores(lab, lab.dora)
    assert (await lab.score(lab.carl.id, "Cars that fly", 9, 9, 9)).status_code == 403

    everybody = ("anna", "ben", "lind", lab.dora.id)
    plain = {"Parking that finds you": (8, 8, 8), "Cars that fly": (10, 3, 1)}
    await lab.all_score(everybody, plain)
    await lab.all_score(("anna", "lind", lab.dora.id), {"One pass for every wheel": (9, 9, 7)})
    await lab.all_score(("anna", "ben", lab.dora.id), {"A seat by the window": (6, 6, 6)})
    await lab.all_score(("anna", lab.dora.id), {"A car for the dog": (9, 9, 9)})
    assert (await story.decision())["jury_rounds"] == []


async def the_scores_make_the_shortlist(lab: Lab) -> None:
    story = lab.story
    three = ("One pass for every wheel", "Parking that finds you", "A seat by the window")
    assert rules_of(await lab.shortlist(*three)) == [("jury", "open")]
    await story.done("POST", f"{lab.round_path}/close", story.staff("manager"))
    late = await lab.score("anna", "Cars that fly", 1, 1, 1)
    assert rules_of(late) == [("round", "closed")]

    decision = await story.decision()
    (first,) = decision["jury_rounds"]
    assert [
        (i["title"], i["points"], i["maximum"], i["jurors"], i["rank"]) for i in first["ideas"]
    ] == [
        ("One pass for every wheel", 129, 150, 3, 1),
        ("Parking that finds you", 160, 200, 4, 2),
        ("A seat by the window", 90, 150, 3, 3),
        ("Cars that fly", 108, 200, 4, 4),
        ("A car for the dog", 90, 100, 2, None),
    ]
    assert sorted(decision["jurors"]) == [
        "Customer research",
        "Head of mobility services",
        "Interior design",
        "University of transport",
    ]
    assert not {"anna", "ben", lab.carl.id, lab.dora.id, "lind"} & set(str(decision).split("'"))

    passed_over = await lab.shortlist(*three[1:])
    assert [rule for _, rule in rules_of(passed_over)] == ["jury"]
    too_few = await lab.shortlist(three[0], "A car for the dog")
    assert rules_of(too_few) == [("body.idea_ids.1", "quorum")]
    assert (await lab.shortlist(*three)).status_code == 200


async def the_jury_picks_one_winner(lab: Lab) -> None:
    """All sheets are in, so the lab goes on before the day that its calendar names."""
    story, manager = lab.story, lab.story.staff("manager")
    await story.move_to("deliberation")
    timers = await story.done("GET", f"{story.path}/timers", story.staff("auditor"))
    assert {t["aim"]: t["state"] for t in timers["items"]} == {
        "moderation": "done",
        "deliberation": "cancelled",
        "answer": "waiting",
    }
    await lab.plan_round("Final", "winners")
    await story.done("POST", f"{lab.round_path}/open", manager)
    out = await lab.score("anna", "Cars that fly", 10, 10, 10)
    assert rules_of(out) == [("idea_id", "candidate")]
    still = await lab.score("ben", "One pass for every wheel", 5, 5, 5)
    assert rules_of(still) == [("idea_id", "recused")]
    await lab.all_score(("anna", "ben", "lind", lab.dora.id), {"Parking that finds you": (9, 9, 9)})
    await lab.all_score(("anna", "lind", lab.dora.id), {"One pass for every wheel": (8, 8, 8)})
    await lab.all_score(("anna", "ben", lab.dora.id), {"A seat by the window": (5, 7, 6)})
    await story.done("POST", f"{lab.round_path}/close", manager)

    for title, rule in (("One pass for every wheel", "jury"), ("Cars that fly", "shortlisted")):
        other = {"idea_ids": [lab.ideas[title]], "reason": "We like it better."}
        refused = await story.send("POST", f"{story.path}/winners", manager, other)
        assert [rule for _, rule in rules_of(refused)] == [rule]
    await story.select(lab.ideas["Parking that finds you"], REASON)
    await story.move_to("decided")


async def everybody_reads_how_it_was_decided(lab: Lab) -> None:
    decision = await lab.story.decision()
    assert [(w["title"], w["rank"], w["reason"]) for w in decision["winners"]] == [
        ("Parking that finds you", 1, REASON)
    ]
    assert [(r["title"], r["numerator"], r["denominator"]) for r in decision["ranking"]] == [
        ("Parking that finds you", 9, 10),
        ("One pass for every wheel", 4, 5),
        ("A seat by the window", 3, 5),
    ]
    assert [a["title"] for a in decision["alternates"]] == ["One pass for every wheel"]
    assert decision["tally"] is None


async def the_lab_builds_it(lab: Lab) -> None:
    story = lab.story
    await story.move_to("delivery")
    await story.done(
        "POST",
        f"{story.path}/milestones",
        story.staff("manager"),
        {"title": "First street", "words": "Forty places in Schwabing find their cars."},
    )
    await story.move_to("closed")
    page = await story.page()
    assert (page["phase"], page["milestones"][0]["title"]) == ("closed", "First street")


async def everybody_was_told(lab: Lab) -> None:
    story = lab.story
    await story.hears(lab.carl, "staff_briefed", "scores_asked")
    await story.hears(lab.dora, "staff_briefed", "scores_asked", "scores_asked")
    listed = ["idea_received", "idea_approved", "idea_shortlisted"]
    public = ["result_published", "milestone_reached"]
    await story.hears(lab.nora, *listed, *public)
    await story.hears(lab.lind, *listed, *public)
    messages = await story.hears(lab.paulo, *listed, "won", "reward_offered", *public)
    (won,) = [message for message in messages if message["kind"] == "won"]
    assert REASON in won["text"]

    steps = await story.told("ContestPublished", "ContestPhaseChanged")
    assert [e.data.get("to_phase", "published") for e in steps] == [
        "published",
        "submission",
        "moderation",
        "deliberation",
        "decided",
        "delivery",
        "closed",
    ]
    assert steps[0].data["calendar"][0] == {"to": "moderation", "at": lab.closes_utc}
    handed_in = await story.told("IdeaSubmitted")
    assert {e.data["title"]: e.data["category"] for e in handed_in}["Cars that fly"] == PARKING
    (winner,) = await story.told("WinnerSelected")
    assert (winner.data["title"], winner.data["rank"]) == ("Parking that finds you", 1)
