# ruff: noqa: RUF001 - letters that look alike are what this is about
"""What is nearly the same shares a band; what is not does not."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell_ideas.screening.lists import folding
from groundswell_ideas.screening.rules.resemblance import (
    IMAGE_DISTANCE,
    Fingerprint,
    image_fingerprint,
    resemblance,
    text_fingerprint,
    title_fingerprint,
)

WORDS = [f"{a}{b}{c}" for a in ("ka", "lo", "mi", "te", "su") for b in "nrstp" for c in "aeiou"]


def text(words: list[str]) -> Fingerprint:
    found = text_fingerprint(folding().skeleton(" ".join(words)))
    assert found is not None
    return found


def meet(one: Fingerprint, other: Fingerprint) -> bool:
    return not set(one.probes).isdisjoint(other.bands)


@given(st.integers(0, 2**32))
def test_a_text_with_a_word_changed_resembles_it(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret
    words = chance.sample(WORDS, 60)
    changed = [*words]
    changed[chance.randrange(60)] = "otherwise"
    one, other = text(words), text(changed)
    assert meet(one, other)
    assert resemblance("text", one.signature, other.signature) is not None


def test_of_texts_that_differ_hardly_any_is_compared() -> None:
    chance = random.Random(7)  # noqa: S311 - no secret
    texts = [text(chance.choices(WORDS, k=60)) for _ in range(200)]
    pairs = [(a, b) for n, a in enumerate(texts) for b in texts[:n]]
    assert sum(meet(a, b) for a, b in pairs) < len(pairs) / 50
    assert not any(resemblance("text", a.signature, b.signature) for a, b in pairs)


@given(st.text(alphabet=st.characters(categories=["L"]), min_size=40))
def test_a_text_resembles_itself_in_capitals_and_without_spaces(letters: str) -> None:
    one = text_fingerprint(folding().skeleton(letters))
    if one is not None:
        assert resemblance("text", one.signature, one.signature) == 100
        assert text_fingerprint(folding().skeleton(" - ".join(letters))) == one


def test_short_texts_and_titles_are_not_compared() -> None:
    assert text_fingerprint("a" * 39) is None
    assert title_fingerprint("ab") is None


@pytest.mark.parametrize(
    "other", ["RRS BOATY McBoatface", "rrs-boaty mc boatface!", "ＲＲＳ Воаty Мсвоаtfасе"]
)
def test_titles_that_read_the_same_are_the_same(other: str) -> None:
    skeleton = folding().skeleton
    assert title_fingerprint(skeleton(other)) == title_fingerprint(skeleton("RRS Boaty McBoatface"))


@given(
    st.integers(0, 2**64 - 1),
    st.sets(st.integers(0, 63), max_size=IMAGE_DISTANCE),
)
def test_every_picture_within_the_distance_is_found(bits: int, changed: set[int]) -> None:
    other = bits
    for bit in changed:
        other ^= 1 << bit
    one, two = image_fingerprint(f"{bits:016x}"), image_fingerprint(f"{other:016x}")
    assert meet(one, two)
    assert resemblance("image", one.signature, two.signature) is not None


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
def test_pictures_beyond_the_distance_are_told_apart(one: int, other: int) -> None:
    signatures = [image_fingerprint(f"{bits:016x}").signature for bits in (one, other)]
    alike = resemblance("image", signatures[0], signatures[1]) is not None
    assert alike == ((one ^ other).bit_count() <= IMAGE_DISTANCE)


@pytest.mark.parametrize("wrong", ["", "12", "g" * 16, "0" * 17, "A" * 16])
def test_a_hash_has_16_digits(wrong: str) -> None:
    with pytest.raises(ValueError, match="16 hexadecimal digits"):
        image_fingerprint(wrong)
