"""Events of ideas: published by the ideas service; `participant_id` is who handed the idea in."""

from typing import ClassVar, Literal

from groundswell_contracts.event import Event
from groundswell_contracts.topics import IDEAS, Topic


class IdeaSubmitted(Event):
    """An idea came in and waits for moderation; `parent_idea_id` is the idea it goes back to.

    `entered_by` is who entered it for its author, by the public name of the contest's owner; it
    is missing where the author did so.
    """

    topic: ClassVar[Topic] = IDEAS
    key_field: ClassVar[str] = "idea_id"

    idea_id: str
    contest_id: str
    participant_id: str
    title: str
    summary: str
    category: str | None = None
    region: str | None = None
    parent_idea_id: str | None = None
    entered_by: str | None = None


class IdeaRevised(Event):
    """An idea says something else now; `status` tells whether it is, or stays, public.

    One that is `submitted` waits for moderation, also when it was approved before.
    """

    topic: ClassVar[Topic] = IDEAS
    key_field: ClassVar[str] = "idea_id"

    idea_id: str
    contest_id: str
    participant_id: str
    title: str
    summary: str
    category: str | None = None
    revision: int
    status: Literal["submitted", "approved"]


class IdeaWithdrawn(Event):
    """Who handed an idea in took it back; it takes part no longer and is not public."""

    topic: ClassVar[Topic] = IDEAS
    key_field: ClassVar[str] = "idea_id"

    idea_id: str
    contest_id: str
    participant_id: str
    title: str


class IdeaApproved(Event):
    """An idea was let into the contest, and is public from now on.

    An editor did so or, where a contest publishes by itself, nobody but screening looked at it.
    Sales of what is made of it refer to its `product_code`, where the contest gives one.
    """

    topic: ClassVar[Topic] = IDEAS
    key_field: ClassVar[str] = "idea_id"

    idea_id: str
    contest_id: str
    participant_id: str
    title: str
    reason: str | None = None
    product_code: str | None = None


class IdeaRejected(Event):
    """An editor turned an idea down, with the reason that its author reads.

    `after_appeal`: it was down already, and stays so after its author asked for another look.
    """

    topic: ClassVar[Topic] = IDEAS
    key_field: ClassVar[str] = "idea_id"

    idea_id: str
    contest_id: str
    participant_id: str
    title: str
    reason: str
    after_appeal: bool = False


class IdeaShortlisted(Event):
    """The brand put an idea on the shortlist that the crowd will vote on."""

    topic: ClassVar[Topic] = IDEAS
    key_field: ClassVar[str] = "idea_id"

    idea_id: str
    contest_id: str
    participant_id: str
    title: str


class IdeaHeld(Event):
    """An idea that was public waits for an editor again, and is not public meanwhile."""

    topic: ClassVar[Topic] = IDEAS
    key_field: ClassVar[str] = "idea_id"

    idea_id: str
    contest_id: str
    participant_id: str
    title: str


class IdeaMerged(Event):
    """An idea goes on in another one that says the same; its comments stay where they are.

    `with_votes`: people voted on both, and its votes go along, as an amendment of the contest says.
    """

    topic: ClassVar[Topic] = IDEAS
    key_field: ClassVar[str] = "idea_id"

    idea_id: str
    contest_id: str
    participant_id: str
    title: str
    into_idea_id: str
    reason: str
    with_votes: bool = False


class IdeaUnmerged(Event):
    """An idea is one of its own again. If it was public before, IdeaApproved follows."""

    topic: ClassVar[Topic] = IDEAS
    key_field: ClassVar[str] = "idea_id"

    idea_id: str
    contest_id: str
    participant_id: str
    title: str
    from_idea_id: str
    reason: str


class IdeaVotesStayed(Event):
    """The votes for an idea did not go along with it: a poll could not take the merge any more.

    Corrects IdeaMerged, whose `with_votes` said so, for that one poll. The ideas stay merged.
    """

    topic: ClassVar[Topic] = IDEAS
    key_field: ClassVar[str] = "idea_id"

    idea_id: str
    contest_id: str
    participant_id: str
    title: str
    into_idea_id: str
    poll_id: str
    reason: str


class IdeaAnswered(Event):
    """The brand told what becomes of an idea, for a reason that everybody reads.

    `accepted` ideas will be made, `declined` ones will not; those that `missed` a step of their
    ladder have left it. `window` is the review that the idea was collected by.
    """

    topic: ClassVar[Topic] = IDEAS
    key_field: ClassVar[str] = "idea_id"

    idea_id: str
    contest_id: str
    participant_id: str
    title: str
    outcome: Literal["accepted", "declined", "missed"]
    reason: str
    window: str | None = None
