"""Times that MongoDB gives back as they were, and ids that sort by their making."""

import re
from datetime import UTC, datetime, timedelta

from groundswell_kit.clock import utc_now
from groundswell_kit.ids import new_id, new_opaque_id


def test_the_time_is_aware_and_fits_into_mongodb() -> None:
    now = utc_now()
    assert now.tzinfo is UTC
    assert now.microsecond % 1000 == 0
    assert abs(datetime.now(UTC) - now) < timedelta(seconds=5)


def test_ids_have_their_prefix_and_are_all_different() -> None:
    ids = [new_id("idea") for _ in range(1000)]
    assert len(set(ids)) == 1000
    assert all(re.fullmatch(r"idea_[0-9a-hjkmnp-tv-z]{26}", one) for one in ids)


def test_later_ids_sort_later() -> None:
    earlier = new_id("idea")
    begun = utc_now()
    while utc_now() == begun:
        pass
    assert earlier < new_id("idea")


def test_opaque_ids_do_not_tell_when_they_were_made() -> None:
    ids = [new_opaque_id("person") for _ in range(1000)]
    assert len(set(ids)) == 1000
    assert all(re.fullmatch(r"person_[0-9a-f]{26}", one) for one in ids)
    assert ids != sorted(ids)
