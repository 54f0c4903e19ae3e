"""The page of an idea: what is said there, what people do about it, and how it is shared."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from groundswell_kit.ids import new_id
from tests.integration.web.world import Browser, World, form_key

PERSON = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture(autouse=True)
async def _nobody_is_signed_in(world: World) -> None:
    await world.forget_everything()


@dataclass
class Own:
    """Somebody who is signed in, and an idea that they have handed in."""

    browser: Browser
    contest_id: str
    path: str

    @property
    def idea_id(self) -> str:
        return self.path.rpartition("/")[2]


@pytest.fixture
async def own(world: World) -> AsyncIterator[Own]:
    contest_id = await world.contest("submission")
    async with world.signed_in() as browser:
        answer = await browser.send(
            f"/contests/{contest_id}/ideas",
            title="RRS Ada",
            summary="She can count.",
            key=new_id("form"),
        )
        yield Own(browser, contest_id, answer.headers["location"])


async def test_what_was_turned_down_can_be_appealed_once(world: World, own: Own) -> None:
    await world.staff("POST", f"/v1/ideas/{own.idea_id}/reject", {"reason": "A bank is called so."})
    page = await own.browser.get(own.path)
    assert "A bank is called so." in page.text
    mine = await own.browser.get("/my-ideas")
    assert "A bank is called so." in mine.text
    answer = await own.browser.send(f"{own.path}/appeal", words="The bank is gone.")
    assert answer.status_code == 303
    page = await own.browser.get(own.path)
    assert "The bank is gone." in page.text
    assert f'action="{own.path}/appeal"' not in page.text
    again = await own.browser.send(f"{own.path}/appeal", words="Once more.")
    assert again.status_code == 409
    assert "Once more." not in page.text


async def test_what_is_said_waits_and_is_then_shown(world: World, own: Own) -> None:
    await world.staff("POST", f"/v1/ideas/{own.idea_id}/approve", {})
    page = await own.browser.get(own.path)
    fields = {"text": "Why <she>?", "kind": "question", "key": form_key(page)}
    for _ in range(2):  # sent twice, said once
        answer = await own.browser.send(f"{own.path}/comments", **fields)
        assert answer.headers["location"] == f"{own.path}?said=held#discussion"
    queue = await world.staff("GET", f"/v1/moderation/queue?contest_id={own.contest_id}")
    (case,) = [case for case in queue["items"] if case["kind"] == "comment"]
    await world.staff("POST", f"/v1/comments/{case['subject_id']}/approve", {})
    page = await own.browser.get(own.path)
    assert "Why &lt;she&gt;?" in page.text
    assert "Take it back" in page.text
    too_long = await own.browser.send(f"{own.path}/comments", text="x" * 2_001, kind="comment")
    assert too_long.status_code == 422
    assert "x" * 2_001 in too_long.text
    assert 'id="say-error"' in too_long.text
    reply = {"text": "x" * 2_001, "parent_id": case["subject_id"]}
    refused = await own.browser.send(f"{own.path}/comments", **reply)
    keys = re.findall(r'name="key" value="([^"]+)"', refused.text)
    assert len(keys) == len(set(keys)) == 2
    gone = await own.browser.send(f"/comments/{case['subject_id']}/delete")
    assert gone.headers["location"] == f"{own.path}#discussion"
    assert "This was taken back." in (await own.browser.get(own.path)).text


async def test_a_report_says_what_is_wrong(world: World, own: Own) -> None:
    await world.staff("POST", f"/v1/ideas/{own.idea_id}/approve", {})
    async with world.signed_in("ben@example.com") as ben:
        form = await ben.get(f"{own.path}/report")
        assert form.status_code == 200
        for fields in ({"words": "Look."}, {"code": "other", "words": ""}, {"code": "nonsense"}):
            answer = await ben.send(f"{own.path}/report", **fields)
            assert answer.status_code == 422, fields
            assert fields.get("words", "") in answer.text
        answer = await ben.send(f"{own.path}/report", code="off-topic")
        assert answer.headers["location"] == f"{own.path}?said=reported#discussion"
    found = await world.staff("GET", f"/v1/moderation/reports?subject_id={own.idea_id}")
    assert [report["reason_code"] for report in found["items"]] == ["off-topic"]


async def test_taking_an_idea_back_needs_a_tick(own: Own) -> None:
    assert (await own.browser.send(f"{own.path}/withdraw")).status_code == 422
    answer = await own.browser.send(f"{own.path}/withdraw", confirmed="on")
    assert answer.headers["location"] == "/my-ideas"
    assert "Taken back" in (await own.browser.get("/my-ideas")).text
    late = await own.browser.get(f"{own.path}/edit")
    assert late.status_code == 409


async def test_an_idea_is_shared_with_a_picture_and_its_visits_are_counted(
    world: World, own: Own
) -> None:
    async with world.browser() as stranger:
        for name in ("card.png", "qr.svg"):
            assert (await stranger.get(f"{own.path}/{name}")).status_code == 404
        await world.staff("POST", f"/v1/ideas/{own.idea_id}/approve", {})
        for name, kind in (("card.png", "image/png"), ("qr.svg", "image/svg+xml")):
            picture = await stranger.get(f"{own.path}/{name}")
            assert picture.headers["content-type"] == kind
            known = await stranger.get(
                f"{own.path}/{name}", **{"If-None-Match": picture.headers["etag"]}
            )
            assert known.status_code == 304
        reading = {"User-Agent": PERSON, "Sec-Fetch-Site": "cross-site"}
        page = await stranger.get(f"{own.path}?via=mail", **reading)
        # Going on within the site is no second visit by that link.
        await stranger.get(f"{own.path}?via=mail", **{"User-Agent": PERSON})
        assert re.search(r'<meta property="og:title" content="[^"]*RRS Ada', page.text)
        await stranger.get(f"{own.path}?via=mail", **reading | {"User-Agent": "Googlebot/2.1"})
    link = await own.browser.send(f"{own.path}/share")
    assert re.search(rf"{own.path}\?via=[A-Za-z0-9_-]+", link.text)
    sources = await world.staff("GET", f"/v1/ideas/{own.idea_id}/sources")
    by_source = {one["source"]: one["visits"] for one in sources["sources"]}
    assert (by_source["mail"], by_source["site"]) == (1, 1)


async def test_a_gallery_keeps_its_order_for_a_viewer(world: World, own: Own) -> None:
    async with world.browser() as viewer:
        first = await viewer.get(f"/contests/{own.contest_id}/ideas")
        kept = viewer.http.cookies["groundswell-order"]
        assert kept.isdecimal()
        assert "set-cookie" in first.headers
        second = await viewer.get(f"/contests/{own.contest_id}/ideas")
        assert "set-cookie" not in second.headers
        for strange in ("order=best", "cursor=nonsense", "q=" + "x" * 300):
            answer = await viewer.get(f"/contests/{own.contest_id}/ideas?{strange}")
            assert answer.status_code in (404, 422), strange


async def test_the_gallery_is_searched_in_whatever_order_it_stands(world: World, own: Own) -> None:
    await world.staff("POST", f"/v1/ideas/{own.idea_id}/approve", {})
    gallery = f"/contests/{own.contest_id}/ideas"
    async with world.browser() as viewer:
        for order in ("", "&order=shuffled", "&order=oldest"):
            found = await viewer.get(f"{gallery}?q=count{order}")
            assert (found.status_code, "RRS Ada" in found.text) == (200, True), order
        for words in ("submarine", "%21%21", "a%00b"):
            found = await viewer.get(f"{gallery}?q={words}")
            assert (found.status_code, "No idea fits." in found.text) == (200, True), words
        remixes = await viewer.get(f"{gallery}?remix_of={own.idea_id}&q=count")
        assert remixes.status_code == 200
        assert (await viewer.get(f"{gallery}?remix_of=../../sign-in")).status_code == 404


async def test_a_form_that_was_sent_with_other_words_can_be_sent_again(
    world: World, own: Own
) -> None:
    await world.staff("POST", f"/v1/ideas/{own.idea_id}/approve", {})
    key = form_key(await own.browser.get(own.path))
    comments = f"{own.path}/comments"
    first = await own.browser.send(comments, text="Once.", kind="comment", key=key)
    assert first.status_code == 303
    other = await own.browser.send(comments, text="Twice.", kind="comment", key=key)
    assert other.status_code == 422
    assert "Twice." in other.text
    again = await own.browser.send(comments, text="Twice.", kind="comment", key=form_key(other))
    assert again.status_code == 303


async def test_who_confirms_a_share_says_what_everybody_says_who_enters(world: World) -> None:
    eligibility = {"minimum_age": 13, "countries": ["GB", "IE"]}
    contest_id = await world.contest("submission", eligibility=eligibility)
    async with world.signed_in() as ann, world.signed_in("bob@example.com") as bob:
        found = re.search(r'class="mono">(person_\w+)<', (await bob.get("/account")).text)
        assert found
        said = {"title": "RRS Ada", "summary": "She counts.", "age": "on", "country": "GB"}
        entries = f"/contests/{contest_id}/ideas"
        handed_in = await ann.send(entries, **said, team=f"{found[1]} 40", key=new_id("form"))
        path = handed_in.headers["location"]

        page = await bob.get(path)
        assert "not confirmed yet" in page.text
        assert "I am 13 years old or more." in page.text
        assert '<option value="IE">Ireland</option>' in page.text
        assert 'name="age"' not in (await ann.get(path)).text
        wanting = await bob.send(f"{path}/team", wanted="yes", country="IE")
        assert wanting.status_code == 422
        assert 'id="age-error"' in wanting.text
        assert '<option value="IE" selected>Ireland</option>' in wanting.text
        done = await bob.send(f"{path}/team", wanted="yes", country="IE", age="on")
        assert (done.status_code, done.headers["location"]) == (303, path)
        page = await bob.get(path)
        assert "not confirmed yet" not in page.text
        assert 'name="age"' not in page.text
        assert (await bob.send(f"{path}/team", wanted="no")).headers["location"] == "/my-ideas"


async def test_what_is_shown_in_answer_to_a_form_leads_back_to_the_idea(own: Own) -> None:
    for act in ("comments", "appeal", "share", "win", "team", "withdraw"):
        answer = await own.browser.get(f"{own.path}/{act}")
        assert (answer.status_code, answer.headers["location"]) == (303, own.path)


async def test_a_form_is_shown_again_in_the_language_of_the_page(world: World) -> None:
    contest_id = await world.contest(
        "submission", languages=["en", "de"], texts={"de": {"title": "Unser Schiff"}}
    )
    german = {"Accept-Language": "de"}
    async with world.signed_in() as browser:
        fields = {"title": "RRS Ada", "summary": "She can count.", "key": new_id("form")}
        handed_in = await browser.send(f"/contests/{contest_id}/ideas", **fields)
        path = handed_in.headers["location"]
        await world.staff("POST", f"/v1/ideas/{path.rpartition('/')[2]}/approve", {})
        said = {"csrf": await browser.form_token(), "text": "x" * 2_001}
        for act in ("comments", "share"):
            answer = await browser.post(f"{path}/{act}", said, **german)
            assert "Unser Schiff" in answer.text, act


async def test_who_reports_a_comment_comes_back_to_its_idea(world: World, own: Own) -> None:
    await world.staff("POST", f"/v1/ideas/{own.idea_id}/approve", {})
    await own.browser.send(f"{own.path}/comments", text="Buy this.", kind="comment")
    queue = await world.staff("GET", f"/v1/moderation/queue?contest_id={own.contest_id}")
    (comment_id,) = [case["subject_id"] for case in queue["items"] if case["kind"] == "comment"]
    await world.staff("POST", f"/v1/comments/{comment_id}/approve", {})
    async with world.signed_in("ben@example.com") as ben:
        assert "Buy this." in (await ben.get(f"/comments/{comment_id}/report")).text
        answer = await ben.send(f"/comments/{comment_id}/report", code="off-topic")
        assert answer.headers["location"] == f"{own.path}?said=reported#discussion"
