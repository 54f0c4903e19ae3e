"""HTTP shapes of timelines, share cards, share links and sources."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints

from groundswell_ideas.shapes import Answer, Request
from groundswell_ideas.showcase.rules.cards import (
    HEIGHT,
    WIDTH,
    Card,
    alt_of,
    description_of,
    tags_of,
)
from groundswell_ideas.showcase.rules.links import SiteLinks
from groundswell_ideas.showcase.rules.sources import (
    Attribution,
    ShareLink,
    Source,
    SourceCount,
    Sources,
)
from groundswell_ideas.showcase.rules.timeline import MOMENTS_MAXIMUM, Kind, Moment
from groundswell_ideas.showcase.rules.votes import Place

Via = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,40}$")]


class MomentAnswer(Answer):
    """Something that happened to an idea; what says nothing about it is null.

    `idea_id` is the other idea of a merge or of votes that moved, or the winner of a milestone,
    null if it is of all.
    """

    at: datetime
    kind: Kind
    revision: int | None
    idea_id: str | None
    poll_id: str | None
    region: str | None
    step: int | None
    votes: int | None
    rank: int | None
    outcome: str | None
    milestone_id: str | None
    reason_code: str | None


class TimelineAnswer(Answer):
    """What happened to an idea, the oldest first; `complete` unless older moments are left out."""

    idea_id: str
    items: list[MomentAnswer]
    complete: bool

    @classmethod
    def of(cls, idea_id: str, moments: list[Moment]) -> Self:
        """The answer that shows the newest of these moments."""
        told = moments[-MOMENTS_MAXIMUM:]
        return cls(
            idea_id=idea_id,
            items=[MomentAnswer.model_validate(moment) for moment in told],
            complete=len(told) == len(moments),
        )


class ImageAnswer(Answer):
    """The picture of a card: its address at the site, and its path here."""

    url: str
    path: str
    content_type: Literal["image/png"] = "image/png"
    width: int = WIDTH
    height: int = HEIGHT
    alt: str


class CodeAnswer(Answer):
    """A QR code of the link to an idea: its address at the site, and its path here."""

    url: str
    path: str


class TagAnswer(Answer):
    """A <meta> for the head of the idea's page; the content is text, to be escaped there."""

    attribute: str
    name: str
    content: str


class CardAnswer(Answer):
    """What other sites show of an idea when it is shared, in the contest's own language."""

    idea_id: str
    contest_id: str
    locale: str
    title: str
    description: str
    contest_title: str
    link: str
    image: ImageAnswer
    qr: CodeAnswer
    tags: list[TagAnswer]

    @classmethod
    def of(cls, card: Card, links: SiteLinks) -> Self:
        """The answer that shows this card."""
        idea, words = card.idea, card.words
        page, image = links.page(idea.id), links.site + links.picture_path(idea.id, card.face.tag)
        return cls(
            idea_id=idea.id,
            contest_id=idea.contest_id,
            locale=words.locale,
            title=idea.title,
            description=description_of(idea),
            contest_title=words.title,
            link=page,
            image=ImageAnswer(
                url=image,
                path=f"/v1{links.picture_path(idea.id, card.face.tag)}",
                alt=alt_of(idea, words),
            ),
            qr=CodeAnswer(
                url=links.site + links.code_path(idea.id), path=f"/v1{links.code_path(idea.id)}"
            ),
            tags=[TagAnswer.model_validate(tag) for tag in tags_of(idea, words, page, image)],
        )


class ShareLinkAnswer(Answer):
    """Your link to an idea: who comes by it is counted as coming from you."""

    idea_id: str
    code: str
    link: str

    @classmethod
    def of(cls, link: ShareLink, links: SiteLinks) -> Self:
        """The answer that shows this link."""
        return cls(idea_id=link.idea_id, code=link.code, link=links.page(link.idea_id, link.code))


class NewVisit(Request):
    """Somebody has come to an idea. `via` is what the link that they followed named.

    `visitor` is any key that stays the same for somebody for a day, and tells nothing of them.
    """

    via: Via = "direct"
    visitor: Annotated[str | None, StringConstraints(min_length=8, max_length=100)] = None


class DayAnswer(Answer):
    """Visits of a day in UTC."""

    day: date
    visits: int


class SourceAnswer(Answer):
    """Visits by one source. A share link has a `code`, and staff, and its sharer, read whose."""

    source: Source
    code: str | None
    shared_by: str | None
    visits: int
    days: list[DayAnswer]

    @classmethod
    def of(cls, count: SourceCount, shared_by: str | None) -> Self:
        """The answer that shows this source."""
        return cls(
            source=count.source,
            code=count.code,
            shared_by=shared_by,
            visits=count.visits,
            days=[DayAnswer.model_validate(day) for day in count.days],
        )


class ChannelAnswer(Answer):
    """Votes that came by one channel of a poll."""

    channel: str
    votes: int


class VoteSourceAnswer(Answer):
    """Votes whose voters came by one source; of a share link as with visits."""

    source: Source
    code: str | None
    shared_by: str | None
    votes: int


class VotesAnswer(Answer):
    """What an idea had in a certified tally, by the channels of its poll, and by sources.

    `others` came by weaker links, which are not told, and `unnamed` by none that named itself.
    """

    poll_id: str
    certified_at: datetime
    votes: int
    channels: list[ChannelAnswer]
    sources: Annotated[list[VoteSourceAnswer], Field(max_length=200)]
    others: int
    unnamed: int

    @classmethod
    def of(cls, place: Place, found: Attribution | None, sharers: Mapping[str, str]) -> Self:
        """The answer that shows this place, and what is known of where its votes came from."""
        sources, others = ((), 0) if found is None else (found.sources, found.others)
        return cls(
            poll_id=place.poll_id,
            certified_at=place.certified_at,
            votes=place.votes,
            channels=[ChannelAnswer(channel=c, votes=n) for c, n in place.channels],
            sources=[
                VoteSourceAnswer(
                    source=one.source,
                    code=one.code,
                    shared_by=sharers.get(one.code or ""),
                    votes=one.votes,
                )
                for one in sources
            ],
            others=others,
            unnamed=place.votes - others - sum(one.votes for one in sources),
        )


class SourcesAnswer(Answer):
    """Where the visitors of an idea came from, and its certified votes.

    Both days count. Sources come with most visits first; `left_out` weaker ones are not told.
    """

    idea_id: str
    since: date
    until: date
    visits: int
    sources: Annotated[list[SourceAnswer], Field(max_length=200)]
    left_out: int
    votes: list[VotesAnswer]

    @classmethod
    def of(cls, idea_id: str, found: Sources, subject: str, *, staff: bool) -> Self:
        """The answer that shows these sources to staff, or to somebody of the idea's people."""
        sharers = {
            code: link.sharer_id
            for code, link in found.links.items()
            if link.sharer_id is not None and (staff or link.sharer_id == subject)
        }
        return cls(
            idea_id=idea_id,
            since=found.since,
            until=found.until,
            visits=found.visits,
            sources=[SourceAnswer.of(one, sharers.get(one.code or "")) for one in found.sources],
            left_out=found.count - len(found.sources),
            votes=[
                VotesAnswer.of(place, found.attributions.get(place.poll_id), sharers)
                for place in found.places
            ],
        )
