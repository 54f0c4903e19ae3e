"""How the life of an idea is told: moments, threads of a discussion, who looks at it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from groundswell_web.voting.rules import link_named

KINDS: Mapping[str, str] = {
    "comment": "Comment",
    "question": "Question",
    "opinion": "Opinion",
}

STATUSES: Mapping[str, tuple[str, str]] = {
    "draft": ("Draft: nobody else can see it", ""),
    "submitted": ("Received: an editor will read it", ""),
    "approved": ("Approved and public", "good"),
    "rejected": ("Turned down", "warn"),
    "withdrawn": ("Taken back", ""),
    "merged": ("Goes on in another idea", ""),
}
"""What an idea is, in words, and how good that is."""

_MOMENTS: Mapping[str, str] = {
    "had": "First had",
    "submitted": "Handed in",
    "revised": "Changed",
    "approved": "Approved by an editor",
    "shortlisted": "On the shortlist",
    "ballot_opened": "Voting on it opened",
    "ballot_left": "Left the ballot",
    "votes_given": "Left the ballot, and its votes count for another idea",
    "votes_taken_in": "Took in the votes for another idea",
    "votes_back": "On the ballot again, with its votes",
    "votes_returned": "Gave another idea its votes back",
    "votes_unmoved": "Its votes stayed where they were: voting could not move them",
    "step_missed": "Missed a step of support",
    "tally_certified": "The votes are certified",
    "vetoed": "Ruled out",
    "winner": "Selected as a winner",
    "win_confirmed": "Its author took the win",
    "dropped_out": "Wins no longer",
    "contest_decided": "The contest is decided",
    "milestone": "A milestone is reached",
    "merged": "Goes on in another idea",
    "took_in": "Another idea goes on in this one",
    "rejected": "Turned down",
    "held": "Taken down, to be looked at again",
    "appealed": "Its author asked for another look",
    "withdrawn": "Taken back",
}
_ROBOTS = ("bot", "crawl", "spider", "slurp", "preview", "facebookexternalhit", "whatsapp")


class Happened(Protocol):
    """A moment in the life of an idea."""

    @property
    def kind(self) -> str: ...
    @property
    def step(self) -> int | None: ...
    @property
    def votes(self) -> int | None: ...
    @property
    def outcome(self) -> str | None: ...


def told(moment: Happened) -> str:
    """A moment in words; one of a kind that is not known here by its name."""
    if moment.kind == "step_reached":
        return f"Reached step {moment.step} of its support"
    if moment.kind == "answered":
        return f"Answered: {moment.outcome}"
    if moment.kind == "appeal_answered":
        return "The appeal was upheld" if moment.outcome == "upheld" else "The appeal was declined"
    return _MOMENTS.get(moment.kind, moment.kind.replace("_", " ").capitalize())


class Said(Protocol):
    """A comment, of which a reply names what it answers."""

    @property
    def parent_id(self) -> str | None: ...


Comment = TypeVar("Comment", bound=Said)


@dataclass
class Thread(Generic[Comment]):
    """A comment and the replies to it; on a page that begins amid a thread `first` is None."""

    first: Comment | None
    replies: list[Comment] = field(default_factory=list)


def threads(comments: Sequence[Comment]) -> list[Thread[Comment]]:
    """The comments of a page by threads; a reply comes right behind what it answers."""
    found: list[Thread[Comment]] = []
    for comment in comments:
        if comment.parent_id is None:
            found.append(Thread(comment))
        else:
            if not found:
                found.append(Thread(None))
            found[-1].replies.append(comment)
    return found


def is_person(user_agent: str, purpose: str) -> bool:
    """Whether a page is asked for by somebody who looks at it, as far as a browser says so."""
    named = user_agent.lower()
    return bool(named) and "prefetch" not in purpose and not any(r in named for r in _ROBOTS)


def source(via: str, fetch_site: str | None) -> str:
    """Where somebody came from, as the ideas service counts it, whatever stands in the address.

    Who comes from a page of ours was counted under the link when they came to that.
    """
    if fetch_site == "same-origin":
        return "site"
    return (link_named(via) or "other") if via else "direct"
