"""Secrets and codes: long enough, and of all values."""

import re

from groundswell_kit.ids import new_code, new_secret


def test_secrets_are_safe_in_a_url_and_never_the_same() -> None:
    secrets = {new_secret() for _ in range(1_000)}
    assert len(secrets) == 1_000
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", secret) for secret in secrets)


def test_codes_have_their_digits_and_leading_zeros() -> None:
    codes = [new_code() for _ in range(2_000)]
    assert all(re.fullmatch(r"[0-9]{6}", code) for code in codes)
    assert {code[0] for code in codes} == set("0123456789")
    assert {new_code(1) for _ in range(500)} == set("0123456789")
