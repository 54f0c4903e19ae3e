import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell_ideas.languages.rules import picked, wanted_locales


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("", []),
        ("fr", ["fr"]),
        ("en;q=0.5, fr-CH, de;q=0.9", ["fr-CH", "de", "en"]),
        ("en;q=0, *;q=0.1", ["*"]),
        ("en;q=lots, fr", ["fr"]),
        (";;,,;q=1", []),
    ],
)
def test_the_header_names_languages_by_their_weight(header: str, wanted: list[str]) -> None:
    assert wanted_locales(header) == wanted


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ([], "id"),
        (["ja"], "id"),
        (["EN-gb"], "en"),
        (["pt"], "pt-BR"),
        (["pt-PT", "en"], "en"),
        (["ja", "pt-BR"], "pt-BR"),
    ],
)
def test_the_first_language_is_what_others_fall_back_to(wanted: list[str], found: str) -> None:
    assert picked(["id", "en", "pt-BR"], wanted) == found


@given(st.text(max_size=100))
def test_whatever_is_wanted_a_language_is_found(header: str) -> None:
    assert picked(["id", "en"], wanted_locales(header)) in ("id", "en")
