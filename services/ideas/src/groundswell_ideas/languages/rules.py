"""Which of a contest's languages a reader gets, and its words in it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from groundswell_ideas.terms.rules import Terms, Texts

WANTED_MAXIMUM = 20


@dataclass(frozen=True, slots=True)
class Words:
    """What a contest is called and how it explains itself, in the language that was picked."""

    locale: str
    title: str
    summary: str | None
    rules: str | None


def wanted_locales(accept_language: str) -> list[str]:
    """The languages of an Accept-Language header, the most wanted first; nonsense is left out."""
    weighed = []
    for part in accept_language.split(",")[:WANTED_MAXIMUM]:
        tag, _, parameter = part.partition(";")
        weight = _weight(parameter)
        if tag.strip() and weight > 0:
            weighed.append((weight, tag.strip()))
    return [tag for _, tag in sorted(weighed, key=lambda item: -item[0])]


def picked(languages: Sequence[str], wanted: Sequence[str]) -> str:
    """The language to answer in: the first wanted one that is there, else the first of all.

    pt-BR takes pt where there is no pt-BR, and pt takes pt-BR where there is no pt.
    """
    for tag in wanted:
        for fits in (_same, _broader, _narrower):
            found = next((language for language in languages if fits(language, tag)), None)
            if found is not None:
                return found
    return languages[0]


def words_of(terms: Terms, wanted: Sequence[str]) -> Words:
    """A contest's words in the language to answer in; what is missing there falls back."""
    locale = picked(terms.languages, wanted)
    first = Texts(title=terms.title, rules=terms.rules)
    chain = [terms.texts.get(locale), terms.texts.get(terms.languages[0]), first]
    texts = [text for text in chain if text is not None]
    return Words(
        locale=locale,
        title=next((text.title for text in texts if text.title), terms.title),
        summary=next((text.summary for text in texts if text.summary), None),
        rules=next((text.rules for text in texts if text.rules), None),
    )


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return min(1.0, float(value))
    except ValueError:
        return 0.0


def _same(language: str, tag: str) -> bool:
    return language.lower() == tag.lower()


def _broader(language: str, tag: str) -> bool:
    return tag.lower().startswith(f"{language.lower()}-")


def _narrower(language: str, tag: str) -> bool:
    return language.lower().startswith(f"{tag.lower()}-")
