"""Finds links and mail addresses in a text, also those written around the corner. Pure."""

import re
from collections.abc import Iterator

# A dot in a sentence without a space after it ("nice.It is") makes a name of many a country's
# ending; without "www." or a path only endings that are no words count, and those that spam uses.
_ENDINGS = (
    "com|net|org|info|biz|online|site|shop|store|club|xyz|app|dev|link|click|live|top|vip|win|bet|"
    "casino|icu|ru|de|fr|es|pl|nl|uk|eu|us|ca|au|br|cn|jp|kr|in|id|my|ph|sg|th|vn|tr|io|co|tv|cc|ly|gg|gl|ai"
)
_DOT = r"(?:\.|\s?[\[({]\s?(?:\.|dot|punkt|point|punto)\s?[\])}]\s?|\s(?:dot|punkt)\s)"
_AT = r"(?:@|\uff20|\s?[\[({]\s?(?:@|at|arroba)\s?[\])}]\s?)"
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_HOST = rf"{_LABEL}(?:{_DOT}{_LABEL}){{0,4}}{_DOT}(?:{_ENDINGS})"

_LINK = re.compile(
    r"(?:\b(?:https?|hxxps?|ftp)\s?:\s?/\s?/|\bwww\d?\.)[^\s<>\"']{1,200}"
    rf"|(?<![\w@.-]){_HOST}\b(?!@)(?:[/:?#][^\s<>\"']{{0,200}})?"
    rf"|(?<![\w@.-])(?:{_LABEL}\.){{1,5}}[^\W\d_]{{2,24}}/[^\s<>\"']{{1,200}}",
    re.IGNORECASE,
)
_MAIL = re.compile(
    rf"(?<![\w.+-])[\w.+-]{{1,64}}{_AT}{_LABEL}(?:{_DOT}{_LABEL}){{0,4}}{_DOT}[^\W\d_]{{2,24}}\b",
    re.IGNORECASE,
)


def links(text: str) -> Iterator[str]:
    """Links of a text as they stand there: with a scheme, with www, or a bare host name."""
    # A mail address ends in a host name, which is no link.
    return (match[0] for match in _LINK.finditer(_MAIL.sub(" ", text)))


def mail_addresses(text: str) -> Iterator[str]:
    """Mail addresses of a text as they stand there, "name (at) example dot com" too."""
    return (match[0] for match in _MAIL.finditer(text))
