# ruff: noqa: RUF001 - letters that look alike are what this is about
"""Word lists find what people mean, however they write it, and leave innocent words alone."""

import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from groundswell_ideas.screening.lists import folding, word_lists
from groundswell_ideas.screening.rules.lexicon import Lexicon, WordList

LISTS = word_lists()
ALL = Lexicon(folding(), LISTS)
ENGLISH = Lexicon(folding(), [one for one in LISTS if one.language == "en"])
OWN = Lexicon(folding(), [WordList(language="", words={"hold": ("acme",)})])


@pytest.mark.parametrize(
    "written",
    [
        "Acme",
        "АСМЕ",  # Cyrillic
        "Αcmе",  # Greek, Latin, Cyrillic
        "ａｃｍｅ",  # full width
        "𝒶𝒸𝓂ℯ",
        "ⓐⓒⓜⓔ",
        "ᴀᴄᴍᴇ",
        "@cm3",
        "4cme",
        "ácmè",
        "a\u0336c\u0336m\u0336e",
        "a\u200bc\u200bm\u200be",
        "a c m e",
        "a.c.m.e",
        "A - C - M - E",
        "a_c_m_e",
        "ac-me",
        "a*cme",
        "acmeeeee",
        "aaaacme!!!",
    ],
)
def test_a_word_is_found_however_it_is_written(written: str) -> None:
    text = f"I like {written}, really."
    assert [match.strip("!") for match, _ in OWN.matches(text)] == [written.strip("!")]


@pytest.mark.parametrize(
    "innocent", ["acmes", "macme", "pacmen", "ac me", "acmme", "ac. Me", "a cm e"]
)
def test_other_words_are_not_found(innocent: str) -> None:
    assert list(OWN.matches(innocent)) == []


@pytest.mark.parametrize(
    "innocent",
    [
        "Scunthorpe Penistone Lightwater Clitheroe Middlesex Essex Sussex Arsenal",
        "assess assassin bass class classic cocktail peacock Hancock shuttlecock Dickens",
        "snigger Niger Nigeria Montenegro spicy spices despicable analysis therapist",
        "Matsushita Yoshitaka cumulative document circumstance title constitution Pakistan",
        "Moose in the moss, a Mose, ein Boot. Die Moosen.",
        "Je voudrais du fromage râpé, petits pois, p'tits plats. Encore une fois.",
        "con queso, pez espada, computadora, disputa, Pajero",
        "ví dụ: lớn, lợn, buổi sáng, cũng, xếp hàng",
        "sık sık bol bol pic got sikke",
        "колебался хлебал требовать страховка скипидар рубля дубляж замки головной сучок",
        "babi guling, anjing hutan, sayur pakis, tai chi",
        "ロマンコメディ しねんのう 印度支那",
        "8008 455 5417 $5 1,000,000 !!! (_|_) A S D F",
        "push it, mass-es, has hit, if u c k8",
    ],
)
def test_innocent_words_are_not_found(innocent: str) -> None:
    assert list(ALL.matches(innocent)) == []


def test_the_match_is_shown_as_it_stands_there() -> None:
    assert list(ENGLISH.matches("What a $h1t, f u c k it.")) == [
        ("$h1t", "hold"),
        ("f u c k", "hold"),
    ]


def test_marks_of_an_entry_count() -> None:
    turkish = Lexicon(folding(), [WordList(language="tr", words={"hold": ("göt",)})])
    assert [match for match, _ in turkish.matches("I got a göt, ɡо\u0308t")] == ["göt", "ɡо\u0308t"]


@pytest.mark.parametrize("one", LISTS, ids=lambda one: one.language)
def test_every_entry_of_every_list_is_found(one: WordList) -> None:
    lexicon = Lexicon(folding(), [one])
    for words in (*one.words.values(), *one.stems.values()):
        for word in words:
            assert [match for match, _ in lexicon.matches(f"x {word} y")] == [word]


LOOKALIKES = {letter: [letter, letter.upper()] for letter in "abcdefghijklmnopqrstuvwxyz"}
for code in range(0x80, 0x1FFFF):
    letters = folding().skeleton(chr(code))
    if letters in LOOKALIKES and unicodedata.category(chr(code)).startswith("L"):
        LOOKALIKES[letters].append(chr(code))


@given(st.data())
def test_any_mixture_of_lookalikes_is_found(data: st.DataObject) -> None:
    written = "".join(data.draw(st.sampled_from(LOOKALIKES[letter])) for letter in "acme")
    assert [match for match, _ in OWN.matches(f"it is {written} here")] == [written]


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    for match, _ in ALL.matches(text):
        assert match in text


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz ", max_size=100))
def test_capitals_change_nothing(text: str) -> None:
    assume("i" not in text and "l" not in text)  # I is read as l, too
    lower = [match for match, _ in ALL.matches(text)]
    assert [match.lower() for match, _ in ALL.matches(text.upper())] == lower
