"""The shuffled order is a fair one: proved over all orders, and watched over many viewers."""

import random
from collections import Counter
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell_ideas.submissions.rules.shuffle import (
    CELLS_AT_ONCE,
    PLACES,
    SAMPLE,
    Order,
    cells_for,
    order_for,
    order_of,
    place_of,
    ranges_at,
    rank_of,
)


def shuffled(order: Order, idea_ids: list[str]) -> list[str]:
    """All ideas as a viewer comes to them."""
    places = {idea_id: place_of(idea_id) for idea_id in idea_ids}
    seen: list[str] = []
    for step in range(order.steps):
        ranges = ranges_at(order, step)
        here = [i for i in idea_ids if any(first <= places[i] < end for first, end in ranges)]
        seen += sorted(here, key=lambda idea_id: rank_of(order, idea_id))
    return seen


def steps_of_cells(order: Order) -> dict[int, int]:
    """When each cell comes, by where it begins."""
    return {r.first: step for step in range(order.steps) for r in ranges_at(order, step)}


@given(st.text(max_size=30), st.sampled_from([1, 11, 23, 97, 397]), st.integers(0, 400))
@settings(max_examples=60, deadline=None)
def test_every_idea_comes_once(seed: str, cells: int, ideas: int) -> None:
    idea_ids = [f"idea_{n}" for n in range(ideas)]
    assert sorted(shuffled(order_for(seed, cells), idea_ids)) == sorted(idea_ids)


@pytest.mark.parametrize("cells", [11, 23, 47])
def test_over_all_orders_each_cell_comes_at_each_step_equally_often(cells: int) -> None:
    found = {cell: Counter[int]() for cell in steps_of_cells(order_of(cells, 0, 0, b""))}
    for factor in range(cells - 1):
        for offset in range(cells):
            for cell, step in steps_of_cells(order_of(cells, factor, offset, b"")).items():
                found[cell][step] += 1
    full = cells // CELLS_AT_ONCE
    expected = dict.fromkeys(range(full), CELLS_AT_ONCE * (cells - 1))
    expected[full] = (cells - full * CELLS_AT_ONCE) * (cells - 1)
    assert all(counts == expected for counts in found.values())


@pytest.mark.parametrize("cells", [11, 23])
def test_over_all_orders_each_of_two_cells_is_first_equally_often(cells: int) -> None:
    """So of any two ideas each comes first for half of the viewers, and mean ranks are equal."""
    orders = [
        steps_of_cells(order_of(cells, factor, offset, b""))
        for factor in range(cells - 1)
        for offset in range(cells)
    ]
    for one, other in combinations(orders[0], 2):
        earlier = sum(steps[one] < steps[other] for steps in orders)
        later = sum(steps[one] > steps[other] for steps in orders)
        assert earlier == later


def test_an_idea_on_the_first_page_of_some_is_on_that_of_as_many_as_any_other() -> None:
    """800 ideas, 4,000 viewers, pages of 50: each idea is on 250 first pages, give or take."""
    idea_ids = [f"idea_{n}" for n in range(800)]
    cells = cells_for(sorted(map(place_of, idea_ids))[:SAMPLE])
    on_first_page, first = Counter[str](), Counter[str]()
    places = {idea_id: place_of(idea_id) for idea_id in idea_ids}
    for viewer in range(4_000):
        order = order_for(f"viewer {viewer}", cells)
        ranges = ranges_at(order, 0)
        here = [i for i in idea_ids if any(a <= places[i] < b for a, b in ranges)]
        page = sorted(here, key=lambda idea_id: rank_of(order, idea_id))[:50]
        on_first_page.update(page)
        first.update(page[:1])
    assert len(on_first_page) == 800
    shown = [on_first_page[idea_id] for idea_id in idea_ids]
    # A fair draw gives 250 with a deviation of 15.3; the sizes of cells may add a tenth.
    assert min(shown) > 150
    assert max(shown) < 350
    assert max(first.values()) < 22  # five is what each may hope for


def test_the_order_is_the_viewers_own_and_stays() -> None:
    idea_ids = [f"idea_{n}" for n in range(300)]
    ada, bob = order_for("con_1 ada", 23), order_for("con_1 bob", 23)
    assert shuffled(ada, idea_ids) == shuffled(order_for("con_1 ada", 23), idea_ids)
    assert shuffled(ada, idea_ids) != shuffled(bob, idea_ids)


def test_a_new_idea_moves_no_other() -> None:
    idea_ids = [f"idea_{n}" for n in range(300)]
    order = order_for("con_1 ada", 23)
    after = shuffled(order, [*idea_ids, "idea_new"])
    after.remove("idea_new")
    assert after == shuffled(order, idea_ids)


@pytest.mark.parametrize("ideas", [0, 1, 127, 128, 5_000, 100_000])
def test_a_step_holds_some_dozens_of_ideas_however_many_there_are(ideas: int) -> None:
    chance = random.Random(ideas)  # noqa: S311 - a test's data
    places = sorted(chance.randrange(PLACES) for _ in range(ideas))
    cells = cells_for(places[:SAMPLE])
    per_step = ideas * min(cells, CELLS_AT_ONCE) / cells
    if ideas < SAMPLE:
        assert cells == 1
    else:
        assert 60 < per_step < 400


def test_the_cells_leave_no_place_out() -> None:
    for cells in (1, 11, 205_759):
        order = order_for("x", cells)
        steps = range(order.steps) if cells < 100 else range(0, order.steps, 5_000)
        ranges = sorted(r for step in steps for r in ranges_at(order, step))
        assert all(r.first < r.end for r in ranges)
        if cells < 100:
            assert ranges[0].first == 0
            assert ranges[-1].end == PLACES
            assert all(a.end == b.first for a, b in pairwise(ranges))
