# ruff: noqa: RUF001 - texts of many languages, with their own punctuation
"""The screen that comes with Groundswell, as a whole."""

from pathlib import Path

import pytest

from groundswell_ideas.screening.lists import folding, word_lists
from groundswell_ideas.screening.rules import Content, Policy
from groundswell_ideas.screening.screens import TextScreen

SCREEN = TextScreen(folding(), word_lists())
SPOKEN = {
    "en": "A shoe that grows with the child and can be mended at home.",
    "de": "Ein Schuh, der mit dem Kind wächst und sich zu Hause flicken lässt.",
    "fr": "Une chaussure qui grandit avec l'enfant et se répare à la maison.",
    "es": "Un zapato que crece con el niño y se puede reparar en casa.",
    "pt": "Um sapato que cresce com a criança e pode ser consertado em casa.",
    "it": "Una scarpa che cresce con il bambino e si può riparare a casa.",
    "nl": "Een schoen die met het kind meegroeit en thuis te herstellen is.",
    "pl": "But, który rośnie razem z dzieckiem i można go naprawić w domu.",
    "tr": "Çocukla birlikte büyüyen ve evde tamir edilebilen bir ayakkabı.",
    "id": "Sepatu yang tumbuh bersama anak dan bisa diperbaiki di rumah.",
    "vi": "Một chiếc giày lớn lên cùng trẻ và có thể sửa ở nhà.",
    "tl": "Isang sapatos na lumalaki kasama ng bata at kayang ayusin sa bahay.",
    "th": "รองเท้าที่โตไปพร้อมกับเด็กและซ่อมเองได้ที่บ้านโดยไม่ต้องใช้เครื่องมือ",
    "ru": "Ботинок, который растёт вместе с ребёнком и чинится дома.",
    "ar": "حذاء ينمو مع الطفل ويمكن إصلاحه في المنزل بكل سهولة ويسر",
    "hi": "एक जूता जो बच्चे के साथ बढ़ता है और घर पर बिना किसी औज़ार के ठीक हो सकता है",
    "ja": "子どもと一緒に大きくなり、家で誰でも簡単に直せる靴があればとても嬉しいと思います。",
    "zh": "一双能随孩子一起长大、在家里就能自己动手修补的鞋子，这样家长们就不用每年都买新鞋。",
    "ko": "아이와 함께 자라고 집에서 누구나 쉽게 고칠 수 있는 신발이 있으면 좋겠습니다.",
}


async def kinds(
    text: str,
    *,
    languages: tuple[str, ...] = (),
    countries: tuple[str, ...] = (),
    own_words: tuple[str, ...] = (),
) -> list[tuple[str, str]]:
    policy = Policy(languages=languages, countries=countries, own_words=own_words)
    found = await SCREEN.look(Content(texts={"summary": text}), policy)
    return [(finding.kind, finding.match) for finding in found]


@pytest.mark.parametrize("language", SPOKEN)
async def test_a_text_in_the_contests_language_is_clean(language: str) -> None:
    assert await kinds(SPOKEN[language], languages=(language,)) == []
    assert await kinds(SPOKEN[language]) == []


@pytest.mark.parametrize("language", SPOKEN)
async def test_a_text_in_another_language_is_noticed(language: str) -> None:
    other = "de" if language == "en" else "en"
    assert await kinds(SPOKEN[language], languages=(other,)) == [("language", language)]
    assert await kinds(SPOKEN[language], languages=(other, f"{language}-XX")) == []


@pytest.mark.parametrize(
    "short", ["RRS Boaty McBoatface", "Mango Margherita", "12345 " * 20, "🍕" * 50]
)
async def test_names_and_numbers_have_no_language(short: str) -> None:
    assert await kinds(short, languages=("de",)) == []


async def test_it_finds_all_it_knows() -> None:
    text = "f.u.c.k Acme: www.example.com, me@example.com, +44 20 7946 0958 \u202ebad"
    assert await kinds(text, own_words=("acme",)) == [
        ("word", "f.u.c.k"),
        ("own_word", "Acme"),
        ("link", "www.example.com,"),
        ("mail_address", "me@example.com"),
        ("phone_number", "+44 20 7946 0958"),
        ("hidden_characters", ascii(text)[:100]),
    ]


async def test_lists_are_those_of_the_contests_languages() -> None:
    assert await kinds("So eine Kacke", languages=("de", "en")) == [("word", "Kacke")]
    assert await kinds("So eine Kacke", languages=("fr",)) == []
    assert await kinds("So a shitty one", languages=("fr",)) == [("word", "shitty")]


async def test_markup_is_no_finding() -> None:
    assert await kinds("<script>alert(1)</script> <b>bold</b> & so on") == []


@pytest.mark.parametrize(
    "piece",
    ["a", "a ", "a-", "a@", "@", "1 ", "(", "www.", "http://", "a dot ", "x (at) ", "a.com ",
     "I|1!", "fuck", " ", "_", ".", "z\u0301", "a.", "\U000e0041", "\u200d", "ﷺ"],
)  # fmt: skip
@pytest.mark.timeout(45)
async def test_no_text_takes_long(piece: str) -> None:
    await kinds(piece * (100_000 // len(piece)), languages=("en",), countries=("GB", "ID"))


def test_more_lists_come_from_a_directory(tmp_path: Path) -> None:
    (tmp_path / "sv.toml").write_text('language = "sv"\n[words]\nhold = ["knas"]\n')
    assert [one.language for one in word_lists(tmp_path)][-1] == "sv"
    (tmp_path / "x.toml").write_text('language = "x"\n[words]\nkill = ["knas"]\n')
    with pytest.raises(ValueError, match=r"x\.toml is no word list"):
        word_lists(tmp_path)
