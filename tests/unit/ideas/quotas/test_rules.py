from datetime import UTC, datetime, timedelta

import pytest

from groundswell_ideas.quotas.rules import Quota

DAY = Quota("reports", 20, timedelta(days=1))


@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 3, 1, tzinfo=UTC),
        datetime(2026, 3, 1, 13, 5, tzinfo=UTC),
        datetime(2026, 3, 1, 23, 59, 59, 999_000, tzinfo=UTC),
    ],
)
def test_a_stretch_is_the_same_for_all_of_it(now: datetime) -> None:
    assert DAY.begins(now) == datetime(2026, 3, 1, tzinfo=UTC)
    assert DAY.ends(now) == datetime(2026, 3, 2, tzinfo=UTC)


def test_the_next_stretch_begins_as_the_last_one_ends() -> None:
    now = datetime(2026, 3, 1, 13, tzinfo=UTC)
    assert DAY.begins(DAY.ends(now)) == DAY.ends(now)
