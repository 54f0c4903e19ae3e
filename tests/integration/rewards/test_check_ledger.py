"""`check-ledger` finds whatever is wrong with the books, and says so by its status."""

from typing import Any

import pytest

from tests.integration.rewards.story import published, selected, vetoed
from tests.integration.rewards.world import World


async def booked(world: World) -> dict[str, Any]:
    """One reward granted, one reversed, one offered, one withdrawn; their ids by that."""
    names = ("granted", "reversed", "offered", "withdrawn")
    await world.hear(published(), *(selected(name, f"payee of {name}") for name in names))
    found = {}
    for reward in (await world.done("GET", "/v1/contests/con_1/rewards"))["items"]:
        found[reward["idea_id"]] = reward["id"]
        if reward["idea_id"] in ("granted", "reversed"):
            assert (await world.accept(reward)).status_code == 200
    await world.hear(vetoed("reversed"), vetoed("withdrawn"))
    return found


async def test_books_that_are_right(world: World) -> None:
    await booked(world)
    before = await world.kept()
    assert await world.program.result("check-ledger") == (0, "entries: 3, differences: 0\n")
    assert await world.kept() == before


async def test_a_balance_that_was_moved(world: World) -> None:
    await booked(world)
    account = "payee:payee of granted:payable"
    moved = await world.database["balances"].update_one(
        {"_id.name": account}, {"$inc": {"amount_minor": 1}}
    )
    assert moved.modified_count == 1
    assert await world.program.result("check-ledger") == (
        1,
        f"{account} of nerc: -49999 GBP kept, -50000 recounted\nentries: 3, differences: 1\n",
    )


@pytest.mark.parametrize("kind", ["grant", "reversal"])
async def test_an_entry_that_is_gone(world: World, kind: str) -> None:
    ids = await booked(world)
    gone = {"reward_id": ids["reversed"], "kind": kind}
    assert (await world.database["entries"].delete_one(gone)).deleted_count == 1
    findings = (await world.audit()).findings
    (unsettled,) = [finding for finding in findings if finding.startswith("reward_")]
    left = "reversal" if kind == "grant" else "grant"
    assert unsettled == f"{ids['reversed']} has the entries {left}, due are grant, reversal"
    assert any(finding.startswith("brand:nerc:prizes") for finding in findings)
    assert any("is not what undoes" in finding for finding in findings) == (kind == "grant")


async def test_an_entry_that_was_changed(world: World) -> None:
    ids = await booked(world)
    await world.database["entries"].update_one(
        {"reward_id": ids["granted"]}, {"$set": {"legs.0.amount_minor": 49_000}}
    )
    off, different, not_due = (await world.audit()).findings
    assert off.endswith("is off balance by -1000 GBP")
    assert different == "brand:nerc:prizes of nerc: 50000 GBP kept, 49000 recounted"
    assert not_due == f"{ids['granted']} has entries of other amounts or accounts than are due"


async def test_an_entry_for_nothing(world: World) -> None:
    """It balances, and so do the accounts; but nobody won."""
    ids = await booked(world)
    await world.database["wins"].delete_one({"_id": ids["granted"]})
    assert (await world.audit()).findings == [f"{ids['granted']} is booked and not known"]


async def test_a_reward_that_was_not_booked(world: World) -> None:
    ids = await booked(world)
    await world.database["wins"].update_one(
        {"_id": ids["offered"]}, {"$set": {"declined_at": None, "acceptance": None, "end": None}}
    )
    assert (await world.audit()).findings == []
    granted = await world.database["wins"].find_one({"_id": ids["granted"]})
    assert granted is not None
    await world.database["wins"].update_one(
        {"_id": ids["offered"]}, {"$set": {"acceptance": granted["acceptance"]}}
    )
    assert (await world.audit()).findings == [
        f"{ids['offered']} has the entries none, due are grant"
    ]


async def test_a_grant_of_another_amount(world: World) -> None:
    """It balances, and the accounts were moved along; but this is not what was promised."""
    ids = await booked(world)
    more = {"$set": {"legs.0.amount_minor": 60_000, "legs.1.amount_minor": -60_000}}
    await world.database["entries"].update_one({"reward_id": ids["granted"]}, more)
    moves = {"brand:nerc:prizes": 10_000, "payee:payee of granted:payable": -10_000}
    for name, amount in moves.items():
        await world.database["balances"].update_one(
            {"_id.name": name}, {"$inc": {"amount_minor": amount}}
        )
    assert (await world.audit()).findings == [
        f"{ids['granted']} has entries of other amounts or accounts than are due"
    ]


async def test_a_grant_to_another_person(world: World) -> None:
    ids = await booked(world)
    stranger = "payee:somebody else:payable"
    moved = {"$set": {"legs.1.account": stranger}}
    await world.database["entries"].update_one({"reward_id": ids["granted"]}, moved)
    await world.database["balances"].delete_one({"_id.name": "payee:payee of granted:payable"})
    await world.database["balances"].insert_one(
        {
            "_id": {"brand_id": "nerc", "name": stranger, "currency": "GBP"},
            "amount_minor": -50_000,
        }
    )
    assert (await world.audit()).findings == [
        f"{ids['granted']} has entries of other amounts or accounts than are due"
    ]
