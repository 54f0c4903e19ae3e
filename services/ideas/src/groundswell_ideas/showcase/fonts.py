"""The fonts that cards are set in: Noto's, from packages that bring them. Called by `drawing`."""

from functools import lru_cache
from importlib.resources import as_file, files

from PIL import ImageFont
from PIL.ImageFont import FreeTypeFont

from groundswell_ideas.showcase.rules import scripts

_MAIN_WEIGHT = 600
_KEPT = 128
_KEPT_LETTERS = 8192
_PROBE_SIZE = 24


@lru_cache(maxsize=_KEPT)
def font(name: str, size: int) -> FreeTypeFont:
    """The font of this name, `size` pixels high; not to be used by two threads at once."""
    package, file = (
        ("manimgx_fonts_cjk", "NotoSansCJK-VF.otf.ttc")
        if name == scripts.CJK
        else ("manimgx_fonts", f"Noto{name}[wght].ttf")
    )
    with as_file(files(package) / file) as path:
        loaded = ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.RAQM)
    loaded.set_variation_by_axes([_MAIN_WEIGHT])
    return loaded


@lru_cache(maxsize=_KEPT_LETTERS)
def font_of(letter: str) -> str:
    """The name of a font that can draw this letter; where none can, one that shows a box there."""
    names = (scripts.font_of(letter), *scripts.FALLBACKS)
    return next((name for name in names if _draws(name, letter[0])), scripts.SANS)


def _draws(name: str, character: str) -> bool:
    try:
        drawn = font(name, _PROBE_SIZE).getmask(character)
    except OSError:
        # FreeType gives up on what has too many strokes: the Arabic font has a whole sentence as
        # one letter, U+FDFD.
        return False
    return bytes(drawn) != _missing(name)


@lru_cache
def _missing(name: str) -> bytes:
    """What a font shows in the place of what it does not have."""
    return bytes(font(name, _PROBE_SIZE).getmask("\U0010fffe"))
