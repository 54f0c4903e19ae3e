"""A research ship is named, as in 2016: the most popular name wins the vote, and is overruled.

The names are those that were published, with their votes in proportion. A bridge shows the other
kind of vote, which binds: there the next name comes up when a winner falls away.
"""

from collections import Counter
from pathlib import Path

import httpx2
import pytest

from groundswell_local.demo.published import read_published, scaled
from tests.support.people import Person
from tests.support.programme_story import Json, ProgrammeStory, in_days, in_seconds, rules_of
from tests.support.story import expect

pytestmark = pytest.mark.timeout(400)

PUBLISHED = read_published(Path(__file__).parents[2] / "data" / "nameourship-2016.csv")
BOATY, POPPY_MAI, WORSLEY, COLD, ATTENBOROUGH = NAMES = [name.name for name in PUBLISHED]
VOTES = dict(zip(NAMES, scaled([name.votes for name in PUBLISHED], 40), strict=True))

RULES = "One vote each. The vote is advice: the council has the last word, and says why."
VETO = "A ship of research is not a joke, and this name would make it one."
REASON = "He showed millions of people what there is to protect."
PRIZE = {
    "per_winner": {"amount_minor": 100_000, "currency": "GBP"},
    "terms": "Paid within 30 days of your acceptance.",
}


async def test_the_most_popular_name_is_overruled_in_public(story: ProgrammeStory) -> None:
    james, mia, henry, olaf, ida, kit, rob = await story.people(
        *("James", "Mia", "Henry", "Olaf", "Ida", "Kit", "Rob")
    )
    authors = dict(zip(NAMES, (james, mia, henry, olaf, ida), strict=True))

    await _the_council_says_what_it_promises(story)
    names = await _names_come_in(story, authors, kit, rob)
    await _everybody_is_told_what_the_vote_is(story, names)

    # The favourite wins the vote by far.
    await story.crowd_votes(story.poll_id, {names[name]: votes for name, votes in VOTES.items()})
    await story.move_to("deliberation")
    tally = await story.certified(story.poll_id)
    assert tally == {names[name]: votes for name, votes in VOTES.items()}

    # It is overruled, and never without a reason that everybody reads.
    assert rules_of(await _veto(story, names[BOATY], None)) == [("body.reason", "missing")]
    assert rules_of(await _veto(story, names[BOATY], "  ")) == [("body.reason", "string_too_short")]
    assert (await story.decision())["vetoes"] == []
    expect(await _veto(story, names[BOATY], VETO), 201)
    await story.select(names[ATTENBOROUGH], REASON)
    await story.move_to("decided")

    await _the_record_shows_all_of_it(story)
    await _accept_the_reward(story, ida)
    await _everybody_has_heard(story, authors, kit, rob)
    await _the_topics_tell_it(story)


async def test_a_binding_vote_is_obeyed_and_the_next_name_comes_up(story: ProgrammeStory) -> None:
    ann, bea, cem = await story.people("Ann", "Bea", "Cem")
    await story.draft("name-it", "Name our bridge", vote="binding")
    await story.change(
        owner="The city",
        rules="One vote each. The vote binds us.",
        selection={"winners": {"count": 1}, "alternates": 1},
        **_soon(),
    )
    await story.open()
    arch, bow, curve = [
        await story.submit_and_approve(title, by.headers)
        for title, by in (("The Arch", ann), ("The Bow", bea), ("The Curve", cem))
    ]
    await story.shortlist([arch, bow, curve])
    await story.open_voting()
    assert "This vote is binding." in await _site(story)
    await story.crowd_votes(story.poll_id, {arch: 3, bow: 2, curve: 1})
    await story.move_to("deliberation")
    assert await story.certified(story.poll_id) == {arch: 3, bow: 2, curve: 1}

    # Nobody is passed over, whatever the city likes better.
    body = {"idea_ids": [bow], "reason": "We like it better."}
    passing = await story.send("POST", f"{story.path}/winners", story.staff("manager"), body)
    assert rules_of(passing) == [("vote", "binding")]
    await story.select(arch, "Most people wanted it.")

    # Ann thinks better of it, and the next name takes the place of hers.
    why = {"reason": "I had it from a bridge in another town."}
    await story.done("POST", f"{story.path}/winners/{arch}/refusal", ann.headers, why)
    await story.move_to("decided")
    decision = await story.decision()
    assert [(out["title"], out["reason"]) for out in decision["dropouts"]] == [
        ("The Arch", why["reason"])
    ]
    assert [(winner["title"], winner["rank"]) for winner in decision["winners"]] == [("The Bow", 2)]
    assert not decision["overruled"]
    listed = ("idea_received", "idea_approved", "idea_shortlisted", "voting_opened")
    await story.hears(bea, *listed, "won", "result_published")
    selected = await story.told("WinnerSelected", "WinnerDeclined")
    assert [(event.name, event.data["idea_id"]) for event in selected] == [
        ("WinnerSelected", arch),
        ("WinnerDeclined", arch),
        ("WinnerSelected", bow),
    ]


async def _the_council_says_what_it_promises(story: ProgrammeStory) -> None:
    """Advice or not is said before anybody hands in a name, and stays as it was said."""
    unsaid = {"template": "name-it", "title": "Name our ship"}
    refused = await story.send("POST", "/v1/contests", story.staff("manager"), unsaid)
    assert rules_of(refused) == [("body.vote", "missing")]
    await story.draft("name-it", "Name our ship", vote="advisory")
    assert await story.missing() == {"owner", "rules", "timetable", "answer_by"}
    await story.change(owner="The research council", rules=RULES, reward_plan=PRIZE, **_soon())
    await story.open()
    assert (await story.page())["vote"] == "advisory"
    (published,) = await story.until_told(bool, "ContestPublished")
    assert (published.data["vote"], published.data["rules"]) == ("advisory", RULES)
    headers = story.staff("manager") | await story.version()
    late = await story.send("PATCH", story.path, headers, {"vote": "binding"})
    assert rules_of(late) == [("phase", "frozen")]


async def _names_come_in(
    story: ProgrammeStory, authors: dict[str, Person], kit: Person, rob: Person
) -> dict[str, str]:
    """Each name is looked at before anybody sees it; the ideas that are left, by their names."""
    names = {name: await story.hand_in(by.headers, name) for name, by in authors.items()}
    advert = await story.hand_in(rob.headers, "RRS Rob", summary="Painted by www.robs-paint.com")
    again = await story.hand_in(kit.headers, "R.R.S. Boaty Mc Boatface")
    assert await story.gallery() == []
    waiting = await _queue(story)
    assert waiting[advert] == [("link", "www.robs-paint.com")]
    assert ("same_title", names[BOATY]) in waiting[again]
    for idea_id in (*names.values(), again):
        await story.approve(idea_id)
    await _edit(story, f"/v1/ideas/{advert}/reject", {"reason_code": "advertising"})

    # What two people had goes on as one: both are named, and what was said of it stays readable.
    said = await story.comment(rob.headers, again, "This one has my heart.")
    await _edit(story, f"/v1/comments/{said['id']}/approve", {})
    await _edit(story, f"/v1/ideas/{again}/merge", {"into_idea_id": names[BOATY]})
    (merged,) = (await story.read(f"/v1/ideas/{names[BOATY]}/merged"))["items"]
    assert (merged["idea_id"], merged["authors"]) == (again, [kit.id])
    assert (await story.read(f"/v1/ideas/{again}"))["merged_into"] == names[BOATY]
    discussion = await story.read(f"/v1/ideas/{again}/comments")
    assert [comment["text"] for comment in discussion["items"]] == ["This one has my heart."]
    assert await story.gallery() == NAMES
    return names


async def _everybody_is_told_what_the_vote_is(story: ProgrammeStory, names: dict[str, str]) -> None:
    """By the contest, and beside the names on the site; nothing is ruled out before the count."""
    await story.shortlist(list(names.values()))
    await story.open_voting()
    assert (await story.page())["vote"] == "advisory"
    assert "This vote is advisory." in await _site(story)
    early = await _veto(story, names[BOATY], VETO)
    assert early.json()["type"] == "/problems/tally-not-certified"


async def _the_record_shows_all_of_it(story: ProgrammeStory) -> None:
    """The vote as it was, who was ruled out and why, who won, and who stands behind."""
    decision = await story.decision()
    assert decision["vote"] == "advisory"
    assert [idea["title"] for idea in decision["tally"]["ideas"]] == NAMES
    assert [(v["title"], v["reason"]) for v in decision["vetoes"]] == [(BOATY, VETO)]
    (winner,) = decision["winners"]
    assert (winner["title"], winner["reason"]) == (ATTENBOROUGH, REASON)
    assert [name["title"] for name in decision["alternates"]] == [POPPY_MAI, WORSLEY, COLD]
    assert decision["overruled"]


async def _site(story: ProgrammeStory) -> str:
    """The contest's page on the site."""
    url = f"{story.groundswell.web_url}/contests/{story.contest_id}"
    return (await story.http.get(url)).text


def _soon() -> Json:
    """A timetable, and the day by which everybody hears the outcome."""
    return {
        "answer_by": in_days(30),
        "timetable": {
            "submission_closes_at": in_seconds(3_600),
            "voting_opens_at": in_seconds(3_600),
            "voting_closes_at": in_seconds(7_200),
        },
    }


async def _queue(story: ProgrammeStory) -> dict[str, list[tuple[str, str]]]:
    """What an editor finds waiting, with what screening found in it."""
    path = f"/v1/moderation/queue?contest_id={story.contest_id}"
    queue = await story.done("GET", path, story.staff("editor"))
    return {
        case["subject_id"]: [(f["kind"], f["match"]) for f in case["screening"]["findings"]]
        for case in queue["items"]
    }


async def _edit(story: ProgrammeStory, path: str, body: Json) -> None:
    """An editor does this."""
    await story.done("POST", path, story.staff("editor"), body)


async def _veto(story: ProgrammeStory, idea_id: str, reason: str | None) -> httpx2.Response:
    """The answer to a manager who rules a name out."""
    body = {"idea_id": idea_id} | ({} if reason is None else {"reason": reason})
    return await story.send("POST", f"{story.path}/vetoes", story.staff("manager"), body)


async def _accept_the_reward(story: ProgrammeStory, ida: Person) -> None:
    """The winner reads the terms, accepts, and has the prize in her statement."""
    statement = f"{story.groundswell.rewards_url}/v1/statements/me"
    offered = await story.until(statement, lambda s: s["rewards"], ida.headers)
    (reward,) = offered["rewards"]
    assert (reward["status"], reward["terms"]) == ("offered", PRIZE["terms"])
    accepting = await story.http.post(
        f"{story.groundswell.rewards_url}/v1/rewards/{reward['id']}/acceptance",
        headers=ida.headers,
        json={"terms_hash": reward["terms_hash"]},
    )
    assert expect(accepting, None)["status"] == "granted"
    booked = await story.until(statement, lambda s: s["balances"], ida.headers)
    assert booked["balances"] == [PRIZE["per_winner"]]


async def _everybody_has_heard(
    story: ProgrammeStory, authors: dict[str, Person], kit: Person, rob: Person
) -> None:
    """What came into the inboxes of all who handed in a name."""
    listed = ("idea_received", "idea_approved", "idea_shortlisted")
    outcome = ("voting_opened", "result_published")
    for name in (POPPY_MAI, WORSLEY, COLD):
        await story.hears(authors[name], *listed, *outcome)
    vetoed = await story.hears(authors[BOATY], *listed, *outcome, "idea_vetoed")
    assert any(VETO in message["text"] for message in vetoed)
    won = await story.hears(
        authors[ATTENBOROUGH], *listed, *outcome, "won", "reward_offered", "reward_granted"
    )
    assert any(REASON in message["text"] for message in won)
    await story.hears(kit, "idea_received", "idea_approved", "idea_merged", *outcome)
    await story.hears(rob, "idea_received", "idea_rejected", *outcome)


async def _the_topics_tell_it(story: ProgrammeStory) -> None:
    """What whoever listens has heard of it, and how often."""
    told = Counter(event.name for event in await story.told())
    del told["VotingOpened"], told["PollAnnounced"]  # once for each partition of the votes log
    assert told == {
        "StaffBriefed": 1,
        "ContestPublished": 1,
        "ContestPhaseChanged": 4,
        "IdeaSubmitted": 7,
        "IdeaApproved": 6,
        "IdeaRejected": 1,
        "IdeaMerged": 1,
        "IdeaShortlisted": 5,
        "VotesCounted": 1,
        "TallyCertified": 1,
        "WinnerVetoed": 1,
        "WinnerSelected": 1,
        "RewardOffered": 1,
        "RewardGranted": 1,
    }
    tally = (await story.told("TallyCertified"))[0].data["tally"]
    assert [idea["votes"] for idea in tally] == list(VOTES.values())
