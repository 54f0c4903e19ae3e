# ruff: noqa: RUF001 - letters that look alike are what this is about
"""What people type is kept as they see it, and what nobody sees is taken out or refused."""

import unicodedata
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from groundswell_ideas.shapes import Line, LongText
from groundswell_ideas.texts.rules import faults, holds_hidden, one_line, plain

HTML = '<script>alert("x")</script> & <b onclick=go()>bold</b>'
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (HTML, HTML),
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("a\ttab", "a\ttab"),
        ("bell\x07 escape\x1b[31m nul\x00 delete\x7f c1\x9b", "bell escape[31m nul delete c1"),
        ("abc\u202egnp.exe", "abcgnp.exe"),
        ("\u2066isolated\u2069 \u202aembedded\u202c", "isolated embedded"),
        ("pass\u200bword\u2060\ufeff\u00ad", "password"),
        ("latin\u200e mark\u200f", "latin mark"),
        ("שלום\u200f!", "שלום\u200f!"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("la\u200ctin", "latin"),
        ("क्\u200dष", "क्\u200dष"),
        (FAMILY, FAMILY),
        ("not\u200djoined", "notjoined"),
        (ENGLAND, ENGLAND),
        ("hi\U000e0068\U000e0069\U000e007f", "hi"),
        ("❤\ufe0f", "❤\ufe0f"),
        ("x" + "\ufe01" * 9, "x\ufe01"),
        ("葛\U000e0100", "葛\U000e0100"),
        ("\u3164\uffa0\u115f", ""),
        ("private \ue000 use", "private  use"),
        ("e\u0301", "é"),
    ],
)
def test_plain_text_keeps_what_people_see(typed: str, kept: str) -> None:
    assert plain(typed) == kept


@given(st.text())
def test_plain_text_is_plain(text: str) -> None:
    once = plain(text)
    assert plain(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert not holds_hidden(once)
    assert not set(once) & set("\x00\x1b\r\u202e\u2066\u200b\ufeff")


@given(st.text(alphabet=st.characters(categories=["L", "N", "P"], max_codepoint=0x24F)))
def test_plain_text_of_ordinary_letters_stays(text: str) -> None:
    assert plain(text) == unicodedata.normalize("NFC", text.replace("\u00ad", ""))
    assert faults(text) == []


@given(st.text())
def test_a_line_is_one_line(text: str) -> None:
    line = one_line(text)
    assert line.split() == line.split(" ") or line == ""


def test_a_text_full_of_hidden_characters_is_refused() -> None:
    assert faults("hello" + "\u202e" * 20) == []
    assert [fault.rule for fault in faults("hello" + "\u202e" * 21)] == ["hidden-characters"]
    assert faults("long" * 100 + "\u202e" * 30) == []


def test_a_pile_of_marks_is_refused() -> None:
    assert faults("Z\u0335\u0336\u0337\u0338") == []
    assert [fault.rule for fault in faults("Z" + "\u0335" * 9)] == ["combining-marks"]


@pytest.mark.parametrize(
    ("shape", "typed", "rule"),
    [
        (Line, "\u200b\u200b", "string_too_short"),
        (LongText, "\u2800\u3164", "string_too_short"),
        (LongText, "\u202e" * 50, "hidden-characters"),
        (Line, "o" + "\u0316" * 50, "combining-marks"),
        (Line, 7, "string_type"),
    ],
)
def test_shapes_name_the_rule(shape: Annotated[type, ...], typed: object, rule: str) -> None:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(shape).validate_python(typed)
    assert [error["type"] for error in refused.value.errors()] == [rule]


def test_shapes_give_plain_text() -> None:
    assert TypeAdapter(Line).validate_python(" RRS\u202e\n Boaty ") == "RRS Boaty"
    assert TypeAdapter(LongText).validate_python(f"\u200b{HTML}\r\n.") == f"{HTML}\n."


@pytest.mark.parametrize(
    "layers", ["\u200d\ufe0f", "\ufe0f\u200d", "\u200d\U0001f3f4\U000e0067", "\U000e0067\u200c"]
)
@pytest.mark.timeout(45)
def test_what_holds_each_other_up_falls_at_once(layers: str) -> None:
    text = "a \ufe0f" + layers * 50_000
    kept = plain(text)
    assert plain(kept) == kept
    assert faults(text) or len(kept) < len(text)
