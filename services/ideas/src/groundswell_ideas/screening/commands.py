"""What can be done with what somebody hands in: screen it, and forget it again."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from groundswell_ideas.screening.rules import Content, Finding, Policy, Screening, judge
from groundswell_ideas.screening.rules.folding import Folding
from groundswell_ideas.screening.rules.resemblance import (
    Fingerprint,
    Kind,
    image_fingerprint,
    resemblance,
    text_fingerprint,
    title_fingerprint,
)
from groundswell_ideas.screening.screens import Screen
from groundswell_ideas.screening.store import Kept, ScreeningStore
from groundswell_kit.clock import utc_now
from groundswell_kit.mongo import transaction
from groundswell_kit.observability import get_logger
from groundswell_kit.problems import ProblemType
from groundswell_kit.refusals import refuse_for

log = get_logger()

SCREEN_SECONDS = 2.0

RESEMBLING_SHOWN = 5
"""The nearest ones that a finding names: more than staff want to compare."""

_KINDS: Mapping[Kind, str] = {"title": "same_title", "text": "near_text", "image": "near_image"}

REFUSED_BY_SCREENING = ProblemType(
    "refused-by-screening",
    422,
    "Not taken as it is",
    "The fields listed in `errors` hold something that this contest does not take. Change them.",
)

Among = Literal["ideas", "comments"]


@dataclass(frozen=True, slots=True)
class ScreeningCommands:
    """Each verb is one transaction, or part of the caller's.

    `screens` look at everything, `own_screens` at what belongs to the brand that brought them.
    """

    screenings: ScreeningStore
    folding: Folding
    screens: Sequence[Screen]
    own_screens: Mapping[str, Sequence[Screen]] = field(default_factory=dict)

    async def screen(
        self,
        brand_id: str,
        contest_id: str,
        subject_id: str,
        content: Content,
        policy: Policy,
        among: Among = "ideas",
    ) -> Screening:
        """Looks at an idea or a comment, keeps what was found for staff, and says what follows.

        The outcome is `publish` or `hold`; what has to be refused raises a 422 problem that names
        the fields, `body.` before each place. It is compared with the others of its kind in the
        contest. Screening a subject again replaces what was kept of it.
        """

        async def work() -> Screening:
            screening, fingerprints = await self.look(
                brand_id, contest_id, subject_id, content, policy, among
            )
            kept = Kept(contest_id, subject_id, among, screening, fingerprints, utc_now())
            await self.screenings.keep(brand_id, kept)
            return screening

        return await transaction(self.screenings.client, work)

    async def look(
        self,
        brand_id: str,
        contest_id: str,
        subject_id: str,
        content: Content,
        policy: Policy,
        among: Among = "ideas",
    ) -> tuple[Screening, Sequence[Fingerprint]]:
        """What `screen` would say or refuse, and what stands for the content; keeps nothing."""
        findings: list[Finding] = []
        for screen in (*self.screens, *self.own_screens.get(brand_id, ())):
            findings += await _look(screen, content, policy)
        placed = list(_fingerprints(self.folding, content))
        for where, fingerprint in placed:
            others = await self.screenings.resembling(
                brand_id, contest_id, subject_id, among, fingerprint
            )
            findings += _resembling(where, fingerprint, others)
        screening = judge(findings, policy)
        refuse_for(_refusals(screening), REFUSED_BY_SCREENING)
        return screening, [fingerprint for _, fingerprint in placed]

    async def forget(self, brand_id: str, subject_id: str) -> None:
        """Forgets what was found in it, and compares nothing with it any more. Safe to repeat."""
        await self.screenings.forget(brand_id, [subject_id])


async def _look(screen: Screen, content: Content, policy: Policy) -> Sequence[Finding]:
    """What a screen notices; one that fails is a finding, so that a person looks instead."""
    try:
        async with asyncio.timeout(SCREEN_SECONDS):
            return await screen.look(content, policy)
    except Exception:
        log.exception("a screen failed", screen=type(screen).__name__)
        where = next(iter(content.texts), "")
        name = type(screen).__name__
        return [Finding("screen_failed", "hold", where, name, f"{name} could not look at it")]


def _fingerprints(folding: Folding, content: Content) -> Iterator[tuple[str, Fingerprint]]:
    """What stands for the title, for all other texts together, and for each picture."""
    title = title_fingerprint(folding.skeleton(content.texts.get("title", "")))
    others = {where: text for where, text in content.texts.items() if where != "title"}
    text = text_fingerprint(folding.skeleton(" ".join(others.values())))
    if title is not None:
        yield "title", title
    if text is not None:
        yield max(others, key=lambda where: len(others[where])), text
    for where, image_hash in content.images.items():
        yield where, image_fingerprint(image_hash)


def _resembling(
    where: str, own: Fingerprint, others: Sequence[tuple[str, Sequence[int]]]
) -> list[Finding]:
    alike = {other_id: resemblance(own.kind, own.signature, other) for other_id, other in others}
    nearest = sorted(((p, i) for i, p in alike.items() if p is not None), reverse=True)
    return [
        Finding(_KINDS[own.kind], "hold", where, other_id, f"what is {percent} % like {other_id}")
        for percent, other_id in nearest[:RESEMBLING_SHOWN]
    ]


def _refusals(screening: Screening) -> list[tuple[str, str, str]]:
    return [
        (f"body.{finding.where}", finding.kind.replace("_", "-"), f"must not hold {finding.words}")
        for finding in screening.findings
        if finding.severity == "block"
    ]
