"""A change is let through for the version that its author saw, and no other."""

import pytest

from groundswell_kit.etags import check_if_match, etag
from groundswell_kit.problems import Problem


def test_an_etag_is_strong_and_quoted() -> None:
    assert etag(12) == '"v12"'
    assert etag(12, "ab12") == '"v12.ab12"'


@pytest.mark.parametrize("header", ['"v3"', "*", ' "v3" ', '"v1", "v3"', etag(3, "ab")])
def test_the_version_at_hand_passes(header: str) -> None:
    check_if_match(header, 3)


@pytest.mark.parametrize(
    ("header", "status"),
    [
        (None, 428),
        ('"v2"', 412),
        (etag(40, "ab"), 412),
        ('"v4."', 412),
        ('W/"v3"', 412),
        ("v3", 412),
        ("", 412),
    ],
)
def test_any_other_is_refused(header: str | None, status: int) -> None:
    with pytest.raises(Problem) as refused:
        check_if_match(header, 4)
    assert refused.value.kind.status == status
