"""A pizza chain lets everybody design a pizza, share it, and earn with each order of it.

No jury and no vote: what the automatic check finds nothing in goes live by itself.
"""

from collections import Counter

import pytest

from tests.support.people import Person
from tests.support.programme_story import Json, ProgrammeStory, in_days, rules_of

pytestmark = pytest.mark.timeout(400)

SHARE = {
    "name": "Your share",
    "goes_to": "author",
    "words": "25 cents of each order of your pizza, for as long as we sell it.",
    "amount": {"amount_minor": 25, "currency": "AUD"},
}
APPEAL = "It is my grandmother's recipe; the trattoria closed in 1998."
COPIED = "This is Pia's picture."


async def test_designs_go_live_are_shared_and_can_be_sold(story: ProgrammeStory) -> None:
    pia, leo, nina, otto = await story.people("Pia", "Leo", "Nina", "Otto")

    await _it_opens_for_good(story)

    # Pia's pizza is live as soon as she has sent it in, and has the code that each sale names.
    # Half of what it earns her is to go to the sea rescue.
    half = {"charity": "Sea rescue", "basis_points": 5_000}
    mango = await _hand_in(story, pia, "The Smoky Mango", seed=1, gift=half)
    assert (mango["status"], mango["gift"]) == ("approved", half)
    assert mango["product_code"]
    assert await story.gallery() == ["The Smoky Mango"]
    await _everybody_sees_its_picture(story, mango)

    # Leo's breaks a rule, as the check has it. An editor says no, he says why not, and is heard.
    trattoria = await _hand_in(
        story,
        leo,
        "Nonna's White",
        seed=2,
        summary="We made it at www.trattoria-rosa.example once.",
    )
    assert trattoria["status"] == "submitted"
    assert await _findings(story, trattoria) == [("link", "www.trattoria-rosa.example")]
    await _reject(story, trattoria, {"reason_code": "advertising"})
    appeal = f"/v1/ideas/{trattoria['id']}/appeal"
    await story.done("PUT", appeal, leo.headers, {"words": APPEAL})
    (case,) = await _queue(story)
    assert (case["causes"], case["appeal"]["words"]) == (["appeal"], APPEAL)
    await story.approve(trattoria["id"])
    assert (await story.done("GET", appeal, leo.headers))["outcome"] == "upheld"

    # Otto sends Pia's picture as his own: it is held, and the editor is shown whose it is like.
    copy = await _hand_in(story, otto, "Tropical Smoke", seed=1)
    assert copy["status"] == "submitted"
    assert ("near_image", mango["id"]) in await _findings(story, copy)
    await _reject(story, copy, {"reason_code": "not-own-work", "reason": COPIED})

    # Nina makes something of Pia's, who is promised a fifth of what it earns.
    remix = await _hand_in(
        story, nina, "Mango Nights", seed=3, parent={"idea_id": mango["id"], "share": 2_000}
    )
    assert (remix["status"], remix["parent_share"]) == ("approved", 2_000)
    assert remix["product_code"] != mango["product_code"]
    lineage = await story.read(f"/v1/ideas/{remix['id']}/lineage")
    assert [a["title"] for a in lineage["ancestors"]] == ["The Smoky Mango"]
    lineage = await story.read(f"/v1/ideas/{mango['id']}/lineage")
    assert [(r["title"], r["share"]) for r in lineage["remixes"]] == [("Mango Nights", 2_000)]

    # Pia shares hers; the links tell where people came from.
    await _shared(story, pia, nina, mango)

    # Going live is the answer here, and everybody has had theirs.
    answers = (await story.page())["answers"]
    assert answers == {"to_answer": 4, "in_time": 4, "share": 10_000}

    # When the brand ends it, what is there stays, and nothing more comes in.
    assert await story.gallery() == ["The Smoky Mango", "Nonna's White", "Mango Nights"]
    await story.move_to("closed")
    late = await story.try_to_hand_in(otto.headers, "Too late")
    assert rules_of(late) == [("phase", "phase")]
    assert await story.gallery() == ["The Smoky Mango", "Nonna's White", "Mango Nights"]
    decision = await story.decision()
    assert (decision["phase"], decision["winners"], decision["tally"]) == ("closed", [], None)

    await _everybody_has_heard(story, pia, leo, nina, otto)
    await _the_topics_tell_it(story, mango, trattoria, remix)


async def _it_opens_for_good(story: ProgrammeStory) -> None:
    """Opened once, and for as long as the programme runs: no end, no jury, no vote."""
    await story.draft("make-and-earn", "Make a pizza")
    assert await story.missing() == {
        *("owner", "people", "rules", "answer_by", "reward_budget", "prizes")
    }
    await story.change(
        owner="The test kitchen",
        people=["Kitchen", "Shops"],
        rules="Your own recipe and your own pictures. We cook what people order.",
        answer_by=in_days(30),
        reward_budget={"amount_minor": 10_000_000, "currency": "AUD"},
        prizes=[SHARE],
    )
    await story.open()
    page = await story.page()
    assert page["takes_ideas"]
    assert page["timetable"]["submission_closes_at"] is None
    assert page["polls"] == []
    site = await story.http.get(f"{story.groundswell.web_url}/contests/{story.contest_id}")
    assert "Make a pizza" in site.text
    assert "This vote is" not in site.text


async def _hand_in(
    story: ProgrammeStory, designer: Person, title: str, *, seed: int, **entry: object
) -> Json:
    """Somebody sends a picture of a pizza with its recipe; the design as it stands then."""
    picture = await story.picture(designer.headers, seed, "pizza.jpg")
    summary = {"summary": f"{title}: {_RECIPES[seed - 1]}"} | entry
    idea_id = await story.hand_in(
        designer.headers, title, fields={"pictures": [picture]}, **summary
    )
    return await story.done("GET", f"/v1/ideas/{idea_id}", designer.headers)


_RECIPES = (
    "mango, smoked cheese and basil.",
    "potatoes, rosemary and nothing red.",
    "the same at midnight, with chilli and charcoal dough.",
)


async def _everybody_sees_its_picture(story: ProgrammeStory, idea: Json) -> None:
    (picture,) = idea["fields"]["pictures"]
    shown = await story.http.get(f"{story.ideas_url}/v1/media/{picture}/medium")
    assert (shown.status_code, shown.headers["Content-Type"]) == (200, "image/webp")


async def _queue(story: ProgrammeStory) -> list[Json]:
    """What waits for an editor."""
    path = f"/v1/moderation/queue?contest_id={story.contest_id}"
    return list((await story.done("GET", path, story.staff("editor")))["items"])


async def _findings(story: ProgrammeStory, idea: Json) -> list[tuple[str, str]]:
    """What the check has held a design for, as an editor reads it."""
    (case,) = [case for case in await _queue(story) if case["subject_id"] == idea["id"]]
    return [(found["kind"], found["match"]) for found in case["screening"]["findings"]]


async def _reject(story: ProgrammeStory, idea: Json, why: Json) -> None:
    await story.done("POST", f"/v1/ideas/{idea['id']}/reject", story.staff("editor"), why)


async def _shared(story: ProgrammeStory, pia: Person, nina: Person, mango: Json) -> None:
    """Two people share a pizza, three look at it; who made it reads where they came from."""
    path = f"/v1/ideas/{mango['id']}"
    hers = await story.done("POST", f"{path}/share-links", pia.headers)
    ninas = await story.done("POST", f"{path}/share-links", nina.headers)
    assert hers["link"] == f"{story.groundswell.web_url}/ideas/{mango['id']}?via={hers['code']}"
    for visitor, via in (("first", hers), ("second", hers), ("third", ninas), ("first", hers)):
        visit = {"via": via["code"], "visitor": f"the {visitor} visitor"}
        await story.send("POST", f"{path}/visits", None, visit)
    found = await story.done("GET", f"{path}/sources", pia.headers)
    visits = {source["code"]: source["visits"] for source in found["sources"]}
    assert visits == {hers["code"]: 2, ninas["code"]: 1}
    card = await story.read(f"{path}/card")
    tags = {tag["name"]: tag["content"] for tag in card["tags"]}
    assert tags["og:title"] == "The Smoky Mango"
    drawn = await story.http.get(f"{story.ideas_url}{card['image']['path']}")
    assert drawn.headers["Content-Type"] == "image/png"


async def _everybody_has_heard(
    story: ProgrammeStory, pia: Person, leo: Person, nina: Person, otto: Person
) -> None:
    """What came into the inboxes of all who handed in a design."""
    for person in (pia, nina):
        await story.hears(person, "idea_received", "idea_approved")
    heard = await story.hears(leo, "idea_received", "idea_rejected", "idea_approved")
    assert any("advert" in message["text"].lower() for message in heard)
    heard = await story.hears(otto, "idea_received", "idea_rejected")
    assert any(COPIED in message["text"] for message in heard)


async def _the_topics_tell_it(story: ProgrammeStory, *live: Json) -> None:
    """What whoever sells these pizzas hears: which are live, and by which codes."""
    approved = await story.told("IdeaApproved")
    codes = [(event.data["title"], event.data["product_code"]) for event in approved]
    assert sorted(codes) == sorted((idea["title"], idea["product_code"]) for idea in live)
    counts = Counter(event.name for event in await story.told())
    assert counts == {
        "StaffBriefed": 1,
        "ContestPublished": 1,
        "ContestPhaseChanged": 2,
        "IdeaSubmitted": 4,
        "IdeaApproved": 3,
        "IdeaRejected": 2,
    }
