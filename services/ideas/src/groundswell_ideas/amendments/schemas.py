"""HTTP shapes of amendments. What cannot be amended has no field in them."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import Field, StrictBool, model_validator

from groundswell_ideas.amendments.rules import Amendment
from groundswell_ideas.amendments.rules.curators import Curator
from groundswell_ideas.contests.rules import SHORTLIST_MAXIMUM
from groundswell_ideas.polls.rules import Poll, PollChange
from groundswell_ideas.polls.schemas import Name, PollAnswer, PollBody
from groundswell_ideas.shapes import Answer, Id, Line, Moment, Reason, Request, UniqueIds

IdeaIds = Annotated[UniqueIds, Field(max_length=SHORTLIST_MAXIMUM)]


class PollChangeBody(Request):
    """What becomes different in an open poll; what is left out stays.

    An added idea has to be approved; one that is removed does not come back. An earlier
    `closes_at` closes the poll before its time.
    """

    poll_id: Id
    added_idea_ids: IdeaIds = Field(default_factory=list)
    removed_idea_ids: IdeaIds = Field(default_factory=list)
    closes_at: Moment | None = None
    paused: StrictBool | None = None

    def value(self) -> PollChange:
        """The change."""
        return PollChange(
            poll_id=self.poll_id,
            added_idea_ids=tuple(self.added_idea_ids),
            removed_idea_ids=tuple(self.removed_idea_ids),
            closes_at=self.closes_at,
            paused=self.paused,
        )


class PollOpeningBody(PollBody):
    """Another poll, such as a further round, with some of the shortlisted ideas on its ballot.

    Where there are regions it is that of one of them, with ideas of its shortlist.
    """

    region: Name | None = None
    idea_ids: Annotated[IdeaIds, Field(min_length=1)]
    closes_at: Moment

    def poll(self) -> Poll:
        """The poll, which has no id yet."""
        return Poll(
            id="",
            name=self.name,
            region=self.region,
            rules=self.rules.value(),
            idea_ids=tuple(self.idea_ids),
            closes_at=self.closes_at,
        )


class CuratorBody(Request):
    """Another curator, until the shortlist is handed in.

    Everybody reads the office; `curator_id` is the member of staff who alone picks from then on.
    """

    curator: Annotated[Line, Field(examples=["Creative director"])]
    curator_id: Id

    def value(self) -> Curator:
        """The curator."""
        return Curator(self.curator, self.curator_id)


class NewAmendment(Request):
    """A change of an open poll, another poll, or another curator; everybody reads the reason."""

    reason: Annotated[Reason, Field(examples=["The name is taken by another ship."])]
    poll_changed: PollChangeBody | None = None
    poll_opened: PollOpeningBody | None = None
    curator_changed: CuratorBody | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        said = (self.poll_changed, self.poll_opened, self.curator_changed)
        if sum(part is not None for part in said) != 1:
            raise ValueError("an amendment has one of poll_changed, poll_opened, curator_changed")
        return self


class Why(Request):
    """The reason that everybody reads."""

    reason: Annotated[Reason, Field(examples=["We look into votes that came in by machine."])]


class IdeaMergeAnswer(Answer):
    """An idea and the one on its ballot that its votes went to, or came back from."""

    idea_id: str
    into_idea_id: str


class PollChangeAnswer(Answer):
    """What became different in a poll; null or empty is what stayed.

    `merged` ideas left the ballot, and the votes for them count for others, each voter once;
    `unmerged` ones are on it again with their votes.
    """

    poll_id: str
    added_idea_ids: list[str]
    removed_idea_ids: list[str]
    merged: list[IdeaMergeAnswer]
    unmerged: list[IdeaMergeAnswer]
    closes_at: datetime | None
    paused: bool | None


class OpenedPollAnswer(PollAnswer):
    """A poll as it was opened."""

    idea_ids: list[str]

    @classmethod
    def of_opened(cls, poll: Poll) -> Self:
        """The answer that shows this poll with its ballot."""
        return cls(**dict(PollAnswer.of(poll)), idea_ids=list(poll.idea_ids))


class RefusalAnswer(Answer):
    """A part of an amendment that the poll could not take any more: nothing of it was done.

    Votes that were to move with an idea stayed where they were.
    """

    refused: PollChangeAnswer
    code: str
    reason: str
    refused_at: datetime


class AmendmentAnswer(Answer):
    """A change of a contest since it opened. Those of a contest are numbered from 1.

    `paused` says that the contest stands still from then on, or goes on again; `curator` is the
    office that picks the shortlist from then on. `refusals` are parts of `poll_changed`.
    """

    number: int
    reason: str
    amended_at: datetime
    poll_changed: PollChangeAnswer | None
    poll_opened: OpenedPollAnswer | None
    paused: bool | None
    pilot_widened: bool
    curator: str | None
    refusals: list[RefusalAnswer]

    @classmethod
    def of(cls, amendment: Amendment) -> Self:
        """The answer that shows this amendment."""
        change, poll, curator = amendment.poll_changed, amendment.poll_opened, amendment.curator
        return cls(
            number=amendment.number,
            reason=amendment.reason,
            amended_at=amendment.amended_at,
            poll_changed=None if change is None else PollChangeAnswer.model_validate(change),
            poll_opened=None if poll is None else OpenedPollAnswer.of_opened(poll),
            paused=amendment.paused,
            pilot_widened=amendment.pilot_widened,
            curator=None if curator is None else curator.office,
            refusals=[RefusalAnswer.model_validate(each) for each in amendment.refusals],
        )


class AmendmentPage(Answer):
    """Amendments as they came. `next` is the cursor of the following page, if any."""

    items: list[AmendmentAnswer]
    next: str | None
