"""Which font is for the letters of which script. Pure; the fonts are those of `showcase.fonts`."""

from bisect import bisect_right

SANS = "Sans"
CJK = "CJK"
EMOJI = "Emoji"

SYMBOLS = "SansSymbols"

FALLBACKS = (SANS, CJK, SYMBOLS, EMOJI)
"""Where signs are that the font of their stretch does not have."""

# The first letter of each stretch of Unicode, and the font for it.
_STRETCHES: tuple[tuple[int, str], ...] = (
    (0x0000, SANS),
    (0x0530, "SansArmenian"),
    (0x0590, "SansHebrew"),
    (0x0600, "SansArabic"),
    (0x0700, SANS),
    (0x0750, "SansArabic"),
    (0x0780, SANS),
    (0x0870, "SansArabic"),
    (0x0900, "SansDevanagari"),
    (0x0980, "SansBengali"),
    (0x0A00, "SansGurmukhi"),
    (0x0A80, "SansGujarati"),
    (0x0B00, "SansOriya"),
    (0x0B80, "SansTamil"),
    (0x0C00, "SansTelugu"),
    (0x0C80, "SansKannada"),
    (0x0D00, "SansMalayalam"),
    (0x0D80, "SansSinhala"),
    (0x0E00, "SansThai"),
    (0x0E80, "SansLao"),
    (0x0F00, SANS),
    (0x1000, "SansMyanmar"),
    (0x10A0, "SansGeorgian"),
    (0x1100, CJK),
    (0x1200, "SansEthiopic"),
    (0x13A0, SANS),
    (0x1780, "SansKhmer"),
    (0x1800, SANS),
    (0x19E0, "SansKhmer"),
    (0x1A00, SANS),
    (0x1C90, "SansGeorgian"),
    (0x1CC0, SANS),
    (0x2190, CJK),
    (0x2300, EMOJI),
    (0x2400, CJK),
    (0x2600, EMOJI),
    (0x27C0, SYMBOLS),
    (0x2900, CJK),
    (0x2B00, EMOJI),
    (0x2C00, SANS),
    (0x2D00, "SansGeorgian"),
    (0x2D30, SANS),
    (0x2D80, "SansEthiopic"),
    (0x2DE0, SANS),
    (0x2E80, CJK),
    (0xA000, SANS),
    (0xA8E0, "SansDevanagari"),
    (0xA900, SANS),
    (0xA960, CJK),
    (0xA980, SANS),
    (0xAA60, "SansMyanmar"),
    (0xAA80, SANS),
    (0xAB00, "SansEthiopic"),
    (0xAB30, SANS),
    (0xAC00, CJK),
    (0xD800, SANS),
    (0xF900, CJK),
    (0xFB00, SANS),
    (0xFB13, "SansArmenian"),
    (0xFB1D, "SansHebrew"),
    (0xFB50, "SansArabic"),
    (0xFE00, SANS),
    (0xFE30, CJK),
    (0xFE70, "SansArabic"),
    (0xFF00, CJK),
    (0xFFF0, SANS),
    (0x1F000, EMOJI),
    (0x1FB00, SANS),
    (0x20000, CJK),
    (0x40000, SANS),
)
_FIRST = [first for first, _ in _STRETCHES]

FONTS = tuple(sorted({font for _, font in _STRETCHES}))
"""All fonts that a text may need."""

# Chinese, Japanese, and those of South-East Asia, where lines end between any two letters.
_UNSPACED = ((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x2E80, 0x9FFF),
             (0xF900, 0xFAFF), (0xFF00, 0xFFEF), (0x20000, 0x3FFFF))  # fmt: skip


def font_of(letter: str) -> str:
    """The font for a letter, by its first character."""
    # A selector asks for the picture: of the copyright sign, of a digit on a key.
    if "\ufe0f" in letter:
        return EMOJI
    return _STRETCHES[bisect_right(_FIRST, ord(letter[0])) - 1][1]


def is_unspaced(character: str) -> bool:
    """Whether a line may end before and behind it, as its script has no spaces between words."""
    return any(first <= ord(character) <= last for first, last in _UNSPACED)
