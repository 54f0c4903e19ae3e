"""A drinks maker makes one drink with the people of two countries, each in a way of its own.

One contest, two variants: Vietnam and the Philippines have their own language, clocks, prizes,
votes and winners. What people say at the tables of their eateries is taken down on the spot.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.support.colleagues import mail_to
from tests.support.people import Person
from tests.support.programme_story import (
    Headers,
    Json,
    ProgrammeStory,
    in_days,
    in_seconds,
    rules_of,
    until_clocks_show,
    whole_minute,
)
from tests.support.story import BRAND, expect

pytestmark = pytest.mark.timeout(400)

VIETNAM, PHILIPPINES = "Vietnam", "Philippines"
HO_CHI_MINH, MANILA = "Asia/Ho_Chi_Minh", "Asia/Manila"
TITLES = {"en": "Our drink, your way", "vi": "Thức uống của bạn", "tl": "Ang inumin mo"}
TERMS = "The recipe stays yours; we may brew it for five years."
STORM = "A storm is coming in: the eateries close, and so does the vote."
SECONDS_TO_VOTE = 45


@dataclass(slots=True)
class Tables:
    """Who sits there, the ids of the ideas by their titles, and the polls by region."""

    story: ProgrammeStory
    an: Person
    binh: Person
    luz: Person
    closes_in_manila: datetime
    rosa: Person = field(init=False)
    ideas: dict[str, str] = field(default_factory=dict)
    polls: dict[str, str] = field(default_factory=dict)

    async def brew(self, by: Person, title: str, country: str, seed: int) -> None:
        """Somebody hands a drink in from their country."""
        self.ideas[title] = await self.story.hand_in(
            by.headers, title, **await self.entry(by.headers, country, seed)
        )

    async def entry(self, by: Headers, country: str, seed: int) -> Json:
        """What an entry says beside its title."""
        return {
            "fields": {"sketches": [await self.story.picture(by, seed)]},
            "declaration": {"country": country, "birth_years": [1980, 2000]},
            "accepted_terms": 1,
        }


async def test_each_region_has_a_drink_of_its_own(story: ProgrammeStory) -> None:
    an, binh = await story.people("An", "Binh", country="VN")
    luz = await story.person("Luz", country="PH")
    tables = Tables(story, an, binh, luz, closes_in_manila=whole_minute(SECONDS_TO_VOTE))

    await one_contest_speaks_to_each_region(tables)
    await people_enter_where_they_live(tables)
    await rosa_s_recipe_is_taken_down_at_her_table(tables)
    await each_region_has_its_shortlist(tables)
    await each_region_votes_on_its_own(tables)
    await manila_s_clocks_end_its_vote_and_vietnam_votes_on(tables)
    await each_region_has_its_winners(tables)
    await all_regions_are_shown_together(tables)
    await everybody_was_told(tables)


def _clock(moment: datetime, zone: str) -> str:
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M:00}"


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:00Z}"


async def one_contest_speaks_to_each_region(tables: Tables) -> None:
    """Both votes end at the same time of the clocks on the wall: not at the same moment."""
    story, closing = tables.story, _clock(tables.closes_in_manila, MANILA)
    await story.draft("regional", TITLES["en"], vote="binding")
    assert "regions" in await story.missing()
    await story.change(**_terms(closing))
    await story.open()

    for locale, title in TITLES.items():
        assert (await story.page(locale=locale))["title"] == title
    elsewhere = await story.page(locale="th")
    assert (elsewhere["title"], elsewhere["locale"]) == (TITLES["en"], "en")
    vietnam, philippines = elsewhere["regions"]
    assert vietnam["voting_closes"]["local"].startswith(closing)
    assert philippines["voting_closes"]["local"].startswith(closing)
    assert philippines["voting_closes"]["utc"] == _utc(tables.closes_in_manila)
    an_hour_later = tables.closes_in_manila + timedelta(hours=1)
    assert vietnam["voting_closes"]["utc"] == _utc(an_hour_later)
    assert [region["prizes"][0]["name"] for region in (vietnam, philippines)] == [
        "Cơm trưa",
        "Tanghalian",
    ]


def _terms(closing: str) -> Json:
    """What the drinks maker promises; the votes end at this time of each region's clocks."""
    return {
        "owner": "The taste team",
        "people": ["Brewmasters", "The teams at the eateries"],
        "rules": "One vote for each person, where they live.",
        "languages": [*TITLES],
        "texts": {locale: {"title": title} for locale, title in TITLES.items()},
        "time_zone": "Asia/Singapore",
        "timetable": {
            "submission_closes_at": in_seconds(SECONDS_TO_VOTE),
            "voting_opens_at": in_seconds(SECONDS_TO_VOTE),
            "voting_closes_at": in_seconds(7_200),
        },
        "answer_by": in_days(30),
        "reward_budget": {"amount_minor": 2_000_000, "currency": "SGD"},
        "eligibility": {"countries": ["VN", "PH"], "minimum_age": 18},
        "terms_of_entry": [{"version": 1, "text": TERMS, "since": "2026-01-01T00:00:00Z"}],
        "regions": [
            _region(VIETNAM, "vi", HO_CHI_MINH, "VN", closing, "Cơm trưa", winners=1),
            _region(PHILIPPINES, "tl", MANILA, "PH", closing, "Tanghalian", winners=2),
        ],
    }


def _region(
    name: str, language: str, zone: str, country: str, closing: str, prize: str, winners: int
) -> Json:
    words = "A year of lunches where you had the idea."
    return {
        "name": name,
        "title": f"Our drink in {name}",
        "language": language,
        "time_zone": zone,
        "countries": [country],
        "voting_closes": closing,
        "prizes": [{"name": prize, "goes_to": "winner", "words": words}],
        "winners": winners,
    }


async def people_enter_where_they_live(tables: Tables) -> None:
    story, an = tables.story, tables.an
    entry = await tables.entry(an.headers, "VN", 1)
    for changed, refusal in (
        ({"declaration": {"country": "TH", "age_confirmed": True}}, "body.declaration.country"),
        ({"declaration": {"country": "VN"}}, "body.declaration.age_confirmed"),
        ({"region": PHILIPPINES}, "body.region"),
        ({"accepted_terms": None}, "body.accepted_terms"),
    ):
        refused = await story.try_to_hand_in(an.headers, "Not so", **{**entry, **changed})
        assert [field for field, _ in rules_of(refused)] == [refusal]
    await tables.brew(an, "Cà phê dừa", "VN", 2)
    await tables.brew(tables.binh, "Trà sen", "VN", 3)
    await tables.brew(tables.luz, "Sago't gulaman", "PH", 4)


async def rosa_s_recipe_is_taken_down_at_her_table(tables: Tables) -> None:
    """Somebody of the brand ate at Rosa's three days ago, and hands in what she told them.

    She has never been here: they know her address, and she reads in her mail what they did.
    """
    story, waiter = tables.story, tables.story.employee("tessa", "editor")
    address = f"rosa.{story.run}@example.org"
    body = {"email": address, "locale": "tl", "time_zone": MANILA}
    captures = f"{story.groundswell.identity_url}/v1/brands/{BRAND}/captures"
    captured = expect(await story.http.post(captures, headers=waiter, json=body), 201)
    told_at = datetime.now(UTC).replace(microsecond=0) - timedelta(days=3)
    capture = {
        "title": "Calamansi at tanglad",
        "summary": "Half a calamansi, lemon grass, and ice from this morning.",
        **await tables.entry(waiter, "PH", 5),
        "participant_id": captured["person_id"],
        "on_behalf_of": "Told at her carinderia on Aurora Boulevard.",
        "original_at": told_at.isoformat(),
    }
    idea = await story.done("POST", f"{story.path}/ideas/on-behalf", waiter, capture)
    tables.ideas["Calamansi at tanglad"] = idea["id"]
    assert idea["region"] == PHILIPPINES

    mail = await mail_to(story, Person(captured["person_id"], address, "", ""))
    assert "“The taste team” has entered “Calamansi at tanglad”" in mail.text
    assert "sign in with this address" in mail.text
    tables.rosa = await story.person("Rosa", country="PH")
    assert tables.rosa.id == captured["person_id"]
    (mine,) = (await story.done("GET", "/v1/me/ideas", tables.rosa.headers))["items"]
    assert mine["record"]["acceptance"]["terms_version"] == 1
    read_by_staff = await story.done("GET", f"/v1/ideas/{idea['id']}", waiter)
    provenance = read_by_staff["record"]["provenance"]
    assert (provenance["kind"], provenance["on_behalf_of"]) == ("staff", capture["on_behalf_of"])
    trail = await story.http.get(captures, headers=story.staff("auditor"))
    assert expect(trail, 200)["items"] == [captured]
    await story.approve(idea["id"])
    shown = await story.read(f"/v1/ideas/{idea['id']}")
    assert datetime.fromisoformat(shown["original_at"]) == told_at
    assert (shown["participant_id"], shown["record"]) == (tables.rosa.id, None)
    assert "Aurora" not in str(shown)


async def each_region_has_its_shortlist(tables: Tables) -> None:
    story, editor = tables.story, tables.story.staff("editor")
    for title in ("Cà phê dừa", "Trà sen", "Sago't gulaman"):
        await story.approve(tables.ideas[title])
    told_three_days_ago, *today = await story.gallery()
    assert (told_three_days_ago, len(today)) == ("Calamansi at tanglad", 3)
    vietnam = await story.gallery(region=VIETNAM)
    assert vietnam == ["Cà phê dừa", "Trà sen"]

    async def set_shortlist(region: str | None, *titles: str) -> list[str]:
        headers = editor | await story.version()
        body = {"region": region, "idea_ids": [tables.ideas[title] for title in titles]}
        answer = await story.send("PUT", f"{story.path}/shortlist", headers, body)
        return [rule for _, rule in rules_of(answer)] if answer.is_error else []

    assert await set_shortlist(None, *vietnam) == ["missing"]
    assert await set_shortlist(VIETNAM, "Trà sen", "Sago't gulaman") == ["region"]
    assert await set_shortlist(VIETNAM, *vietnam) == []
    manager = story.staff("manager") | await story.version()
    half = await story.send("POST", f"{story.path}/phase", manager, {"to": "voting"})
    assert rules_of(half) == [(f"shortlists.{PHILIPPINES}", "missing")]
    assert await set_shortlist(PHILIPPINES, "Sago't gulaman", "Calamansi at tanglad") == []


async def each_region_votes_on_its_own(tables: Tables) -> None:
    story, ideas = tables.story, tables.ideas
    await story.move_to("voting")
    (opening,) = [
        e for e in await story.told("ContestPhaseChanged") if e.data["to_phase"] == "voting"
    ]
    vietnam, philippines = opening.data["polls"]
    tables.polls = {VIETNAM: vietnam["poll_id"], PHILIPPINES: philippines["poll_id"]}
    assert philippines["closes_at"] == _utc(tables.closes_in_manila)
    assert vietnam["closes_at"] == _utc(tables.closes_in_manila + timedelta(hours=1))
    assert vietnam["rules"]["time_zone"] == HO_CHI_MINH
    for poll_id in tables.polls.values():
        await story.poll_opens(poll_id)

    abroad = await story.ask_pass(tables.polls[VIETNAM], tables.luz.headers)
    assert (abroad.status_code, abroad.json()["type"]) == (403, "/problems/not-eligible")
    votes = {ideas["Sago't gulaman"]: 4, ideas["Calamansi at tanglad"]: 7}
    await story.crowd_votes(tables.polls[PHILIPPINES], votes, country="PH")
    votes = {ideas["Cà phê dừa"]: 3, ideas["Trà sen"]: 5}
    await story.crowd_votes(tables.polls[VIETNAM], votes, country="VN")
    own = await story.try_to_vote(tables.polls[VIETNAM], tables.an.headers, ideas["Cà phê dừa"])
    assert own.is_success, own.text


async def manila_s_clocks_end_its_vote_and_vietnam_votes_on(tables: Tables) -> None:
    """In Hanoi it is an hour earlier. Then a storm comes in, which everybody reads."""
    story, ideas = tables.story, tables.ideas
    last = await story.ask_pass(tables.polls[PHILIPPINES], tables.luz.headers)
    assert datetime.now(UTC) < tables.closes_in_manila
    await until_clocks_show(tables.closes_in_manila)
    assert await story.certified(tables.polls[PHILIPPINES]) == {
        ideas["Sago't gulaman"]: 4,
        ideas["Calamansi at tanglad"]: 7,
    }
    late = await story.put_into_the_box(
        tables.polls[PHILIPPINES], last.json()["pass"], ideas["Sago't gulaman"]
    )
    assert late.json()["type"] == "/problems/voting-not-open"
    assert (await story.page())["phase"] == "voting"
    voter = story.voter("somebody in Hanoi", "VN")
    still = await story.try_to_vote(tables.polls[VIETNAM], voter, ideas["Trà sen"])
    assert still.is_success, still.text

    change = {"poll_id": tables.polls[VIETNAM], "closes_at": in_seconds(5)}
    amendment = {"reason": STORM, "poll_changed": change}
    await story.done("POST", f"{story.path}/amendments", story.staff("manager"), amendment)
    assert await story.certified(tables.polls[VIETNAM]) == {
        ideas["Trà sen"]: 6,
        ideas["Cà phê dừa"]: 4,
    }
    await story.move_to("deliberation")


async def each_region_has_its_winners(tables: Tables) -> None:
    story, manager = tables.story, tables.story.staff("manager")

    async def wins(region: str | None, *titles: str) -> list[str]:
        choice = {
            "region": region,
            "idea_ids": [tables.ideas[title] for title in titles],
            "reason": "As the people there have voted.",
        }
        answer = await story.send("POST", f"{story.path}/winners", manager, choice)
        return [rule for _, rule in rules_of(answer)] if answer.is_error else []

    assert await wins(None, "Trà sen") == ["missing"]
    assert "binding" in await wins(VIETNAM, "Cà phê dừa")
    assert await wins(VIETNAM, "Trà sen") == []
    headers = manager | await story.version()
    half = await story.send("POST", f"{story.path}/phase", headers, {"to": "decided"})
    assert rules_of(half) == [(f"winners.{PHILIPPINES}", "missing")]
    assert await wins(PHILIPPINES, "Calamansi at tanglad", "Sago't gulaman") == []
    await story.move_to("decided")
    await story.move_to("delivery")
    brewed = {"title": "First barrel", "words": "Trà sen is on tap in forty quáns."}
    await story.done("POST", f"{story.path}/milestones", manager, brewed)
    await story.move_to("closed")


async def all_regions_are_shown_together(tables: Tables) -> None:
    decision = await tables.story.decision()
    shown = [decision["tally"], *decision["other_tallies"]]
    assert {
        tally["region"]: [(idea["title"], idea["votes"]) for idea in tally["ideas"]]
        for tally in shown
    } == {
        VIETNAM: [("Trà sen", 6), ("Cà phê dừa", 4)],
        PHILIPPINES: [("Calamansi at tanglad", 7), ("Sago't gulaman", 4)],
    }
    assert [(w["region"], w["title"], w["rank"]) for w in decision["winners"]] == [
        (VIETNAM, "Trà sen", 1),
        (PHILIPPINES, "Calamansi at tanglad", 1),
        (PHILIPPINES, "Sago't gulaman", 2),
    ]
    assert [(a["region"], a["title"]) for a in decision["alternates"]] == [(VIETNAM, "Cà phê dừa")]
    assert not decision["overruled"]
    timeline = await tables.story.timeline(tables.ideas["Calamansi at tanglad"])
    assert timeline[:3] == ["had", "submitted", "approved"]
    amendments = await tables.story.read(f"{tables.story.path}/amendments")
    assert [a["reason"] for a in amendments["items"]] == [STORM]


async def everybody_was_told(tables: Tables) -> None:
    story = tables.story
    stood = ["idea_received", "idea_approved", "idea_shortlisted"]
    public = ["voting_opened", "result_published", "milestone_reached"]
    messages = await story.hears(tables.an, *stood, *public)
    (opened,) = [message for message in messages if message["kind"] == "voting_opened"]
    assert "until" not in opened["text"]  # which is another time in each region
    for winner in (tables.binh, tables.luz, tables.rosa):
        await story.hears(winner, *stood, "won", *public)

    (published,) = await story.told("ContestPublished")
    assert published.data["regions"] == [VIETNAM, PHILIPPINES]
    handed_in = {e.data["title"]: e.data for e in await story.told("IdeaSubmitted")}
    assert handed_in["Calamansi at tanglad"]["region"] == PHILIPPINES
    assert handed_in["Calamansi at tanglad"]["participant_id"] == tables.rosa.id
    won = await story.told("WinnerSelected")
    assert [(e.data["region"], e.data["title"]) for e in won] == [
        (VIETNAM, "Trà sen"),
        (PHILIPPINES, "Calamansi at tanglad"),
        (PHILIPPINES, "Sago't gulaman"),
    ]
    everything = str(await story.told())
    assert "birth_years" not in everything  # what people declare of themselves is in no event
    assert "Aurora" not in everything
