import hashlib

from hypothesis import given
from hypothesis import strategies as st

from groundswell_rewards.plans.rules import Money, Promise

TEXTS = st.text(st.characters(codec="utf-8"), min_size=1)


def test_the_hash_names_the_text_of_the_terms() -> None:
    terms = "Paid within 30 days.\nŠį laivą krikštijame."
    expected = hashlib.sha256(terms.encode("utf-8")).hexdigest()
    assert Promise(Money(1, "GBP"), terms).terms_hash == expected
    assert Promise(Money(2, "JPY"), terms).terms_hash == expected


@given(TEXTS, TEXTS)
def test_other_terms_have_another_hash(one: str, other: str) -> None:
    hashes = {Promise(Money(1, "GBP"), terms).terms_hash for terms in (one, other)}
    assert len(hashes) == len({one, other})
