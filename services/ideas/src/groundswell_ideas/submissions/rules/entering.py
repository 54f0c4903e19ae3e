"""What keeps an idea from coming in, being changed or taken back. Pure; called by the commands."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from groundswell_ideas.contests.rules import (
    Contest,
    obstacles_to_taking_ideas,
    stands_for_vote,
)
from groundswell_ideas.forms.rules import FieldValue
from groundswell_ideas.forms.rules.checking import media_of, mistakes, texts_of
from groundswell_ideas.screening.rules import Content, Outcome, Policy, Screening
from groundswell_ideas.submissions.rules import Gift, Idea, Status, is_public
from groundswell_ideas.submissions.rules.teams import obstacles_to_team, team_of
from groundswell_ideas.terms.rules import Obstacle

ANCESTORS_MAXIMUM = 50
"""As far back as an idea knows where it comes from."""

DRAFTS_MAXIMUM = 20
"""Ideas that somebody may have begun in a contest, and not handed in."""

_BEFORE_THE_END = ("submission", "moderation", "voting")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What somebody says of their idea. `team` names everybody with a share, who hands in too."""

    title: str
    summary: str
    fields: dict[str, FieldValue] = field(default_factory=dict)
    category: str | None = None
    region: str | None = None
    team: tuple[tuple[str, int], ...] = ()
    parent_idea_id: str | None = None
    parent_share: int = 0
    brief: bool = False
    gift: Gift | None = None


def obstacles_to_drafting(drafts: int) -> list[Obstacle]:
    """What keeps somebody with so many drafts in a contest from beginning another one."""
    if drafts < DRAFTS_MAXIMUM:
        return []
    message = f"you have {DRAFTS_MAXIMUM} drafts here: hand one in or withdraw it first"
    return [Obstacle("drafts", "maximum", message)]


def obstacles_to_entry(
    contest: Contest, author_id: str, entry: Entry, *, finished: bool
) -> list[Obstacle]:
    """What is wrong with an entry but for its parent, by the fields; a draft may be unfinished."""
    if entry.brief:
        return _of_brief(contest, entry)
    terms = contest.terms
    found = [
        Obstacle(*mistake)
        for mistake in mistakes(terms.entry_form, entry.fields, finished=finished)
    ]
    regions = tuple(region.name for region in terms.regions)
    found += _not_a_choice("category", entry.category, terms.categories, finished=finished)
    found += _not_a_choice("region", entry.region, regions, finished=finished)
    if entry.gift is not None and not terms.charity_payee:
        found.append(Obstacle("body.gift", "charity", "by its terms nothing goes to a charity"))
    return [*found, *obstacles_to_team(author_id, entry.team)]


def obstacles_to_parent(contest: Contest, entry: Entry, parent: Idea | None) -> list[Obstacle]:
    """What keeps an entry that has not come in from naming its parent."""
    if entry.parent_idea_id is None:
        if entry.parent_share:
            return [Obstacle("body.parent.share", "parent", "a share needs an idea to go to")]
        return []
    if not (contest.terms.remixes or (parent is not None and parent.brief)):
        return [Obstacle("body.parent", "remixes", "this contest takes no remixes")]
    if parent is None or parent.contest_id != contest.id or not is_public(parent):
        message = "has to be an idea of this contest that everybody sees"
        return [Obstacle("body.parent.idea_id", "unknown", message)]
    return []


def with_entry(idea: Idea, entry: Entry, parent: Idea | None, media: Sequence[str]) -> Idea:
    """The idea saying this; its number of revisions and its status are as before."""
    return replace(
        idea,
        title=entry.title,
        summary=entry.summary,
        fields=entry.fields,
        category=entry.category,
        region=entry.region,
        media=tuple(media),
        team=team_of(idea, entry.team),
        parent_idea_id=entry.parent_idea_id,
        parent_share=entry.parent_share,
        brief=entry.brief,
        gift=entry.gift,
        ancestors=() if parent is None else (*parent.ancestors, parent.id)[-ANCESTORS_MAXIMUM:],
    )


def entry_of(idea: Idea) -> Entry:
    """What an idea says, as whoever handed it in would say it again."""
    named = tuple((member.participant_id, member.basis_points) for member in idea.team)
    rest = 10_000 - sum(basis_points for _, basis_points in named)
    return Entry(
        title=idea.title,
        summary=idea.summary,
        fields=dict(idea.fields),
        category=idea.category,
        region=idea.region,
        team=((idea.participant_id, rest), *named) if named else (),
        parent_idea_id=idea.parent_idea_id,
        parent_share=idea.parent_share,
        brief=idea.brief,
        gift=idea.gift,
    )


def obstacles_to_revising(
    contest: Contest, idea: Idea, seen: int, entry: Entry, now: datetime
) -> list[Obstacle]:
    """What keeps an idea from saying something else; `seen` is the revision that was changed.

    While the contest takes ideas they can be changed, until they are decided against, or voted on.
    A draft can be changed before that.
    """
    if idea.status not in ("draft", "submitted", "approved"):
        return [Obstacle("status", "final", f"an idea that is {idea.status} stays as it is")]
    if seen != idea.revision:
        message = f"revision {idea.revision} came meanwhile"
        return [Obstacle("body.revision", "revision", message)]
    if idea.status == "draft":
        return []
    if stands_for_vote(contest, idea.id):
        return [Obstacle("status", "listed", "an idea that people vote on stays as it is")]
    found = obstacles_to_taking_ideas(contest, idea.region, now)
    if entry.region != idea.region:
        found.append(Obstacle("body.region", "fixed", "an idea stays in the region it came in for"))
    if (entry.parent_idea_id, entry.parent_share) != (idea.parent_idea_id, idea.parent_share):
        message = "what was promised to a parent stays as it was handed in"
        found.append(Obstacle("body.parent", "fixed", message))
    return found


def obstacles_to_withdrawing(contest: Contest, idea: Idea, now: datetime) -> list[Obstacle]:
    """What keeps an idea from being taken back by who handed it in."""
    if idea.status not in ("draft", "submitted", "approved"):
        return [Obstacle("status", "final", f"the idea is {idea.status}")]
    voted = any(idea.id in poll.idea_ids and poll.closes_at <= now for poll in contest.polls)
    won = any(winner.idea_id == idea.id for winner in contest.winners)
    over = contest.phase not in _BEFORE_THE_END
    if voted or won or (over and stands_for_vote(contest, idea.id)):
        return [Obstacle("phase", "voted", "the vote on it is over; who wins may decline")]
    return []


def status_after(contest: Contest, outcome: Outcome) -> Status:
    """What an idea is once it has come in, or was changed, and screening has seen it."""
    by_itself = contest.terms.moderation == "self_publishing" and outcome == "publish"
    return "approved" if by_itself else "submitted"


def held_for(screening: Screening) -> tuple[str, ...]:
    """The kinds of findings for which screening wants a person to look."""
    kinds = (finding.kind for finding in screening.findings if finding.severity == "hold")
    return tuple(dict.fromkeys(kinds))


def taken_down_for(idea: Idea) -> tuple[str, ...]:
    """Why people took the idea down, if they did: then no revision brings it back by itself."""
    return tuple(cause for cause in idea.held_for if cause in ("reports", "staff"))


def content_of(contest: Contest, entry: Entry, likenesses: dict[str, str]) -> Content:
    """What screening looks at; `likenesses` are hashes of pictures by where they stand."""
    texts = {"title": entry.title, "summary": entry.summary}
    texts |= texts_of(entry.fields, contest.terms.entry_form)
    if entry.gift is not None:
        texts["gift.charity"] = entry.gift.charity
    return Content(texts=texts, images=likenesses)


def policy_of(contest: Contest) -> Policy:
    """What the contest makes of findings: as its terms say; its languages and countries count."""
    terms = contest.terms
    languages = dict.fromkeys(locale.partition("-")[0] for locale in terms.languages)
    countries = dict.fromkeys(
        (*terms.eligibility.countries, *(c for region in terms.regions for c in region.countries))
    )
    return Policy(
        treatments=terms.screening.treatments,
        own_words=terms.screening.own_words,
        languages=tuple(languages),
        countries=tuple(countries),
    )


def uploads_of(contest: Contest, entry: Entry) -> list[str]:
    """The ids of all uploads that the entry names, in the order of the form."""
    found: dict[str, None] = {}
    for name in media_of(contest.terms.entry_form, entry.fields):
        value = entry.fields[name]
        if isinstance(value, tuple):
            found |= dict.fromkeys(value)
    return list(found)


def _not_a_choice(
    name: Literal["category", "region"],
    said: str | None,
    choices: tuple[str, ...],
    *,
    finished: bool,
) -> list[Obstacle]:
    if said is None:
        missing = finished and bool(choices)
        message = f"say which {name} it is for: {', '.join(choices)}"
        return [Obstacle(f"body.{name}", "required", message)] if missing else []
    if said in choices:
        return []
    message = f"has to be one of {', '.join(choices)}" if choices else f"there is no {name} here"
    return [Obstacle(f"body.{name}", "unknown", message)]


def _of_brief(contest: Contest, entry: Entry) -> list[Obstacle]:
    if not contest.terms.briefs:
        return [
            Obstacle("body.brief", "briefs", "in this contest only the brand says what it asks")
        ]
    terms = contest.terms
    regions = tuple(region.name for region in terms.regions)
    more = {
        "fields": entry.fields,
        "team": entry.team,
        "parent": entry.parent_idea_id,
        "gift": entry.gift,
    }
    return [
        *_not_a_choice("category", entry.category, terms.categories, finished=False),
        *_not_a_choice("region", entry.region, regions, finished=False),
        *(
            Obstacle(f"body.{name}", "brief", f"a brief asks for ideas, and has no {name}")
            for name, value in more.items()
            if value
        ),
    ]


def region_for(contest: Contest, said: str | None, country: str | None) -> str | None:
    """The region that an idea is for: the one that is said, else the only one of that country."""
    if said is not None or country is None:
        return said
    fitting = [region.name for region in contest.terms.regions if country in region.countries]
    return fitting[0] if len(fitting) == 1 else None


def obstacles_to_region(contest: Contest, name: str | None, country: str | None) -> list[Obstacle]:
    """What keeps somebody from that country from handing in for a region."""
    region = None if name is None else contest.region(name)
    if region is None or not region.countries or country is None or country in region.countries:
        return []
    message = f"{region.name} is for people in {', '.join(region.countries)}"
    return [Obstacle("body.region", "country", message)]
