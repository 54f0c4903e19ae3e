"""Finds the words of lists in folded text, however long somebody leans on a letter. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple

from groundswell_ideas.screening.rules import Content, Finding, Severity
from groundswell_ideas.screening.rules.folding import Folding, Word

SHOWN = 100
"""Characters of a match that are kept to be shown."""

FINDINGS_PER_TEXT = 20
"""The first ones tell enough."""

_LEANING = 3  # No language here writes a letter three times by its rules.


@dataclass(frozen=True, slots=True, kw_only=True)
class WordList:
    """Words of one language that are not taken without a look.

    `words` are found as whole words, with any of the `endings`; `stems` wherever they stand. Both
    are by severity. A word among the `innocent` is never found, whatever it holds.
    """

    language: str
    endings: tuple[str, ...] = ()
    words: Mapping[Severity, tuple[str, ...]] = field(default_factory=dict)
    stems: Mapping[Severity, tuple[str, ...]] = field(default_factory=dict)
    innocent: tuple[str, ...] = ()


class _Entry(NamedTuple):
    runs: tuple[int, ...]
    severity: Severity
    marked: str | None  # the word with its marks, if it has any


class Lexicon:
    """Some word lists, made ready to be looked up.

    A word is looked up by its letters without repetitions. It is found when each letter stands as
    often as in the list, or three times and more: "shiiit" is found, and "Niger" is not what has
    two g. An entry with marks is found with these marks alone, one without them with any.
    """

    def __init__(self, folding: Folding, lists: Iterable[WordList]) -> None:
        self._folding = folding
        self._whole: dict[str, list[_Entry]] = {}
        self._stems: dict[str, list[_Entry]] = {}
        self._innocent: set[str] = set()
        for one in lists:
            self._innocent.update(map(self._letters, one.innocent))
            for severity, words in one.words.items():
                forms = [word + ending for word in words for ending in ("", *one.endings)]
                self._add(self._whole, forms, severity)
            for severity, stems in one.stems.items():
                self._add(self._whole, stems, severity)
                self._add(self._stems, stems, severity)
        self._stem_lengths = sorted({len(squeezed) for squeezed in self._stems})
        # Nearly everywhere in a word begins no stem, which one look tells.
        self._begin = min(self._stem_lengths, default=0)
        self._beginnings = {squeezed[: self._begin] for squeezed in self._stems}

    def matches(self, text: str) -> Iterator[tuple[str, Severity]]:
        """What of the text is in the lists, as it stands there, and how grave it is."""
        seen: set[tuple[int, int]] = set()
        for word in self._folding.words(text):
            severity = None if (word.start, word.end) in seen else self._severity(word, text)
            if severity is not None:
                seen.add((word.start, word.end))
                yield text[word.start : word.end][:SHOWN], severity

    def _severity(self, word: Word, text: str) -> Severity | None:
        if word.letters in self._innocent:
            return None
        squeezed, runs = _squeeze(word.letters)
        for entry, start in self._candidates(squeezed, word.joined):
            if all(map(_leans_on, runs[start:], entry.runs)) and (
                entry.marked is None
                or entry.marked in self._folding.with_marks(text[word.start : word.end])
            ):
                return entry.severity
        return None

    def _candidates(self, squeezed: str, joined: bool) -> Iterator[tuple[_Entry, int]]:
        """Entries with the letters of the word, and where in it they begin."""
        yield from ((entry, 0) for entry in self._whole.get(squeezed, ()))
        if not joined:
            for start in range(len(squeezed)):
                if squeezed[start : start + self._begin] not in self._beginnings:
                    continue
                for length in self._stem_lengths:
                    for entry in self._stems.get(squeezed[start : start + length], ()):
                        yield entry, start

    def _add(
        self, entries: dict[str, list[_Entry]], words: Iterable[str], severity: Severity
    ) -> None:
        for word in words:
            squeezed, runs = _squeeze(self._letters(word))
            marked = self._folding.with_marks(word)
            entry = _Entry(runs, severity, marked if marked != self._letters(word) else None)
            entries.setdefault(squeezed, []).append(entry)

    def _letters(self, word: str) -> str:
        return next((read.letters for read in self._folding.words(word)), "")


def word_findings(lexicon: Lexicon, content: Content, kind: str, words: str) -> list[Finding]:
    """Findings of this kind for all texts."""
    found = []
    for where, text in content.texts.items():
        matches = zip(range(FINDINGS_PER_TEXT), lexicon.matches(text), strict=False)
        found += [Finding(kind, grave, where, match, words) for _, (match, grave) in matches]
    return found


def _squeeze(letters: str) -> tuple[str, tuple[int, ...]]:
    """The letters without repetitions, and how often each one stands."""
    runs = [(letter, sum(1 for _ in run)) for letter, run in groupby(letters)]
    return "".join(letter for letter, _ in runs), tuple(length for _, length in runs)


def _leans_on(there: int, asked: int) -> bool:
    return there == asked or there >= max(asked, _LEANING)
