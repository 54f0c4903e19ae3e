"""What screening looks at, what it finds, and what a contest makes of that. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from groundswell_ideas.terms.rules import Treatment

Severity = Literal["block", "hold", "note"]
Outcome = Literal["publish", "hold", "refuse"]

DEFAULTS: Mapping[str, Treatment] = {
    "hidden_characters": "hold",
    "link": "hold",
    "mail_address": "hold",
    "phone_number": "hold",
    "own_word": "hold",
    "language": "note",
    "same_title": "hold",
    "near_text": "hold",
    "near_image": "hold",
    "screen_failed": "hold",
}
"""How findings are treated unless a contest says otherwise.

Other kinds (`word`, and those of a brand's own screens) come with a severity of their own.
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that was noticed.

    `where` names the text or picture as in Content. `match` is what was noticed, as it stands
    there, or the id of what it resembles; staff see it. `words` is a sentence for people.
    """

    kind: str
    severity: Severity
    where: str
    match: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What is to be looked at, by where it stands in the request: "summary", "fields.home_port".

    The text at "title", if there is one, is also compared as a title. `images` are perceptual
    hashes of 64 bits, as 16 hexadecimal digits.
    """

    texts: Mapping[str, str]
    images: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What a contest makes of findings; frozen with its terms.

    `treatments` by kind stand before the defaults and before what a finding brings. `own_words`
    are looked for beside the lists. `languages` (ISO 639-1) are those of the contest: of the word
    lists theirs and the English one apply, and texts in other languages are noticed; empty, all
    lists apply. `countries` (ISO 3166) are those whose phone numbers are known without a prefix.
    """

    treatments: Mapping[str, Treatment] = field(default_factory=dict)
    own_words: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Screening:
    """What follows, and from what: the gravest finding decides."""

    outcome: Outcome
    findings: tuple[Finding, ...]


_OUTCOMES: Mapping[Severity, Outcome] = {"block": "refuse", "hold": "hold", "note": "publish"}
_GRAVEST_FIRST: Sequence[Severity] = ("block", "hold", "note")


def judge(findings: Sequence[Finding], policy: Policy) -> Screening:
    """What a contest makes of findings; the gravest ones come first, ignored ones are gone."""
    treated = [
        replace(finding, severity=treatment)
        for finding in dict.fromkeys(findings)
        if (treatment := _treatment(finding, policy)) != "ignore"
    ]
    treated.sort(key=lambda finding: _GRAVEST_FIRST.index(finding.severity))
    outcome = _OUTCOMES[treated[0].severity] if treated else "publish"
    return Screening(outcome, tuple(treated))


def _treatment(finding: Finding, policy: Policy) -> Treatment:
    own = policy.treatments.get(finding.kind)
    return own or DEFAULTS.get(finding.kind, finding.severity)
