from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell_rewards.ledger.rules import (
    Account,
    Entry,
    Leg,
    Recount,
    entry_id,
    grant,
    imbalance,
    negated,
    owed,
    payable,
    post,
    prizes,
    reversal,
)
from groundswell_rewards.plans.rules import Money

NOW = datetime(2027, 1, 15, 12, tzinfo=UTC)
LEGS = st.lists(
    st.builds(
        Leg,
        st.sampled_from(["brand:nerc:prizes", "payee:person_1:payable", "payee:person_2:payable"]),
        st.integers(-(10**12), 10**12),
        st.sampled_from(["GBP", "EUR", "JPY"]),
    ),
    max_size=6,
)
GRANTS = st.builds(
    grant,
    brand_id=st.sampled_from(["nerc", "nike"]),
    contest_id=st.just("con_1"),
    reward_id=st.uuids().map(str),
    payee_id=st.sampled_from(["person_1", "person_2"]),
    amount=st.builds(Money, st.integers(1, 10**12), st.sampled_from(["GBP", "EUR", "JPY"])),
    at=st.just(NOW),
)


def books(grants: Sequence[Entry], undone: set[int]) -> list[Entry]:
    """Grants, some of them with their reversal, in the order in which books are recounted."""
    entries = []
    for number, entry in enumerate(grants):
        entries += [entry, reversal(entry, NOW)] if number in undone else [entry]
    return entries


def recounted(entries: Sequence[Entry]) -> Recount:
    recount = Recount()
    for entry in entries:
        recount.take(entry)
    return recount


def test_a_grant_debits_the_expense_and_credits_the_payable() -> None:
    entry = grant(
        brand_id="nerc",
        contest_id="con_1",
        reward_id="reward_1",
        payee_id="person_1",
        amount=Money(50_000, "GBP"),
        at=NOW,
    )
    assert entry.legs == (
        Leg("brand:nerc:prizes", 50_000, "GBP"),
        Leg("payee:person_1:payable", -50_000, "GBP"),
    )
    assert (entry.id, entry.reverses) == (entry_id("reward_1", "grant"), None)


@given(GRANTS)
def test_every_entry_sums_to_zero_in_each_currency(entry: Entry) -> None:
    assert imbalance(entry.legs) == imbalance(reversal(entry, NOW).legs) == {}


@given(LEGS)
def test_an_imbalance_is_what_is_left_over(legs: list[Leg]) -> None:
    left = imbalance(legs)
    for currency in {leg.currency for leg in legs}:
        total = sum(leg.amount_minor for leg in legs if leg.currency == currency)
        assert left.get(currency, 0) == total
    balancing = [Leg("brand:nerc:prizes", -amount, currency) for currency, amount in left.items()]
    assert imbalance([*legs, *balancing]) == {}
    assert imbalance([*legs, *negated(legs)]) == {}


@given(GRANTS)
def test_a_reversal_names_its_original_and_undoes_it(entry: Entry) -> None:
    undone = reversal(entry, NOW)
    assert (undone.reverses, undone.reward_id) == (entry.id, entry.reward_id)
    assert undone.id != entry.id
    assert negated(undone.legs) == entry.legs
    balances: dict[Account, int] = {}
    post(balances, entry)
    post(balances, undone)
    assert set(balances.values()) == {0}


@given(st.lists(GRANTS, max_size=12), st.sets(st.integers(0, 11)), st.data())
def test_balances_follow_from_the_entries_in_whatever_order(
    grants: list[Entry], undone: set[int], data: st.DataObject
) -> None:
    entries = books(grants, undone)
    recount = recounted(entries)
    balances: dict[Account, int] = {}
    for entry in data.draw(st.permutations(entries)):
        post(balances, entry)
    assert recount.findings == recount.differences(balances) == []
    for brand_id in ("nerc", "nike"):
        legs = [
            Leg(account.name, amount, account.currency)
            for account, amount in balances.items()
            if account.brand_id == brand_id
        ]
        assert imbalance(legs) == {}


@given(st.lists(GRANTS, max_size=12), st.sets(st.integers(0, 11)))
def test_somebody_is_owed_what_was_granted_and_not_undone(
    grants: list[Entry], undone: set[int]
) -> None:
    balances = recounted(books(grants, undone)).balances
    for person in ("person_1", "person_2"):
        expected: dict[str, int] = {}
        for number, entry in enumerate(grants):
            leg = entry.legs[1]
            if leg.account == payable(person):
                amount = 0 if number in undone else -leg.amount_minor
                expected[leg.currency] = expected.get(leg.currency, 0) + amount
        payables = {a: amount for a, amount in balances.items() if a.name == payable(person)}
        assert {money.currency: money.amount_minor for money in owed(payables)} == expected


class TestRecount:
    ENTRY = grant(
        brand_id="nerc",
        contest_id="con_1",
        reward_id="reward_1",
        payee_id="person_1",
        amount=Money(50_000, "GBP"),
        at=NOW,
    )

    def test_an_entry_off_balance_is_found(self) -> None:
        wrong = replace(self.ENTRY, legs=(*self.ENTRY.legs, Leg(prizes("nerc"), 1, "EUR")))
        assert recounted([wrong]).findings == [f"{wrong.id} is off balance by 1 EUR"]

    def test_money_does_not_balance_across_currencies(self) -> None:
        debit, credit = self.ENTRY.legs
        wrong = replace(self.ENTRY, legs=(debit, replace(credit, currency="EUR")))
        assert len(recounted([wrong]).findings) == 2

    def test_a_reversal_follows_what_it_undoes(self) -> None:
        undone = reversal(self.ENTRY, NOW)
        assert recounted([self.ENTRY, undone]).findings == []
        finding = [f"{undone.id} is not what undoes {self.ENTRY.id}"]
        half = tuple(replace(leg, amount_minor=leg.amount_minor // 2) for leg in undone.legs)
        for wrong in (
            [undone],
            [self.ENTRY, replace(undone, legs=half)],
            [replace(self.ENTRY, id="entry_x"), undone],
            [replace(self.ENTRY, reward_id="reward_2"), undone],
        ):
            assert recounted(wrong).findings == finding

    @pytest.mark.parametrize("off", [1, -1, 50_000])
    def test_a_balance_that_differs_is_named(self, off: int) -> None:
        recount = recounted([self.ENTRY])
        account = Account("nerc", prizes("nerc"), "GBP")
        kept = recount.balances | {account: 50_000 + off}
        assert recount.differences(kept) == [
            f"brand:nerc:prizes of nerc: {50_000 + off} GBP kept, 50000 recounted"
        ]

    def test_a_balance_that_is_missing_or_from_nowhere_is_named(self) -> None:
        stranger = Account("nike", prizes("nike"), "GBP")
        assert len(recounted([self.ENTRY]).differences({})) == 2
        assert len(recounted([]).differences({stranger: 5})) == 1
        assert recounted([]).differences({stranger: 0}) == []

    def test_it_remembers_what_is_booked_for_whom(self) -> None:
        entries = [self.ENTRY, reversal(self.ENTRY, NOW)]
        assert recounted(entries).booked == {"reward_1": entries}


def test_an_entry_has_the_same_id_whoever_books_it() -> None:
    ids = {entry_id(r, k) for r in ("reward_1", "reward_2") for k in ("grant", "reversal")}
    assert len(ids) == 4
    assert entry_id("reward_1", "grant") == entry_id("reward_1", "grant")
