"""Screening on a real MongoDB: what is kept, what resembles what, and what a look-up costs."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from groundswell_ideas.screening.commands import Among, ScreeningCommands
from groundswell_ideas.screening.lists import folding, word_lists
from groundswell_ideas.screening.queries import ScreeningQueries
from groundswell_ideas.screening.rules import Content, Finding, Policy
from groundswell_ideas.screening.rules.resemblance import text_fingerprint
from groundswell_ideas.screening.screens import TextScreen
from groundswell_ideas.screening.store import ScreeningStore
from groundswell_kit.ids import new_id
from groundswell_kit.mongo import connected, transaction
from groundswell_kit.problems import Problem
from groundswell_local.engines import Engines

SHOE = "A shoe that grows with the child and can be mended at home with a needle and some thread."
PIZZA = "Mango, smoked cheese and a handful of basil on a thin crust, baked in a clay oven at noon."
PICTURE, NEARLY, ANOTHER = "00ff00ff00ff00ff", "00ff00ff10ff01ff", "123456789abcdef0"


@pytest.fixture(scope="module")
async def store(engines: Engines) -> AsyncIterator[ScreeningStore]:
    async with connected(engines.mongo.address, new_id("test")) as database:
        store = ScreeningStore(database)
        await store.ensure_indexes()
        yield store
        await database.client.drop_database(database.name)


@pytest.fixture
def commands(store: ScreeningStore) -> ScreeningCommands:
    return ScreeningCommands(store, folding(), [TextScreen(folding(), word_lists())])


@pytest.fixture
def contest() -> str:
    return new_id("con")


def content(title: str, summary: str, **images: str) -> Content:
    return Content(texts={"title": title, "summary": summary}, images=images)


def told(findings: Sequence[Finding]) -> list[tuple[str, str, str]]:
    return [(finding.kind, finding.where, finding.match) for finding in findings]


async def test_what_was_found_is_kept_for_staff(
    commands: ScreeningCommands, store: ScreeningStore, contest: str
) -> None:
    clean, foul = new_id("idea"), new_id("idea")
    published = await commands.screen("nerc", contest, clean, content("Boots", SHOE), Policy())
    held = await commands.screen("nerc", contest, foul, content("$h1t", PIZZA), Policy())
    assert (published.outcome, published.findings) == ("publish", ())
    assert (held.outcome, told(held.findings)) == ("hold", [("word", "title", "$h1t")])
    queries = ScreeningQueries(store)
    assert await queries.find("nerc", [clean, foul]) == {clean: published, foul: held}
    assert await queries.find("another", [clean, foul]) == {}


async def test_what_is_blocked_is_refused_and_leaves_nothing(
    commands: ScreeningCommands, store: ScreeningStore, contest: str
) -> None:
    policy = Policy(treatments={"link": "block"})
    idea = new_id("idea")
    with pytest.raises(Problem) as refused:
        await commands.screen("nerc", contest, idea, content("Buy", f"{SHOE} www.x.com"), policy)
    assert (refused.value.kind.slug, refused.value.kind.status) == ("refused-by-screening", 422)
    assert [(e.field, e.rule) for e in refused.value.errors] == [("body.summary", "link")]
    assert await store.find("nerc", [idea]) == {}
    again = await commands.screen("nerc", contest, new_id("idea"), content("Buy", SHOE), policy)
    assert again.outcome == "publish"


async def test_near_duplicates_are_found_with_the_match(
    commands: ScreeningCommands, contest: str
) -> None:
    first = new_id("idea")
    await commands.screen("nerc", contest, first, content("Boots", SHOE, photo=PICTURE), Policy())
    copied = content("Sandals", SHOE.replace("needle", "NEEDLE, strong"), picture=NEARLY)
    found = await commands.screen("nerc", contest, new_id("idea"), copied, Policy())
    assert told(found.findings) == [
        ("near_text", "summary", first),
        ("near_image", "picture", first),
    ]
    other = content("ВООТЅ!", PIZZA, photo=ANOTHER)  # noqa: RUF001 - other letters of the same look
    found = await commands.screen("nerc", contest, new_id("idea"), other, Policy())
    assert told(found.findings) == [("same_title", "title", first)]


@pytest.mark.parametrize(
    ("brand", "elsewhere", "among"),
    [("another", False, "ideas"), ("nerc", True, "ideas"), ("nerc", False, "comments")],
)
async def test_only_the_same_kind_in_the_same_contest_is_compared(
    commands: ScreeningCommands, contest: str, brand: str, elsewhere: bool, among: Among
) -> None:
    boots = content("Boots", SHOE, photo=PICTURE)
    await commands.screen("nerc", contest, new_id("idea"), boots, Policy())
    place = new_id("con") if elsewhere else contest
    found = await commands.screen(brand, place, new_id("idea"), boots, Policy(), among)
    assert found.findings == ()


async def test_a_revision_replaces_what_was_kept(
    commands: ScreeningCommands, store: ScreeningStore, contest: str
) -> None:
    idea = new_id("idea")
    await commands.screen("nerc", contest, idea, content("Boots", f"{SHOE} shit"), Policy())
    revised = await commands.screen("nerc", contest, idea, content("Boots", SHOE), Policy())
    assert revised.findings == ()
    assert await store.find("nerc", [idea]) == {idea: revised}


async def test_what_is_forgotten_resembles_nothing(
    commands: ScreeningCommands, store: ScreeningStore, contest: str
) -> None:
    idea = new_id("idea")
    await commands.screen("nerc", contest, idea, content("Boots", SHOE), Policy())
    for _ in range(2):
        await commands.forget("nerc", idea)
    assert await store.find("nerc", [idea]) == {}
    found = await commands.screen("nerc", contest, new_id("idea"), content("Boots", SHOE), Policy())
    assert found.findings == ()


async def test_screening_is_part_of_the_callers_transaction(
    commands: ScreeningCommands, store: ScreeningStore, contest: str
) -> None:
    idea = new_id("idea")

    async def work() -> None:
        await commands.screen("nerc", contest, idea, content("Boots", SHOE), Policy())
        raise LookupError("the caller thinks better of it")

    with pytest.raises(LookupError):
        await transaction(store.client, work)
    assert await store.find("nerc", [idea]) == {}


class Trademarks:
    """A brand's own screen."""

    async def look(self, content: Content, policy: Policy) -> Sequence[Finding]:
        assert policy.own_words == ()
        return [
            Finding("acme_trademark", "block", where, "Boaty", "a trademark")
            for where, text in content.texts.items()
            if "Boaty" in text
        ]


class Broken:
    async def look(self, content: Content, policy: Policy) -> Sequence[Finding]:
        raise OSError(f"no network for {content} under {policy}")


class Slow:
    async def look(self, content: Content, policy: Policy) -> Sequence[Finding]:
        await asyncio.sleep(60)
        raise AssertionError(f"nobody waits so long for {content} under {policy}")


async def test_a_brand_brings_its_own_screen(store: ScreeningStore, contest: str) -> None:
    commands = ScreeningCommands(store, folding(), [], {"nerc": [Trademarks()]})
    boaty = content("Boaty", SHOE)
    with pytest.raises(Problem, match="must not hold a trademark"):
        await commands.screen("nerc", contest, new_id("idea"), boaty, Policy())
    elsewhere = await commands.screen("another", contest, new_id("idea"), boaty, Policy())
    assert elsewhere.outcome == "publish"


@pytest.mark.parametrize("screen", [Broken(), Slow()], ids=["broken", "slow"])
async def test_a_screen_that_fails_lets_a_person_look(
    store: ScreeningStore, contest: str, screen: Broken | Slow
) -> None:
    commands = ScreeningCommands(store, folding(), [], {"nerc": [screen]})
    found = await commands.screen("nerc", contest, new_id("idea"), content("B", SHOE), Policy())
    assert (found.outcome, [f.kind for f in found.findings]) == ("hold", ["screen_failed"])


async def test_a_look_up_is_one_query_of_an_index(store: ScreeningStore, contest: str) -> None:
    fingerprints = store._fingerprints
    nouns = ["shoe", "boat", "pizza", "brick", "river", "song", "paper", "cloud", "stone", "glass"]
    rows = []
    for n in range(3_000):
        words = " ".join(
            nouns[int(digit)] + digit for digit in f"{n * 7_919:012d}{n * 104_729:012d}"
        )
        one = text_fingerprint(folding().skeleton(words))
        assert one is not None
        rows.append(
            {"brand_id": "nerc", "contest_id": contest, "among": "ideas", "kind": "text"}
            | {"subject_id": f"idea_{n}", "signature": one.signature, "bands": one.bands}
        )
    await fingerprints.insert_many(rows)
    own = text_fingerprint(folding().skeleton(SHOE))
    assert own is not None
    wanted = store.sharing_a_band("nerc", contest, "idea_x", "ideas", own)
    plan = await fingerprints.find(wanted).explain()
    ran = plan["executionStats"]
    assert "IXSCAN" in str(plan["queryPlanner"]["winningPlan"])
    assert "COLLSCAN" not in str(plan["queryPlanner"]["winningPlan"])
    assert ran["totalKeysExamined"] <= 2 * len(own.probes) + 30
    assert ran["totalDocsExamined"] <= 30
