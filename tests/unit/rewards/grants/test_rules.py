from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from groundswell_rewards.grants.news import news
from groundswell_rewards.grants.rules import (
    DECLINED,
    Acceptance,
    Reward,
    Status,
    Win,
    WinEnd,
    accepted,
    declined,
    ended,
    entries_missing,
    may_see,
    next_selection,
    obstacles_to_accepting,
    obstacles_to_declining,
    offered,
    offered_reward,
    reward_id,
    reward_of,
)
from groundswell_rewards.ledger.rules import Entry, Kind, imbalance
from groundswell_rewards.plans.rules import Plan
from tests.unit.rewards.conftest import NOW

Fact = Callable[[Win], Win]

FACTS: dict[str, Fact] = {
    "offered": lambda win: offered(win, NOW),
    "vetoed": lambda win: ended(win, WinEnd("vetoed", "not theirs", NOW)),
    "accepted": lambda win: accepted(win, Acceptance("ab" * 32, NOW)),
    "declined": lambda win: declined(win, NOW),
}
ENDS: dict[frozenset[str], Status] = {
    frozenset(): "offered",
    frozenset({"vetoed"}): "withdrawn",
    frozenset({"accepted"}): "granted",
    frozenset({"declined"}): "declined",
    frozenset({"vetoed", "accepted"}): "reversed",
    frozenset({"vetoed", "declined"}): "declined",
    frozenset({"accepted", "declined"}): "reversed",
    frozenset({"vetoed", "accepted", "declined"}): "reversed",
}


def after(win: Win, *facts: str) -> Win:
    for fact in facts:
        win = FACTS[fact](win)
    return win


@pytest.fixture
def reward(win: Win, plan: Plan) -> Reward:
    return offered_reward(win, plan)


class TestDecision:
    @pytest.mark.parametrize("facts", ENDS, ids=lambda facts: "-".join(sorted(facts)) or "none")
    def test_the_status_follows_from_the_facts_in_whatever_order(
        self, win: Win, plan: Plan, facts: frozenset[str]
    ) -> None:
        """And so does what must be booked: the plan may come first, last or in between."""
        unknown = replace(win, offered_at=None)
        for order in permutations({*facts, "offered"}):
            reward = offered_reward(after(unknown, *order), plan)
            assert reward.status == ENDS[facts]
            assert reward.win.version == win.version + len(order)

    @pytest.mark.parametrize("order", list(permutations(FACTS)), ids="-".join)
    def test_what_becomes_known_adds_to_the_books_alone(
        self, win: Win, plan: Plan, order: tuple[str, ...]
    ) -> None:
        """An entry is never taken out, so what must be booked may only grow."""
        known, booked = replace(win, offered_at=None), tuple[Kind, ...]()
        for fact in order:
            known = after(known, fact)
            reward = reward_of(known, plan)
            assert reward is not None
            assert reward.bookings[: len(booked)] == booked
            booked = reward.bookings

    def test_only_what_stands_granted_is_owed(self, win: Win, plan: Plan) -> None:
        for facts, status in ENDS.items():
            reward = offered_reward(after(win, *facts), plan)
            legs = [leg for entry in entries_missing(reward, [], NOW) for leg in entry.legs]
            prize = sum(leg.amount_minor for leg in legs if leg.account.startswith("brand:"))
            assert prize == (50_000 if status == "granted" else 0)
            assert imbalance(legs) == {}

    def test_only_what_is_missing_is_booked(self, win: Win, plan: Plan) -> None:
        granted = offered_reward(after(win, "accepted"), plan)
        undone = offered_reward(after(win, "accepted", "vetoed"), plan)
        (grant,) = entries_missing(granted, [], NOW)
        (reversal,) = entries_missing(undone, [grant], NOW + timedelta(days=1))
        assert reversal.reverses == grant.id
        assert entries_missing(granted, [grant], NOW) == []
        assert entries_missing(undone, [grant, reversal], NOW) == []
        both: list[Entry] = entries_missing(undone, [], NOW)
        assert [entry.id for entry in both] == [grant.id, reversal.id]

    def test_without_a_plan_with_money_there_is_no_reward(self, win: Win, plan: Plan) -> None:
        for nothing in (None, replace(plan, promise=None)):
            assert reward_of(win, nothing) is None
            with pytest.raises(ValueError, match="no reward was offered"):
                offered_reward(win, nothing)
        with pytest.raises(ValueError, match="no reward was offered"):
            offered_reward(replace(win, offered_at=None), plan)


class TestSelection:
    def test_an_idea_is_selected_again_after_a_veto_alone(self, win: Win) -> None:
        assert next_selection(None) == 1
        assert next_selection(win) is None
        assert next_selection(after(win, "declined")) is None
        assert next_selection(after(win, "vetoed")) == 2

    def test_each_selection_has_its_reward(self) -> None:
        ids = {
            reward_id(contest, idea, selection)
            for contest in ("con_1", "con_2")
            for idea in ("idea_1", "idea_2")
            for selection in (1, 2, 11)
        }
        assert len(ids) == 12
        assert reward_id("con_1", "idea_1", 1) in ids


class TestAnswer:
    def test_what_is_offered_can_be_accepted_under_its_terms(self, reward: Reward) -> None:
        assert obstacles_to_accepting(reward, reward.promise.terms_hash) == []
        (obstacle,) = obstacles_to_accepting(reward, "0" * 64)
        assert (obstacle.field, obstacle.rule) == ("terms_hash", "terms")

    @pytest.mark.parametrize("facts", ENDS, ids=lambda facts: "-".join(sorted(facts)) or "none")
    def test_nothing_else_can_be(self, win: Win, plan: Plan, facts: frozenset[str]) -> None:
        reward = offered_reward(after(win, *facts), plan)
        rules = [o.rule for o in obstacles_to_accepting(reward, reward.promise.terms_hash)]
        assert rules == ([] if ENDS[facts] == "offered" else ["offered"])
        refusal = [o.rule for o in obstacles_to_declining(reward)]
        assert refusal == ([] if ENDS[facts] in ("offered", "granted") else ["standing"])


class TestNews:
    @pytest.mark.parametrize(
        ("before", "facts", "told"),
        [
            (None, [], ["RewardOffered"]),
            (None, ["vetoed"], []),
            ("offered", ["vetoed"], []),
            ("offered", ["accepted"], ["RewardGranted"]),
            ("offered", ["declined"], ["RewardDeclined"]),
            ("declined", ["declined", "vetoed"], []),
            ("granted", ["accepted", "vetoed"], ["RewardReversed"]),
            ("granted", ["accepted", "declined"], ["RewardDeclined", "RewardReversed"]),
            ("reversed", ["accepted", "declined", "vetoed"], []),
        ],
    )
    def test_each_change_is_told_once(
        self, win: Win, plan: Plan, before: Status | None, facts: list[str], told: list[str]
    ) -> None:
        events = news(offered_reward(after(win, *facts), plan), before)
        assert [type(event).__name__ for event in events] == told

    @pytest.mark.parametrize(("fact", "why"), [("vetoed", "not theirs"), ("declined", DECLINED)])
    def test_a_reversal_says_why_and_names_its_entries(
        self, win: Win, plan: Plan, fact: str, why: str
    ) -> None:
        reward = offered_reward(after(win, "accepted", fact), plan)
        event = news(reward, "granted")[-1].model_dump()
        grant, reversal = entries_missing(reward, [], NOW)
        assert (event["reason"], event["entry_id"], event["reverses"]) == (
            why,
            reversal.id,
            grant.id,
        )
        assert event["amount"] == {"amount_minor": 50_000, "currency": "GBP"}


def test_a_reward_is_for_its_payee_and_who_sees_to_the_money(win: Win) -> None:
    assert may_see(win, "person_1", None)
    assert may_see(win, None, "nerc")
    assert not may_see(win, None, None)
    assert not may_see(win, "person_2", "nike")
    assert not may_see(win, "nerc", "person_1")
