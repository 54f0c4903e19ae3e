"""A brand's own form with pictures, the gallery, the page of an idea and what is said there."""

import re
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.async_api import FilePayload, Page, expect

from tests.e2e.browser import Browsing
from tests.e2e.site import Site
from tests.support.people import Person
from tests.support.pictures import SVG, jpeg

pytestmark = pytest.mark.timeout(400)  # the first test starts all of Groundswell

FORM: dict[str, Any] = {
    "type": "object",
    "required": ["sketches", "story"],
    "properties": {
        "sketches": {
            "type": "array",
            "title": {"en": "Your sketches", "de": "Deine Skizzen"},
            "items": {"type": "string", "format": "media"},
            "accept": ["image"],
            "minItems": 1,
            "maxItems": 3,
        },
        "story": {"type": "string", "title": {"en": "The story behind it"}, "maxLength": 2000},
        "sole": {"type": "string", "title": {"en": "Sole"}, "enum": ["Flat", "Wedge"]},
        "weight": {"type": "integer", "title": {"en": "Weight in grams"}, "minimum": 50},
        "shop": {"type": "string", "title": {"en": "Where it is sold"}, "format": "uri"},
        "seen": {
            "type": "array",
            "title": {"en": "Seen elsewhere"},
            "items": {"type": "string", "format": "uri"},
            "maxItems": 4,
        },
    },
}
CHANGES: dict[str, Any] = {
    "template": "design-and-vote",
    "title": "Draw our next shoe",
    "people": ["The design team"],
    "reward_budget": {"amount_minor": 900_000, "currency": "GBP"},
    "prizes": [{"name": "A pair of it", "goes_to": "winner", "words": "The first one made."}],
    "entry_form": FORM,
    "categories": ["City", "Trail"],
    "languages": ["en", "de"],
    "texts": {
        "en": {"summary": "Sketch the shoe that you would walk a thousand miles in."},
        "de": {"title": "Zeichne unseren nächsten Schuh", "summary": "Für tausend Meilen."},
    },
    "time_zone": "Asia/Tokyo",
    "eligibility": {"minimum_age": 16, "countries": ["GB", "JP"]},
    "terms_of_entry": [
        {"version": 2, "text": "We may show your sketch.", "since": "2026-01-01T00:00:00Z"}
    ],
}
IDEAS = (
    ("Moss runner", "Soft on every trail.", "Trail"),
    ("Tram shoe", "It dries while you ride.", "City"),
    ("Puddle boot", "For children and for the brave.", "City"),
)


@dataclass
class Show:
    """A contest with approved ideas, each with a picture, and their author."""

    contest_id: str
    author: Person
    idea_ids: list[str] = field(default_factory=list)


async def send_picture(site: Site, person: Person, contest_id: str, seed: int) -> str:
    """A picture over HTTP, once it has been checked."""
    uploads, content = f"{site.running.ideas_url}/v1/uploads", jpeg(800, 600, seed)
    body = {
        "contest_id": contest_id,
        "name": "sketch.jpg",
        "bytes": len(content),
        "content_type": "image/jpeg",
    }
    begun = await site.http.post(uploads, json=body, headers=person.headers)
    assert begun.is_success, begun.text
    url = f"{uploads}/{begun.json()['upload_id']}"
    piece = {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    await site.http.patch(url, content=content, headers=person.headers | piece)
    await site.http.post(f"{url}/complete", headers=person.headers)

    async def is_ready() -> bool:
        return bool((await site.http.get(url, headers=person.headers)).json()["state"] == "ready")

    await site.until(is_ready, "the picture is checked")
    return str(begun.json()["upload_id"])


@pytest.fixture(scope="module")
async def show(site: Site) -> Show:
    author = await site.person(site.address("designer"))
    made = Show(await site.taking_ideas(**CHANGES), author)
    url = f"{site.running.ideas_url}/v1/contests/{made.contest_id}/ideas"
    for number, (title, summary, category) in enumerate(IDEAS):
        body = {
            "title": title,
            "summary": summary,
            "category": category,
            "fields": {
                "sketches": [await send_picture(site, author, made.contest_id, number)],
                "story": f"How {title} came to be.",
                "sole": "Flat",
                "weight": 210,
                "seen": ["https://walks.example/1"],
            },
            "declaration": {"age_confirmed": True, "country": "GB"},
            "accepted_terms": 2,
        }
        answer = await site.http.post(url, json=body, headers=author.headers)
        assert answer.status_code == 201, answer.text
        made.idea_ids.append(str(answer.json()["id"]))
        await site.approve(made.idea_ids[-1])
    return made


async def pictures_are_there(page: Page) -> None:
    """Each picture that the page names has come, after a look at all of it."""
    for picture in await page.locator("main img").all():
        await picture.scroll_into_view_if_needed()
        await expect(picture).to_have_js_property("complete", True)
        await expect(picture).not_to_have_js_property("naturalWidth", 0)


async def test_the_contest_says_what_it_promises(
    browsing: Browsing, site: Site, show: Show
) -> None:
    page = await browsing.page("desktop")
    for screen in ("phone", "desktop"):
        page = await browsing.page(screen)
        await page.goto(f"{site.url}/contests/{show.contest_id}")
        for text in (
            "Sketch the shoe that you would walk a thousand miles in.",
            "Asia/Tokyo",
            "A pair of it",
            "from Britain (UK), Japan",
            "Terms of entry, version 2",
        ):
            await expect(page.get_by_text(text).first).to_be_visible()
        await pictures_are_there(page)
        await browsing.check(page, "contest-designs")
    await page.get_by_role("link", name="Deutsch").click()
    heading = page.get_by_role("heading", level=1)
    await expect(heading).to_have_text("Zeichne unseren nächsten Schuh")
    await expect(heading).to_have_attribute("lang", "de")


async def test_the_gallery_is_searched_and_filtered(
    browsing: Browsing, site: Site, show: Show
) -> None:
    page = await browsing.page("narrow", javascript=False)
    await page.goto(f"{site.url}/contests/{show.contest_id}")
    await page.get_by_role("link", name="All ideas, to search and filter").click()
    ideas = page.get_by_role("article").get_by_role("heading")
    await expect(ideas).to_have_count(3)
    shuffled = await ideas.all_inner_texts()
    await page.reload()
    assert await ideas.all_inner_texts() == shuffled
    await browsing.check(page, "gallery")

    await page.get_by_label("Category").select_option("City")
    await page.get_by_label("Order").select_option("Oldest first")
    await page.get_by_role("button", name="Show", exact=True).click()
    await expect(ideas).to_have_text(["Tram shoe", "Puddle boot"])
    await page.get_by_label("Words").fill("brave children")
    await page.get_by_role("button", name="Show", exact=True).click()
    await expect(ideas).to_have_text(["Puddle boot"])
    await page.get_by_label("Words").fill("submarine")
    await page.get_by_role("button", name="Show", exact=True).click()
    await expect(page.get_by_role("status")).to_contain_text("No idea fits.")
    await browsing.check(page, "gallery-nothing")
    await page.get_by_role("link", name="look at all ideas").click()
    await expect(ideas).to_have_count(3)

    desktop = await browsing.page("desktop")
    await desktop.goto(f"{site.url}/contests/{show.contest_id}/ideas")
    await pictures_are_there(desktop)
    await browsing.check(desktop, "gallery")


async def test_the_form_is_the_brands_own(browsing: Browsing, site: Site, show: Show) -> None:
    page = await browsing.page("narrow", javascript=False)
    await site.sign_in(page, site.address("sketcher"))
    await page.goto(f"{site.url}/contests/{show.contest_id}/ideas/new")
    asked = page.get_by_role("region", name="What you are asked for")
    await expect(asked).to_contain_text("1 to 3 files: pictures (JPEG, PNG, WebP or GIF")
    await browsing.check(page, "entry-form")

    await page.get_by_label("Title", exact=True).fill("Cloud slipper")
    await page.get_by_label("Description").fill("It weighs nothing.")
    await page.get_by_label("Category").select_option("City")
    await page.get_by_label("The story behind it").fill("It was raining.")
    await page.get_by_label("Sole").select_option("Wedge")
    await page.get_by_label("Weight in grams").fill("12")
    await page.get_by_label("Where it is sold").fill("https://shop.example/cloud")
    await page.get_by_label("Seen elsewhere").fill("https://a.example\nhttps://b.example")
    await page.get_by_label("The country you enter from").select_option("Japan")
    await page.get_by_label("I am 16 years old or more.").check()
    await page.get_by_label("I have read these terms and accept them.").check()
    files = page.get_by_label(re.compile("^(Choose|Add) files"))
    await files.set_input_files(FilePayload(name="evil.png", mimeType="image/png", buffer=SVG))
    await page.get_by_role("button", name="Hand in this idea").click()
    await expect(page.get_by_role("alert")).to_contain_text("evil.png: ")
    await expect(files).to_have_attribute("aria-invalid", "true")
    await expect(page.get_by_label("Title", exact=True)).to_have_value("Cloud slipper")
    await browsing.check(page, "entry-refused-file")

    sketch = FilePayload(name="cloud.jpg", mimeType="image/jpeg", buffer=jpeg(900, 700, 41))
    await files.set_input_files(sketch)
    await page.get_by_role("button", name="Hand in this idea").click()
    await expect(page.get_by_role("alert")).to_contain_text("Has to be 50 at least.")
    await expect(page.get_by_label("Keep cloud.jpg")).to_be_checked()
    await pictures_are_there(page)
    await browsing.check(page, "entry-flaws")

    await page.get_by_label("Weight in grams").fill("120")
    await page.get_by_role("button", name="Hand in this idea").click()
    await expect(page.get_by_role("status")).to_contain_text("Received")
    await pictures_are_there(page)
    for text in ("It was raining.", "Wedge", "120", "https://b.example"):
        await expect(page.get_by_text(text)).to_be_visible()
    await browsing.check(page, "entry-received")


async def test_a_draft_is_kept_finished_and_taken_back(
    browsing: Browsing, site: Site, show: Show
) -> None:
    page = await browsing.page("phone", javascript=False)
    await site.sign_in(page, site.address("drafter"))
    await page.goto(f"{site.url}/contests/{show.contest_id}/ideas/new")
    await page.get_by_label("Title", exact=True).fill("Half a shoe")
    await page.get_by_label("Description").fill("The other half comes later.")
    await page.get_by_role("button", name="Keep it as a draft").click()
    await expect(page.get_by_role("status")).to_contain_text("Draft: nobody else can see it")
    await page.get_by_role("link", name="My ideas").click()
    await browsing.check(page, "my-ideas")
    await page.get_by_role("link", name="Go on with the draft").click()
    await page.get_by_label("Title", exact=True).fill("A whole shoe")
    await page.get_by_role("button", name="Save the draft").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("A whole shoe")
    await page.get_by_text("Take it back", exact=True).click()
    await page.get_by_label("I take this idea back for good.").check()
    await page.get_by_role("button", name="Take my idea back").click()
    await expect(page.get_by_text("Taken back")).to_be_visible()


async def test_an_idea_is_discussed(browsing: Browsing, site: Site, show: Show) -> None:
    idea = f"/ideas/{show.idea_ids[1]}"
    page = await browsing.page("narrow", javascript=False)
    await page.goto(site.url + idea)
    await expect(page.get_by_role("region", name="What happened to it")).to_contain_text("Approved")
    preview = page.locator('meta[property="og:title"]')
    await expect(preview).to_have_attribute("content", re.compile("Tram shoe"))
    await pictures_are_there(page)
    await page.get_by_role("link", name="Sign in to say something").click()
    await site.sign_in(page, site.address("reader"))
    await expect(page).to_have_url(site.url + idea)

    await page.get_by_label("Question").check()
    await page.get_by_label("Say something, or ask").fill("Does it dry in winter?")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_text("An editor reads it before it is shown here.")).to_be_visible()
    queue = await site.staff(
        "GET", f"/v1/moderation/queue?contest_id={show.contest_id}&kind=comment"
    )
    asked = next(case["subject_id"] for case in queue["items"])
    await site.staff("POST", f"/v1/comments/{asked}/approve", {})
    answer = {"text": "It does, we walked it in Sapporo.", "parent_id": asked}
    await site.staff("POST", f"/v1{idea}/comments", answer)
    for screen in ("desktop", "phone", "narrow"):
        reader = await browsing.page(screen, javascript=False)
        await reader.goto(site.url + idea)
        said = reader.get_by_role("region", name="What people say")
        await expect(said.get_by_text("Does it dry in winter?").first).to_be_visible()
        await expect(said.get_by_text("Staff")).to_be_visible()
        await pictures_are_there(reader)
        await browsing.check(reader, "idea-discussed")

    stranger = await browsing.page("phone", javascript=False)
    await site.sign_in(stranger, site.address("stranger"))
    await stranger.goto(site.url + idea)
    await stranger.get_by_role("link", name=re.compile("^Report the comment")).click()
    await stranger.get_by_role("radio").first.check()
    await browsing.check(stranger, "report")
    await stranger.get_by_role("button", name="Report it").click()
    await expect(stranger.get_by_text("Thank you, an editor will look at it.")).to_be_visible()
    await stranger.get_by_role("button", name="Get a link of my own").click()
    await expect(stranger.get_by_text("Your link to share:")).to_be_visible()
    await browsing.check(stranger, "idea-shared")
