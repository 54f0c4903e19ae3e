"""A toy maker's ideas site: ideas collect supporters against the clock; reviews answer the best.

The brand makes the steps of its ladder small: the first one in half a minute, and not in 60 days.
"""

import asyncio
from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from tests.support.colleagues import colleague, mail_to
from tests.support.people import Person
from tests.support.programme_story import (
    Json,
    ProgrammeStory,
    in_days,
    in_seconds,
    rules_of,
    whole_minute,
)
from tests.support.story import PATIENCE_SECONDS, expect

pytestmark = pytest.mark.timeout(400)

FIRST, TOP = 3, 5
IN_TIME_SECONDS = 30
WANTED = "It builds well, and nothing in the shops is like it."
SAME = "Both are lighthouses, and we would build one."
APART = "We looked again: one of them is a lightship."
UNWANTED = "A windmill of ours comes out in spring; two would take each other's place."


async def test_supporters_lift_ideas_into_a_review(story: ProgrammeStory) -> None:
    tom, ada, ben, wim, cara, noor = await story.people("Tom", "Ada", "Ben", "Wim", "Cara", "Noor")

    # The ladder opens with nothing on it, and stays open for more than a year.
    first_review = whole_minute(30)
    await _draft_the_programme(story, first_review)
    contest = await story.open("voting")
    (poll_id,) = contest["poll_ids"]
    await story.poll_opens(poll_id)
    assert await _on_the_ballot(story, poll_id) == []

    # Ideas come in while others collect supporters; an editor looks at each one first.
    castle = await story.hand_in(tom.headers, "A castle whose drawbridge works")
    assert await _on_the_ballot(story, poll_id) == []
    await story.approve(castle)
    await _is_supported(story, poll_id, castle, by=TOP)
    windmill = await story.hand_in(wim.headers, "A windmill that grinds")
    await story.approve(windmill)
    await _is_supported(story, poll_id, windmill, by=TOP)

    # Who reaches the top waits for the next review, which collects them all.
    assert await _collected(story, 2, window="First review") == {castle, windmill}
    assert datetime.now(UTC) < first_review, "this machine is too slow for this story"
    early = await _answer(story, castle, "accepted", WANTED)
    assert rules_of(early) == [("review_windows", "early")]

    # Others climb on, or find too few in time.
    submarine = await story.hand_in(ben.headers, "A submarine with a glass nose")
    lighthouse = await story.hand_in(ada.headers, "A lighthouse on a rock")
    for idea_id, supporters in ((submarine, 1), (lighthouse, FIRST)):
        await story.approve(idea_id)
        await _is_supported(story, poll_id, idea_id, by=supporters)

    # Who misses a step leaves: no vote for it is taken, and its author hears how far it came.
    missed = await story.until(
        f"{story.voting_url}/v1/polls/{poll_id}", lambda p: submarine in p["removed_idea_ids"]
    )
    assert missed["removed_idea_ids"] == [submarine]
    too_late = await story.try_to_vote(poll_id, story.voter("Late"), submarine)
    assert too_late.is_client_error
    assert await _steps(story, poll_id, submarine) == ["missed", "ahead"]
    assert await _steps(story, poll_id, lighthouse) == ["reached", "due"]
    assert await _steps(story, poll_id, castle) == ["reached", "reached"]

    # The review: experts look at all of them, and each is answered with a reason.
    await asyncio.sleep(max(0, (first_review - datetime.now(UTC)).total_seconds()))
    treehouse = await story.hand_in(cara.headers, "A tree house with a rope lift")
    await story.approve(treehouse)
    await _is_supported(story, poll_id, treehouse, by=TOP)
    reasonless = await story.send("PUT", f"{story.path}/reviews/{castle}", story.staff("manager"))
    assert reasonless.status_code == 422
    expect(await _answer(story, castle, "accepted", WANTED), 200)
    await _an_expert_from_outside_looks(story, windmill, castle)
    assert rules_of(await _answer(story, windmill, "accepted", WANTED)) == [("outcome", "final")]

    # Who came later is for the review after that.
    assert await _collected(story, 1, window="Second review") == {treehouse}
    assert rules_of(await _answer(story, treehouse, "accepted", WANTED)) == [
        ("review_windows", "early")
    ]

    # Two that say the same go on as one while people vote; who supports both counts once.
    lamp = await _two_lighthouses_go_on_as_one(story, noor, poll_id, lighthouse)
    assert await _collected(story, 2, window="Second review") == {treehouse, lighthouse}

    await _the_castle_is_made(story, tom, castle)
    await _the_record_shows_it(story, castle)
    await _everybody_reads_of_the_merge(story, noor, lamp, lighthouse)
    await _everybody_has_heard(story, tom, ada, ben, wim, cara)
    await _the_topics_tell_it(story, submarine, [castle, windmill, treehouse, lighthouse])


async def _draft_the_programme(story: ProgrammeStory, first_review: datetime) -> None:
    """The template has the real ladder; the brand's is a smaller one, and all else is kept."""
    contest = await story.draft(
        "support-ladder",
        "Ideas for the toy box",
        owner="The ideas team",
        people=["Designers", "Model makers"],
        rules="Support what you would build. What reaches the top is reviewed by our designers.",
        answer_by=in_days(500),
        timetable={"voting_opens_at": in_seconds(0), "voting_closes_at": in_seconds(400 * 86_400)},
    )
    (poll,) = contest["polls"]
    assert [(s["votes"], s["within_seconds"] // 86_400) for s in poll["rules"]["ladder"]] == [
        (100, 60),
        (1_000, 365),
        (5_000, 182),
        (10_000, 182),
    ]
    ladder = [
        {"votes": FIRST, "within_seconds": IN_TIME_SECONDS},
        {"votes": TOP, "within_seconds": 365 * 86_400},
    ]
    fixed = {"kind": "standing", "ideas_per_ballot": None, "period": "poll", "tallies": "live"}
    await story.change(
        polls=[{"name": "Support", "rules": {**fixed, "ladder": ladder}}],
        selection={"review_windows": _reviews(first_review)},
    )
    changed = {"selection": {"winners": {"by": "tally"}}}
    headers = story.staff("manager") | await story.version()
    refused = await story.send("PATCH", story.path, headers, changed)
    assert rules_of(refused) == [("body.selection.winners.by", "fixed-by-template")]


def _reviews(first: datetime) -> list[Json]:
    """Two reviews: one that opens in a minute, one in half a year."""
    second = first + timedelta(days=180)
    return [
        {
            "name": name,
            "opens": opens.strftime("%Y-%m-%dT%H:%M"),
            "closes": (opens + timedelta(days=60)).strftime("%Y-%m-%dT%H:%M"),
        }
        for name, opens in (("First review", first), ("Second review", second))
    ]


async def _on_the_ballot(story: ProgrammeStory, poll_id: str) -> list[str]:
    found = await story.until(f"{story.voting_url}/v1/polls/{poll_id}", bool)
    return list(found["idea_ids"])


async def _is_supported(story: ProgrammeStory, poll_id: str, idea_id: str, by: int) -> None:
    """So many people support an idea, once the ballot box knows that it is on the ballot."""
    first = story.voter(f"the first to support {idea_id}")
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            answer = await story.try_to_vote(poll_id, first, idea_id)
            if answer.status_code != httpx2.codes.NOT_FOUND:
                break
            await asyncio.sleep(0.2)
    expect(answer, None)
    await story.crowd_votes(poll_id, {idea_id: by - 1})


async def _have_supporters(story: ProgrammeStory, poll_id: str, votes: dict[str, int]) -> None:
    """So many people support these ideas, as everybody reads it."""

    def holds(standings: Json) -> bool:
        found = {idea["idea_id"]: idea["votes"] for idea in standings["ideas"]}
        return {idea_id: found.get(idea_id) for idea_id in votes} == votes

    await story.until(f"{story.voting_url}/v1/polls/{poll_id}/standings", holds)


async def _two_lighthouses_go_on_as_one(
    story: ProgrammeStory, noor: Person, poll_id: str, lighthouse: str
) -> str:
    """Noor's is merged into Ada's, parted and merged again; somebody supports both."""
    lamp = await story.hand_in(noor.headers, "A lighthouse whose lamp turns")
    await story.approve(lamp)
    await _is_supported(story, poll_id, lamp, by=FIRST - 1)
    both = story.voter(f"the first to support {lighthouse}")
    expect(await story.try_to_vote(poll_id, both, lamp), None)
    await _have_supporters(story, poll_id, {lighthouse: FIRST, lamp: FIRST})

    url, merge = f"/v1/ideas/{lamp}/merge", {"into_idea_id": lighthouse, "reason": SAME}
    assert (await story.send("POST", url, story.staff("editor"), merge)).status_code == 403
    await story.done("POST", url, story.staff("manager"), merge)
    poll = f"{story.voting_url}/v1/polls/{poll_id}"
    await story.until(poll, lambda p: lamp not in p["idea_ids"])
    await _have_supporters(story, poll_id, {lighthouse: 2 * FIRST - 1})
    ladder = f"{poll}/ladder/{lighthouse}"
    await story.until(ladder, lambda found: found["steps"][-1]["state"] == "reached")
    stray = await story.try_to_vote(poll_id, story.voter("Stray"), lamp)
    assert stray.is_client_error

    apart = {"reason": APART}
    await story.done("POST", f"/v1/ideas/{lamp}/unmerge", story.staff("manager"), apart)
    await story.until(poll, lambda p: lamp in p["idea_ids"])
    await _have_supporters(story, poll_id, {lighthouse: FIRST, lamp: FIRST})
    await story.done("POST", url, story.staff("manager"), merge)
    await _have_supporters(story, poll_id, {lighthouse: 2 * FIRST - 1})
    return lamp


async def _steps(story: ProgrammeStory, poll_id: str, idea_id: str) -> list[str]:
    """How far an idea has come on its ladder, as everybody reads it."""
    url = f"{story.voting_url}/v1/polls/{poll_id}/ladder/{idea_id}"
    return [step["state"] for step in (await story.until(url, bool))["steps"]]


async def _collected(story: ProgrammeStory, number: int, window: str) -> set[str]:
    """The ideas that a review collects, once there are so many."""
    url = f"{story.ideas_url}{story.path}/reviews?window={window}"
    page = await story.until(url, lambda p: len(p["items"]) >= number)
    return {item["idea_id"] for item in page["items"]}


async def _answer(
    story: ProgrammeStory, idea_id: str, outcome: str, reason: str
) -> httpx2.Response:
    """The answer to a manager who tells what becomes of an idea."""
    path, body = f"{story.path}/reviews/{idea_id}", {"outcome": outcome, "reason": reason}
    return await story.send("PUT", path, story.staff("manager"), body)


async def _an_expert_from_outside_looks(story: ProgrammeStory, windmill: str, castle: str) -> None:
    """Mo makes models, and works for somebody else: one idea is given to him, and no other."""
    mo = await colleague(story, "Mo", "expert")
    given, office = f"{story.path}/reviews/{windmill}", "Model maker from outside"
    asked = {"expert_id": mo.id, "office": office}
    await story.done("PUT", f"{given}/expert", story.staff("manager"), asked)
    (message,) = await story.hears(mo, "review_asked")
    assert message["link"].endswith(f"/ideas/{windmill}")
    await mail_to(story, mo, message["subject"])
    (task,) = (await story.done("GET", "/v1/me/reviews", mo.headers))["items"]
    assert (task["idea_id"], task["title"]) == (windmill, "A windmill that grinds")
    sheet = await story.send("GET", f"{story.path}/readiness", mo.headers)
    assert sheet.status_code == 403
    body = {"outcome": "declined", "reason": UNWANTED}
    another = await story.send("PUT", f"{story.path}/reviews/{castle}", mo.headers, body)
    assert another.status_code == 404
    await story.done("PUT", given, mo.headers, body)
    shown = (await story.read(f"{story.path}/reviews"))["items"]
    (review,) = [review for review in shown if review["idea_id"] == windmill]
    assert (review["answered_by"], review["expert"]) == ("expert", office)
    site = f"{story.groundswell.web_url}/contests/{story.contest_id}/decision"
    assert "Answered by an expert from outside" in (await story.http.get(site)).text


async def _the_castle_is_made(story: ProgrammeStory, tom: Person, castle: str) -> None:
    """Tom takes the win, has his say, and keeps his share of each sale."""
    win = f"{story.path}/winners/{castle}/acceptance"
    await story.done("POST", win, tom.headers, {})
    said = {"title": "First model", "words": "Tom chose the towers.", "idea_id": castle}
    await story.done("POST", f"{story.path}/milestones", story.staff("manager"), said)


async def _the_record_shows_it(story: ProgrammeStory, castle: str) -> None:
    """What everybody reads: the reviews, the winner, and what it is promised; it all goes on."""
    decision = await story.decision()
    assert [(w["name"], w["collected"], w["answered"]) for w in decision["review_windows"]] == [
        ("First review", 2, 2),
        ("Second review", 2, 0),
    ]
    assert [(w["idea_id"], w["reason"]) for w in decision["winners"]] == [(castle, WANTED)]
    assert [m["title"] for m in decision["milestones"]] == ["First model"]
    timeline = (await story.read(f"/v1/ideas/{castle}/timeline"))["items"]
    assert {moment["kind"] for moment in timeline[:4]} == {
        *("submitted", "approved", "shortlisted", "ballot_opened")
    }
    assert [(moment["kind"], moment["step"]) for moment in timeline[4:6]] == [
        ("step_reached", 1),
        ("step_reached", 2),
    ]
    assert {moment["kind"] for moment in timeline[6:8]} == {"answered", "winner"}
    assert [moment["kind"] for moment in timeline[8:]] == ["win_confirmed", "milestone"]
    page = await story.page()
    royalty = next(prize for prize in page["prizes"] if prize["name"] == "Royalty")
    assert (royalty["basis_points"], royalty["share_of"]) == (100, "net_sales")
    assert royalty["words"] == "One per cent of net sales for the product's life."
    assert (page["phase"], page["takes_ideas"]) == ("voting", True)
    assert page["answers"] == {"to_answer": 5, "in_time": 3, "share": 6_000}


async def _everybody_reads_of_the_merge(
    story: ProgrammeStory, noor: Person, lamp: str, lighthouse: str
) -> None:
    """Where the votes went, when and why; its author hears it too."""
    (merge,) = (await story.decision())["merged"]
    assert (merge["idea_id"], merge["into_idea_id"], merge["reason"]) == (lamp, lighthouse, SAME)
    moved = [kind for kind in await story.timeline(lamp) if kind.startswith("votes_")]
    assert moved == ["votes_given", "votes_back", "votes_given"]
    taken = [kind for kind in await story.timeline(lighthouse) if kind.startswith("votes_")]
    assert taken == ["votes_taken_in", "votes_returned", "votes_taken_in"]
    amendments = (await story.read(f"{story.path}/amendments", limit="100"))["items"]
    assert [a["reason"] for a in amendments][-3:] == [SAME, APART, SAME]
    assert "A lighthouse whose lamp turns" not in await story.gallery()
    entered = ("idea_received", "idea_approved", "idea_shortlisted", "milestone_reached")
    messages = await story.hears(noor, *entered, "idea_merged", "idea_approved", "idea_merged")
    merged = [message["text"] for message in messages if message["kind"] == "idea_merged"]
    assert all("The votes for it count for that one now" in text for text in merged)


async def _everybody_has_heard(
    story: ProgrammeStory, tom: Person, ada: Person, ben: Person, wim: Person, cara: Person
) -> None:
    """What came into the inboxes of all who handed in an idea."""
    listed = ("idea_received", "idea_approved", "idea_shortlisted", "milestone_reached")
    for person in (ada, cara):
        await story.hears(person, *listed)
    missed = await story.hears(ben, *listed, "idea_answered")
    assert any("It had 1 votes" in message["text"] for message in missed)
    declined = await story.hears(wim, *listed, "idea_answered")
    assert any(UNWANTED in message["text"] for message in declined)
    assert not any("When voting opens" in message["text"] for message in declined)
    won = await story.hears(tom, *listed, "idea_answered", "won")
    assert sum(WANTED in message["text"] for message in won) == 2


async def _the_topics_tell_it(
    story: ProgrammeStory, submarine: str, reached_the_top: list[str]
) -> None:
    """Steps and answers, as whoever listens hears them; each step is told once."""
    castle, windmill, *_ = reached_the_top
    reached = await story.told("ThresholdReached")
    tops = [event.data["idea_id"] for event in reached if event.data["step"] == 2]
    assert tops == reached_the_top
    (missed,) = await story.told("ThresholdMissed")
    assert (missed.data["idea_id"], missed.data["step"], missed.data["votes"]) == (submarine, 1, 1)
    answers = await story.told("IdeaAnswered")
    assert {(a.data["idea_id"], a.data["outcome"], a.data["window"]) for a in answers} == {
        (submarine, "missed", None),
        (castle, "accepted", "First review"),
        (windmill, "declined", "First review"),
    }
    for name in ("WinnerSelected", "WinnerConfirmed", "MilestoneReached"):
        (event,) = await story.told(name)
        assert event.data["idea_id"] == castle
