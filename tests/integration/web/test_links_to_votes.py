"""What a link named goes along with its visitor up to the vote: in addresses and forms alone."""

import json
import re
from html import unescape

import pytest

from groundswell_kit.clock import utc_now
from tests.integration.web.test_adversity import TAKEN, answering, same_person
from tests.integration.web.test_several_polls import POLLS, people_voting
from tests.integration.web.world import World

pytestmark = pytest.mark.timeout(240)

CODE = "c0de-of_Nina"


@pytest.fixture(autouse=True)
async def _nobody_is_signed_in(world: World) -> None:
    await world.forget_everything()


def form_of(page: str, action: str) -> dict[str, str]:
    """The hidden fields of the first form with this action."""
    start = f'<form method="post" action="{re.escape(action)}"'
    found = re.search(rf"{start}[^>]*>(.*?)</form>", page, re.DOTALL)
    assert found is not None, page
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', found[1])
    return {name: unescape(value) for name, value in fields}


def led_to(page: str, path: str) -> str:
    """Where the page leads to that has this path: by its first link there, or its first form."""
    found = re.search(rf'(?:href|action)="({re.escape(path)}(?:\?[^"]*)?)"', page)
    assert found is not None, page
    return unescape(found[1])


async def test_who_follows_a_link_signs_in_and_votes_by_it(world: World) -> None:
    contest_id = await world.contest("submission", "voting")
    contest = await world.staff("GET", f"/v1/contests/{contest_id}")
    ((poll_id,), votes) = contest["poll_ids"], f"/contests/{contest_id}/votes"
    ideas = await world.staff("GET", f"/v1/contests/{contest_id}/ideas")
    (idea_id,) = [idea["id"] for idea in ideas["items"]]
    path, heard = f"/ideas/{idea_id}", dict[str, bytes]()
    unknown: dict[str, tuple[int, object]] = {f"/v1/receipts/{TAKEN['vote_id']}": (404, {})}
    async with people_voting(world, contest, idea_id, unknown, heard) as visitor:
        visitor.http.cookies.clear()
        arrived = await visitor.get(f"{path}?via={CODE}", **{"Sec-Fetch-Site": "cross-site"})
        assert not arrived.cookies
        (link,) = re.findall(r'href="(/sign-in[^"]*)">Sign in to vote', arrived.text)
        answer = await world.sign_in(visitor, "ann@example.com", unescape(link))
        assert answer.headers["location"] == f"{path}?via={CODE}"
        back = await visitor.get(answer.headers["location"])
        form = form_of(back.text, votes)
        assert form["via"] == CODE
        voted = await visitor.post(votes, form)
        assert voted.headers["location"] == f"/contests/{contest_id}?via={CODE}#your-vote"
        assert json.loads(heard[f"/v1/polls/{poll_id}/passes"]) == {"via": CODE}
        # And on from there, to a further vote.
        page = (await visitor.get(voted.headers["location"])).text
        assert f'<a href="{path}?via={CODE}">' in page


async def test_who_looks_around_in_the_gallery_still_votes_by_it(world: World) -> None:
    contest_id = await world.contest("submission", "voting")
    contest = await world.staff("GET", f"/v1/contests/{contest_id}")
    ((poll_id,), votes) = contest["poll_ids"], f"/contests/{contest_id}/votes"
    ideas = await world.staff("GET", f"/v1/contests/{contest_id}/ideas")
    (idea_id,) = [idea["id"] for idea in ideas["items"]]
    path, heard = f"/contests/{contest_id}", dict[str, bytes]()
    gallery = f"{path}/ideas"
    async with people_voting(world, contest, idea_id, heard=heard) as visitor:
        page = (await visitor.get(f"{path}?via={CODE}")).text
        assert f'<a href="{gallery}?via={CODE}">' in page
        page = (await visitor.get(f"{gallery}?via={CODE}")).text
        for wanted in ("category=none", "q=nothing", "briefs=yes", f"remix_of={idea_id}"):
            address = f"{gallery}?{wanted}&via={CODE}"
            narrowed = (await visitor.get(address)).text
            assert f'<a href="{gallery}?via={CODE}">' in narrowed
            assert f'<input type="hidden" name="via" value="{CODE}">' in narrowed
            assert f'href="{path}?via={CODE}"' in narrowed
        assert f'<a href="/ideas/{idea_id}?via={CODE}">' in page
        page = (await visitor.get(f"/ideas/{idea_id}?via={CODE}")).text
        assert f'<a href="{gallery}?via={CODE}">' in page
        assert f'href="{path}"' not in page
        await visitor.post(votes, form_of(page, votes))
    assert json.loads(heard[f"/v1/polls/{poll_id}/passes"]) == {"via": CODE}


async def test_the_polls_of_a_contest_keep_it(world: World) -> None:
    contest_id = await world.contest("submission", "voting", polls=POLLS)
    contest = await world.staff("GET", f"/v1/contests/{contest_id}")
    ideas = await world.staff("GET", f"/v1/contests/{contest_id}/ideas")
    (idea_id,) = [idea["id"] for idea in ideas["items"]]
    path, (north, south) = f"/contests/{contest_id}", contest["poll_ids"]
    async with people_voting(world, contest, idea_id) as visitor:
        page = (await visitor.get(f"{path}?via={CODE}")).text
        for poll_id in (north, south):
            assert f'href="{path}?poll={poll_id}&amp;via={CODE}"' in page
        voted = await visitor.send(
            f"{path}/votes", poll_id=south, idea_id=idea_id, several="yes", via=CODE
        )
        assert voted.headers["location"] == f"{path}?poll={south}&via={CODE}#your-vote"


async def test_a_ballot_keeps_it(world: World) -> None:
    contest_id = await world.contest("submission", "voting", polls=POLLS[:1])
    contest = await world.staff("GET", f"/v1/contests/{contest_id}")
    ideas = await world.staff("GET", f"/v1/contests/{contest_id}/ideas")
    (idea_id,) = [idea["id"] for idea in ideas["items"]]
    (poll_id,) = contest["poll_ids"]
    poll = {
        "poll_id": poll_id,
        "stage": "open",
        "paused": False,
        "rules": {"kind": "changeable"},
        "idea_ids": [idea_id],
        "closes_at": contest["timetable"]["voting_closes_at"],
    }
    taken = {"vote_id": "v", "poll_id": poll_id, "idea_ids": [idea_id], "revision": 1}
    path, heard = f"/contests/{contest_id}", dict[str, bytes]()
    besides: dict[str, tuple[int, object]] = {
        f"/v1/polls/{poll_id}": (200, poll),
        f"/v1/polls/{poll_id}/ballot": (200, {"periods": []}),
    }
    async with people_voting(world, contest, idea_id, besides, heard) as visitor:
        form = form_of((await visitor.get(f"{path}?via={CODE}")).text, f"{path}/ballot")
        assert form["via"] == CODE
        besides[f"/v1/polls/{poll_id}/ballot"] = (202, taken)
        voted = await visitor.post(f"{path}/ballot", form | {"choice": idea_id})
    assert voted.headers["location"] == f"{path}?via={CODE}#your-vote"
    assert json.loads(heard[f"/v1/polls/{poll_id}/passes"]) == {"via": CODE}


async def test_who_says_or_reports_something_still_votes_by_it(world: World) -> None:
    contest_id = await world.contest("submission", "voting")
    contest = await world.staff("GET", f"/v1/contests/{contest_id}")
    ((poll_id,), votes) = contest["poll_ids"], f"/contests/{contest_id}/votes"
    ideas = await world.staff("GET", f"/v1/contests/{contest_id}/ideas")
    (idea_id,) = [idea["id"] for idea in ideas["items"]]
    path, heard = f"/ideas/{idea_id}", dict[str, bytes]()
    comments, report = f"{path}/comments", f"{path}/report"
    async with people_voting(world, contest, idea_id, heard=heard) as visitor:
        page = (await visitor.get(f"{path}?via={CODE}")).text
        too_long = {"text": "x" * 2_001, "kind": "comment"}
        page = (await visitor.send(led_to(page, comments), **too_long)).text
        assert form_of(page, votes)["via"] == CODE
        said = await visitor.send(led_to(page, comments), text="Why she?", kind="question")
        assert said.headers["location"] == f"{path}?said=held&via={CODE}#discussion"
        again = await visitor.get(led_to(page, comments))
        assert again.headers["location"] == f"{path}?via={CODE}"

        page = (await visitor.get(said.headers["location"])).text
        asked = (await visitor.get(led_to(page, report))).text
        assert led_to(asked, path) == f"{path}?via={CODE}"
        asked = (await visitor.send(led_to(asked, report))).text
        assert "Choose what is wrong." in asked
        told = await visitor.send(led_to(asked, report), code="off-topic")
        assert told.headers["location"] == f"{path}?said=reported&via={CODE}#discussion"

        page = (await visitor.get(told.headers["location"])).text
        page = (await visitor.send(led_to(page, f"{path}/share"))).text
        await visitor.post(votes, form_of(page, votes))
    assert json.loads(heard[f"/v1/polls/{poll_id}/passes"]) == {"via": CODE}


async def test_what_was_said_is_reported_and_taken_back_by_people_who_keep_it(world: World) -> None:
    contest_id = await world.contest("submission", "voting")
    ideas = await world.staff("GET", f"/v1/contests/{contest_id}/ideas")
    (idea_id,) = [idea["id"] for idea in ideas["items"]]
    path, came = f"/ideas/{idea_id}", f"?via={CODE}"
    async with world.signed_in() as ann, world.signed_in("ben@example.com") as ben:
        await ann.send(f"{path}/comments", text="Why she?", kind="question")
        queue = await world.staff("GET", f"/v1/moderation/queue?contest_id={contest_id}")
        (comment_id,) = [case["subject_id"] for case in queue["items"]]
        await world.staff("POST", f"/v1/comments/{comment_id}/approve", {})
        report, delete = f"/comments/{comment_id}/report", f"/comments/{comment_id}/delete"

        page = (await ben.get(f"{path}{came}")).text
        asked = (await ben.get(led_to(page, report))).text
        told = await ben.send(led_to(asked, report), code="off-topic")
        assert told.headers["location"] == f"{path}?said=reported&via={CODE}#discussion"
        page = (await ann.get(f"{path}{came}")).text
        unsaid = await ann.send(led_to(page, delete))
        assert unsaid.headers["location"] == f"{path}{came}#discussion"


async def test_who_follows_the_contest_keeps_it(world: World) -> None:
    contest_id = await world.contest("submission", "voting")
    path, follows = f"/contests/{contest_id}", f"/v1/follows/{contest_id}"
    following = {"since": utc_now().isoformat()}
    async with (
        world.signed_in() as browser,
        answering({follows: (200, following)}) as address,
        world.site(notifications_url=address) as site,
        same_person(world, browser, site) as visitor,
    ):
        page = (await visitor.get(f"{path}?via={CODE}")).text
        done = await visitor.send(led_to(page, f"{path}/follow"), wanted="no")
    assert done.headers["location"] == f"{path}?via={CODE}#follow"


async def test_who_sends_again_what_was_not_answered_keeps_it(world: World) -> None:
    contest_id = await world.contest("submission", "voting")
    path = f"/contests/{contest_id}/follow"
    async with (
        world.signed_in() as browser,
        answering({f"/v1/follows/{contest_id}": (503, {})}) as address,
        world.site(notifications_url=address) as site,
        same_person(world, browser, site) as visitor,
    ):
        token = await browser.form_token()
        done = await visitor.post(f"{path}?via={CODE}", {"csrf": token, "wanted": "yes"})
    assert done.status_code == 503
    assert led_to(done.text, path) == f"{path}?via={CODE}"


async def test_who_signs_in_to_say_something_keeps_it(world: World) -> None:
    contest_id = await world.contest("submission", "voting")
    ideas = await world.staff("GET", f"/v1/contests/{contest_id}/ideas")
    (idea_id,) = [idea["id"] for idea in ideas["items"]]
    path = f"/ideas/{idea_id}?via={CODE}"
    async with world.browser() as stranger:
        page = (await stranger.get(path)).text
        (link,) = re.findall(r'href="(/sign-in[^"]*)">Sign in to say', page)
        answer = await world.sign_in(stranger, "ann@example.com", unescape(link))
    assert answer.headers["location"] == path


@pytest.mark.parametrize("via", ["", "a b", "<b>", "x" * 41])
async def test_what_no_link_can_name_is_dropped(world: World, via: str) -> None:
    contest_id = await world.contest("submission", "voting")
    contest = await world.staff("GET", f"/v1/contests/{contest_id}")
    ideas = await world.staff("GET", f"/v1/contests/{contest_id}/ideas")
    (idea_id,) = [idea["id"] for idea in ideas["items"]]
    ((poll_id,), votes) = contest["poll_ids"], f"/contests/{contest_id}/votes"
    heard = dict[str, bytes]()
    async with people_voting(world, contest, idea_id, heard=heard) as visitor:
        page = await visitor.http.get(f"/ideas/{idea_id}", params={"via": via})
        assert "via" not in form_of(page.text, votes)
        voted = await visitor.post(votes, form_of(page.text, votes) | {"via": via})
        said = await visitor.http.get(f"/ideas/{idea_id}/comments", params={"via": via})
    assert said.headers["location"] == f"/ideas/{idea_id}"
    assert voted.headers["location"] == f"/contests/{contest_id}#your-vote"
    assert heard[f"/v1/polls/{poll_id}/passes"] == b""
