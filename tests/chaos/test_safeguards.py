"""Each safeguard of the vote path is missed by the checker when it is switched off."""

from pathlib import Path

import pytest

from tests.chaos.check import check, directed, unharmed
from tests.chaos.directed import SCENARIOS, Scenario
from tests.chaos.safeguards import (
    APART,
    OFFSET_COMPARISON,
    SAFEGUARDS,
    SOURCES,
    NotAsKnown,
    Safeguard,
    switched_off,
)


def _name(value: Safeguard | Scenario) -> str:
    return value.slug if isinstance(value, Safeguard) else value.__name__


pytestmark = pytest.mark.timeout(300)


@pytest.mark.parametrize("safeguard", SAFEGUARDS, ids=lambda safeguard: safeguard.slug)
async def test_without_it_the_checker_has_a_finding(safeguard: Safeguard, tmp_path: Path) -> None:
    assert (await check(safeguard, tmp_path)).findings


@pytest.mark.parametrize(("safeguard", "scenario"), APART, ids=_name)
async def test_it_is_told_from_another_one(
    safeguard: Safeguard, scenario: Scenario, tmp_path: Path
) -> None:
    assert await unharmed(safeguard, scenario, tmp_path) == []


async def test_with_all_of_them_it_has_none(tmp_path: Path) -> None:
    assert await directed(tmp_path, SCENARIOS) == []


def test_a_safeguard_that_has_changed_is_an_error(tmp_path: Path) -> None:
    (edit,) = OFFSET_COMPARISON.edits
    twice = Safeguard("twice", OFFSET_COMPARISON.scenario, "", (edit, edit))
    with pytest.raises(NotAsKnown), switched_off(twice, tmp_path / "src"):
        pytest.fail("it was switched off")


def test_the_copy_differs_and_the_original_does_not(tmp_path: Path) -> None:
    (edit,) = OFFSET_COMPARISON.edits
    original = SOURCES / "groundswell_voting" / edit.module
    with switched_off(OFFSET_COMPARISON, tmp_path / "src") as copy:
        assert edit.before not in (copy / "groundswell_voting" / edit.module).read_text()
        assert edit.before in original.read_text()
