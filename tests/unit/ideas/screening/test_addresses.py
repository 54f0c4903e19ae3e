"""Links and mail addresses are found, also around the corner; ordinary sentences have none."""

import pytest

from groundswell_ideas.screening.rules.addresses import links, mail_addresses
from groundswell_ideas.screening.screens import phone_numbers


@pytest.mark.parametrize(
    "link",
    [
        "https://example.com/path?x=1",
        "HTTP://EXAMPLE.COM",
        "http://10.0.0.1:8080/",
        "hxxps://example.com",
        "www.example.org",
        "example.com",
        "shop.example.co.id/sale",
        "münchen.de",
        "bit.ly/3abc",
        "t.me/joinchat",
        "example[.]com",
        "example (dot) com",
        "example dot com",
    ],
)
def test_links(link: str) -> None:
    assert next(links(f"Look at {link} today")).strip() == link


@pytest.mark.parametrize(
    "address",
    ["me@example.com", "first.last+tag@mail.example.museum", "me (at) example.com",
     "me[at]example[dot]com", "me@exämple.de"],
)  # fmt: skip
def test_mail_addresses(address: str) -> None:
    assert list(mail_addresses(f"Write to {address}, please")) == [address]
    assert list(links(f"Write to {address}, please")) == []


@pytest.mark.parametrize(
    "innocent",
    [
        "It was nice.It is still nice.",
        "Version 2.0.1 costs 3.50, e.g. in the U.S.A. or etc.",
        "A shoe a.k.a. the boot... and/or sandals; 1:30 pm",
        "Meet me at the corner, dot the i.",
        "@friend #tag 50% off",
        "",
    ],
)
def test_sentences_hold_neither(innocent: str) -> None:
    assert list(links(innocent)) == []
    assert list(mail_addresses(innocent)) == []


def test_phone_numbers() -> None:
    text = "Call +44 20 7946 0958, or 020 7946 0018; order 12345678 of 2026-11-22 for 1,000,000"
    assert list(phone_numbers(text, [])) == ["+44 20 7946 0958"]
    assert "020 7946 0018" in set(phone_numbers(text, ["GB"]))
    assert set(phone_numbers(text, ["GB", "ID"])) <= {"+44 20 7946 0958", "020 7946 0018"}
