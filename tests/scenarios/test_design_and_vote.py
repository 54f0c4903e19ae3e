"""A shoe brand lets its customers design a shoe: ten sketches, one public vote, five winners.

Customers send sketches. The creative director, and nobody else, picks ten of them; everybody votes
on these ten. The five with most votes work with the team until their shoes are in the shops.
"""

from dataclasses import dataclass, field

import httpx2
import pytest

from tests.support.colleagues import colleague, mail_to
from tests.support.link_follower import follow_and_vote
from tests.support.people import Person
from tests.support.polling import becomes
from tests.support.programme_story import (
    Headers,
    Json,
    ProgrammeStory,
    in_days,
    in_seconds,
    rules_of,
)

pytestmark = pytest.mark.timeout(400)

DIRECTOR, HER_PREDECESSOR = "freya", "nils"
REWARD = {"amount_minor": 200_000, "currency": "EUR"}
REWARD_TERMS = "Paid within 30 days of your acceptance, to you."
CHARITY = "Shoes for schools"
STAFF_WORDS = "From Monday on customers draw our next shoe. You read it here first."
PLACES = (
    *("Dolphin", "Ridge", "Dune", "Fjord", "Heath"),
    *("Paper crane", "Karst", "Loess", "Marsh", "Scree"),
)
BY_SEVEN_OTHERS = ("Dune", "Fjord", "Heath", "Karst", "Loess", "Marsh", "Scree")
COPIED, LEFT_OUT = "Tarn", "Cove"


@dataclass(slots=True)
class Shoes:
    """Who draws, by the names of their sketches, and the ids of these."""

    story: ProgrammeStory
    mia: Person
    jonas: Person
    sora: Person
    emil: Person
    ideas: dict[str, str] = field(default_factory=dict)

    async def draw(self, title: str, by: Headers, seed: int) -> None:
        """Somebody hands in two sketches of a shoe."""
        sketches = [await self.story.picture(by, seed * 2 + n) for n in range(2)]
        entry = {"sketches": sketches, "story": f"I drew {title} on the train."}
        self.ideas[title] = await self.story.hand_in(by, title, fields=entry)


async def test_customers_design_a_shoe(story: ProgrammeStory) -> None:
    mia, jonas, sora, emil = await story.people("Mia", "Jonas", "Sora", "Emil")
    ines = await colleague(story, "Ines", "finance")
    shoes = Shoes(story, mia, jonas, sora, emil)

    await the_brand_says_what_to_expect(story)
    await its_own_people_hear_first(story, ines)
    await somebody_looks_at_it_before_it_opens(story)
    await a_small_pilot_is_widened(shoes)
    await an_editor_looks_at_every_sketch(shoes)
    await another_creative_director_takes_over(story)
    await the_creative_director_alone_picks_exactly_ten(shoes)
    await what_is_handed_in_stays_in_her_hands(story)
    await the_public_votes_on_the_ten_only(shoes)
    await the_five_with_most_votes_win(shoes)
    await one_declines_and_the_next_in_line_comes_up(shoes)
    await the_winners_say_who_gets_the_reward(shoes)
    await the_team_works_with_the_winners_until_the_shoes_ship(shoes)
    await everybody_was_told(shoes, ines)


async def the_brand_says_what_to_expect(story: ProgrammeStory) -> None:
    await story.draft("design-and-vote", "Design our next shoe", vote="binding")
    to_say = {"owner", "people", "rules", "timetable", "answer_by", "reward_budget"}
    assert await story.missing() == to_say
    manager = story.staff("manager") | await story.version()
    too_early = await story.send("POST", f"{story.path}/phase", manager, {"to": "submission"})
    assert too_early.status_code == 409
    assert {field for field, rule in rules_of(too_early) if rule == "missing"} == to_say

    await story.change(
        owner="Design team Europe",
        people=["Creative director", "Last makers", "Sourcing"],
        rules="One vote for each person. The five with most votes win.",
        staff_words=STAFF_WORDS,
        timetable={
            "submission_closes_at": in_seconds(3_600),
            "voting_opens_at": in_seconds(3_600),
            "voting_closes_at": in_seconds(7_200),
        },
        answer_by=in_days(30),
        reward_budget={"amount_minor": 1_500_000, "currency": "EUR"},
        reward_plan={"per_winner": REWARD, "terms": REWARD_TERMS},
        pilot={"people": 3, "days": 14},
        selection={"shortlist": {"curator": "Creative director", "curator_id": HER_PREDECESSOR}},
    )
    changed = {"selection": {"shortlist": {"by": "all"}}}
    headers = story.staff("manager") | await story.version()
    refused = await story.send("PATCH", story.path, headers, changed)
    assert rules_of(refused) == [("body.selection.shortlist.by", "fixed-by-template")]


async def its_own_people_hear_first(story: ProgrammeStory, ines: Person) -> None:
    """Ines keeps the books. She reads of the contest while nobody outside knows of it."""
    sheet = await story.done("GET", f"{story.path}/readiness", story.staff("manager"))
    assert (sheet["ready"], sheet["staff"]["told_at"]) == (True, None)
    for_all = await story.send("POST", f"{story.path}/staff-briefing", story.staff("editor"))
    assert for_all.status_code == 403
    manager = story.staff("manager")
    told = await story.done("POST", f"{story.path}/staff-briefing", manager)
    assert await story.done("POST", f"{story.path}/staff-briefing", manager) == told
    sheet = await story.done("GET", f"{story.path}/readiness", story.staff("auditor"))
    assert (sheet["staff"], told["up_to_date"]) == (told, True)

    mail = await mail_to(story, ines)
    (message,) = await story.hears(ines, "staff_briefed")
    assert mail.subject == message["subject"] == "You hear of it first: “Design our next shoe”"
    for text in (mail.text, message["text"]):
        assert STAFF_WORDS in text
    assert (await story.send("GET", story.path, None)).status_code == 404


async def somebody_looks_at_it_before_it_opens(story: ProgrammeStory) -> None:
    read_by_staff = await story.done("GET", story.path, story.staff("auditor"))
    assert read_by_staff["record"]["staff_words"] == STAFF_WORDS
    assert (await story.send("GET", story.path, None)).status_code == 404
    link = await story.done("POST", f"{story.path}/preview", story.staff("editor"))
    preview = await story.page(preview=link["url_token"])
    assert (preview["title"], preview["phase"]) == ("Design our next shoe", "draft")
    assert STAFF_WORDS not in str(preview)
    form = await story.read(f"{story.path}/entry-form", preview=link["url_token"])
    assert form["form"]["properties"]["sketches"]["maxItems"] == 6

    await story.open()
    page = await story.page()
    assert (page["phase"], page["vote"], page["takes_ideas"]) == ("submission", "binding", True)
    assert page["selection"]["shortlist"]["size"] == 10
    assert page["selection"]["shortlist"]["curator"] == "Creative director"
    assert HER_PREDECESSOR not in str(page)  # everybody reads the office, not who holds it


async def a_small_pilot_is_widened(shoes: Shoes) -> None:
    story = shoes.story
    for seed, (title, person) in enumerate(
        (("Dolphin", shoes.mia), ("Ridge", shoes.jonas), ("Paper crane", shoes.sora))
    ):
        await shoes.draw(title, person.headers, seed)
    unsketched = await story.try_to_hand_in(shoes.mia.headers, "No sketch", fields={})
    assert rules_of(unsketched) == [("body.fields.sketches", "required")]

    sketches = [await story.picture(shoes.emil.headers, 6)]
    fourth = await story.try_to_hand_in(shoes.emil.headers, "Clog", fields={"sketches": sketches})
    assert fourth.status_code == 409
    assert rules_of(fourth) == [("pilot.people", "pilot")]
    widened = {"reason": "The first three went well; now for everybody."}
    await story.done("POST", f"{story.path}/pilot/widen", story.staff("manager"), widened)
    shoes.ideas["Clog"] = await story.hand_in(
        shoes.emil.headers, "Clog", fields={"sketches": sketches}
    )
    for seed, title in enumerate((*BY_SEVEN_OTHERS, LEFT_OUT, COPIED), start=5):
        await shoes.draw(title, story.participant(f"draws {title}"), seed)
    amendments = await story.read(f"{story.path}/amendments")
    assert [a["reason"] for a in amendments["items"]] == [widened["reason"]]


async def an_editor_looks_at_every_sketch(shoes: Shoes) -> None:
    story, clog = shoes.story, shoes.ideas["Clog"]
    assert await story.gallery() == []
    photo = (await story.done("GET", f"/v1/ideas/{clog}", shoes.emil.headers))["fields"]["sketches"]
    small = f"/v1/media/{photo[0]}/small"
    assert (await story.send("GET", small, None)).status_code == 404

    await story.reject(shoes.ideas[COPIED], "This sketch is from another brand's catalogue.")
    for title, idea_id in shoes.ideas.items():
        if title != COPIED:
            await story.approve(idea_id)
    assert await story.gallery() == [title for title in shoes.ideas if title != COPIED]
    shown = await story.send("GET", small, None)
    assert (shown.status_code, shown.headers["Content-Type"]) == (200, "image/webp")
    assert (await story.read(f"/v1/ideas/{clog}"))["fields"]["sketches"] == photo
    original = await story.send("GET", f"/v1/media/{photo[0]}/original", None)
    assert original.status_code == 404


async def another_creative_director_takes_over(story: ProgrammeStory) -> None:
    """Nobody has picked yet; everybody reads why somebody else will, and under which office."""
    handed_over = await hand_over(story, DIRECTOR)
    assert (handed_over.status_code, handed_over.json()["curator"]) == (201, "Creative director")
    amendments = (await story.read(f"{story.path}/amendments"))["items"]
    assert amendments[-1]["reason"] == "Our creative director has left the house."
    assert DIRECTOR not in str((amendments, await story.decision()))


async def what_is_handed_in_stays_in_her_hands(story: ProgrammeStory) -> None:
    assert rules_of(await hand_over(story, HER_PREDECESSOR)) == [("shortlist", "handed-in")]


async def hand_over(story: ProgrammeStory, curator_id: str) -> httpx2.Response:
    """The answer to a manager who names another creative director."""
    curator = {"curator": "Creative director", "curator_id": curator_id}
    body = {"reason": "Our creative director has left the house.", "curator_changed": curator}
    return await story.send("POST", f"{story.path}/amendments", story.staff("manager"), body)


async def the_creative_director_alone_picks_exactly_ten(shoes: Shoes) -> None:
    story = shoes.story
    ten = [shoes.ideas[title] for title in sorted(PLACES)]

    async def answer(by: Headers, idea_ids: list[str]) -> httpx2.Response:
        headers = by | await story.version()
        return await story.send("PUT", f"{story.path}/shortlist", headers, {"idea_ids": idea_ids})

    freya, nils = (story.employee(name, "editor") for name in (DIRECTOR, HER_PREDECESSOR))
    for picked in ([*ten, shoes.ideas["Clog"]], ten[:9]):
        assert rules_of(await answer(freya, picked)) == [("body.idea_ids", "size")]
    for by in (nils, story.staff("manager")):
        assert (await answer(by, ten)).status_code == 403
    assert (await answer(freya, ten)).status_code == 200


async def the_public_votes_on_the_ten_only(shoes: Shoes) -> None:
    story = shoes.story
    await story.open_voting()
    (opening,) = [
        e for e in await story.told("ContestPhaseChanged") if e.data["to_phase"] == "voting"
    ]
    best_first = [shoes.ideas[title] for title in PLACES]
    assert [sorted(poll["idea_ids"]) for poll in opening.data["polls"]] == [sorted(best_first)]

    stray = await story.try_to_vote(story.poll_id, shoes.emil.headers, shoes.ideas["Clog"])
    assert (stray.status_code, stray.json()["detail"]) == (
        404,
        "The idea is not on this poll's ballot.",
    )
    crowd = {idea_id: 10 - place for place, idea_id in enumerate(best_first)}
    dolphin = shoes.ideas["Dolphin"]
    await story.crowd_votes(story.poll_id, crowd | {dolphin: crowd[dolphin] - 1})
    code = await mias_friend_follows_her_link_and_votes(shoes)
    voter = story.participant(f"voter 0 of {best_first[0]}")

    async def again() -> int:
        return (await story.try_to_vote(story.poll_id, voter, best_first[1])).status_code

    await becomes(again, httpx2.codes.CONFLICT)  # as soon as the first one is counted
    await story.move_to("deliberation")
    assert await story.certified(story.poll_id) == crowd
    (tally,) = await story.told("TallyCertified")
    assert {idea["idea_id"]: idea["votes"] for idea in tally.data["tally"]} == crowd
    await mia_reads_what_her_link_brought(shoes, code)


async def mias_friend_follows_her_link_and_votes(shoes: Shoes) -> str:
    """Lea has never been here: she reads the page, signs in, comes back to it, and votes there."""
    story, dolphin = shoes.story, shoes.ideas["Dolphin"]
    link = await story.done("POST", f"/v1/ideas/{dolphin}/share-links", shoes.mia.headers)
    await follow_and_vote(story, f"lea.{story.run}@example.org", link["link"])
    return str(link["code"])


async def mia_reads_what_her_link_brought(shoes: Shoes, code: str) -> None:
    """One visit, however often Lea turned the pages, and in the certified count one vote."""
    story, dolphin = shoes.story, shoes.ideas["Dolphin"]
    found = await story.until(
        f"{story.ideas_url}/v1/ideas/{dolphin}/sources",
        lambda sources: sources["votes"] and sources["votes"][0]["sources"],
        shoes.mia.headers,
    )
    hers = {"source": "share", "code": code, "shared_by": shoes.mia.id}
    (votes,) = found["votes"]
    assert votes["sources"] == [{**hers, "votes": 1}]
    assert (votes["votes"], votes["unnamed"], votes["others"]) == (10, 9, 0)
    assert [source["visits"] for source in found["sources"] if source["code"] == code] == [1]
    (attributed,) = await story.told("VotesAttributed")
    assert attributed.data["links"] == [{"via": code, "votes": 1}]


async def the_five_with_most_votes_win(shoes: Shoes) -> None:
    story, best_first = shoes.story, [shoes.ideas[title] for title in PLACES]
    manager, reason = story.staff("manager"), "The crowd has chosen."
    for chosen, rule in ((best_first[:4], "count"), (best_first[1:6], "binding")):
        choice = {"idea_ids": chosen, "reason": reason}
        refused = await story.send("POST", f"{story.path}/winners", manager, choice)
        assert rule in {rule for _, rule in rules_of(refused)}
    await story.select(best_first[0], reason, *best_first[1:5])
    await story.move_to("decided")

    decision = await story.decision()
    assert [idea["votes"] for idea in decision["tally"]["ideas"]] == [*range(10, 0, -1)]
    won = [(winner["rank"], winner["title"]) for winner in decision["winners"]]
    assert won == [*enumerate(PLACES[:5], start=1)]
    assert [a["title"] for a in decision["alternates"]] == [*PLACES[5:8]]
    assert not decision["overruled"]


async def one_declines_and_the_next_in_line_comes_up(shoes: Shoes) -> None:
    """Jonas drew Ridge, the second; Sora drew the Paper crane, the sixth."""
    story, ridge = shoes.story, shoes.ideas["Ridge"]
    url = f"{story.path}/winners/{ridge}/refusal"
    not_his = await story.send("POST", url, shoes.mia.headers, {})
    assert not_his.status_code == 404
    words = "I have signed with another house."
    await story.done("POST", url, shoes.jonas.headers, {"reason": words})

    decision = await story.decision()
    now = ["Dolphin", "Dune", "Fjord", "Heath", "Paper crane"]
    assert [winner["title"] for winner in decision["winners"]] == now
    assert [(d["title"], d["reason"]) for d in decision["dropouts"]] == [("Ridge", words)]
    assert not decision["overruled"]


async def the_winners_say_who_gets_the_reward(shoes: Shoes) -> None:
    story, dolphin = shoes.story, shoes.ideas["Dolphin"]
    charity = {"payee": {"kind": "charity", "name": CHARITY}}
    taken = await story.done(
        "POST", f"{story.path}/winners/{dolphin}/acceptance", shoes.mia.headers, charity
    )
    assert taken["payee"] == {"kind": "charity", "name": CHARITY}
    await story.done(
        "POST",
        f"{story.path}/winners/{shoes.ideas['Paper crane']}/acceptance",
        shoes.sora.headers,
        {},
    )

    (offer,) = (await _statement(shoes, shoes.sora, "offered"))["rewards"]
    assert (offer["amount"], offer["terms"]) == (REWARD, REWARD_TERMS)
    url = f"{story.groundswell.rewards_url}/v1/rewards/{offer['id']}/acceptance"
    body = {"terms_hash": offer["terms_hash"]}
    answer = await story.http.post(url, headers=shoes.sora.headers, json=body)
    assert answer.status_code == 200, answer.text
    assert (await _statement(shoes, shoes.sora, "granted"))["balances"] == [REWARD]
    assert (await _statement(shoes, shoes.jonas, "withdrawn"))["balances"] == []


async def _statement(shoes: Shoes, person: Person, status: str) -> Json:
    """What somebody is owed, once their reward stands like this."""
    return await shoes.story.until(
        f"{shoes.story.groundswell.rewards_url}/v1/statements/me",
        lambda statement: [reward["status"] for reward in statement["rewards"]] == [status],
        person.headers,
    )


async def the_team_works_with_the_winners_until_the_shoes_ship(shoes: Shoes) -> None:
    story, manager = shoes.story, shoes.story.staff("manager")
    first = {"title": "First sample", "words": "The sole fits.", "idea_id": shoes.ideas["Dolphin"]}
    early = await story.send("POST", f"{story.path}/milestones", manager, first)
    assert rules_of(early) == [("phase", "phase")]
    await story.move_to("delivery")
    await story.done("POST", f"{story.path}/milestones", manager, first)
    shipped = {"title": "In the shops", "words": "All five are on the shelves since today."}
    await story.done("POST", f"{story.path}/milestones", manager, shipped)
    await story.move_to("closed")

    page = await story.page()
    assert (page["phase"], [m["title"] for m in page["milestones"]]) == (
        "closed",
        ["First sample", "In the shops"],
    )
    stood = ["submitted", "approved", "shortlisted", "ballot_opened", "tally_certified"]
    worked = ["win_confirmed", "milestone"]
    assert await story.timeline(shoes.ideas["Dolphin"]) == [
        *(*stood, "winner", "contest_decided", *worked, "milestone")
    ]
    assert await story.timeline(shoes.ideas["Ridge"]) == [*stood, "contest_decided", "dropped_out"]
    next_in_line = await story.timeline(shoes.ideas["Paper crane"])
    assert next_in_line == [*stood, "contest_decided", "winner", *worked]
    assert page["answers"] == {"to_answer": 13, "in_time": 13, "share": 10_000}


async def everybody_was_told(shoes: Shoes, ines: Person) -> None:
    story = shoes.story
    await story.hears(ines, "staff_briefed")
    entered = ["idea_received", "idea_approved"]
    stood = [*entered, "idea_shortlisted"]
    public = ["voting_opened", "result_published", "milestone_reached", "milestone_reached"]
    await story.hears(shoes.mia, *stood, "won", "reward_offered", *public)
    await story.hears(shoes.sora, *stood, "won", "reward_offered", "reward_granted", *public)
    await story.hears(shoes.jonas, *stood, "won", "reward_offered", *public)
    await story.hears(shoes.emil, *entered, *public)

    (briefed,) = await story.told("StaffBriefed")
    assert briefed.data["words"] == STAFF_WORDS
    steps = await story.told("ContestPublished", "ContestPhaseChanged", "ContestAmended")
    assert [e.data.get("to_phase", e.name) for e in steps] == [
        "ContestPublished",
        "submission",
        *("ContestAmended", "ContestAmended"),
        "voting",
        "deliberation",
        "decided",
        "delivery",
        "closed",
    ]
    winners = await story.told("WinnerSelected", "WinnerDeclined", "WinnerConfirmed")
    assert [(e.name, e.data["title"]) for e in winners] == [
        *(("WinnerSelected", title) for title in PLACES[:5]),
        ("WinnerDeclined", "Ridge"),
        ("WinnerSelected", "Paper crane"),
        ("WinnerConfirmed", "Dolphin"),
        ("WinnerConfirmed", "Paper crane"),
    ]
    assert winners[-2].data["charity"] == CHARITY
    shipped = await story.told("MilestoneReached")
    assert [e.data["title"] for e in shipped] == ["First sample", "In the shops"]
