"""How times, numbers, money and people's own words are written on a page. Pure.

Installed as filters of the templates by `pages`.
"""

import re
import unicodedata
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from markupsafe import Markup, escape

# Embeddings, overrides and isolates could carry their direction beyond the text they stand in.
_BIDI_FORMATTING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_BLANK_LINES = re.compile(r"\n[ \t]*\n\s*")

# Currencies of ISO 4217 whose minor unit is not a hundredth.
_WHOLE = frozenset(
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split()  # noqa: SIM905 - a list of codes reads best as one line
)
_THOUSANDTHS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
_TEN_THOUSANDTHS = frozenset({"CLF", "UYW"})


def plain(text: str) -> str:
    """People's text without control characters and bidi formatting; lines and tabs stay."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in lines if c in "\n\t" or _is_printable(c))


def _is_printable(character: str) -> bool:
    return character not in _BIDI_FORMATTING and unicodedata.category(character) not in (
        "Cc",
        "Cs",
    )


def name(text: str) -> Markup:
    """People's text in one line, apart from the direction of what stands around it."""
    return Markup("<bdi>{}</bdi>").format(" ".join(plain(text).split()))


def one_line(text: str) -> str:
    """People's text where there is no markup: the title of a window."""
    return " ".join(plain(text).split())


def paragraphs(text: str) -> Markup:
    """People's text with its paragraphs and line breaks, each in a direction of its own."""
    blocks = _BLANK_LINES.split(plain(text).strip())
    shown = (Markup("<br>").join(escape(line) for line in block.split("\n")) for block in blocks)
    return Markup("").join(Markup('<p dir="auto">{}</p>').format(block) for block in shown)


def excerpt(text: str, longest: int = 220) -> Markup:
    """The beginning of people's text, in one line, cut between words."""
    line = " ".join(plain(text).split())
    if len(line) > longest:
        line = line[:longest].rsplit(" ", 1)[0].rstrip(" ,;:.") + " …"
    return Markup("<bdi>{}</bdi>").format(line)


def moment(value: datetime) -> Markup:
    """20 December 2026, 22:00 UTC."""
    utc = value.astimezone(UTC)
    return _time(utc.isoformat(timespec="seconds"), f"{_day(utc)}, {utc:%H:%M} UTC")


def moment_in(value: datetime, time_zone: str) -> Markup:
    """20 December 2026, 17:00 America/New York (22:00 UTC); in UTC where no clock is known."""
    utc = value.astimezone(UTC)
    try:
        local = value.astimezone(ZoneInfo(time_zone))
    except (ZoneInfoNotFoundError, ValueError):
        return moment(value)
    if local.utcoffset() == utc.utcoffset():
        return moment(value)
    shown = f"{_day(local)}, {local:%H:%M} {time_zone.replace('_', ' ')}"
    same_day = local.date() == utc.date()
    in_utc = f"{utc:%H:%M} UTC" if same_day else f"{_day(utc)}, {utc:%H:%M} UTC"
    return Markup("{} ({})").format(_time(utc.isoformat(timespec="seconds"), shown), in_utc)


def clock_time(value: datetime) -> Markup:
    """22:00:05 UTC, where the day is known."""
    utc = value.astimezone(UTC)
    return _time(utc.isoformat(timespec="seconds"), f"{utc:%H:%M:%S} UTC")


def day(value: date) -> Markup:
    """20 December 2026; of a moment, its day in UTC."""
    utc_day = value.astimezone(UTC).date() if isinstance(value, datetime) else value
    return _time(utc_day.isoformat(), _day(utc_day))


def _day(value: date) -> str:
    return f"{value.day}\u00a0{value:%B}\u00a0{value.year}"


def _time(machine: str, people: str) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(machine, people)


def number(value: int) -> str:
    """12,345."""
    return f"{value:,}"


def figure(value: float) -> str:
    """12,345.5, with all its digits; 12 of 12.0."""
    return f"{int(value) if value == int(value) else value:,}"


def percent(basis_points: int) -> str:
    """98.5 %, of hundredths of a per cent."""
    whole, rest = divmod(basis_points, 100)
    shown = f"{whole}.{rest:02}".rstrip("0") if rest else str(whole)
    return f"{shown}\u00a0%"


def fraction(numerator: int, denominator: int) -> str:
    """0.875, of a fraction; four digits behind the point at most."""
    if not denominator:
        return "0"
    shown = f"{Decimal(numerator) / Decimal(denominator):.4f}"
    return shown.rstrip("0").rstrip(".")


def counted(value: int, one: str, many: str) -> str:
    """1 vote, 12,345 votes."""
    return f"{number(value)} {one if value == 1 else many}"


def money(amount_minor: int, currency: str) -> Markup:
    """EUR 1,500.00, and JPY 1,500."""
    decimals = _decimals(currency)
    amount = Decimal(amount_minor).scaleb(-decimals)
    sign = "\u2212" if amount < 0 else ""
    shown = f"{sign}{currency}\u00a0{abs(amount):,.{decimals}f}"
    return Markup('<span class="money">{}</span>').format(shown)


def _decimals(currency: str) -> int:
    """How many digits of an amount in minor units stand behind the point (ISO 4217)."""
    if currency in _WHOLE:
        return 0
    if currency in _THOUSANDTHS:
        return 3
    return 4 if currency in _TEN_THOUSANDTHS else 2
