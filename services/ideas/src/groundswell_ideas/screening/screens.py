"""The screens that look at a text by itself, and the interface by which a brand brings its own.

Built by `app`, called by the commands.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Protocol

import phonenumbers

from groundswell_ideas.screening.rules import Content, Finding, Policy
from groundswell_ideas.screening.rules.addresses import links, mail_addresses
from groundswell_ideas.screening.rules.folding import Folding
from groundswell_ideas.screening.rules.lexicon import (
    FINDINGS_PER_TEXT,
    SHOWN,
    Lexicon,
    WordList,
    word_findings,
)
from groundswell_ideas.texts.rules import holds_hidden

LETTERS_OF_A_LANGUAGE = 30
"""A shorter text says too little about its language; a name says nothing."""

UNLIKELY = 0.05
"""How little the contest's languages together must explain of a text before it is noticed."""

_PHONE_CANDIDATES = 200
_COUNTRIES = 10

# Languages that a detector cannot tell apart with certainty, or that are written alike.
_KIN = (
    {"id", "ms", "jv"},
    {"no", "nb", "nn", "da", "sv"},
    {"hr", "sr", "bs", "sl"},
    {"cs", "sk"},
    {"zh", "yue", "wuu"},
    {"pt", "gl"},
    {"es", "ca", "gl", "an", "ext"},
    {"tl", "fil", "bcl"},
    {"ar", "ary", "arz"},
    {"nl", "af"},
    {"it", "vec", "lij"},
    {"en", "pcm"},
)


class Screen(Protocol):
    """Looks at what somebody hands in.

    It runs inside the transaction that stores what it looks at, and again when that is tried
    again: it has no effects, and answers within two seconds or counts as failed. Its findings are
    of kinds with the screen's own prefix ("acme_trademark"), which a contest's policy can name.
    """

    async def look(self, content: Content, policy: Policy) -> Sequence[Finding]:
        """What this screen notices."""
        ...


class TextScreen:
    """What comes with Groundswell: hidden characters, words, links, contact data, languages."""

    def __init__(self, folding: Folding, lists: Sequence[WordList]) -> None:
        self._folding = folding
        self._lists = lists
        self._lexicons: dict[frozenset[str], Lexicon] = {}

    async def look(self, content: Content, policy: Policy) -> Sequence[Finding]:
        """Works on the processor alone: a millisecond for an idea of a few hundred letters."""
        lexicon = self._lexicon(frozenset(policy.languages))
        findings = word_findings(lexicon, content, "word", "a word of the lists")
        if policy.own_words:
            own = WordList(language="", words={"hold": policy.own_words})
            lexicon = Lexicon(self._folding, [own])
            findings += word_findings(lexicon, content, "own_word", "a word that the brand listed")
        for where, text in content.texts.items():
            findings += _found("link", where, links(text), "a link")
            findings += _found("mail_address", where, mail_addresses(text), "a mail address")
            numbers = phone_numbers(text, policy.countries)
            findings += _found("phone_number", where, numbers, "a phone number")
            findings += _found("language", where, _strange(text, policy.languages), _LANGUAGE)
            if holds_hidden(text):
                hidden = [ascii(text)[:SHOWN]]
                findings += _found("hidden_characters", where, hidden, "characters nobody sees")
        return findings

    def _lexicon(self, languages: frozenset[str]) -> Lexicon:
        """The lists of these languages and the English one; without any, all."""
        wanted = languages & {one.language for one in self._lists}
        if wanted not in self._lexicons:
            chosen = [
                one for one in self._lists if not languages or one.language in wanted | {"en"}
            ]
            self._lexicons[wanted] = Lexicon(self._folding, chosen)
        return self._lexicons[wanted]


def phone_numbers(text: str, countries: Sequence[str]) -> Iterator[str]:
    """Valid phone numbers: with their country's prefix, or as one dials them in `countries`."""
    for country in (*countries[:_COUNTRIES], None):
        for match in phonenumbers.PhoneNumberMatcher(text, country, max_tries=_PHONE_CANDIDATES):
            yield match.raw_string


def language_of(text: str) -> Mapping[str, float]:
    """How likely each language is, by its ISO 639 code."""
    return dict(_identifier().rank(text))


_LANGUAGE = "another language than those of the contest"


def _strange(text: str, languages: Sequence[str]) -> Iterator[str]:
    """The language of a text that is none of these; nothing when that is not certain."""
    if languages and sum(map(str.isalpha, text)) >= LETTERS_OF_A_LANGUAGE:
        likely = language_of(text)
        best = max(likely, key=likely.__getitem__)
        if best != "zxx" and sum(likely.get(code, 0) for code in _with_kin(languages)) < UNLIKELY:
            yield best


def _with_kin(languages: Sequence[str]) -> Collection[str]:
    codes = {language.partition("-")[0].lower() for language in languages}
    return codes.union(*(kin for kin in _KIN if kin & codes))


def _found(kind: str, where: str, matches: Iterator[str] | list[str], words: str) -> list[Finding]:
    shown = dict.fromkeys(match.strip()[:SHOWN] for match in matches)
    return [Finding(kind, "hold", where, match, words) for match in [*shown][:FINDINGS_PER_TEXT]]


@cache
def _identifier() -> Any:
    """The detector, loaded at its first use: half a second, and 95 MB with numpy."""
    # A worker screens nothing, and does without them.
    from py3langid.langid import (  # type: ignore[import-untyped]  # noqa: PLC0415
        MODEL_FILE,
        LanguageIdentifier,
    )

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
