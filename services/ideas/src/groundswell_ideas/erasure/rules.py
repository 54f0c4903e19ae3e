"""What stays of an idea when who handed it in is erased. Pure; called by the commands."""

from collections.abc import Collection
from dataclasses import replace

from groundswell_ideas.admission.rules import Declaration
from groundswell_ideas.media.rules import Media
from groundswell_ideas.submissions.rules import Idea


def stays(idea: Idea) -> bool:
    """Whether anything of it does: what was never handed in is nobody's business but theirs."""
    return idea.submitted_at is not None


def without_person(idea: Idea) -> Idea:
    """The idea without what was kept of the person beside it.

    What takes part goes on as it is, under an id that leads to nobody. Of what never will, the
    title alone stays, which the events about it tell anyway.
    """
    provenance, acceptance = idea.provenance, idea.acceptance
    bare = replace(
        idea,
        provenance=replace(provenance, on_behalf_of=None),
        # Which terms were accepted, and when, is kept: it is what lets the idea be used.
        acceptance=None if acceptance is None else replace(acceptance, declaration=Declaration()),
    )
    if takes_part(idea):
        return bare
    return replace(bare, summary="", fields={}, media=(), reason=None, gift=None)


def undeclared(idea: Idea, person_id: str) -> Idea:
    """The idea without what this member of its team declared of themselves."""
    team = tuple(
        replace(member, declaration=None) if member.participant_id == person_id else member
        for member in idea.team
    )
    return replace(idea, team=team)


def takes_part(idea: Idea) -> bool:
    """Whether the idea is public, or may yet be."""
    return idea.status in ("submitted", "approved", "merged")


def loses_all(media: Media, kept_ideas: Collection[str]) -> bool:
    """Whether nothing stays of an upload: none of the ideas that go on uses it.

    Of the others the pictures stay that were made for the public, and the original goes.
    """
    return media.holder_id not in kept_ideas
