"""From a win to money owed, over HTTP: what the winner, the brand and the books say."""

import hashlib
from typing import Literal

import pytest

from groundswell_contracts.rewards import (
    RewardDeclined,
    RewardGranted,
    RewardOffered,
    RewardReversed,
)
from tests.integration.rewards.story import (
    CONTEST,
    TERMS,
    TERMS_HASH,
    WHY,
    no_winner_any_more,
    published,
    selected,
    vetoed,
)
from tests.integration.rewards.world import World
from tests.support.service import Json

OWED = {
    ("brand:nerc:prizes", "GBP"): 50_000,
    ("payee:person_1:payable", "GBP"): -50_000,
}


async def offered(world: World, person: str = "person_1") -> Json:
    """The last reward that a person was offered."""
    await world.hear(published(), selected())
    reward: Json = (await world.statement(person))["rewards"][0]
    return reward


async def test_a_winner_is_offered_what_the_contest_promised(world: World) -> None:
    reward = await offered(world)
    assert reward["status"] == "offered"
    assert reward["amount"] == {"amount_minor": 50_000, "currency": "GBP"}
    assert (reward["contest_title"], reward["idea_title"]) == ("Name our ship", "RRS idea_1")
    assert (reward["terms"], reward["terms_hash"]) == (TERMS, TERMS_HASH)
    assert reward["accepted_at"] is reward["declined_at"] is reward["win_ended"] is None
    statement = await world.statement("person_1")
    assert (statement["balances"], statement["entries"]) == ([], [])
    assert await world.balances() == {}
    (event,) = await world.events()
    assert isinstance(event.data, RewardOffered)
    assert (event.data.reward_id, event.brand_id) == (reward["id"], "nerc")


async def test_an_accepted_reward_is_booked(world: World) -> None:
    answer = await world.accept(await offered(world))
    assert answer.status_code == 200, answer.text
    assert answer.json()["status"] == "granted"
    assert answer.json()["accepted_at"] is not None

    assert await world.balances() == OWED
    statement = await world.statement("person_1")
    assert statement["balances"] == [{"amount_minor": 50_000, "currency": "GBP"}]
    (entry,) = statement["entries"]
    assert (entry["kind"], entry["reverses"]) == ("grant", None)
    assert entry["legs"] == [
        {"account": "brand:nerc:prizes", "amount_minor": 50_000, "currency": "GBP"},
        {"account": "payee:person_1:payable", "amount_minor": -50_000, "currency": "GBP"},
    ]
    _, event = await world.events()
    assert isinstance(event.data, RewardGranted)
    assert event.data.entry_id == entry["id"]


async def test_what_was_accepted_can_be_shown_for_ever(world: World) -> None:
    """The hash kept with the acceptance is that of the text kept with the plan."""
    await world.accept(await offered(world))
    kept = await world.kept("wins", "plans")
    (win,), (plan,) = kept["wins"], kept["plans"]
    text = plan["plan"]["promise"]["terms"]
    assert text == TERMS
    assert win["acceptance"]["terms_hash"] == hashlib.sha256(text.encode()).hexdigest()
    assert win["acceptance"]["accepted_at"].tzinfo is not None


async def test_a_declined_reward_is_never_booked(world: World) -> None:
    answer = await world.decline(await offered(world))
    assert answer.status_code == 200, answer.text
    assert answer.json()["status"] == "declined"
    assert (await world.accept(answer.json())).status_code == 409
    assert await world.kept("entries") == {"entries": []}
    assert isinstance((await world.events())[-1].data, RewardDeclined)


async def test_an_offer_is_withdrawn_by_a_veto(world: World) -> None:
    reward = await offered(world)
    await world.hear(vetoed())
    path = f"/v1/rewards/{reward['id']}"
    reward = await world.done("GET", path, by="participant", subject="person_1")
    assert (reward["status"], reward["win_ended"]["reason"]) == ("withdrawn", WHY)
    for answer in (await world.accept(reward), await world.decline(reward)):
        assert answer.status_code == 409
        assert [error["field"] for error in answer.json()["errors"]] == ["status"]
    assert await world.kept("entries") == {"entries": []}
    assert await world.event_names() == ["RewardOffered"]


async def test_a_granted_reward_is_reversed_by_a_veto(world: World) -> None:
    reward = (await world.accept(await offered(world))).json()
    await world.hear(vetoed())
    assert await world.balances() == {}
    statement = await world.statement("person_1")
    assert statement["balances"] == [{"amount_minor": 0, "currency": "GBP"}]
    assert statement["rewards"][0]["status"] == "reversed"
    grant, reversal = statement["entries"]
    assert (reversal["kind"], reversal["reverses"]) == ("reversal", grant["id"])
    assert [leg["amount_minor"] for leg in reversal["legs"]] == [-50_000, 50_000]
    event = (await world.events())[-1].data
    assert isinstance(event, RewardReversed)
    assert (event.reason, event.reverses, event.entry_id) == (WHY, grant["id"], reversal["id"])
    assert (await world.decline(reward)).status_code == 409


@pytest.mark.parametrize("cause", ["declined", "not_verified"])
async def test_a_reward_ends_with_the_win(
    world: World, cause: Literal["declined", "not_verified"]
) -> None:
    await offered(world)
    await world.hear(no_winner_any_more(cause))
    (reward,) = (await world.statement("person_1"))["rewards"]
    assert reward["status"] == "withdrawn"
    # What a winner said of themselves is not kept: books outlive who is erased.
    shown = "The winner declined it." if cause == "declined" else WHY
    assert (reward["win_ended"]["cause"], reward["win_ended"]["reason"]) == (cause, shown)
    await world.hear(selected("idea_2", "person_2"))
    (other,) = (await world.statement("person_2"))["rewards"]
    assert (await world.accept(other)).json()["status"] == "granted"
    await world.hear(no_winner_any_more(cause, "idea_2", "person_2"))
    assert await world.balances() == {}
    (other,) = (await world.statement("person_2"))["rewards"]
    assert (other["status"], other["win_ended"]["cause"]) == ("reversed", cause)


async def test_a_granted_reward_can_be_given_back(world: World) -> None:
    reward = (await world.accept(await offered(world))).json()
    assert (await world.decline(reward)).json()["status"] == "reversed"
    assert await world.balances() == {}
    assert await world.event_names() == [
        "RewardOffered",
        "RewardGranted",
        "RewardDeclined",
        "RewardReversed",
    ]
    await world.hear(vetoed())
    assert (await world.event_names())[4:] == []


async def test_an_idea_that_is_selected_again_has_a_new_reward(world: World) -> None:
    first = await offered(world)
    await world.accept(first)
    await world.hear(vetoed(), selected())
    second, before = (await world.statement("person_1"))["rewards"]
    assert (before["id"], before["status"]) == (first["id"], "reversed")
    assert (second["id"] != first["id"], second["status"]) == (True, "offered")
    await world.accept(second)
    assert await world.balances() == OWED


async def test_a_contest_without_money_has_no_rewards(world: World) -> None:
    await world.hear(selected(), published(amount=None), selected("idea_2"), vetoed())
    statement = await world.statement("person_1")
    assert statement == {"balances": [], "entries": [], "rewards": [], "next": None}
    listed = await world.done("GET", f"/v1/contests/{CONTEST}/rewards")
    assert listed == {"items": [], "next": None}
    assert await world.events() == []


async def test_a_statement_sums_up_over_brands_and_currencies(world: World) -> None:
    contests = [("nerc", "con_a", "GBP"), ("nike", "con_b", "GBP"), ("nike", "con_c", "JPY")]
    for brand, contest_id, currency in contests:
        told = (published(contest_id, currency=currency), selected(contest_id=contest_id))
        await world.hear(*told, brand=brand)
    for reward in (await world.statement("person_1"))["rewards"]:
        assert (await world.accept(reward)).status_code == 200
    statement = await world.statement("person_1")
    assert statement["balances"] == [
        {"amount_minor": 100_000, "currency": "GBP"},
        {"amount_minor": 50_000, "currency": "JPY"},
    ]
    assert len(statement["entries"]) == 3
    assert (await world.audit()).findings == []


async def test_other_terms_are_not_accepted(world: World) -> None:
    reward = await offered(world)
    before = await world.kept()
    answer = await world.accept(reward | {"terms_hash": "0" * 64})
    assert answer.status_code == 409
    assert [(e["field"], e["rule"]) for e in answer.json()["errors"]] == [("terms_hash", "terms")]
    for wrong in ("", "0" * 63, "G" * 64, None):
        answer = await world.accept(reward | {"terms_hash": wrong})
        assert answer.status_code == 422
        assert [error["field"] for error in answer.json()["errors"]] == ["body.terms_hash"]
    assert await world.kept() == before
