"""The decision record of a contest that a jury decided, and of one without a vote."""

from typing import Any

import pytest
from playwright.async_api import expect

from tests.e2e.browser import Browsing
from tests.e2e.site import BRAND, Json, Site

pytestmark = pytest.mark.timeout(400)  # the first test starts all of Groundswell

JUROR = "staff_juror"
VETO = "A patent of somebody else stands in the way."
REASON = "The jury was of one mind."
WORDS = "It rolls, and the doors close."
IDEAS = (("Glass roof", 9), ("Folding bench", 7), ("Rain horn", 3))
CHANGES: dict[str, Any] = {
    "template": "themed-contest",
    "title": "Build our next bus",
    "people": ["The drivers"],
    "categories": ["Comfort"],
    "reward_budget": {"amount_minor": 900_000, "currency": "GBP"},
    "selection": {
        "jury": {"criteria": [{"name": "Originality", "weight": 2}], "quorum": 1},
        "shortlist": {"maximum": 3},
    },
}


async def as_juror(site: Site, method: str, path: str, body: object) -> Json:
    """The answer of the ideas service to the one juror."""
    token = site.running.issuer.mint(JUROR, ["juror"], BRAND)
    headers = {"Authorization": f"Bearer {token}"}
    url = site.running.ideas_url + path
    answer = await site.http.request(method, url, json=body, headers=headers)
    assert answer.is_success, answer.text
    document: Json = answer.json()
    return document


async def judge(site: Site, contest: str, purpose: str, scores: dict[str, int]) -> None:
    """A round of the jury from its beginning to its end."""
    rounds = f"/v1{contest}/rounds"
    planned = await site.staff("POST", rounds, {"name": f"The {purpose}", "purpose": purpose})
    one = f"{rounds}/{planned['id']}"
    await site.staff("POST", f"{one}/open", {})
    for idea_id, points in scores.items():
        body = {"scores": {"Originality": points}}
        await as_juror(site, "PUT", f"{one}/ideas/{idea_id}/scores", body)
    await site.staff("POST", f"{one}/close", {})


async def decided(site: Site) -> str:
    """The path of a contest that the jury has decided, and in which a milestone is reached."""
    author = await site.person(site.address("inventor"))
    contest_id = await site.taking_ideas(**CHANGES)
    contest, scores = f"/contests/{contest_id}", {}
    url = f"{site.running.ideas_url}/v1{contest}/ideas"
    for title, points in IDEAS:
        body = {"title": title, "summary": f"{title} for all.", "category": "Comfort"}
        answer = await site.http.post(url, json=body, headers=author.headers)
        assert answer.status_code == 201, answer.text
        scores[str(answer.json()["id"])] = points
        await site.approve(str(answer.json()["id"]))
    juror = f"/v1{contest}/jurors/{JUROR}"
    await site.staff("PUT", juror, {"office": "The head of design"})
    await site.enter(contest_id, "moderation")
    await judge(site, contest, "shortlist", scores)
    first, second, third = scores
    await site.staff("PUT", f"/v1{contest}/shortlist", {"idea_ids": [first, second, third]})
    await judge(site, contest, "winners", scores)
    await site.enter(contest_id, "deliberation")
    await site.staff("POST", f"/v1{contest}/vetoes", {"idea_id": first, "reason": VETO})
    winners = {"idea_ids": [second], "reason": REASON}
    await site.staff("POST", f"/v1{contest}/winners", winners)
    await site.enter(contest_id, "decided", "delivery")
    milestone = {"title": "First ride", "words": WORDS, "idea_id": second}
    await site.staff("POST", f"/v1{contest}/milestones", milestone)
    return contest


async def test_the_record_tells_how_a_jury_decided(browsing: Browsing, site: Site) -> None:
    contest = await decided(site)
    for screen in ("desktop", "phone", "narrow"):
        page = await browsing.page(screen, javascript=False)
        await page.goto(f"{site.url}{contest}/decision")
        for text in (VETO, REASON, WORDS, "The head of design"):
            await expect(page.get_by_text(text).first).to_be_visible()
        ranking = page.get_by_role("region", name="The ranking that decides")
        await expect(ranking.get_by_role("row")).to_contain_text(["Rank", "0.9", "0.7", "0.3"])
        sums = page.get_by_role("region", name="The jury: The winners")
        await expect(sums.get_by_role("row", name="Folding bench")).to_contain_text("of 20")
        await expect(page.get_by_role("region", name="Next in line")).to_contain_text("Rain horn")
        shortlist = page.get_by_role("region", name="The shortlist", exact=True)
        await expect(shortlist).to_contain_text("Glass roof")
        await browsing.check(page, "record")
    page = await browsing.page("phone", javascript=False)
    await page.goto(site.url + contest)
    await expect(page.get_by_role("region", name="What was reached since")).to_contain_text(WORDS)
    await browsing.check(page, "contest-in-delivery")


async def test_a_winner_takes_the_win(browsing: Browsing, site: Site) -> None:
    address = site.address("winner")
    author = await site.person(address)
    vote = await site.open_vote(author)
    await site.certify(vote)
    winners = {"idea_ids": [vote.idea_ids[0]], "reason": REASON}
    await site.staff("POST", f"/v1/contests/{vote.contest_id}/winners", winners)
    page = await browsing.page("narrow", javascript=False)
    await site.sign_in(page, address)
    await page.goto(f"{site.url}/ideas/{vote.idea_ids[0]}")
    await browsing.check(page, "idea-won")
    await page.get_by_role("button", name="Take the win").click()
    await expect(page.get_by_text("You took the win")).to_be_visible()
