"""Each address has one form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell_identity.people.addresses import normal_address

LOCAL = st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9._+-]{0,20}[A-Za-z0-9])?", fullmatch=True).filter(
    lambda text: ".." not in text
)
DOMAIN = st.sampled_from(
    ["example.com", "EXAMPLE.com", "Bücher.example", "xn--bcher-kva.example", "mail.example.org"]
)


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("ann@example.com", "ann@example.com"),
        ("  ann@example.com\t", "ann@example.com"),
        ("Ann@Example.COM", "ann@example.com"),
        ("ann@BÜCHER.example", "ann@xn--bcher-kva.example"),
        ("ann@XN--BCHER-KVA.example", "ann@xn--bcher-kva.example"),
        ("ann@例え.example", "ann@xn--r8jz45g.example"),
        ("ann+ship@example.com", "ann+ship@example.com"),
        ("a.n.n@example.com", "a.n.n@example.com"),
    ],
)
def test_the_one_form(typed: str, normal: str) -> None:
    assert normal_address(typed) == normal


@given(LOCAL, DOMAIN, st.sampled_from(["", " ", "\n", "\t "]))
def test_the_form_is_its_own_and_no_other_spelling_changes_it(
    local: str, domain: str, space: str
) -> None:
    normal = normal_address(f"{local}@{domain}")
    assert normal.isascii()
    assert normal_address(normal) == normal
    assert normal_address(f"{space}{local.swapcase()}@{domain.upper()}{space}") == normal


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ann",
        "@example.com",
        "ann@",
        "ann@localhost",
        "ann@@example.com",
        "ann@exa mple.com",
        "ann@example.com, bob@example.com",
        "Ann <ann@example.com>",
        '"ann b"@example.com',
        "änn@example.com",
        "ann@[127.0.0.1]",
        "ann@-example.com",
        "ann@example..com",
        "ann@example.com\r\nBcc: all@example.com",
        "ann\0@example.com",
        "ann@" + "a" * 64 + ".com",
        # Mail headers read these as what they encode: another address, a line end, nothing at all.
        "=?utf-8?q?bob?=@example.com",
        "=?utf-8?q?bob=40evil.example=2c?=@example.com",
        "=?utf-8?q?a=0d=0aBcc=3a_all?=@example.com",
        "=?utf-8?q??=@example.com",
    ],
)
def test_what_is_no_address(typed: str) -> None:
    with pytest.raises(ValueError, match="address"):
        normal_address(typed)
